"""A passkey in a real browser: added at the console, then shown at the sign-in and at a locked page."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import NewScreen, Screen
from tests.browser.pages_staff import WAIT, Console
from tests.journeys.town import PASSWORD, Town

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


async def _with_authenticator(window: Screen) -> None:
    """This computer's own, in software, as Chromium has it for tests."""
    session = await window.context.new_cdp_session(window.page)
    await session.send("WebAuthn.enable")
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


async def test_she_adds_a_passkey_and_comes_in_with_it(server: Town, screen: NewScreen) -> None:
    await server.hire("H8", ["handler"])
    window = await screen(width=360, height=780)
    page = window.page
    await _with_authenticator(window)
    origin = server.origin.replace("127.0.0.1", "localhost")  # a passkey is bound to a name
    await Console(origin, window).sign_in("/console", "H8")
    await page.get_by_role("link", name="登录方式", exact=True).click()
    await page.get_by_role("button", name="添加通行密钥").click()
    await expect(page.get_by_role("alert")).to_contain_text("请先给通行密钥起个名字", timeout=WAIT)
    await page.get_by_label("给它起个名字").fill("办公电脑")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="办公电脑")).to_be_visible(timeout=WAIT)
    await expect(page.get_by_text("这是您唯一的登录方式")).to_be_visible()
    assert await window.sideways() == 0
    assert await window.barriers() == []
    await page.get_by_label("给它起个名字").fill("再来一次")
    await page.get_by_role("button", name="添加通行密钥").click()
    await expect(page.get_by_role("alert")).to_contain_text("这把已经添加过", timeout=WAIT)
    await page.get_by_role("button", name="退出").click()
    await expect(page).to_have_url(f"{origin}/console/sign-in", timeout=WAIT)
    await page.get_by_label("工号").fill("H8")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).click()
    await expect(page.get_by_role("button", name="用通行密钥登录")).to_be_focused(timeout=WAIT)
    assert await window.barriers() == []
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{origin}/console", timeout=WAIT)
    await page.wait_for_load_state()
    await page.evaluate("document.dispatchEvent(new CustomEvent('locked'))")
    locked = page.get_by_role("dialog")
    await locked.get_by_label("密码").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await locked.get_by_role("button", name="用通行密钥确认").click()
    await expect(locked).to_be_hidden(timeout=WAIT)
    window.forgive(401)
    assert window.complaints == []
