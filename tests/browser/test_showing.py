"""What the counter may see, on both screens: asked and refused, allowed and gone, a licence, the card in hand."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from playwright.async_api import expect

from tests.browser.camera import film_nobody
from tests.browser.conftest import NewScreen, Screen
from tests.browser.pages_phone import PHOTO, WAIT, ResidentPhone
from tests.browser.pages_staff import CounterDesk
from tests.domain.looks.test_over_http import applied
from tests.journeys.town import PEOPLE, Town

NUMBER = "511602186209161281"
_SEES = """window.inSight = ""
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"] }
  async detect() { return window.inSight ? [{ rawValue: window.inSight }] : [] }
}"""


async def keep(screen: Screen, name: str) -> None:
    """A picture of this page where YIMA_TEST_PICTURES names a folder for them."""
    if folder := os.environ.get("YIMA_TEST_PICTURES"):
        await screen.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


async def her_phone(server: Town, screen: NewScreen, *, elder: bool = False, dark: bool = False) -> ResidentPhone:
    """She is signed in and verified, and her code is on the screen."""
    shown = await screen(width=360, height=780, dark=dark)
    phone = ResidentPhone(server.origin, shown, PEOPLE[0][2])
    await server.resident()
    await phone.already_in("me" if elder else "code")
    if elder:
        await phone.page.get_by_role("switch", name="长辈版").click()
        await phone.page.goto(f"{server.origin}/m/#/pages/code/code")
    return phone


async def at_the_desk(
    server: Town, screen: NewScreen, purpose: str = "办事", camera: Path | None = None
) -> CounterDesk:
    """``camera``: where the film of an empty desk may lie; what it then sees is said by ``window.inSight``."""
    await server.hire("C7", ["clerk"], counter="7 号窗口")
    if camera:
        await asyncio.to_thread(film_nobody, camera)
    desk = CounterDesk(server.origin, await screen(camera=str(camera or "")))
    if camera:
        await desk.page.add_init_script(_SEES)
    await desk.open_for("C7", purpose)
    return desk


async def test_she_is_asked_within_a_second_refuses_and_nothing_is_seen(server: Town, screen: NewScreen) -> None:
    phone, desk = await her_phone(server, screen), await at_the_desk(server, screen)
    await desk.type_in(await phone.code())
    sheet = phone.page.get_by_role("dialog")
    await expect(sheet).to_be_visible(timeout=WAIT)
    await expect(sheet).to_contain_text("7 号窗口想看您的信息")
    await expect(sheet).to_contain_text("工作人员 C7 · 用途：办事")
    await expect(sheet.get_by_role("checkbox")).to_have_count(4)
    assert await phone.screen.sideways() <= 0
    assert await phone.screen.barriers() == []
    await keep(phone.screen, "consent-normal")
    await keep(desk.screen, "counter-asking")
    no, yes = sheet.get_by_role("button", name="不同意"), sheet.get_by_role("button", name="同意给出 4 项")
    sizes = [await one.bounding_box() for one in (no, yes)]
    assert sizes[0] is not None and sizes[1] is not None
    assert (sizes[0]["width"], sizes[0]["height"]) == (sizes[1]["width"], sizes[1]["height"])
    await no.click()
    await expect(desk.result).to_contain_text("本人没有同意", timeout=WAIT)
    await expect(desk.result.locator("[data-portrait=none]")).to_contain_text("未核对照片")
    await expect(desk.result).not_to_contain_text(NUMBER)
    await keep(desk.screen, "counter-refused")
    assert desk.screen.complaints == []
    assert phone.screen.complaints == []


async def test_what_she_allows_is_seen_with_the_portrait_and_is_gone_after_minutes(
    server: Town, screen: NewScreen
) -> None:
    phone = await her_phone(server, screen, elder=True)
    desk = await at_the_desk(server, screen)
    await desk.page.clock.install()
    await desk.type_in(await phone.code())
    sheet = phone.page.get_by_role("dialog")
    await sheet.get_by_role("checkbox", name="手机号").click(timeout=WAIT)
    await keep(phone.screen, "consent-elder")
    assert await phone.screen.sideways() <= 0
    await sheet.get_by_role("button", name="同意给出 3 项").click()
    await desk.page.clock.run_for(2_000)
    await expect(desk.result).to_contain_text(NUMBER, timeout=WAIT)
    await expect(desk.result).not_to_contain_text(PEOPLE[0][2])
    figure = desk.result.locator("[data-portrait=shown]")
    await expect(figure.get_by_alt_text("证件照片")).to_be_visible(timeout=WAIT)
    await expect(figure.locator(".watermark")).to_contain_text("7 号窗口 · C7 ·")
    assert await desk.screen.barriers() == []
    await keep(desk.screen, "counter-allowed")
    await desk.page.clock.run_for(61_000)
    await expect(desk.result).not_to_contain_text(NUMBER)
    await expect(figure).to_have_count(0)
    assert desk.screen.complaints == []


async def test_a_portrait_that_does_not_come_is_said_so_and_the_card_in_hand_helps(
    server: Town, screen: NewScreen
) -> None:
    assert server.house.papers is not None
    server.house.papers.portraits = "down"
    phone, desk = await her_phone(server, screen, dark=True), await at_the_desk(server, screen)
    await desk.type_in(await phone.code())
    await expect(phone.page.get_by_role("dialog")).to_be_visible(timeout=WAIT)
    await keep(phone.screen, "consent-dark")
    await desk.result.get_by_text("身份证件在手，不问手机").click()
    await desk.result.get_by_role("button", name="证件在手，人证一致").click()
    await expect(desk.result).to_contain_text(NUMBER, timeout=WAIT)
    await expect(desk.result.locator("[data-portrait=none]")).to_contain_text("未核对照片")
    await expect(desk.result.locator(".card-said")).to_contain_text("已核对证件原件")
    await keep(desk.screen, "counter-card")
    desk.screen.forgive(503)
    assert desk.screen.complaints == []


async def test_she_shows_one_licence_and_the_counter_sees_that_one(server: Town, screen: NewScreen) -> None:
    phone, desk = await her_phone(server, screen), await at_the_desk(server, screen, "亮证")
    await phone.page.goto(f"{server.origin}/m/#/pages/licences/licences")
    await phone.sees("居住证（示例）")
    await keep(phone.screen, "licences")
    await phone.main.get_by_role("link", name="社会保障卡").click()
    await phone.sees("给窗口扫，核对真伪")
    assert await phone.screen.sideways() <= 0
    assert await phone.screen.barriers() == []
    await keep(phone.screen, "licence-face")
    twin = await server.resident()
    await desk.type_in(await twin.code("02", at=server.now()))
    sheet = phone.page.get_by_role("dialog")
    await expect(sheet.get_by_role("checkbox", name="社会保障卡")).to_be_checked(timeout=WAIT)
    await expect(sheet.get_by_role("checkbox", name="居住证")).not_to_be_checked()
    await keep(phone.screen, "consent-licences")
    await sheet.get_by_role("button", name="同意给出 2 项").click()
    face = desk.result.locator(".licence-face")
    await expect(face).to_contain_text("社会保障卡（示例）", timeout=WAIT)
    await expect(face.locator(".face-status")).to_have_text("有效")
    await expect(face.locator(".watermark")).to_contain_text("7 号窗口 · C7 ·")
    await expect(desk.result.locator(".licence-list li")).to_have_count(1)
    assert await desk.screen.barriers() == []
    await keep(desk.screen, "counter-licence")
    assert desk.screen.complaints == []
    assert phone.screen.complaints == []


async def test_a_case_begun_at_the_counter_goes_out_with_her_word_on_the_phone(
    server: Town, screen: NewScreen, tmp_path: Path
) -> None:
    phone = await her_phone(server, screen)
    desk = await at_the_desk(server, screen, camera=tmp_path / "nobody.y4m")
    await desk.type_in(await phone.code())
    sheet = phone.page.get_by_role("dialog")
    await sheet.get_by_role("button", name="同意给出 4 项").click(timeout=WAIT)
    await expect(desk.result).to_contain_text("本人已同意", timeout=WAIT)
    await keep(desk.screen, "counter-next")
    await desk.result.locator("[data-step=begin]").click()
    await desk.result.get_by_role("searchbox").fill("老年证")
    await desk.page.keyboard.press("Enter")
    await desk.result.get_by_role("button", name="申领《四川省老年人优待证》").click(timeout=WAIT)
    await expect(desk.result.get_by_label("联系手机号")).to_have_value(PEOPLE[0][2], timeout=WAIT)
    await desk.result.get_by_role("button", name="请本人在手机上确认").click()
    await expect(desk.result.locator(".error-summary")).to_be_focused(timeout=WAIT)
    await desk.result.get_by_label("您替谁申领").select_option("parent")
    await desk.result.get_by_label("老人姓名").fill("王德山")
    next_one = await server.resident(1)
    await desk.page.evaluate("(text) => { window.inSight = text }", await next_one.code("03", at=server.now()))
    await expect(desk.page.locator("#toasts")).to_contain_text("摄像头先不认新的码", timeout=WAIT)
    await expect(desk.result.get_by_label("老人姓名")).to_have_value("王德山")
    await desk.page.evaluate("window.inSight = ''")
    await desk.result.get_by_label("老人身份证号码").fill("511602182503121178")
    await desk.result.get_by_label("户籍是否在本地").select_option("local")
    await desk.result.get_by_label("怎么领取").select_option("hall")
    await desk.result.get_by_label("老人近期免冠照片").set_input_files([PHOTO])
    await expect(desk.result.locator(".desk-files").first).to_contain_text("已收到", timeout=WAIT)
    await expect(desk.result.get_by_label("居住证明")).to_be_hidden()
    assert await desk.screen.barriers() == []
    await keep(desk.screen, "desk-form")
    await desk.result.get_by_role("button", name="请本人在手机上确认").click()
    await expect(sheet).to_contain_text("以您的名义提交", timeout=WAIT)
    await expect(sheet).to_contain_text("王德山")
    assert await phone.screen.sideways() <= 0
    assert await phone.screen.barriers() == []
    await keep(phone.screen, "desk-sheet")
    await keep(desk.screen, "desk-waiting")
    await sheet.get_by_role("button", name="确认提交").click()
    await expect(desk.result.locator(".verdict-ok")).to_contain_text("已提交", timeout=WAIT)
    await keep(desk.screen, "desk-done")
    await phone.case_says("已提交")
    desk.screen.forgive(422)
    assert desk.screen.complaints == []
    assert phone.screen.complaints == []


async def test_a_result_is_handed_over_against_the_code(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    handler, second = await server.desk("H1", "handler"), await server.desk("H2", "handler")
    case_no = await applied(phone)
    for action, more in (
        ("receive", {}), ("accept", {}), ("start", {}), ("propose", {"outcome": "grant", "opinion": "符合条件"}),
    ):  # fmt: skip
        await handler.act(case_no, action, **more)
    await second.act(case_no, "approve_proposal")
    desk = await at_the_desk(server, screen)
    await desk.type_in(await phone.code("03", at=server.now()))
    await desk.result.locator("[data-step=hand_over]").click(timeout=WAIT)
    await expect(desk.result).to_contain_text("未核对照片")
    await keep(desk.screen, "desk-hand-over")
    await desk.page.keyboard.press("Enter")
    await expect(desk.result.locator(".verdict-ok")).to_contain_text("已送达", timeout=WAIT)
    await expect(desk.result.get_by_role("button", name="打印送达回证")).to_be_visible()
    assert await desk.screen.barriers() == []
    await keep(desk.screen, "desk-handed-over")
    assert (await phone.must("GET", f"/api/v1/cases/{case_no}"))["status"] == "delivered"
    assert desk.screen.complaints == []
