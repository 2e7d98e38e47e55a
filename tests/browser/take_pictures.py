"""Takes the README's pictures from a running demonstration.

``python -m tests.browser.take_pictures http://127.0.0.1:8080`` writes them into ``tests/browser/pictures``.
Every one is drawn with few colours, so that each stays under 200 kB.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.conftest import HOW, chromium
from tests.browser.pages_staff import demo_terminal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FOLDER = Path(__file__).parent / "pictures"
HEAVIEST = 200_000
DESK, PHONE = (1280, 860), (360, 780)


def keep(name: str, taken: bytes) -> None:
    """Writes one picture with a palette, packed as tightly as PNG can."""
    picture = Image.open(io.BytesIO(taken)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    packed = io.BytesIO()
    picture.save(packed, "PNG", optimize=True, compress_level=9)
    if len(packed.getvalue()) > HEAVIEST:
        raise SystemExit(f"{name} weighs {len(packed.getvalue())} bytes, more than {HEAVIEST}")
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / name).write_bytes(packed.getvalue())
    print(f"{name}: {len(packed.getvalue()) // 1000} kB")


@asynccontextmanager
async def sheet(browser: Browser, origin: str, size: tuple[int, int]) -> AsyncIterator[Page]:
    """A fresh page of its own, in Chinese, at device scale 1."""
    context = await browser.new_context(
        base_url=origin, viewport={"width": size[0], "height": size[1]}, locale="zh-CN", reduced_motion="reduce"
    )
    yield await context.new_page()
    await context.close()


async def become(page: Page, cast_id: str) -> dict[str, Any]:
    """A session of one of the cast, by the tour's door: a cookie for staff, a token for residents."""
    terminal = await demo_terminal(page, "") if cast_id == "clerk" else None
    body = {"cast_id": cast_id, "terminal_id": terminal}
    answer = await page.request.post("/tour/api/v1/sign-in", data=body)
    if not answer.ok:
        raise SystemExit(f"signing in as {cast_id}: {await answer.text()}")
    session: dict[str, Any] = await answer.json()
    return session


async def as_resident(page: Page, cast_id: str) -> dict[str, str]:
    """Puts the resident's session where the front keeps it; answers the headers for the API."""
    token = (await become(page, cast_id))["token"]
    headers = {"Authorization": f"Bearer {token}"}
    resident = await (await page.request.get("/api/v1/me", headers=headers)).json()
    kept = json.dumps(json.dumps({"token": token, "resident": resident}))
    await page.add_init_script(f"localStorage.setItem('yima::session', {kept})")
    return headers


async def settled(page: Page) -> None:
    """Waits until nothing is fetched and drawn any more; streams stay open, so time decides."""
    await page.wait_for_timeout(1500)


async def phone_pictures(browser: Browser, origin: str) -> None:
    async with sheet(browser, origin, PHONE) as page:
        headers = await as_resident(page, "agent")
        cases = (await (await page.request.get("/api/v1/cases", headers=headers)).json())["cases"]
        running = next(one["case_no"] for one in cases if one["light"] in ("red", "yellow", "green"))
        for name, place in (("home", "home/home"), ("case", f"case/case?no={running}"), ("code", "code/code")):
            await page.goto("about:blank")
            await page.goto(f"/m/#/pages/{place}")
            await page.locator(".app [role=heading]").first.wait_for()
            await settled(page)
            keep(f"{name}.png", await page.screenshot())


async def counter_picture(browser: Browser, origin: str) -> None:
    async with sheet(browser, origin, PHONE) as phone, sheet(browser, origin, (1280, 1010)) as page:
        headers = await as_resident(phone, "agent")
        code = await (await phone.request.get("/api/v1/code?scene=03", headers=headers)).json()
        await become(page, "clerk")
        await page.goto("/counter")
        await page.select_option("#purpose", "apply_here")
        await page.get_by_label("手工输入").fill(code["text"])
        await page.keyboard.press("Enter")
        await page.locator(".verdict-ok").wait_for()
        await settled(page)
        keep("counter.png", await page.screenshot())


async def console_pictures(browser: Browser, origin: str) -> None:
    async with sheet(browser, origin, DESK) as page:
        await become(page, "handler")
        await page.goto("/console/cases")
        await page.locator(".case-row").first.wait_for()
        keep("queue.png", await page.screenshot())
    async with sheet(browser, origin, (1280, 1000)) as page:
        await become(page, "operator")
        await page.goto("/console/campaigns/new")
        await page.fill("#item-search", "印刷")
        await page.locator("#item option").nth(1).wait_for(state="attached")
        await page.select_option("#item", "printing-licence")
        await page.fill("#title", "印刷经营许可承诺 2 个工作日办结")
        await page.fill("#body", "((姓名))您好：您办过的“((事项))”，现在承诺 2 个工作日办结，结果免费寄到家。")
        await settled(page)
        keep("compose.png", await page.screenshot())


async def tour_picture(browser: Browser, origin: str) -> None:
    async with sheet(browser, origin, (1280, 1500)) as page:
        await page.goto("/?lang=zh-CN")
        await page.frame_locator("[name=yima-phone]").locator(".app .hero").wait_for()
        for cast_id in ("agent", "clerk", "handler"):
            await page.locator(f".chip[data-cast={cast_id}]").click()
            await settled(page)
        await page.evaluate("scrollTo(0, 0)")
        await settled(page)
        await page.wait_for_timeout(5000)  # the toasts have gone
        keep("tour.png", await page.screenshot())


async def main(origin: str) -> None:
    path = chromium()
    if path is None:
        raise SystemExit(HOW)
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for take in (phone_pictures, tour_picture, console_pictures, counter_picture):
            await take(browser, origin)
        await browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("python -m tests.browser.take_pictures <address of a running demonstration>")
    asyncio.run(main(sys.argv[1].rstrip("/")))
