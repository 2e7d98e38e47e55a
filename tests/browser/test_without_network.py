"""The network is cut: the code goes on by itself for an hour, and the pages open again from nothing."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Error, Page, expect

from codes import dynamic
from config.settings import Settings
from server import app
from server.adapters.clock import ShiftedClock
from tests.browser.conftest import NewScreen, Screen
from tests.browser.pages_phone import WAIT, ResidentPhone
from tests.journeys.people import Counter
from tests.journeys.town import PEOPLE, Town, running_town

FIRST_SIGHT = timedelta(seconds=10)  # into a step, so that both clocks agree on it whatever a call takes
PHONE_IS_FAST = timedelta(minutes=7)
SECOND = "0123456789abcdef"
TAKEN_OVER = f"""async () => {{
  for (;;) {{
    const worker = await navigator.serviceWorker.getRegistration()
    const settled = !worker.installing && !worker.waiting && worker.active.state === "activated"
    if (settled && (await caches.keys()).includes("yima-shell-{SECOND}")) return
    await new Promise((done) => setTimeout(done, 50))
  }}
}}"""


async def at_her_code(town: Town, screen: Screen) -> ResidentPhone:
    """Signed in, with the code on the screen."""
    phone = ResidentPhone(town.origin, screen, PEOPLE[0][2])
    await phone.already_in("code")
    await phone.code()
    return phone


async def shown_at(phone: ResidentPhone, instant: datetime) -> str:
    """The digits on the screen once they are those of this instant's step."""
    step = dynamic.step_of(instant.timestamp()) % 100
    await expect(phone.main.locator(".code-digits")).to_have_text(re.compile(rf"^9000 {step:02d}"), timeout=WAIT)
    return await phone.code()


async def accepted(clerk: Counter, code: str) -> None:
    seen = await clerk.scan(code, "hall_queue")
    assert seen.status == 200, str(seen)


async def test_an_hour_of_display_without_network_asks_nobody_and_the_counter_still_accepts(
    server: Town, screen: NewScreen
) -> None:
    await server.resident(0)
    clerk = await server.counter()
    shown = await screen(width=360, height=780)
    await shown.page.clock.install(time=datetime.fromtimestamp(server.now(), UTC) + PHONE_IS_FAST)
    phone = await at_her_code(server, shown)
    whole = (int(server.now()) // dynamic.STEP_SECONDS + 2) * dynamic.STEP_SECONDS
    begin = datetime.fromtimestamp(whole, UTC) + FIRST_SIGHT
    await shown.context.set_offline(True)
    server.services.store.end_lines()  # Chromium leaves a line that is open already; a lost network does not
    await shown.page.clock.pause_at(begin + PHONE_IS_FAST)
    asked: list[str] = []
    shown.context.on("request", lambda request: asked.append(request.url))
    codes = set()
    for minutes in range(0, 61, 5):
        if minutes:
            await shown.page.clock.run_for(5 * 60 * 1000)
        now = begin + timedelta(minutes=minutes)
        server.clock.set(now)
        code = await shown_at(phone, now)
        await accepted(clerk, code)
        codes.add(code)
    await expect(phone.main.get_by_text("离线也有效")).to_be_visible()
    assert len(codes) == 13
    assert asked == []


async def is_kept(page: Page) -> list[str]:
    """Waits until the pages are on the phone; the addresses of everything that is kept."""
    return list(
        await page.evaluate(
            """async () => {
              await navigator.serviceWorker.ready
              const names = await caches.keys()
              const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
              return kept.flat().map((request) => new URL(request.url).pathname)
            }"""
        )
    )


async def test_the_pages_open_without_a_network_and_show_a_code_that_the_counter_accepts(
    server: Town, screen: NewScreen
) -> None:
    await server.resident(0)
    clerk = await server.counter()
    shown = await screen(width=360, height=780)
    phone = await at_her_code(server, shown)
    kept = await is_kept(shown.page)
    assert "/m/" in kept
    assert [path for path in kept if not path.startswith("/m/")] == []
    await shown.context.set_offline(True)
    await shown.page.reload()
    await accepted(clerk, await phone.code())
    fresh = await shown.context.new_page()
    await fresh.goto(f"{server.origin}/m/")
    await expect(fresh.get_by_role("link", name=re.compile("出示一码"))).to_be_visible(timeout=WAIT)
    for elsewhere in ("/m/?frame=tour", "/counter"):
        with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
            await fresh.goto(server.origin + elsewhere)


async def test_a_new_build_is_there_at_the_next_opening_and_then_also_without_a_network(
    settings: Settings, clock: ShiftedClock, screen: NewScreen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "h5"
    shutil.copytree(app.FRONT, built)
    monkeypatch.setattr(app, "FRONT", built)
    async with running_town(settings, clock) as town:
        shown = await screen(width=360, height=780)
        page = shown.page
        await page.goto(f"{town.origin}/m/")
        before = set(await is_kept(page))
        await page.reload()  # now under the worker
        build_again(built)
        await page.reload()
        await expect(page.locator("meta[name=build]")).to_have_count(1)
        await page.evaluate(TAKEN_OVER)
        await shown.context.set_offline(True)
        await page.reload()
        await expect(page.locator("meta[name=build]")).to_have_count(1)
        await expect(page.get_by_role("search")).to_be_visible(timeout=WAIT)
        assert set(await is_kept(page)) == before


def build_again(built: Path) -> None:
    """What the next build leaves: another page, and a worker of another version."""
    page, worker = built / "index.html", built / "sw.js"
    page.write_text(page.read_text().replace("<title>", '<meta name="build" content="2"><title>', 1))
    text, count = re.subn(r'"version":"\w{16}"', f'"version":"{SECOND}"', worker.read_text())
    assert count == 1
    worker.write_text(text)
