"""One morning in the hall, told on four screens: the manager's, a counter's, the display on the wall, and her phone."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import NewScreen, Screen
from tests.browser.pages_phone import WAIT, ResidentPhone
from tests.browser.pages_staff import Console, CounterDesk, enrol
from tests.journeys.town import HALL, PEOPLE, Town

# What the display would say aloud: the test's browser has no voice, and needs none.
_VOICE = """
window.spoken = [];
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
Object.defineProperty(window, "speechSynthesis", { value: {
  speak: (words) => { window.spoken.push(words.text); setTimeout(() => words.onend(), 0); },
  cancel: () => {}, getVoices: () => [],
} });
"""


async def _display(server: Town, screen: NewScreen) -> Screen:
    """The display, its voice switched on."""
    shown = await screen(width=1920, height=1080, dark=True)
    await shown.page.add_init_script(_VOICE)
    await shown.page.goto(f"{server.origin}/hall/demo-hall/board")
    await shown.page.get_by_role("button", name="点一下，打开广播").click()
    await expect(shown.page.locator("#hero")).to_contain_text("现在没有叫号", timeout=WAIT)
    return shown


async def _counter(server: Town, screen: NewScreen) -> CounterDesk:
    await server.hire("C7", ["clerk"])
    desk = CounterDesk(server.origin, await screen(width=1280))
    await enrol(server, desk.page, "3 号窗口")
    await desk.open_for("C7", "取号")
    return desk


async def test_a_morning_in_the_hall(server: Town, screen: NewScreen) -> None:
    await server.resident(0)  # verified before
    await server.hire("D1", ["hall_manager"])
    board = await _display(server, screen)
    manager = Console(server.origin, await screen(width=1280))
    await manager.sign_in("/console", "D1")
    await manager.go("大厅")
    await expect(manager.page.get_by_role("heading", level=1, name=HALL)).to_be_visible(timeout=WAIT)

    phone = ResidentPhone(server.origin, await screen(width=360, height=780), PEOPLE[0][2])
    await phone.open()
    await phone.sign_in()
    await phone.page.get_by_role("link", name="到大厅排队").click(timeout=WAIT)
    await phone.title("排队取号")
    await phone.page.get_by_role("button", name="综合业务").click(timeout=WAIT)
    await phone.sees("A001")
    await phone.sees("下一个就是您")
    await expect(manager.page.locator("[data-number=A001]")).to_be_visible(timeout=WAIT)
    await expect(board.page.locator(".lines li").first).to_contain_text("1 人在等", timeout=WAIT)

    desk = await _counter(server, screen)
    strip = desk.page.locator("#strip")
    await strip.get_by_role("button", name="开放窗口").click(timeout=WAIT)
    await expect(strip.get_by_role("button", name="叫下一个")).to_be_visible(timeout=WAIT)
    await desk.page.keyboard.press("F2")
    await expect(strip.locator(".strip-number")).to_have_text("A001", timeout=WAIT)
    await expect(board.page.locator(".hero-number")).to_have_text("A001", timeout=WAIT)
    await expect(board.page.locator(".hero-counter")).to_have_text("3 号窗口")
    await board.page.wait_for_function("window.spoken.length === 2", timeout=WAIT)
    assert await board.page.evaluate("window.spoken") == ["请 A 0 0 1 号，到 3 号窗口"] * 2
    await phone.sees("请到 3 号窗口")
    await expect(manager.page.locator("[data-counter='3'] .counter-number")).to_have_text("A001", timeout=WAIT)

    await strip.get_by_role("button", name="开始办理").click()
    await strip.get_by_role("button", name="完成").click(timeout=WAIT)
    await expect(strip.get_by_role("button", name="叫下一个")).to_be_visible(timeout=WAIT)
    await phone.sees("办完")
    await expect(board.page.locator("#hero")).to_contain_text("现在没有叫号", timeout=WAIT)

    for shown in (board, manager.screen, desk.screen, phone.screen):
        assert await shown.sideways() == 0
        assert await shown.barriers() == []
        assert shown.complaints == []


async def test_whoever_was_just_scanned_is_given_a_number(server: Town, screen: NewScreen) -> None:
    phone = await server.resident(0)
    desk = await _counter(server, screen)
    strip = desk.page.locator("#strip")
    await expect(strip).to_be_visible(timeout=WAIT)
    await desk.shoot(await phone.code("01", at=server.now()))
    await expect(desk.result).to_contain_text("有效", timeout=WAIT)
    await strip.get_by_label("业务").select_option("licence", timeout=WAIT)
    await strip.get_by_role("button", name="给 王*兰 发号").click(timeout=WAIT)
    await expect(strip).to_contain_text("B001，前面 0 人，下一个", timeout=WAIT)
    (mine,) = (await phone.must("GET", "/api/v1/queue-tickets"))["tickets"]
    assert (mine["number"], mine["state"]) == ("B001", "waiting")
    assert desk.screen.complaints == []
