"""Registered terminals in real browsers: invited in the console, enrolled at the desk, handed over, withdrawn."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import NewScreen, Screen
from tests.browser.pages_staff import WAIT, Console, CounterDesk, enrol
from tests.browser.test_counter import fresh_code, type_in
from tests.journeys.town import Town

EXPORT = """async () => {
  const { key } = await (await import("/static/counter/terminal.js")).own();
  return crypto.subtle.exportKey("jwk", key).then(() => "exported", (error) => error.name);
}"""


async def invites(server: Town, screen: Screen) -> str:
    """An administrator fills the form; the one-time code, as it stands on the page."""
    await server.hire("A1", ["administrator"])
    console = Console(server.origin, screen)
    await console.sign_in("/console", "A1")
    await console.go("窗口设备")
    page = console.page
    await page.get_by_label("大厅").fill("政务大厅")
    await page.get_by_label("窗口", exact=True).fill("12 号窗口")
    await page.get_by_label("设备名称（可不填）").fill("左侧电脑")
    await page.get_by_role("button", name="给登记码").click()
    code = page.locator(".terminal-code")
    await expect(code).to_be_visible(timeout=WAIT)
    await expect(page.locator(".terminal-row")).to_contain_text("等待登记")
    return await code.inner_text()


async def test_a_device_is_invited_enrolled_and_withdrawn(server: Town, screen: NewScreen) -> None:
    await server.hire("C1", ["clerk"])
    office, desk = await screen(width=360), await screen()
    code = await invites(server, office)
    assert (await office.sideways(), await office.barriers()) == (0, [])
    await desk.page.route("**/tour/api/v1/terminals", lambda route: route.abort())  # no help from the demonstration
    await desk.page.goto(f"{server.origin}/counter/enrol")
    await desk.page.get_by_label("登记码").fill("AAAA-BBBB")
    await desk.page.get_by_role("button", name="登记这台设备").click()
    await expect(desk.page.locator(".error-summary")).to_contain_text("登记码不对", timeout=WAIT)
    desk.forgive(403)
    await desk.page.get_by_label("登记码").fill(code)
    await desk.page.get_by_role("button", name="登记这台设备").click()
    await expect(desk.page.locator("#done-words")).to_contain_text("12 号窗口", timeout=WAIT)
    clerk = CounterDesk(server.origin, desk)
    await clerk.open_for("C1", "办事")
    await expect(desk.page.locator(".bar-who")).to_contain_text("起当班")
    refused = await desk.page.evaluate(EXPORT)
    assert refused == "InvalidAccessError"  # the key never leaves the browser
    await office.page.reload()
    row = office.page.locator(".terminal-row")
    await expect(row).to_contain_text("使用中", timeout=WAIT)
    await expect(row).to_contain_text("C1")
    assert await office.barriers() == []
    await row.locator("summary", has_text="停用").click()
    await row.get_by_role("button", name="停用这台设备").click()
    await expect(row).to_contain_text("已停用", timeout=WAIT)
    await type_in(desk, "9" * 34)
    await expect(desk.page).to_have_url(f"{server.origin}/counter/sign-in", timeout=WAIT)
    assert office.complaints == []


async def test_the_way_in_says_when_this_device_is_not_enrolled(server: Town, screen: NewScreen) -> None:
    shown = await screen(width=360, dark=True)
    await shown.page.route(
        "**/tour/api/v1/terminals", lambda route: route.fulfill(status=404, json={"code": "not-found"})
    )
    await shown.page.goto(f"{server.origin}/counter/sign-in")
    await expect(shown.page.locator("#enrol")).to_contain_text("这台设备还没有登记", timeout=WAIT)
    await expect(shown.page.locator("#form")).to_be_hidden()
    assert (await shown.sideways(), await shown.barriers()) == (0, [])
    await shown.page.get_by_role("link", name="登记这台设备").click()
    await expect(shown.page.locator("#code")).to_be_focused()
    assert (await shown.sideways(), await shown.barriers()) == (0, [])


async def test_a_demonstration_enrols_a_new_browser_by_itself_and_says_so(server: Town, screen: NewScreen) -> None:
    await server.hire("C1", ["clerk"], counter="3 号窗口")
    await server.hire("C2", ["clerk"])
    phone, shown = await server.resident(), await screen()
    await shown.page.goto(f"{server.origin}/counter/sign-in")
    await expect(shown.page.locator("#device")).to_have_text("演示：这台设备已登记为 3 号窗口", timeout=WAIT)
    desk = CounterDesk(server.origin, shown)
    await desk.open_for("C1", "办事")
    await type_in(shown, await fresh_code(server, phone))
    await expect(desk.result.locator(".verdict-ok")).to_be_visible(timeout=WAIT)
    other = await shown.context.new_page()  # the next clerk sits down before the earlier one has left
    await other.goto(f"{server.origin}/counter/sign-in")
    await expect(other.locator("#device")).to_contain_text("现在当班：员工C1（C1）", timeout=WAIT)
    assert shown.complaints == []


async def test_a_wrong_clock_is_told_at_the_desk(server: Town, screen: NewScreen) -> None:
    shown = await screen()
    await enrol(server, shown.page, "7 号窗口")
    await shown.page.clock.install()
    await shown.page.clock.fast_forward(600_000)
    await shown.page.goto(f"{server.origin}/counter/sign-in")
    told = shown.page.locator("#device")
    await expect(told).to_contain_text("这台设备的时钟不准", timeout=WAIT)
    await expect(told).to_contain_text("自动校时")
