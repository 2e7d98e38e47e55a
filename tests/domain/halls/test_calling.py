"""Calling: in order, to one counter each, with a green lane that starves nobody, and notices that come once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from config.floor.ids import new_id
from config.floor.refusal import Invalid, Missing
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.domain.halls.errors import (
    AlreadyInLine,
    CounterClosed,
    CounterOccupied,
    NobodyWaiting,
    NotServedHere,
    TicketMoved,
)
from server.domain.sessions.callers import StaffCaller
from tests.domain.halls.lobby import MORNING, Lobby, plan


async def _serve_all(lobby: Lobby, clerk: StaffCaller, number: int, times: int) -> list[str]:
    labels = []
    for _ in range(times):
        held = await lobby.next(clerk, number)
        await lobby.move(held, "finish", clerk)
        labels.append(held.label)
    return labels


async def test_people_are_called_in_the_order_of_arrival_across_businesses(lobby: Lobby) -> None:
    clerks = await lobby.open(3)
    for business in ("licence", "general", "household", "pickup"):
        await lobby.take(business)
    assert await _serve_all(lobby, clerks[3], 3, 3) == ["B001", "A001", "E001"]
    with pytest.raises(NobodyWaiting):
        await lobby.next(clerks[3], 3)


async def test_two_callers_at_once_never_get_the_same_ticket(lobby: Lobby) -> None:
    clerks = await lobby.open(1, 2, 3)
    for _ in range(9):
        await lobby.take()
    called: list[str] = []
    for _ in range(3):
        held = await asyncio.gather(*(lobby.next(clerk, number) for number, clerk in clerks.items()))
        called += [one.label for one in held]
        await asyncio.gather(
            *(lobby.move(one, "finish", clerks[one.counter]) for one in held if one.counter is not None)
        )
    assert sorted(called) == [f"A{number:03d}" for number in range(1, 10)]


async def test_the_last_one_goes_to_one_of_two_callers(lobby: Lobby) -> None:
    clerks = await lobby.open(1, 2)
    await lobby.take()
    found = await asyncio.gather(lobby.next(clerks[1], 1), lobby.next(clerks[2], 2), return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["NobodyWaiting", "Ticket"]


async def test_one_counter_serves_one_person_also_when_it_calls_twice_at_once(lobby: Lobby) -> None:
    clerks = await lobby.open(1)
    await lobby.take()
    await lobby.take()
    found = await asyncio.gather(*(lobby.next(clerks[1], 1) for _ in range(4)), return_exceptions=True)
    assert [type(one) for one in found].count(CounterOccupied) == 3
    assert await lobby.line() == ["A002"]


async def test_a_closed_counter_calls_nobody_and_an_occupied_one_does_not_close(lobby: Lobby) -> None:
    clerk = lobby.clerk(1)
    await lobby.take()
    with pytest.raises(CounterClosed):
        await lobby.next(clerk, 1)
    await lobby.set_open(1, clerk, True)
    held = await lobby.next(clerk, 1)
    with pytest.raises(CounterOccupied):
        await lobby.set_open(1, clerk, False)
    await lobby.move(held, "finish", clerk)
    await lobby.set_open(1, clerk, False)
    (one,) = [one for one in (await lobby.state()).counters if one.counter.number == 1]
    assert (one.is_open, one.staff_no, one.ticket) == (False, "C1", None)


async def test_the_green_lane_goes_first_but_at_most_every_third_call(lobby: Lobby) -> None:
    clerks = await lobby.open(1)
    for _ in range(4):
        await lobby.take()
    for _ in range(3):
        await lobby.take(green="elder")
    order = await _serve_all(lobby, clerks[1], 1, 7)
    assert order == ["A005", "A001", "A002", "A006", "A003", "A004", "A007"]


async def test_the_green_lane_can_be_given_later_for_a_reason_of_the_hall(lobby: Lobby) -> None:
    clerks = await lobby.open(1)
    await lobby.take()
    late = await lobby.take()
    with pytest.raises(Invalid):
        await lobby.move(late, "green", green="rich")
    await lobby.move(late, "green", green="pregnant")
    assert (await lobby.next(clerks[1], 1)).label == late.label
    (figures,) = (await lobby.state(figures=True)).figures
    assert (figures.issued, figures.green) == (2, 1)


async def test_who_missed_the_call_comes_back_behind_three(lobby: Lobby) -> None:
    clerks = await lobby.open(1)
    first, *_ = [await lobby.take() for _ in range(6)]
    held = await lobby.next(clerks[1], 1)
    assert held.label == first.label
    skipped = await lobby.move(held, "skip", clerks[1])
    await lobby.move(skipped, "requeue", clerks[1])
    assert await lobby.line() == ["A002", "A003", "A004", "A001", "A005", "A006"]


async def test_a_hall_may_give_the_old_place_back(database: Database, clock: ShiftedClock) -> None:
    clock.set(MORNING)
    lobby = Lobby(database, clock, plan(requeue_behind=0))
    clerks = await lobby.open(1)
    for _ in range(3):
        await lobby.take()
    skipped = await lobby.move(await lobby.next(clerks[1], 1), "skip", clerks[1])
    await lobby.move(skipped, "requeue", clerks[1])
    assert await lobby.line() == ["A001", "A002", "A003"]


async def test_who_missed_the_call_can_be_called_again_where_the_counter_is_free(lobby: Lobby) -> None:
    clerks = await lobby.open(1, 4)
    for _ in range(2):
        await lobby.take()
    skipped = await lobby.move(await lobby.next(clerks[1], 1), "skip", clerks[1])
    second = await lobby.next(clerks[1], 1)
    with pytest.raises(CounterOccupied):
        await lobby.move(skipped, "recall", clerks[1])
    with pytest.raises(Missing):  # counter 4 does not serve this business: the number is none of its own
        await lobby.move(skipped, "recall", clerks[4])
    await lobby.move(second, "finish", clerks[1])
    again = await lobby.move(skipped, "recall", clerks[1])
    assert (again.state, again.calls) == ("called", 2)


async def test_sent_to_another_line_the_place_is_kept(lobby: Lobby) -> None:
    clerks = await lobby.open(3, 4)
    early = await lobby.take("general")
    for _ in range(2):
        await lobby.take("licence")
    held = await lobby.next(clerks[3], 3)
    assert held.label == early.label
    moved = await lobby.move(held, "transfer", clerks[3], business="licence")
    assert (moved.state, moved.business, moved.label) == ("waiting", "licence", "A001")
    assert (await lobby.next(clerks[4], 4)).label == "A001"


async def test_sent_to_a_counter_only_that_counter_calls(lobby: Lobby) -> None:
    clerks = await lobby.open(1, 2)
    held = await lobby.take()
    await lobby.move(held, "transfer", counter=2)
    with pytest.raises(NobodyWaiting):
        await lobby.next(clerks[1], 1)
    assert (await lobby.next(clerks[2], 2)).label == "A001"


async def test_a_counter_that_closes_keeps_nobody_waiting_for_it(lobby: Lobby) -> None:
    clerks = await lobby.open(1, 2)
    await lobby.move(await lobby.take(), "transfer", counter=2)
    await lobby.set_open(2, clerks[2], False)
    assert (await lobby.next(clerks[1], 1)).label == "A001"


async def test_what_cannot_be_done_with_a_ticket_says_why(lobby: Lobby) -> None:
    clerks = await lobby.open(1, 2, 4)
    who = new_id()
    held = await lobby.take("general", who)
    await lobby.take("licence", who)
    with pytest.raises(AlreadyInLine):
        await lobby.move(held, "transfer", business="licence")
    with pytest.raises(Invalid):
        await lobby.move(held, "transfer")
    with pytest.raises(Invalid):
        await lobby.move(held, "transfer", business="nothing")
    with pytest.raises(Invalid):
        await lobby.move(held, "call")
    with pytest.raises(NotServedHere):
        await lobby.move(held, "call", counter=4)
    with pytest.raises(NotServedHere):
        await lobby.move(held, "transfer", counter=4)
    with pytest.raises(CounterClosed):
        await lobby.move(held, "transfer", counter=3)
    with pytest.raises(TicketMoved):
        await lobby.move(held, "finish")
    called = await lobby.move(held, "call", counter=2)
    with pytest.raises(Missing):
        await lobby.move(called, "skip", clerks[1])  # at another counter
    with pytest.raises(Missing):
        await lobby.move(replace(held, id=new_id()), "skip")


async def test_two_hands_on_one_ticket_move_it_once(lobby: Lobby) -> None:
    clerks = await lobby.open(1)
    await lobby.take()
    held = await lobby.next(clerks[1], 1)
    found = await asyncio.gather(
        lobby.move(held, "skip", clerks[1]), lobby.move(held, "skip"), lobby.move(held, "skip"), return_exceptions=True
    )
    assert [type(one) for one in found].count(TicketMoved) == 2


async def test_the_holder_hears_three_before_and_when_called_once_each(lobby: Lobby) -> None:
    clerks = await lobby.open(1)
    people = [new_id() for _ in range(6)]
    for who in people:
        await lobby.take(who=who)
    assert lobby.around.sent == []
    for _ in range(2):
        held = await lobby.next(clerks[1], 1)
        await lobby.move(held, "recall", clerks[1])
        await lobby.move(held, "finish", clerks[1])
    assert [lobby.around.told(who) for who in people] == [
        ["ticket.called"], ["ticket.called"], [], [], ["ticket.near"], ["ticket.near"],
    ]  # fmt: skip  # the third and fourth began with three ahead or fewer
    (_, _, values) = next(one for one in lobby.around.sent if one[1] == "ticket.near")
    assert (values["number"], values["ahead"], values["business"]) == ("A005", "3", "综合业务")
    assert lobby.told(f"resident:{people[0]}") == ["ticket"] * 4


async def test_nobody_hears_beforehand_where_the_hall_says_so(database: Database, clock: ShiftedClock) -> None:
    clock.set(MORNING)
    lobby = Lobby(database, clock, plan(near=0))
    clerks = await lobby.open(1)
    people = [new_id() for _ in range(3)]
    for who in people:
        await lobby.take(who=who)
    await lobby.next(clerks[1], 1)
    assert [event for _, event, _ in lobby.around.sent] == ["ticket.called"]


async def test_waiting_is_people_ahead_times_todays_average_over_open_counters(lobby: Lobby) -> None:
    clerks = await lobby.open(1)
    assert {line.business.code: line.seconds for line in (await lobby.state()).lines}["general"] == 0
    for _ in range(4):
        await lobby.take()
    who = new_id()
    await lobby.take(who=who)
    assert (await lobby.mine(who))[0].seconds == 4 * 8 * 60  # the file's sample
    for _ in range(3):
        held = await lobby.next(clerks[1], 1)
        await lobby.move(held, "start", clerks[1])
        lobby.clock.advance(timedelta(minutes=4))
        await lobby.move(held, "finish", clerks[1])
    assert [(one.ahead, one.seconds) for one in await lobby.mine(who)] == [(1, 240)]  # measured
    await lobby.open(2)
    assert [(one.ahead, one.seconds) for one in await lobby.mine(who)] == [(1, 120)]  # two counters


async def test_the_board_shows_numbers_and_a_name_only_where_the_city_says_so(
    database: Database, clock: ShiftedClock
) -> None:
    clock.set(MORNING)
    for names, expected in (("none", ["", ""]), ("masked", ["", "王*兰"])):
        lobby = Lobby(database, clock, plan(board_names=names).model_copy(update={"code": f"hall-{names}"}))
        clerks = await lobby.open(1, 2)
        await lobby.take(who=new_id())
        await lobby.take()
        await lobby.next(clerks[1], 1)
        clock.advance(timedelta(seconds=1))
        await lobby.next(clerks[2], 2)
        board = await lobby.halls.board(await database.reading("demo"), lobby.hall)
        assert [(one.ticket.label, one.counter.number) for one in board.calls] == [("A002", 2), ("A001", 1)]
        assert [one.name for one in board.calls] == expected


async def test_every_move_of_staff_is_on_record_without_a_person(lobby: Lobby) -> None:
    who = new_id()
    clerks = await lobby.open(1)
    await lobby.take(who=who)
    held = await lobby.next(clerks[1], 1)
    await lobby.move(held, "start", clerks[1])
    await lobby.move(held, "finish", clerks[1])
    trail = await lobby.audit.of_resident(await lobby.database.reading("demo"), who)
    assert [one.action for one in trail] == ["ticket.finish", "ticket.start", "ticket.call", "ticket.take"]
    assert {one.actor_label for one in trail} == {"C1", "resident"}
    assert trail[0].place == "示范市政务服务大厅 1 号窗口"
