"""Somebody signs in with a second phone: her earlier account is found and shown, and the two become one."""

from __future__ import annotations

from playwright.async_api import expect

from server.adapters.proofs_standin import SAMPLE_CARD
from tests.browser.conftest import NewScreen
from tests.browser.pages_phone import WAIT, ResidentPhone
from tests.browser.test_acting import looked_at
from tests.journeys.town import PEOPLE, Town

NAME, NUMBER, _ = PEOPLE[0]
SECOND = "15400000077"


async def test_two_accounts_of_one_person_become_one(server: Town, screen: NewScreen) -> None:
    first = await server.resident(0)
    await first.must("POST", "/api/v1/cases", {"item": "elder-card", "draft": True}, status=201)
    standin = server.house.proofs.standin
    assert standin is not None
    standin.phones = {**standin.phones, SECOND: NUMBER}
    shown = await screen(width=360, height=780)
    phone = ResidentPhone(server.origin, shown, SECOND)
    await phone.open()
    await phone.sign_in()
    await expect(phone.main.get_by_role("link", name="出示一码")).to_be_visible(timeout=WAIT)
    page = phone.page
    await page.goto(f"{server.origin}/m/#/pages/verify/verify")
    await page.get_by_label("姓名").fill(NAME)
    await page.locator("#at-id_number-box input").fill(NUMBER)
    await phone.press("核对身份")
    await phone.sees("您在这里已有一个账号")
    await looked_at(shown, "merge-found")
    await page.get_by_text("去合并").click()
    await phone.sees("先确认是您本人")
    await looked_at(shown, "merge-prove")
    await page.get_by_role("button", name="手机号加银行卡").click()
    await page.get_by_role("button", name="核对", exact=True).click(timeout=WAIT)
    await page.get_by_label("银行卡号").fill(SAMPLE_CARD)
    await page.get_by_role("button", name="核对", exact=True).click()
    await phone.sees("原来的账号")
    await looked_at(shown, "merge-both")
    await phone.press("合成一个账号")
    await expect(page.get_by_role("alertdialog")).to_be_visible(timeout=WAIT)
    await looked_at(shown, "merge-ask")
    await page.get_by_role("alertdialog").get_by_role("button", name="合成一个账号").click()
    await phone.sees("已经合成一个账号")
    await looked_at(shown, "merge-done")
    await page.goto(f"{server.origin}/m/#/pages/mydata/mydata")
    await phone.sees("新的姓名")
    shown.forgive(409)
    assert shown.complaints == []
