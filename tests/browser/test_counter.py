"""The counter page in a real browser: typed, shot by a scanner gun, seen by a camera."""

from __future__ import annotations

import asyncio
from pathlib import Path

import qrcode
from PIL import Image
from playwright.async_api import expect

from tests.browser.conftest import NewScreen, Screen
from tests.browser.pages_staff import enrol, gun
from tests.journeys.people import Phone
from tests.journeys.town import PASSWORD, Town

LOOKS = ((360, False), (768, False), (1280, False), (1280, True))


async def at_the_desk(server: Town, screen: Screen) -> None:
    """A clerk signs in with her password and has the desk before her."""
    await server.hire("C7", ["clerk"])
    await enrol(server, screen.page, "7 号窗口")
    await screen.page.goto(f"{server.origin}/counter")
    await screen.page.get_by_label("工号").fill("C7")
    await screen.page.get_by_label("密码").fill(PASSWORD)
    await screen.page.get_by_role("button", name="登录").click()
    await expect(screen.page.locator("#purpose option")).not_to_have_count(0)
    await screen.page.select_option("#purpose", "apply_here")


async def fresh_code(server: Town, phone: Phone) -> str:
    phone.forget_key()
    return await phone.code(at=server.now())


async def shoot(screen: Screen, text: str) -> None:
    """A scanner gun: keys in quick succession, then Enter, with no text field in focus."""
    await gun(screen.page, text)


async def type_in(screen: Screen, text: str) -> None:
    await screen.page.get_by_label("手工输入").fill(text)
    await screen.page.keyboard.press("Enter")


def film(text: str, path: Path) -> str:
    """A second of video of a phone that shows this code, as Chromium's fake camera plays it."""
    code = qrcode.make(text, border=4).get_image().convert("L").resize((360, 360), Image.Resampling.NEAREST)
    picture = Image.new("L", (640, 480), 235)
    picture.paste(code, (140, 60))
    frame = b"FRAME\n" + picture.tobytes() + bytes([128]) * (320 * 240 * 2)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 10)
    return str(path)


async def test_wrong_password_names_what_to_do_and_keeps_the_number(server: Town, screen: NewScreen) -> None:
    await server.hire("C7", ["clerk"], counter="7 号窗口")
    shown = await screen(width=360)
    await shown.page.goto(f"{server.origin}/counter/sign-in")
    await shown.page.get_by_label("工号").fill("C7")
    await shown.page.get_by_label("密码").fill("not this one")
    await shown.page.get_by_role("button", name="登录").click()
    summary = shown.page.locator(".error-summary")
    await expect(summary).to_be_visible()
    await expect(summary).to_be_focused()
    await expect(shown.page.get_by_label("工号")).to_have_value("C7")
    shown.forgive(401)
    assert shown.complaints == []


