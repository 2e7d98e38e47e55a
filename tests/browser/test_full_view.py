"""A handler sees a case masked; the whole comes after a reason, for a minute, and the resident finds who saw it. What a
colleague has in hand opens after a reason too, and then without another one."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import NewScreen
from tests.browser.test_acting import looked_at
from tests.browser.test_console import a_case, at_the_console, second_desk
from tests.journeys.town import PEOPLE, Town

NAME, ID_NUMBER, NUMBER = PEOPLE[0]


async def test_the_whole_is_seen_for_a_reason_and_masked_again(server: Town, screen: NewScreen) -> None:
    case_no = await a_case(server)
    shown = await screen(width=1280)
    page = await at_the_console(server, shown, "H1", ["handler"])
    await page.goto(f"{server.origin}/console/cases/{case_no}")
    opener = page.get_by_role("button", name="查看完整信息")
    await expect(opener).to_be_visible()
    assert ID_NUMBER not in await page.content() and NUMBER not in await page.content()
    await opener.click()
    see = page.get_by_role("button", name="查看", exact=True).first
    await see.click()
    await expect(page.get_by_role("alert").filter(has_text="请至少选一项")).to_be_visible()
    await page.get_by_label("证件号码").check()
    await page.get_by_label("为什么看").select_option("examine")
    await page.get_by_label("具体说明").fill("和材料上的号码逐位核对")
    await looked_at(shown, "full-view")
    await see.click()
    await expect(page.locator(".full-view")).to_contain_text(ID_NUMBER)
    await expect(page.locator(".full-view")).not_to_contain_text(NUMBER)
    await page.get_by_role("button", name="看完了，遮住").click()
    await expect(opener).to_be_focused()
    assert ID_NUMBER not in await page.content(), "kept nowhere"
    phone = await server.resident()
    looks = (await phone.must("GET", "/api/v1/looks"))["looks"]
    assert [(one["fields"], one["staff_no"]) for one in looks if "完整" in one["what"]] == [(["完整证件号码"], "H1")]
    assert shown.complaints == []


async def test_files_and_papers_of_a_colleagues_case_open_after_a_reason(server: Town, screen: NewScreen) -> None:
    case_no = await a_case(server)
    colleague = await second_desk(server, "H2")
    await colleague.act(case_no, "receive")
    await colleague.act(case_no, "accept")
    shown = await screen(width=1280)
    page = await at_the_console(server, shown, "H1", ["handler"])
    await page.goto(f"{server.origin}/console/cases/{case_no}")
    first = page.locator(".materials button").first
    await expect(first).to_have_text("打开")
    await expect(page.locator(".papers a")).to_have_count(0)
    await first.click()
    await expect(page.get_by_label("为什么看")).to_be_focused()
    await page.get_by_label("为什么看").select_option("complaint")
    await page.get_by_label("具体说明").fill("本人来电问办到哪一步")
    await looked_at(shown, "papers-asked")
    await page.get_by_role("button", name="说明理由", exact=True).click()
    await expect(first).to_have_text("查看")
    await expect(first).to_be_focused()
    await first.click()
    await expect(page.locator(".material-view")).to_be_visible()
    await expect(page.locator(".papers a").first).to_be_visible()
    await page.get_by_role("button", name="查看完整信息").click()
    await expect(page.get_by_label("为什么看")).to_have_count(0)
    await page.get_by_label("证件号码").check()
    await looked_at(shown, "papers-opened")
    await page.locator(".full-view .button-primary").click()
    await expect(page.locator(".full-view")).to_contain_text(ID_NUMBER)
    assert shown.complaints == []
