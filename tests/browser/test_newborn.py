"""A mother registers her newborn on the phone; two members of staff compare it, and she acts for the child."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from config.floor.unit import legal_day
from server.domain.delegations import newborn_rows
from tests.browser.conftest import NewScreen
from tests.browser.pages_phone import PHOTO, WAIT
from tests.browser.pages_staff import Console, CounterDesk
from tests.browser.test_acting import looked_at
from tests.browser.test_showing import her_phone
from tests.domain.delegations.family import DAUGHTER, trusted
from tests.domain.delegations.test_newborns import asked, day, mine
from tests.journeys.town import Town


async def test_a_newborn_begun_on_the_phone_becomes_a_child_she_acts_for(
    server: Town, screen: NewScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newborn_rows, "PAGE", 1)
    phone = await her_phone(server, screen)
    await trusted(server)
    page, shown = phone.page, phone.screen
    await page.goto(f"{server.origin}/m/#/pages/delegations/delegations")
    await page.get_by_role("link", name="登记新生儿").click(timeout=WAIT)
    await phone.press("提出登记")
    await expect(page.get_by_role("alert")).to_contain_text("请上传出生证照片", timeout=WAIT)
    await looked_at(shown, "newborn-faults")
    await page.get_by_text("母亲", exact=True).click()
    await page.get_by_label("出生日期").fill(legal_day(datetime.fromtimestamp(server.now(), UTC)).isoformat())
    await page.get_by_label("出生证编号").fill("SAMPLE 2026 0001")
    await phone.hand_in("出生医学证明", PHOTO)
    await looked_at(shown, "newborn-form")
    await phone.press("提出登记")
    await phone.sees("等待核对")
    await looked_at(shown, "newborn-asked")
    await asked(server, 1, certificate_no="SAMPLE 2026 0002", relation="father")
    desks = []
    for number in ("C7", "C8"):
        await server.hire(number, ["clerk"])
        desk = Console(server.origin, await screen(width=1280))
        await desk.sign_in("/console/delegations", number)
        desks.append(desk)
    one, two = desks
    await one.page.get_by_role("button", name="打开核对").click(timeout=WAIT)
    await one.page.get_by_role("button", name="看出生证图片").click(timeout=WAIT)
    await expect(one.page.get_by_role("img", name="出生证")).to_be_visible(timeout=WAIT)
    await expect(one.page.locator("#newborns")).to_contain_text("SAMPLE20260001")
    await looked_at(one.screen, "newborn-desk")
    await one.page.get_by_role("button", name="与出生证一致，交同事确认").click()
    await expect(one.page.locator("#delegations")).to_contain_text("王*兰 代 王**婴", timeout=WAIT)
    await expect(one.page.locator("#newborns")).to_contain_text("****0002", timeout=WAIT)  # the next page, by itself
    await looked_at(one.screen, "newborn-passed-on")
    await phone.sees("已核对，等待确认")
    await two.page.reload()
    await two.page.locator("#delegations").get_by_role("button", name="打开核对").click(timeout=WAIT)
    await expect(two.page.locator("#delegations")).to_contain_text("SAMPLE20260001", timeout=WAIT)
    await two.page.get_by_role("button", name="核对无误，确认").click(timeout=WAIT)
    await phone.sees("已登记")
    await looked_at(shown, "newborn-done")
    await page.get_by_role("link", name="去“授权代办”").click()
    await expect(page.get_by_role("link", name="补登孩子的身份证号")).to_be_visible(timeout=WAIT)
    await looked_at(shown, "newborn-ward")
    assert shown.complaints == [] and one.screen.complaints == [] and two.screen.complaints == []


async def test_a_counter_with_the_paper_in_hand_goes_on_with_what_was_asked_on_the_phone(
    server: Town, screen: NewScreen
) -> None:
    phone, _ = await asked(server)
    await server.hire("C7", ["clerk"], counter="7 号窗口")
    desk = CounterDesk(server.origin, await screen(width=1280))
    await desk.open_for("C7", "办事")
    page = desk.page
    await page.get_by_role("link", name="授权代办").click()
    await page.get_by_label("新生儿，还没有身份证号").check()
    await page.get_by_label("出生证编号").fill("SAMPLE 0002")
    await page.get_by_label("出生日期").fill(day(server).isoformat())
    await page.locator("#helper-name").fill(str(DAUGHTER["name"]))
    await page.locator("#helper-id").fill(str(DAUGHTER["id_number"]))
    await page.get_by_label("我已核对出生证原件").check()
    await page.get_by_role("button", name="记录授权").click()
    await expect(page.get_by_role("alert")).to_contain_text("可能是同一个孩子", timeout=WAIT)
    await expect(page.get_by_label("是另一个孩子")).to_be_visible()
    await looked_at(desk.screen, "newborn-counter")
    await page.get_by_label("出生证编号").fill("SAMPLE 2026 0001")
    await page.get_by_role("button", name="记录授权").click()
    await expect(page.locator("#found")).to_contain_text("王*兰 代 王**婴", timeout=WAIT)
    assert (await mine(phone))["state"] == "recorded"
    await looked_at(desk.screen, "newborn-counter-recorded")
