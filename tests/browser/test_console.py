"""The console in a real browser: deciding a case, writing and releasing a notice, reading the record."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.conftest import NewScreen, Screen
from tests.journeys.forms import fill, materials
from tests.journeys.people import Desk
from tests.journeys.town import PASSWORD, Town

LOOKS = ((360, False), (768, True), (1280, False))
ITEM = "printing-licence"


async def at_the_console(server: Town, screen: Screen, staff_no: str, roles: list[str]) -> Page:
    """A member of staff signs in and has today before them."""
    await server.hire(staff_no, roles)
    page = screen.page
    await page.goto(f"{server.origin}/console")
    await page.get_by_label("工号").fill(staff_no)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="今天", exact=True)).to_be_visible()
    return page


async def a_case(server: Town) -> str:
    """A resident applies with everything the item asks for."""
    phone = await server.resident()
    item = await phone.must("GET", f"/api/v1/items/{ITEM}")
    body = {"item": ITEM, "answers": fill(item), "materials": await materials(phone, item)}
    return str((await phone.must("POST", "/api/v1/cases", body, status=201))["case_no"])


async def second_desk(server: Town, staff_no: str) -> Desk:
    """A colleague at another screen."""
    await server.hire(staff_no, ["handler"])
    desk = await server.invite(Desk(server.origin, staff_no, PASSWORD))
    await desk.sign_in()
    return desk


async def test_pages_fit_and_hinder_nobody(server: Town, screen: NewScreen) -> None:
    case_no = await a_case(server)
    shown = await screen()
    page = await at_the_console(server, shown, "H1", ["handler", "operator", "publisher", "auditor"])
    places = ("", "/cases", f"/cases/{case_no}", "/campaigns", "/campaigns/new", "/approvals", "/audit")
    for place in places:
        await page.goto(f"{server.origin}/console{place}")
        await expect(page.locator("#page [aria-busy]")).to_have_count(0)
        for width, dark in LOOKS:
            await shown.as_seen(width, dark=dark)
            assert await shown.sideways() <= 0, (place, width)
            assert await shown.barriers() == [], (place, width)
    assert shown.complaints == []


async def test_one_correction_notice_names_everything(server: Town, screen: NewScreen) -> None:
    case_no = await a_case(server)
    shown = await screen(width=1280)
    page = await at_the_console(server, shown, "H1", ["handler"])
    await page.goto(f"{server.origin}/console/cases")
    await page.locator(".case-row a").click()
    await page.locator("#case button.button-primary").click()
    await expect(page.locator(".case-head")).to_contain_text("已收件")
    await page.locator("#action-request_correction summary").click()
    await page.locator("#action-request_correction button[type=submit]").click()
    await expect(page.locator("#problem")).to_be_focused()
    await expect(page.locator("#problem")).to_contain_text("请至少勾选一项")
    boxes = page.locator(".correction input[type=checkbox]")
    for number, reason in ((0, "名称和执照不一致"), (2, "门牌号没有写全")):
        await boxes.nth(number).check()
        await page.keyboard.type(reason)
    await page.get_by_role("button", name="发出补正告知书（2 项）").click()
    await expect(page.locator(".case-head")).to_contain_text("补正")
    await expect(page.locator(".papers")).to_contain_text("补正告知书")
    assert shown.complaints == []
    assert case_no in page.url


async def test_a_stale_page_keeps_the_words_and_says_so(server: Town, screen: NewScreen) -> None:
    case_no = await a_case(server)
    colleague = await second_desk(server, "H2")
    await colleague.act(case_no, "receive")
    shown = await screen(width=1280)
    page = await at_the_console(server, shown, "H1", ["handler"])
    await page.goto(f"{server.origin}/console/cases/{case_no}")
    await page.locator("#action-not_accept summary").click()
    await page.locator("#opinion-not_accept").fill("不属于本机关职权范围")
    await colleague.act(case_no, "accept")
    await page.locator("#action-not_accept button[type=submit]").click()
    await expect(page.locator("#problem")).to_contain_text("刚刚被别人改动")
    await expect(page.locator(".case-head")).to_contain_text("已受理")
    shown.forgive(409)
    assert shown.complaints == []


async def test_a_notice_needs_two_people_and_the_number_typed(server: Town, screen: NewScreen) -> None:
    await server.resident()
    writer = await screen(width=1280)
    page = await at_the_console(server, writer, "P1", ["operator", "publisher"])
    await page.goto(f"{server.origin}/console/campaigns/new")
    await page.get_by_label("标题", exact=True).fill("大厅周末照常办事")
    await page.get_by_label("正文", exact=True).fill("您好，")
    await page.get_by_role("button", name="((姓名))").click()
    await expect(page.locator("#body")).to_have_value("您好，((姓名))")
    await expect(page.locator("#phone")).to_contain_text("您好，")
    await expect(page.locator("#phone")).not_to_contain_text("((姓名))")
    await page.get_by_label("什么时候发").fill("2030-11-26T18:00")
    await expect(page.locator("#schedule + .instant-words")).to_have_text("2030年11月26日 周二 18:00")
    await page.get_by_label("什么时候发").fill("")
    await expect(page.locator("#schedule + .instant-words")).to_be_hidden()
    await page.get_by_role("button", name="提交审核").click()
    await expect(page.locator("#standing")).to_contain_text("等待审核")
    await page.goto(f"{server.origin}/console/approvals")
    await expect(page.locator("#approvals")).to_contain_text("不能由您审核")
    assert writer.complaints == []

    approver = await screen(width=1280)
    page = await at_the_console(server, approver, "P2", ["publisher"])
    await page.goto(f"{server.origin}/console/approvals")
    people = page.get_by_label("请亲手输入这个人数")
    await people.fill("999")
    await page.get_by_role("button", name="通过并发送").click()
    await expect(page.locator("#problem")).to_contain_text("不一样")
    await people.fill("1")
    await page.get_by_role("button", name="通过并发送").click()
    await expect(page.locator("#approvals")).to_contain_text("没有等您审核的消息")
    assert approver.complaints == []


async def test_the_record_is_for_auditors(server: Town, screen: NewScreen) -> None:
    await a_case(server)
    shown = await screen(width=1280)
    page = await at_the_console(server, shown, "A1", ["auditor"])
    await expect(page.locator(".entries")).to_contain_text("提交申请")
    other = await screen(width=1280)
    page = await at_the_console(server, other, "P1", ["operator"])
    answer = await page.goto(f"{server.origin}/console/audit")
    assert answer is not None
    assert answer.status == 403


async def test_what_cannot_be_put_away_says_so_and_stays(server: Town, screen: NewScreen) -> None:
    author = await server.desk("P5", "operator")
    words = {"name": "提醒", "category": "service", "title": "可以办了", "body": "((姓名))您好，可以办了。"}
    made = await author.must("POST", "/console/api/v1/notice-templates", words, status=201)
    await author.must("POST", "/console/api/v1/segments", {"name": "大家", "rules": {}}, status=201)
    shown = await screen(width=1280)
    page = await at_the_console(server, shown, "P1", ["operator"])
    await page.goto(f"{server.origin}/console/templates/new")
    await expect(page.get_by_role("heading", name="用在哪里")).to_be_hidden()  # of what is not saved yet
    for place, part in ((f"templates/{made['id']}", "#standing"), ("audience", "#segments")):
        await page.goto(f"{server.origin}/console/{place}")
        away = page.locator(part).get_by_role("button", name="收起")
        await expect(away).to_be_visible()
        await page.route("**/console/api/v1/**", lambda route: route.fulfill(status=503))
        await away.click()
        await expect(page.locator("#problem")).to_be_visible()
        await page.unroute("**/console/api/v1/**")
        await away.click()
        await expect(away).to_have_count(0)
        await expect(page.locator("#problem")).to_be_hidden()
    shown.forgive(503)
    assert shown.complaints == []
