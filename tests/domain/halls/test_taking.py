"""Numbers: none skipped, none twice, one to a person, and only while the hall is open."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Invalid, Missing
from config.floor.unit import Unit
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.domain.halls.errors import (
    HallClosed,
    NotForTickets,
    TicketLive,
    TicketMoved,
    TicketsNotByApp,
    TicketsSpent,
)
from server.domain.halls.views import Standing
from server.domain.sessions.callers import StaffCaller
from tests.domain.halls.lobby import MORNING, Lobby, Shown, plan


async def test_fifty_people_at_once_get_fifty_numbers_without_a_gap(lobby: Lobby) -> None:
    hall, desk = lobby.hall, lobby.manager
    taken = await asyncio.gather(
        *(lobby.run(lambda unit: lobby.halls.take_at_desk(unit, hall, desk, "general")) for _ in range(50))
    )
    assert sorted(one.ticket.label for one in taken) == [f"A{number:03d}" for number in range(1, 51)]
    assert await lobby.line() == [f"A{number:03d}" for number in range(1, 51)]


async def test_each_business_and_each_day_counts_for_itself(lobby: Lobby) -> None:
    assert [(await lobby.take(one)).label for one in ("general", "licence", "general")] == ["A001", "B001", "A002"]
    lobby.clock.advance(timedelta(days=1))
    assert (await lobby.take("general")).label == "A001"


async def test_a_refused_number_is_not_lost(lobby: Lobby) -> None:
    who = new_id()
    first = await lobby.take(who=who)
    found = await asyncio.gather(*(lobby.take(who=who) for _ in range(4)), return_exceptions=True)
    assert {type(one) for one in found} == {TicketLive}
    assert (await lobby.take()).label == "A002"
    with pytest.raises(TicketLive) as refused:
        await lobby.take(who=who)
    assert refused.value.facts == {"number": first.label, "state": "waiting"}


async def test_one_person_at_once_from_two_phones_gets_one_number(lobby: Lobby) -> None:
    who = new_id()
    found = await asyncio.gather(*(lobby.take(who=who) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(one, TicketLive) for one in found) == 4
    assert (await lobby.take()).label == "A002"


async def test_another_business_is_another_line(lobby: Lobby) -> None:
    who = new_id()
    await lobby.take("general", who)
    await lobby.take("licence", who)
    assert [one.ticket.label for one in await lobby.mine(who)] == ["B001", "A001"]


async def test_given_back_another_can_be_taken(lobby: Lobby) -> None:
    who = new_id()
    first = await lobby.take(who=who)
    for _ in range(2):
        back = await lobby.run(lambda unit: lobby.halls.give_back(unit, who, first.id))
        assert back.state == "cancelled"
    assert (await lobby.take(who=who)).label == "A002"
    with pytest.raises(Missing):
        await lobby.run(lambda unit: lobby.halls.give_back(unit, new_id(), first.id))


async def test_who_is_being_served_cannot_give_the_number_back(lobby: Lobby) -> None:
    who = new_id()
    clerks = await lobby.open(1)
    await lobby.take(who=who)
    held = await lobby.next(clerks[1], 1)
    await lobby.move(held, "start", clerks[1])
    with pytest.raises(TicketMoved):
        await lobby.run(lambda unit: lobby.halls.give_back(unit, who, held.id))


async def test_numbers_by_phone_are_bounded_for_one_person_and_day(database: Database, clock: ShiftedClock) -> None:
    clock.set(MORNING)
    lobby, who = Lobby(database, clock, plan(app_tickets_a_day=2)), new_id()
    for _ in range(2):
        held = await lobby.take(who=who)
        await lobby.run(lambda unit, held=held: lobby.halls.give_back(unit, who, held.id))  # type: ignore[misc]
    with pytest.raises(TicketsSpent):
        await lobby.take(who=who)


@pytest.mark.parametrize(
    ("moment", "shut"),
    [
        (datetime(2026, 11, 23, 0, 59, tzinfo=UTC), True),  # 08:59
        (datetime(2026, 11, 23, 8, 59, tzinfo=UTC), False),  # 16:59
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), True),  # 17:00
        (datetime(2026, 11, 22, 4, 0, tzinfo=UTC), True),  # Sunday noon
    ],
)
async def test_numbers_are_given_while_the_hall_is_open(lobby: Lobby, moment: datetime, shut: bool) -> None:
    lobby.clock.set(moment)
    if shut:
        with pytest.raises(HallClosed):
            await lobby.run(lambda unit: lobby.halls.take_at_desk(unit, lobby.hall, lobby.manager, "general"))
    else:
        assert (await lobby.take()).label == "A001"


async def test_a_hall_may_give_numbers_on_the_spot_only(database: Database, clock: ShiftedClock) -> None:
    clock.set(MORNING)
    lobby = Lobby(database, clock, plan(app_tickets=False))
    with pytest.raises(TicketsNotByApp):
        await lobby.take(who=new_id())
    assert (await lobby.take()).source == "desk"


async def test_what_the_hall_does_not_know_is_a_fault_of_the_field(lobby: Lobby) -> None:
    for business, green in (("nothing", ""), ("general", "nothing")):
        with pytest.raises(Invalid):
            await lobby.run(
                lambda unit, b=business, g=green: lobby.halls.take_at_desk(unit, lobby.hall, lobby.manager, b, g)  # type: ignore[misc]
            )
    assert await sql.row("SELECT 1 AS one FROM hall_tickets") is None


async def test_a_number_for_the_person_who_just_showed_a_code(lobby: Lobby) -> None:
    clerk, other, who = lobby.clerk(1), lobby.clerk(2), new_id()
    visits = {name: new_id() for name in ("queue", "apply", "old")}
    seen = {
        "queue": Shown(who, "hall_queue", MORNING),
        "apply": Shown(who, "apply_here", MORNING),
        "old": Shown(who, "hall_queue", MORNING - timedelta(hours=1)),
    }
    lobby.around.visits = {visits[name]: (clerk.terminal_id, shown) for name, shown in seen.items()}

    async def give(staff: StaffCaller, visit: str) -> Standing:
        async def work(unit: Unit) -> Standing:
            post = await lobby.halls.post_of(unit, staff)
            return await lobby.halls.take_for_visit(unit, post, visits[visit], "general")

        return await lobby.run(work)

    await give(clerk, "queue")
    (mine,) = await lobby.mine(who)
    assert (mine.ticket.label, mine.ticket.source, mine.ahead) == ("A001", "visit", 0)
    for visit in ("apply", "old"):
        with pytest.raises(NotForTickets):
            await give(clerk, visit)
    with pytest.raises(Missing):
        await give(other, "queue")


async def test_another_portal_sees_no_hall(lobby: Lobby) -> None:
    with pytest.raises(Missing):
        await lobby.run(lambda unit: lobby.halls.take_by_app(unit, new_id(), lobby.hall.code, "general"), "neighbour")
    assert await lobby.halls.offers(await lobby.database.reading("neighbour")) == []
