"""A scan is seen at once by whom it concerns, though it posts no message: on the code page and on the home page."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.conftest import NewScreen
from tests.browser.pages_phone import WAIT, ResidentPhone
from tests.journeys.town import PEOPLE, Town

_HIDDEN = """() => {
  const tabs = document.querySelector(".tabs").getBoundingClientRect().top
  const asked = [...document.querySelectorAll(".paper-white, .scenes, .pair .tap")]
  const ends = asked.map((one) => [one.className, Math.ceil(one.getBoundingClientRect().bottom)])
  return ends.filter(([, end]) => end > tabs)
}"""  # what a person must scroll for


async def test_a_scan_shows_at_once_on_the_code_page_and_at_home(server: Town, screen: NewScreen) -> None:
    await server.resident(0)  # verified before
    clerk = await server.counter()
    shown = await screen(width=360, height=780)
    phone = ResidentPhone(server.origin, shown, PEOPLE[0][2])
    await phone.already_in("code")
    digits = phone.main.locator(".code-digits")
    await expect(digits).to_have_text(re.compile(r"\d{4} \d"), timeout=WAIT)
    code = re.sub(r"\D", "", await digits.inner_text())
    assert await phone.page.evaluate(_HIDDEN) == []

    seen = await clerk.scan(code, "hall_queue")
    assert seen.status == 200, str(seen)
    await expect(phone.main.get_by_text(re.compile("3 号窗口刚看过您的码"))).to_be_visible(timeout=WAIT)
    assert await phone.page.evaluate(_HIDDEN) == []

    await phone.tab("首页")
    row = phone.main.get_by_role("link").filter(has_text="3 号窗口扫了您的码")
    await expect(row).to_be_visible(timeout=WAIT)
    await expect(row).not_to_contain_text("码已用过")
    again = await clerk.scan(code, "hall_queue")
    assert again.body["code"] == "code-used"
    await expect(row).to_contain_text("码已用过", timeout=WAIT)  # without a reload
    await row.click()
    await phone.title("谁看过我")
    shown.forgive(409)
    assert shown.complaints == []
