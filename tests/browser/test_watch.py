"""A campaign watched while it goes out: the bar moves by itself, a pause is there at once, it goes on, its result is
told, and who steered it is on record."""

from __future__ import annotations

from playwright.async_api import Page, expect

from config.floor.unit import Unit
from notify.campaign_rules import CampaignWords
from tests.browser.conftest import NewScreen
from tests.browser.test_console import at_the_console
from tests.journeys.town import PORTAL, REGION, Town
from tests.soak.residents import register

PEOPLE = 200
SETTLED = "document.querySelector('.watch-long').value"


async def _released(server: Town) -> str:
    """A notice to everybody, forty deliveries a second, released by somebody else."""
    campaigns = server.services.campaigns
    writer, reader = await server.desk("O1", "operator"), await server.desk("P2", "publisher")
    words = CampaignWords("看着它发出去", "您好，这条消息正在发给所有人。", "service")

    async def ready(unit: Unit) -> str:
        actor = (await server.services.staff.by_number(unit, "O1")).actor
        made = await campaigns.draft(unit, actor, REGION, words)
        await campaigns.slow(unit, made.id, 40)
        return str((await campaigns.submit(unit, actor, made.id)).id)

    campaign = await server.house.database.unit_of_work(PORTAL, ready)
    path = f"/console/api/v1/campaigns/{campaign}"
    seen = await writer.must("GET", path)
    approval = {"content_hash": seen["content_hash"], "people": seen["people"]}
    await reader.must("POST", f"{path}/approval", approval)
    return campaign


async def _moves(page: Page) -> float:
    """Wait until more is settled, with nobody asking the page again; how much."""
    figure = page.locator(".watch-figure span")
    await expect(figure).not_to_have_text(await figure.inner_text())
    return float(await page.evaluate(SETTLED))


async def test_a_campaign_is_watched_held_let_go_on_and_its_result_read(server: Town, screen: NewScreen) -> None:
    await register(server.services, PEOPLE)
    campaign = await _released(server)
    shown = await screen(width=1280)
    page = await at_the_console(server, shown, "P1", ["operator", "publisher"])
    await page.goto(f"{server.origin}/console/notices/campaigns/{campaign}")
    assert await _moves(page) < (moved := await _moves(page))
    await page.get_by_role("button", name="暂停", exact=True).click()
    await expect(page.locator("[data-live=standing] [role=status]")).to_have_text("已暂停")
    held = float(await page.evaluate(SETTLED))
    assert moved <= held < 2 * PEOPLE
    await page.get_by_label("每秒最多几次").fill("0")
    await page.get_by_role("button", name="改速度").click()
    await page.get_by_role("button", name="恢复发送").click()
    await expect(page.get_by_role("heading", name="结果", exact=True)).to_be_visible()
    await expect(page.locator(".funnel")).to_contain_text(str(PEOPLE))
    assert await shown.sideways() <= 0 and await shown.barriers() == []
    await page.goto(f"{server.origin}/console/notices/record?who=P1")
    for step in ("暂停发送", "改发送速度", "恢复发送"):
        await expect(page.locator("tbody")).to_contain_text(step)
    await page.set_viewport_size({"width": 360, "height": 800})
    assert await shown.sideways() <= 0
    assert shown.complaints == []
