"""Somebody fills in a form that needs a surer identity: it is proven in place, without a face, and the form goes on."""

from __future__ import annotations

from playwright.async_api import expect

from server.adapters.proofs_standin import SAMPLE_CARD
from tests.browser.conftest import NewScreen
from tests.browser.pages_phone import WAIT, ResidentPhone
from tests.browser.test_acting import looked_at
from tests.journeys.town import PEOPLE, Town


async def test_an_action_goes_on_after_proving_in_place(server: Town, screen: NewScreen) -> None:
    await server.resident(0)  # known by name and number, no more
    shown = await screen(width=360, height=780)
    phone = ResidentPhone(server.origin, shown, PEOPLE[0][2])
    await phone.open()
    await phone.sign_in()
    await expect(phone.main.get_by_role("link", name="出示一码")).to_be_visible(timeout=WAIT)
    page = phone.page
    await page.goto(f"{server.origin}/m/#/pages/delegate/delegate?side=principal")
    await page.get_by_label("对方姓名").fill(PEOPLE[2][0])
    await page.get_by_label("对方手机号").fill(PEOPLE[2][2])
    await page.get_by_label("子女").check()
    await page.get_by_label("全部事项和出示一码").check()
    await phone.press("下一步")
    await phone.press("发出授权")
    sheet = page.get_by_role("dialog", name="先确认是您本人")
    await expect(sheet).to_be_visible(timeout=WAIT)
    await expect(sheet.get_by_text("不刷脸").first).to_be_visible()
    await looked_at(shown, "step-up")
    await sheet.get_by_role("button", name="手机号加银行卡").click()
    await sheet.get_by_role("button", name="核对", exact=True).click(timeout=WAIT)
    await sheet.get_by_label("银行卡号").fill(SAMPLE_CARD)
    await sheet.get_by_role("button", name="核对", exact=True).click()
    await phone.title("我代办的人 / 替我办事的人")
    await phone.sees("等待确认")
    await page.goto(f"{server.origin}/m/#/pages/verify/verify")
    await phone.sees("已确认是本人")
    await phone.sees("手机号加银行卡")
    await looked_at(shown, "my-identity")
