"""The tour in a real browser: it ticks from real events, signs its frames in, and hands the phone's code on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Route, expect

from config.floor.unit import Event
from server.edges.tour.api import moment
from server.edges.tour.cast import CAST
from server.edges.tour.story import STORY, step_of
from tests.browser.conftest import NewScreen, Screen
from tests.journeys.town import Town

STAND_IN = """<!doctype html><html lang="zh"><title>phone</title><script>
addEventListener("message", (event) => { if (event.origin === location.origin) window.heard = event.data; });
</script><main><h1>phone</h1></main></html>"""


async def visit(server: Town, screen: Screen, path: str = "/") -> None:
    """The tour with a stand-in for the residents' front, whose own tests are elsewhere."""

    async def phone(route: Route) -> None:
        await route.fulfill(body=STAND_IN, content_type="text/html; charset=utf-8")

    await screen.page.route("**/m/**", phone)
    await screen.page.goto(f"{server.origin}{path}")
    await expect(screen.page.locator("#listening")).to_have_class("badge badge-ok")


async def say(screen: Screen, message: dict[str, Any]) -> None:
    """Something that the phone's page tells the tour."""
    frame = screen.page.frame(name="yima-phone")
    assert frame is not None
    await frame.evaluate("(message) => parent.postMessage(message, location.origin)", message)


async def hire_cast(server: Town) -> None:
    for one in CAST:
        if one.staff_no:
            await server.hire(one.staff_no, [one.role], counter="3 号窗口" if one.door == "counter" else "")


def test_every_step_has_an_actor_who_signs_in_and_a_sign() -> None:
    actors = {one.id: one for one in CAST if one.signs_in}
    assert [step.id for step in STORY if step.cast not in actors or not step.signs] == []
    assert len(STORY) == 10


@pytest.mark.parametrize(
    ("name", "data", "step"),
    [
        ("session", {}, "sign_in"),
        ("verification", {"loa": 3}, "verify"),
        ("case", {"status": "correction", "case_no": "1"}, "correct"),
        ("case", {"status": "draft"}, None),
        ("visit", {"outcome": "accepted"}, "code"),
        ("visit", {"outcome": "code-used"}, None),
        ("due", {}, None),
    ],
)
def test_events_tick_their_step_only(name: str, data: dict[str, object], step: str | None) -> None:
    assert step_of(name, data) == step


def test_a_moment_does_not_say_whose_it_is() -> None:
    told = moment(Event("resident:0190", "case", {"case_no": "5116", "status": "received"})).decode()
    assert "0190" not in told
    assert json.loads(told.split("data: ")[1])["step"] == "receive"


async def test_steps_tick_when_the_server_says_so_and_stay_ticked(server: Town, screen: NewScreen) -> None:
    shown = await screen()
    await visit(server, shown)
    await expect(shown.page.locator("[data-step=sign_in]")).to_have_class("is-now")
    await server.resident(loa=3)
    await expect(shown.page.locator("[data-step=sign_in]")).to_have_class("is-done")
    await expect(shown.page.locator("[data-step=verify]")).to_have_class("is-done")
    await expect(shown.page.locator("#step-apply")).to_be_visible()
    await shown.page.reload()
    await expect(shown.page.locator("[data-step=verify]")).to_have_class("is-done")
    await shown.page.get_by_role("button", name="从头再来").click()
    await expect(shown.page.locator(".is-done")).to_have_count(0)
    assert shown.complaints == []


async def test_one_tap_signs_the_phone_in_by_a_token(server: Town, screen: NewScreen) -> None:
    shown = await screen()
    await visit(server, shown)
    await shown.page.locator(".chip[data-cast=mother]").click()
    await expect(shown.page.locator("[data-who=phone]")).to_contain_text("王秀兰")
    frame = shown.page.frame(name="yima-phone")
    assert frame is not None
    await frame.wait_for_function("window.heard")
    heard = await frame.evaluate("window.heard")
    assert heard["type"] == "yima-sign-in"
    stranger = await server.stranger()
    stranger.headers["Authorization"] = f"Bearer {heard['token']}"
    assert (await stranger.must("GET", "/api/v1/me"))["phone_masked"].endswith("01")
    cookies = await shown.context.cookies()
    assert [one["name"] for one in cookies if one["name"] not in ("yima_lang",)] == []


