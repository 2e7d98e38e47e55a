"""What somebody is typing at the console outlives whatever happens beside it."""

from __future__ import annotations

import asyncio

from playwright.async_api import Route, expect

from tests.browser.conftest import NewScreen
from tests.browser.pages_staff import WAIT, Console
from tests.journeys.town import PEOPLE, Town
from tests.web.rounds_publishing import uploaded

CAMPAIGNS, LISTS = "/console/api/v1/campaigns", "/console/api/v1/people-lists"
NOTICE = {"title": "停水", "body": "周六停水。", "audience": {"region": "", "item": None}, "category": "service"}


async def test_a_reason_outlives_a_notice_that_changed_meanwhile(server: Town, screen: NewScreen) -> None:
    await server.resident(0)
    author = await server.desk("P1", "operator")
    notice = f"{CAMPAIGNS}/{(await author.must('POST', CAMPAIGNS, NOTICE, status=201))['id']}"
    await author.must("POST", f"{notice}/submission", {})
    await server.hire("P2", ["publisher"])
    window = await screen(width=1280)
    console, page = Console(server.origin, window), window.page
    await console.sign_in("/console/approvals", "P2")
    await page.get_by_label("退回的理由").fill("请写明几点到几点")
    await author.must("PUT", notice, {**NOTICE, "body": "周日停水。"})
    await author.must("POST", f"{notice}/submission", {})
    await page.get_by_label("请亲手输入这个人数").fill("1")
    await page.get_by_role("button", name="通过并发送").click()
    await expect(page.locator("#problem")).to_be_visible(timeout=WAIT)
    await expect(page.locator(".approval-body")).to_have_text("周日停水。", timeout=WAIT)
    await expect(page.get_by_label("退回的理由")).to_have_value("请写明几点到几点")
    window.forgive(409)
    await page.get_by_role("button", name="退回修改").click()
    await expect(page.locator("#approvals")).to_contain_text("没有等您审核的消息", timeout=WAIT)
    assert window.complaints == []


async def test_rows_being_put_right_outlive_reading_on(server: Town, screen: NewScreen) -> None:
    await server.resident(0)
    author = await server.desk("P1", "operator")
    sheet = "手机号,地点\n" + "\n".join(f"不知道{line},一楼" for line in range(60))
    made = await author.must("POST", LISTS, data=uploaded(sheet), status=201)
    window = await screen(width=1280)
    console, page = Console(server.origin, window), window.page
    await console.sign_in(f"/console/lists/{made['id']}", "P1")
    rows, more = page.locator("#rows tbody tr"), page.get_by_role("button", name="再看一些")
    await expect(rows).to_have_count(50, timeout=WAIT)
    await rows.nth(0).get_by_role("textbox").nth(1).fill("二楼")
    await page.route("**/rows?*", lambda route: route.fulfill(status=503))
    await more.click()
    await expect(page.get_by_role("alert").get_by_role("button")).to_be_visible(timeout=WAIT)
    await page.unroute("**/rows?*")
    window.forgive(503)
    await page.get_by_role("alert").get_by_role("button").click()
    await expect(rows).to_have_count(60, timeout=WAIT)
    await expect(rows.nth(0).get_by_role("textbox").nth(1)).to_have_value("二楼")
    await rows.nth(0).get_by_role("textbox").nth(0).fill(PEOPLE[0][2])
    await rows.nth(1).get_by_role("textbox").nth(1).fill("三楼")
    await rows.nth(0).get_by_role("button").click()
    await expect(rows.nth(0).get_by_role("textbox")).to_have_count(0, timeout=WAIT)
    await expect(rows.nth(1).get_by_role("textbox").nth(1)).to_have_value("三楼")
    assert window.complaints == []


async def test_rows_that_come_late_stay_out_of_another_look_at_the_list(server: Town, screen: NewScreen) -> None:
    author = await server.desk("P1", "operator")
    sheet = "手机号,地点\n" + "\n".join(f"不知道{line},一楼" for line in range(60))
    made = await author.must("POST", LISTS, data=uploaded(sheet), status=201)
    window = await screen(width=1280)
    console, page = Console(server.origin, window), window.page
    await console.sign_in(f"/console/lists/{made['id']}", "P1")
    rows, more = page.locator("#rows tbody tr"), page.get_by_role("button", name="再看一些")
    await expect(rows).to_have_count(50, timeout=WAIT)
    late: asyncio.Queue[Route] = asyncio.Queue()
    await page.route("**/rows?*after=*", late.put, times=1)
    await more.click()
    held = await late.get()
    async with page.expect_response("**/rows?only=all"):
        await page.get_by_role("button", name="全部").click()
    async with page.expect_response("**/rows?only=bad&after=*"):
        await held.continue_()
    await expect(rows).to_have_count(50, timeout=WAIT)
    await more.click()
    await expect(rows).to_have_count(60, timeout=WAIT)
    assert window.complaints == []


async def test_what_is_changed_of_one_device_outlives_another_and_a_list_that_cannot_be_read(
    server: Town, screen: NewScreen
) -> None:
    for counter in ("11 号窗口", "12 号窗口"):
        await server.invitation(counter)
    await server.hire("A1", ["administrator"])
    window = await screen(width=1280)
    console, page = Console(server.origin, window), window.page
    await console.sign_in("/console/terminals", "A1")
    first, second = (page.locator(".terminal-row", has_text=counter) for counter in ("11 号窗口", "12 号窗口"))
    await first.locator("summary", has_text="修改").click()
    await first.get_by_label("设备名称（可不填）").fill("右侧电脑")
    await second.locator("summary", has_text="停用").click()
    await page.route("**/console/api/v1/terminals?*", lambda route: route.fulfill(status=503))
    await second.get_by_role("button", name="停用这台设备").click()
    again = page.get_by_role("alert").get_by_role("button", name="再试一次")
    await expect(again).to_be_visible(timeout=WAIT)
    await expect(page.locator("#problem")).to_be_hidden()  # the device was withdrawn; only the list is old
    await page.unroute("**/console/api/v1/terminals?*")
    window.forgive(503)
    await again.click()
    await expect(second).to_contain_text("已停用", timeout=WAIT)
    await expect(first.get_by_label("设备名称（可不填）")).to_have_value("右侧电脑")
    assert window.complaints == []
