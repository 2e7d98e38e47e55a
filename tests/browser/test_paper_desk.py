"""The paper desk in a browser: card in hand, two presses, a sheet; and the administrator's page of conflicts."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewScreen, Screen
from tests.browser.pages_staff import Console, enrol
from tests.domain.credentials.test_over_http import ordered
from tests.domain.visits.test_offline_reads import bring, read_of
from tests.journeys.town import PASSWORD, Town


async def at_the_paper_desk(server: Town, screen: Screen) -> None:
    await server.hire("C7", ["clerk"])
    await enrol(server, screen.page, "7 号窗口")
    await screen.page.goto(f"{server.origin}/counter")
    await screen.page.get_by_label("工号").fill("C7")
    await screen.page.get_by_label("密码").fill(PASSWORD)
    await screen.page.get_by_role("button", name="登录").click()
    await screen.page.get_by_role("link", name="打印纸质凭证、挂失").click()
    await expect(screen.page.locator("html[data-ready=yes]")).to_be_attached()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (768, True)])
async def test_two_presses_after_the_number(server: Town, screen: NewScreen, width: int, dark: bool) -> None:
    desk = await screen(width=width, dark=dark)
    await at_the_paper_desk(server, desk)
    page = desk.page
    await page.get_by_label("姓名", exact=True).fill("王德水")
    await page.get_by_label("证件号码").fill("511602 1825 0312 1178")
    await page.get_by_role("button", name="证件在手，核对并打印").click()
    await expect(page.locator(".error-summary")).to_be_visible()
    desk.forgive(422)
    await page.get_by_label("姓名", exact=True).fill("王德山")
    await page.get_by_role("button", name="证件在手，核对并打印").click()
    await expect(page.locator("#result h2")).to_have_text("王*山 · 姓名和证件后四位", timeout=30_000)
    await expect(page.get_by_role("button", name="打印", exact=True)).to_be_visible()
    assert str(await page.locator("iframe").get_attribute("src")).startswith("blob:")
    assert await desk.sideways() == 0
    assert await desk.barriers() == []
    await page.get_by_role("button", name="挂失", exact=True).click()
    await page.get_by_role("button", name="确认挂失").click()
    await expect(page.locator("#result h2")).to_have_text("王*山 已挂失")
    assert desk.complaints == []


async def test_an_administrator_sees_both_counters_and_suspends(server: Town, screen: NewScreen) -> None:
    phone, three, five = await server.resident(), await server.counter(), await server.counter("C5", "5 号窗口")
    paper = await ordered(phone, "T1")
    await bring(three, await read_of(server, paper, three, ago=300, card_in_hand=True))
    assert (await five.scan(paper["text"], "apply_here")).status == 200
    await server.hire("A7", ["administrator"])
    desk = await screen(width=1280)
    console = Console(server.origin, desk)
    await console.sign_in("/console/conflicts", "A7")
    page = desk.page
    card = page.locator(".conflict")
    await expect(card).to_contain_text("3 号窗口")
    await expect(card).to_contain_text("5 号窗口")
    assert await desk.sideways() == 0
    assert await desk.barriers() == []
    await page.get_by_role("button", name="暂停这份凭证").click()
    await expect(page.get_by_text("没有等您看的冲突")).to_be_visible()
    await page.get_by_role("link", name="全部").click()
    await expect(card).to_contain_text("A7")
    await expect(card).to_contain_text("已暂停，等待核实")
    assert desk.complaints == []
