"""A ticket of a platform proves who she is, and an earlier account is hers: one tap leads to the merge."""

from __future__ import annotations

from config.settings import Settings
from server.adapters.clock import ShiftedClock
from server.adapters.ways_standin import WaysStandIn
from tests.browser.conftest import NewScreen
from tests.browser.pages_phone import ResidentPhone
from tests.browser.test_acting import looked_at
from tests.journeys.town import PEOPLE, running_town

NAME, NUMBER, _ = PEOPLE[0]


async def test_a_ticket_of_an_identity_that_is_here_leads_to_the_merge_in_one_tap(
    settings: Settings, clock: ShiftedClock, screen: NewScreen
) -> None:
    standin = WaysStandIn()
    await standin.open()
    try:
        async with running_town(settings.model_copy(update={"ways": standin.settings()}), clock) as town:
            who = {"subject": "n-1", "kind": "person", "source": "s"}
            visitor = await town.stranger()
            made = {"method": "ticket", "code": standin.mint("ticket", level=1, **who)}
            assert (await visitor.call("POST", "/api/v1/sessions", body=made)).status == 201
            await town.resident(0)
            shown = await screen(width=360, height=780)
            phone = ResidentPhone(town.origin, shown, "")
            ticket = standin.mint("ticket", level=3, name=NAME, id_number=NUMBER, **who)
            await phone.page.goto(f"{town.origin}/m/#/pages/signin/signin?way=ticket&ticket={ticket}")
            await phone.title("您在这里已有一个账号")
            await looked_at(shown, "ticket-earlier")
            await phone.page.get_by_role("link", name="去合并").click()
            await phone.sees("已经证明您是谁：国家政务服务平台")
            await phone.sees("原来的账号")
            await looked_at(shown, "ticket-merge")
            await phone.press("合成一个账号")
            await phone.page.get_by_role("alertdialog").get_by_role("button", name="合成一个账号").click()
            await phone.sees("已经合成一个账号")
            assert shown.complaints == []
    finally:
        await standin.close()
