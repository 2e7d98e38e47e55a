"""Her own data in a browser: what it is used for, a copy, an end that can be undone; and the auditor's page."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from server.domain.privacy import corrections
from server.edges.console import rights_api
from tests.browser.conftest import NewScreen
from tests.browser.pages_phone import WAIT, ResidentPhone
from tests.browser.pages_staff import Console
from tests.journeys.town import PEOPLE, Town

NAME, ID_NUMBER, NUMBER = PEOPLE[0]


async def test_she_refuses_news_takes_her_copy_and_thinks_better_of_leaving(server: Town, screen: NewScreen) -> None:
    await server.resident(0)
    window = await screen(width=360, height=780)
    phone, page = ResidentPhone(server.origin, window, NUMBER), window.page
    await phone.open()
    await phone.sign_in()
    await phone.tab("我")
    await page.get_by_role("link", name="隐私", exact=True).click()
    await phone.press("我已看过")
    await phone.sees("您在")
    await page.get_by_role("switch", name="允许：政策和活动提醒").click()
    await phone.sees("还没发出的不再发")
    assert await window.sideways() == 0
    assert await window.barriers() == []
    await phone.press("停止")
    await phone.sees("已拒绝")
    await page.get_by_role("link", name="我的信息", exact=True).click()
    await phone.press("整理一份")
    await phone.sees("正在整理")
    while await server.services.rights.exports.make_waiting():
        pass
    await expect(page.get_by_role("button", name="下载来看")).to_be_visible(timeout=WAIT)
    async with page.expect_download() as copy:
        await phone.press("下载来看")
    assert (await copy.value).suggested_filename == "my-data.html"
    assert await window.sideways() == 0
    assert await window.barriers() == []
    await phone.back()
    await page.get_by_role("link", name="注销账户", exact=True).click()
    await phone.sees("法律要求")
    assert await window.sideways() == 0
    assert await window.barriers() == []
    await phone.press("申请注销")
    await phone.press("确认申请")
    await phone.press("撤销，继续使用")
    await expect(page.get_by_role("button", name="申请注销")).to_be_visible(timeout=WAIT)
    assert window.complaints == []


async def test_an_auditor_reads_one_persons_part_and_proves_the_record(server: Town, screen: NewScreen) -> None:
    await server.resident(0)
    await server.hire("A8", ["auditor"])
    await server.house.database.unit_of_work("", server.services.seals.seal)
    window = await screen(width=1280)
    console, page = Console(server.origin, window), window.page
    await console.sign_in("/console/audit", "A8")
    await page.get_by_role("button", name="核验记录").click()
    await expect(page.locator("#proof")).to_contain_text("没有改动", timeout=WAIT)
    await page.get_by_role("button", name="查某个人的记录").click()
    await page.get_by_label("姓名", exact=True).fill(NAME)
    await page.get_by_label("证件号码").fill(ID_NUMBER)
    await page.get_by_role("button", name="查询", exact=True).click()
    await expect(page.locator("#about")).to_contain_text("王*兰", timeout=WAIT)
    await expect(page.locator("#entries")).to_contain_text("按人或按工号查审计记录", timeout=WAIT)
    assert await window.sideways() == 0
    assert await window.barriers() == []
    await page.goto(f"{server.origin}/console/processing")
    await expect(page.get_by_role("heading", level=2, name="身份和账户")).to_be_visible(timeout=WAIT)
    assert await window.sideways() == 0
    assert await window.barriers() == []
    assert window.complaints == []


async def test_what_is_typed_for_one_correction_outlives_the_answer_to_another(
    server: Town, screen: NewScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (corrections, rights_api):
        monkeypatch.setattr(room, "PAGE", 2)
    phone = await server.resident(0)
    for said in ("地址写错了", "日期写错了", "电话写错了"):
        await phone.must("POST", "/api/v1/me/corrections", {"category": "cases", "said": said}, status=201)
    await server.hire("H1", ["handler"])
    window = await screen(width=1280)
    console, page = Console(server.origin, window), window.page
    await console.sign_in("/console/corrections", "H1")
    cards = page.locator("#waiting li")
    await expect(cards).to_have_count(2, timeout=WAIT)
    first, second = (cards.filter(has_text=words) for words in ("地址", "日期"))
    await second.get_by_role("textbox").fill("已按户口簿核对")
    await first.get_by_role("textbox").fill("已改")
    await first.get_by_role("button", name="已更正").click()
    await expect(cards).to_have_count(1, timeout=WAIT)
    await expect(second.get_by_role("textbox")).to_have_value("已按户口簿核对")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "cursor=" in request.url else None)
    await page.get_by_role("button", name="再看一些").evaluate("more => { more.click(); more.click() }")
    await expect(cards).to_have_count(2, timeout=WAIT)
    assert len(asked) == 1  # an impatient second press reads nothing twice
    await expect(second.get_by_role("textbox")).to_have_value("已按户口簿核对")
    assert await window.barriers() == []
    assert window.complaints == []