async def test_typed_code_is_accepted_and_its_second_look_says_when_and_where(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    desk = await screen()
    await at_the_desk(server, desk)
    text = await fresh_code(server, phone)
    await type_in(desk, " ".join(text[i : i + 4] for i in range(0, len(text), 4)))
    result = desk.page.locator("#result")
    await expect(result.locator(".verdict-ok")).to_contain_text("有效")
    await expect(result).to_contain_text("实名已核验，未刷脸")
    await expect(result).not_to_contain_text("王秀兰")
    await expect(desk.page.locator("#scanned")).to_have_text("1")
    other = await server.counter("C8", "8 号窗口")
    answer = await other.scan(text, "apply_here")
    assert answer.body["code"] == "code-used"
    await desk.page.select_option("#purpose", "hall_queue")
    await desk.page.select_option("#purpose", "apply_here")
    await desk.page.clock.install()
    await desk.page.clock.fast_forward(11_000)
    await type_in(desk, text)
    refused = result.locator("[data-code=code-used]")
    await expect(refused).to_contain_text("7 号窗口")
    await expect(refused.locator(".three-now")).not_to_be_empty()
    desk.forgive(409)
    assert desk.complaints == []


async def test_same_text_within_ten_seconds_is_one_look(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    desk = await screen()
    await at_the_desk(server, desk)
    text = await fresh_code(server, phone)
    for _ in range(2):
        async with desk.page.expect_response("**/counter/api/v1/scans") as sent:
            await shoot(desk, text)
        assert (await sent.value).status == 200
    await expect(desk.page.locator("#scanned")).to_have_text("1")


async def test_scanner_gun_works_while_the_purpose_has_the_focus(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    desk = await screen()
    await at_the_desk(server, desk)
    await gun(desk.page, await fresh_code(server, phone), focus="#purpose")
    await expect(desk.page.locator(".verdict-ok")).to_be_visible()
    await expect(desk.page.locator("#purpose")).to_have_value("apply_here")
    await expect(desk.page.locator("html")).to_have_attribute("data-sound", "ask")


async def test_camera_reads_the_code(server: Town, screen: NewScreen, tmp_path: Path) -> None:
    phone = await server.resident()
    text = await fresh_code(server, phone)
    camera = await asyncio.to_thread(film, text, tmp_path / "phone.y4m")
    desk = await screen(camera=camera)
    await at_the_desk(server, desk)
    await expect(desk.page.locator("#camera")).to_have_attribute("data-on", "true")
    await expect(desk.page.locator(".verdict-ok")).to_be_visible(timeout=15_000)
    await expect(desk.page.locator("#scanned")).to_have_text("1")
    assert desk.complaints == []


async def test_foreign_code_is_named(server: Town, screen: NewScreen) -> None:
    desk = await screen()
    await at_the_desk(server, desk)
    await shoot(desk, "134567890123456789")
    refused = desk.page.locator("[data-code=code-malformed]")
    await expect(refused).to_contain_text("微信")
    await expect(desk.page.locator("html")).to_have_attribute("data-sound", "bad")


async def test_consent_ring_turns_into_the_allowed_fields(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    desk = await screen()
    await at_the_desk(server, desk)
    await shoot(desk, await fresh_code(server, phone))
    await expect(desk.page.locator(".ask [role=timer]")).to_contain_text("秒")
    visits = (await phone.must("GET", "/api/v1/visits"))["visits"]
    await phone.must("POST", f"/api/v1/visits/{visits[0]['id']}/consent", {"allow": True, "fields": ["id_number"]})
    await expect(desk.page.locator(".message-ok")).to_contain_text("本人已同意")
    await expect(desk.page.locator("#result")).to_contain_text("511602186209161281")


async def test_answer_is_forgotten_after_a_minute(server: Town, screen: NewScreen) -> None:
    desk = await screen()
    await desk.page.clock.install()
    await at_the_desk(server, desk)
    await shoot(desk, "134567890123456789")
    await expect(desk.page.locator(".verdict")).to_be_visible()
    await desk.page.clock.run_for(61_000)
    await expect(desk.page.locator("#result")).to_contain_text("等待扫码")


async def test_no_network_says_that_nothing_was_done_and_the_key_is_not_lost(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    desk = await screen()
    await at_the_desk(server, desk)
    text = await fresh_code(server, phone)
    await desk.context.set_offline(True)
    await type_in(desk, text)
    await expect(desk.page.locator(".verdict-warn")).to_contain_text("没有查成")
    await desk.context.set_offline(False)
    await type_in(desk, text)
    await expect(desk.page.locator(".verdict-ok")).to_be_visible()


async def test_nothing_is_cut_and_nothing_bars_the_way(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    desk = await screen()
    await at_the_desk(server, desk)
    for width, dark in LOOKS:
        await desk.as_seen(width, dark=dark)
        await desk.page.goto(f"{server.origin}/counter")
        await desk.page.select_option("#purpose", "apply_here")
        for text, verdict in (("134567890123456789", ".verdict-bad"), (await fresh_code(server, phone), ".verdict-ok")):
            await shoot(desk, text)
            await expect(desk.page.locator(verdict)).to_be_in_viewport()
            assert await desk.sideways() <= 0
            assert await desk.barriers() == []
        await expect(desk.page.locator(".demo-mark")).to_contain_text("演示环境")
