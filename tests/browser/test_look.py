"""Every page of every front with the demonstration's past behind it: at 360, 768 and 1280, elder, English and dark."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from pydantic import SecretStr

from config.floor import sql
from config.floor.unit import Unit
from config.settings import Demo, Limits, Settings
from server.adapters.clock import ShiftedClock
from server.demo.seed import seed
from server.domain.cases.workflow import Status
from server.opening import opened
from tests.browser.conftest import Chromium
from tests.browser.pages_look import WAIT, Look, looking
from tests.browser.pages_staff import demo_terminal, gun
from tests.conftest import REDIS_URL
from tests.journeys.people import Phone
from tests.journeys.town import Town, running_town
from tests.services.databases import Databases

WIDTHS = (1280, 768, 360)
STATES = (Status.RECEIVED, Status.CORRECTION, Status.IN_PROGRESS, Status.PROPOSED, Status.DELIVERED)
STANDINGS = (
    ("paused", "failed", "canary"),
    ("sending", "running", ""),
    ("stopped", "passed", ""),
    ("paused", "passed", "failures"),
)
"""How a campaign may stand: its status, its canary's verdict, who or what held it."""
AGENT, LONG_NAME, REFUSED = "15400000003", "15400000015", "15400000018"
MODES: dict[str, dict[str, Any]] = {
    "normal": {"number": AGENT},
    "elder": {"number": LONG_NAME, "remembered": {"elder": True}},
    "english": {"number": LONG_NAME, "remembered": {"language": "en"}},
    "dark": {"number": REFUSED, "dark": True},
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def city(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """The demonstration city with its past, served once for all looks."""
    url = await databases.fresh()
    limits = Limits(requests_per_minute=0, otp_resend_seconds=0, otp_per_phone_hour=1000, otp_per_phone_day=1000)
    settings = Settings(
        profile="test",
        data_dir=tmp_path_factory.mktemp("city"),
        database_url=SecretStr(url),
        redis_url=SecretStr(REDIS_URL),
        limits=limits,
        demo=Demo(year_shift=120, staff_password=SecretStr("")),
    )
    clock = ShiftedClock()
    async with opened(settings, clock=clock) as house:
        await seed(house.services, clock, io.StringIO(), send=house.engine.work_off)
    async with running_town(settings, clock) as town:
        yield town
    await databases.drop(url)


@pytest.fixture
async def browser(browsers: Chromium) -> Browser:
    """The one that all looks share."""
    return await browsers.shared()


async def signed_in(city: Town, number: str) -> Phone:
    """One of the city's residents at her phone."""
    phone = await city.invite(Phone(city.origin, number))
    await phone.sign_in()
    return phone


async def become(look: Look, cast_id: str) -> None:
    """A session of one of the cast, by the tour's door."""
    terminal = await demo_terminal(look.page, look.origin) if cast_id == "clerk" else None
    body = {"cast_id": cast_id, "terminal_id": terminal}
    answer = await look.page.request.post(f"{look.origin}/tour/api/v1/sign-in", data=body)
    assert answer.ok, await answer.text()


async def her_places(phone: Phone) -> list[tuple[str, str]]:
    """Every page of the residents' front, with a query that leads to something of hers."""
    cases = (await phone.must("GET", "/api/v1/cases"))["cases"]
    details = [await phone.must("GET", f"/api/v1/cases/{one['case_no']}") for one in cases]
    imported = (await phone.must("GET", "/api/v1/items?q=公路"))["items"]
    notices = (await phone.must("GET", "/api/v1/notices"))["notices"]
    bare = [one["code"] for one in imported if one["guide"] == "incomplete"]
    papered = next(one for one in details if one["documents"])
    return [
        ("home", ""),
        ("items", ""),
        ("item", "code=printing-licence"),
        ("items", "q=没有这样的事"),
        ("item", f"code={bare[0]}"),
        ("apply", "code=birth-registration"),
        ("cases", ""),
        *[("case", f"no={one['case_no']}") for one in cases],
        *[("correct", f"no={one['case_no']}") for one in details if "correct" in one["actions"]],
        *[("review", f"no={one['case_no']}") for one in details if "review" in one["actions"]][:1],
        ("document", f"no={papered['case_no']}&document={papered['documents'][0]['document_no']}"),
        ("notices", ""),
        ("notice", f"id={notices[0]['id']}"),
        ("preferences", ""),
        ("code", ""),
        ("visits", ""),
        ("credential", ""),
        ("papers", ""),
        ("loss", ""),
        ("me", ""),
    ]


@pytest.mark.parametrize("mode", MODES)
async def test_residents_pages(city: Town, browser: Browser, mode: str) -> None:
    wish = MODES[mode]
    phone = await signed_in(city, wish["number"])
    token = phone.headers["Authorization"].removeprefix("Bearer ")
    remembered = {"session": {"token": token, "resident": phone.me}, **wish.get("remembered", {})}
    async with looking(browser, city.origin, dark=wish.get("dark", False), remembered=remembered) as look:
        for page, query in await her_places(phone):
            await look.turn_to(page, query)
    assert look.found == []


@pytest.mark.parametrize("elder", [False, True])
async def test_the_way_in_and_an_application_step_by_step(city: Town, browser: Browser, elder: bool) -> None:
    async with looking(browser, city.origin, remembered={"elder": elder}) as look:
        for page in ("home", "code", "notices", "me", "signin"):
            await look.turn_to(page)
        await look.page.get_by_role("button", name="获取验证码").click()
        await look.at("signin, refused")
    assert look.found == []


@pytest.mark.parametrize(
    ("cast_id", "places"),
    [
        ("handler", ("", "/cases", "/cases?status=correction", "/cases?q=nothing", "case")),
        ("operator", ("", "/campaigns", "/campaigns/new", "campaign")),
        ("operator", ("/notices", "/notices/calendar")),
        ("publisher", ("", "/campaigns", "/approvals")),
        ("auditor", ("", "/audit")),
        ("administrator", ("", "/terminals", "/factors")),
    ],
)
async def test_console_pages(city: Town, browser: Browser, cast_id: str, places: tuple[str, ...]) -> None:
    async with looking(browser, city.origin) as look:
        await become(look, cast_id)
        for place in places:
            for path in await expanded(look, place):
                await look.open(f"/console{path}", WIDTHS)
    assert look.found == []


async def expanded(look: Look, place: str) -> list[str]:
    """A named kind of page as addresses: one case of each state, one campaign of each state."""
    api = f"{look.origin}/console/api/v1"
    if place == "case":
        found = [await look.page.request.get(f"{api}/cases?view=all&status={status}") for status in STATES]
        rows = [(await answer.json()).get("cases", [])[:1] for answer in found]
        return [f"/cases/{one['case_no']}" for some in rows for one in some]
    if place == "campaign":
        return [f"/campaigns/{campaign_id}" for campaign_id in (await campaigns(look)).values()]
    return [place]


async def campaigns(look: Look) -> dict[str, str]:
    """One campaign of each state that there is."""
    answer = await look.page.request.get(f"{look.origin}/console/api/v1/campaigns")
    return {one["state"]: one["id"] for one in (await answer.json())["campaigns"]}


async def test_a_campaign_watched_in_each_state(city: Town, browser: Browser) -> None:
    async with looking(browser, city.origin) as look:
        await become(look, "operator")
        found = await campaigns(look)
        for state in ("approved", "finished"):
            await look.open(f"/console/notices/campaigns/{found[state]}", (1280, 360))
        for standing in STANDINGS:
            await look.page.goto("about:blank")  # a page that is open makes itself anew when the campaign is over
            await city.house.database.unit_of_work("", partial(_stand, UUID(found["paused"]), standing))
            await look.open(f"/console/notices/campaigns/{found['paused']}", (1280, 360))
    assert look.found == []


async def _stand(campaign: UUID, standing: tuple[str, str, str], unit: Unit) -> None:
    """One campaign as it would stand; nothing of it is due, so that it stays so."""
    await sql.execute(
        "UPDATE notify_deliveries SET next_at = $1 WHERE campaign_id = $2 AND state = 'pending'",
        unit.now + timedelta(days=1), campaign,
    )  # fmt: skip
    await sql.execute(
        "UPDATE campaigns SET status = $1, canary_state = $2, pause_reason = $3, canary = 100, canary_at = $4, "
        "fail_share = 20, ended_at = $4 WHERE id = $5",
        *standing, unit.now, campaign,
    )  # fmt: skip


async def test_staff_ways_in_and_the_tour(city: Town, browser: Browser) -> None:
    async with looking(browser, city.origin) as look:
        for path in ("/console/sign-in", "/counter/sign-in", "/counter/enrol", "/", "/?lang=en"):
            await look.open(path, WIDTHS)
        phone = look.page.frame_locator("[name=yima-phone]")
        await expect(phone.locator("html")).to_have_attribute("lang", "en", timeout=WAIT)
    assert look.found == []


async def test_counter_with_a_question_on_the_phone(city: Town, browser: Browser) -> None:
    phone = await signed_in(city, LONG_NAME)
    token = phone.headers["Authorization"].removeprefix("Bearer ")
    remembered = {"session": {"token": token, "resident": phone.me}, "elder": True}
    async with looking(browser, city.origin) as desk, looking(browser, city.origin, remembered=remembered) as hers:
        await become(desk, "clerk")
        await desk.open("/counter", WIDTHS)
        await desk.page.select_option("#purpose", "apply_here")
        await hers.turn_to("code")
        await gun(desk.page, await phone.code(at=city.now()))
        await expect(desk.page.locator(".ask")).to_be_visible(timeout=WAIT)
        await expect(hers.page.get_by_role("dialog")).to_be_visible(timeout=WAIT)
        await hers.at("consent sheet")
        await desk.at("/counter accepted", WIDTHS)
        await gun(desk.page, "134567890123456789")
        await expect(desk.page.locator("[data-code=code-malformed]")).to_be_visible(timeout=WAIT)
        for status in (400, 422):
            desk.screen.forgive(status)
        await desk.at("/counter refused", WIDTHS)
    assert desk.found + hers.found == []
