"""An emergency notice at the console, by three people; and a text message that anybody may check."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from config.floor.unit import LEGAL_ZONE
from tests.browser.conftest import NewScreen
from tests.browser.pages_staff import Console
from tests.journeys.town import Town


async def test_an_emergency_is_written_by_one_and_released_by_two(server: Town, screen: NewScreen) -> None:
    await server.resident()
    for number, role in (("O1", "operator"), ("P1", "publisher"), ("P2", "publisher")):
        await server.hire(number, [role])
    desk = await screen(width=1280)
    page = desk.page
    await Console(server.origin, desk).sign_in("/console/campaigns/new", "O1")
    await page.get_by_label("标题", exact=True).fill("暴雨红色预警")
    await page.get_by_label("正文", exact=True).fill("请远离河道，待在室内。")
    await expect(page.get_by_label("失效时间（北京时间）")).to_be_hidden()
    await page.get_by_label("紧急通知").check()
    ends = (datetime.now(UTC) + timedelta(hours=3)).astimezone(LEGAL_ZONE)
    await page.get_by_label("失效时间（北京时间）").fill(ends.strftime("%Y-%m-%dT%H:%M"))
    await page.get_by_label("这是演练").check()
    await expect(page.locator("#findings")).to_contain_text("紧急通知要选定一个地区")
    await page.get_by_label("地区", exact=True).select_option("本市全部地区")
    await expect(page.locator("#phone")).to_contain_text("【演练】")
    await expect(page.locator("#findings")).to_contain_text("没有妨碍发送的问题")
    assert await desk.sideways() == 0
    assert await desk.barriers() == []
    await page.get_by_role("button", name="提交审核").click()
    await expect(page.locator("#standing")).to_contain_text("等待审核")
    for number, press, said in (
        ("P1", "批准（还要另一位）", "等另一位审核人批准后发送"), ("P2", "通过并发送", "已通过，正在发送"),
    ):  # fmt: skip
        other = await screen(width=1280)
        await Console(server.origin, other).sign_in("/console/approvals", number)
        await expect(other.page.get_by_text("紧急通知（演练）")).to_be_visible()
        await other.page.locator("input[id^=people-]").fill("1")
        await other.page.get_by_role("button", name=press).click()
        await expect(other.page.get_by_text(said)).to_be_visible()
        assert other.complaints == []
    assert desk.complaints == []


async def test_anybody_may_ask_whether_a_text_message_is_ours(server: Town, screen: NewScreen) -> None:
    phone = await screen(width=360)
    page = phone.page
    await page.goto(f"{server.origin}/m/")
    await page.get_by_role("link", name="短信验真").or_(page.get_by_role("button", name="短信验真")).first.click()
    await page.get_by_label("短信全文").fill("请点 evil.com 领取补贴")
    await page.get_by_role("button", name="查一查").click()
    await expect(page.get_by_text("这不等于它就是假的")).to_be_visible()
    assert await phone.sideways() == 0
    assert await phone.barriers() == []
    assert phone.complaints == []
