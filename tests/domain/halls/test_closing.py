"""The end of a hall's day: nobody is left waiting without a word, also where the manager forgot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import LEGAL_ZONE, Unit
from server.domain.halls import closing
from server.domain.halls.errors import CounterClosed, DayState, HallClosed
from server.domain.halls.plan import Plans
from tests.domain.halls.lobby import Lobby


async def _close(lobby: Lobby) -> int:
    return await lobby.run(lambda unit: lobby.halls.close(unit, lobby.hall, lobby.manager))


async def _busy_morning(lobby: Lobby) -> list[object]:
    """One waits, one is called, one is served, one missed the call."""
    clerks = await lobby.open(1, 2)
    people = [new_id() for _ in range(4)]
    for who in people:
        await lobby.take(who=who)
    skipped = await lobby.next(clerks[1], 1)
    await lobby.move(skipped, "skip", clerks[1])
    await lobby.move(await lobby.next(clerks[1], 1), "start", clerks[1])
    await lobby.next(clerks[2], 2)
    return list(people)


async def test_ending_the_day_settles_everybody_and_tells_who_still_waited(lobby: Lobby) -> None:
    people = await _busy_morning(lobby)
    assert await _close(lobby) == 4
    states = [(await lobby.mine(who))[0].ticket.state for who in people]  # type: ignore[arg-type]
    assert states == ["closed", "done", "closed", "closed"]
    assert [lobby.around.told(who)[-1] for who in people] == [  # type: ignore[arg-type]
        "ticket.called", "ticket.called", "ticket.closed", "ticket.closed",
    ]  # fmt: skip
    state = await lobby.state(figures=True)
    assert (state.is_closed, state.is_open, state.waiting) == (True, False, ())
    assert not any(one.is_open for one in state.counters)
    assert (state.figures[0].done, state.figures[0].unserved) == (1, 3)


async def test_after_the_end_nothing_goes_on_until_it_is_opened_again(lobby: Lobby) -> None:
    clerks = await lobby.open(1)
    await _close(lobby)
    with pytest.raises(DayState):
        await _close(lobby)
    with pytest.raises(HallClosed):
        await lobby.take()
    with pytest.raises(CounterClosed):
        await lobby.next(clerks[1], 1)
    with pytest.raises(HallClosed):
        await lobby.set_open(1, clerks[1], True)
    await lobby.run(lambda unit: lobby.halls.reopen(unit, lobby.hall, lobby.manager))
    with pytest.raises(DayState):
        await lobby.run(lambda unit: lobby.halls.reopen(unit, lobby.hall, lobby.manager))
    assert (await lobby.take()).label == "A001"


async def test_a_very_full_hall_is_settled_by_rounds(lobby: Lobby, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "BATCH", 2)
    people = [new_id() for _ in range(5)]
    for who in people:
        await lobby.take(who=who)
    assert await _close(lobby) == 2
    assert [await lobby.run(lobby.halls.settle) for _ in range(3)] == [2, 1, 0]
    assert [event for _, event, _ in lobby.around.sent] == ["ticket.closed"] * 5


async def test_a_day_that_nobody_ended_is_settled_after_midnight(lobby: Lobby) -> None:
    people = await _busy_morning(lobby)
    assert await lobby.run(lobby.halls.settle) == 0
    lobby.clock.advance(timedelta(days=1))
    assert await lobby.run(lobby.halls.settle) == 4
    assert lobby.around.told(people[3])[-1] == "ticket.closed"  # type: ignore[arg-type]
    assert await lobby.run(lobby.halls.settle) == 0
    assert await lobby.run(lobby.halls.settle, "neighbour") == 0


async def test_tickets_of_a_hall_whose_file_is_gone_are_settled_too(lobby: Lobby) -> None:
    await lobby.take(who=new_id())
    lobby.halls.plans._halls.clear()
    lobby.clock.advance(timedelta(days=1))

    async def settle(unit: Unit) -> int:
        return await lobby.halls.settle(unit)

    assert await lobby.run(settle) == 1
    assert lobby.around.sent == []
    assert Plans([]).of_portal("demo") == ()


async def test_at_the_hour_no_more_numbers_are_given_and_who_holds_one_is_still_called(lobby: Lobby) -> None:
    clerks, who = await lobby.open(1), new_id()
    await lobby.take(who=who)
    (offer,) = await lobby.run(lobby.halls.offers)
    assert offer.is_open and len(offer.numbers_until) == 5
    hour, minute = (int(part) for part in offer.numbers_until.split(":"))
    now = (await lobby.run(_itself)).now.astimezone(LEGAL_ZONE)
    lobby.clock.advance(now.replace(hour=hour, minute=minute, second=0, microsecond=0) - now)
    with pytest.raises(HallClosed):
        await lobby.take()
    board = await lobby.run(lambda unit: lobby.halls.board(unit, lobby.hall))
    assert (board.is_open, board.numbers_until) == (False, "")
    assert (await lobby.next(clerks[1], 1)).state == "called"


async def test_old_tickets_forget_whose_they_were_and_the_figures_of_the_day_stay(lobby: Lobby) -> None:
    who = new_id()
    await lobby.take(who=who)
    await _close(lobby)
    day = (await lobby.run(_itself)).today
    assert await lobby.run(lobby.halls.forget) == 0
    lobby.clock.advance(timedelta(days=31))
    assert await lobby.run(lobby.halls.forget) == 1
    row = await sql.row("SELECT resident_id, visit_id, state, number FROM hall_tickets WHERE day = $1", day)
    assert row is not None
    assert (row["resident_id"], row["visit_id"], row["state"], row["number"]) == (None, None, "closed", 1)


async def _itself(unit: Unit) -> Unit:
    return unit