async def test_frames_have_sessions_of_their_own(server: Town, screen: NewScreen) -> None:
    await hire_cast(server)
    shown = await screen()
    await visit(server, shown)
    await shown.page.locator(".chip[data-cast=clerk]").click()
    await expect(shown.page.frame_locator("[name=yima-counter]").locator("#purpose")).to_be_visible()
    await shown.page.locator(".chip[data-cast=handler]").click()
    await expect(shown.page.locator("[data-who=console]")).to_contain_text("陈立")
    await expect(shown.page.locator("[data-who=counter]")).to_contain_text("张敏")
    doors = {one["name"]: one["path"] for one in await shown.context.cookies() if one["name"] != "yima_lang"}
    assert doors == {"yima_counter": "/counter", "yima_console": "/console"}


async def test_the_phones_code_reaches_the_counter_without_a_camera(server: Town, screen: NewScreen) -> None:
    await hire_cast(server)
    phone = await server.resident()
    shown = await screen()
    await visit(server, shown)
    await expect(shown.page.locator("#scan")).to_be_disabled()
    await shown.page.locator(".chip[data-cast=clerk]").click()
    counter = shown.page.frame_locator("[name=yima-counter]")
    await expect(counter.locator("#purpose option")).not_to_have_count(0)
    await counter.locator("#purpose").select_option("apply_here")
    await say(shown, {"type": "yima-code", "text": await phone.code(at=server.now())})
    await shown.page.locator("#scan").click()
    await expect(counter.locator(".verdict-ok")).to_contain_text("有效")
    await expect(shown.page.locator("[data-step=code]")).to_have_class("is-done")
    await say(shown, {"type": "yima-route", "path": "/pages/home/home"})
    await expect(shown.page.locator("#scan")).to_be_disabled()


async def test_sms_pops_up_on_the_phone(server: Town, screen: NewScreen) -> None:
    shown = await screen()
    await visit(server, shown)
    await shown.page.locator("#sms summary").click()
    await expect(shown.page.locator("#sms-to")).to_have_value("15400000001")
    stranger = await server.stranger()
    await stranger.must("POST", "/api/v1/otp", {"phone": "15400000001"}, status=202)
    await expect(shown.page.locator("#sms-list li")).to_have_count(1)
    await expect(shown.page.locator("#sms-pop .bubble")).to_be_visible()


async def test_who_does_not_sign_in_cannot_be_looked_through(server: Town, screen: NewScreen) -> None:
    stranger = await server.stranger()
    await stranger.refused("POST", "/tour/api/v1/sign-in", {"cast_id": "father"}, code="forbidden")
    await stranger.refused("POST", "/tour/api/v1/sign-in", {"cast_id": "nobody"}, code="not-found")
    shown = await screen()
    await visit(server, shown)
    await expect(shown.page.locator(".chip[data-cast=father]")).to_be_disabled()


async def test_english_throughout(server: Town, screen: NewScreen) -> None:
    shown = await screen()
    await visit(server, shown)
    await shown.page.get_by_role("link", name="English").click()
    await expect(shown.page.locator("h1")).to_have_text("Follow one matter from start to finish")
    await expect(shown.page.locator("html")).to_have_attribute("lang", "en")
    await expect(shown.page.locator(".demo-mark").first).to_contain_text("not a government website")


async def test_nothing_is_cut_and_nothing_bars_the_way(server: Town, screen: NewScreen) -> None:
    shown = await screen()
    await visit(server, shown)
    for width, dark in ((1280, False), (1280, True), (768, False), (360, False)):
        await shown.as_seen(width, dark=dark)
        assert await shown.sideways() <= 0, width
        assert await shown.barriers() == [], (width, dark)
        if width < 1100:
            await shown.page.get_by_role("tab", name="窗口").click()
            await expect(shown.page.locator("#pane-counter")).to_be_visible()
            await expect(shown.page.locator("#pane-phone")).to_be_hidden()
            await shown.page.get_by_role("tab", name="手机").click()
            await expect(shown.page.locator("#pane-phone")).to_be_visible()
    assert shown.complaints == []
