"""The hall manager's calls: counters, lines, numbers on paper, the green lane, the end of the day."""

from __future__ import annotations

from typing import Any

from config.floor.refusal import FieldFault, Invalid, Missing
from config.floor.unit import Unit
from server.domain.halls.plan import Counter, Hall, said
from server.domain.halls.views import BusinessFigures, CounterState
from server.edges.console.hall_shapes import (
    BusinessDay,
    CounterShown,
    DayClosed,
    DayClosing,
    HallShown,
    HallSummaries,
    HallSummary,
    ManagerMove,
)
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff
from server.web.ticket_shapes import NewDeskTicket, OpenOrClosed, TicketShown
from server.web.ticket_words import greens_shown, line_shown, ticket_shown

operations = Operations(tag="halls")
_ROOT = "/console/api/v1/halls"
_MANAGER = Staff("halls.manage")
_MOST = 200


@operations.get(
    _ROOT, name="listHalls", summary="The halls of this portal", access=_MANAGER, answer=HallSummaries
)  # fmt: skip
async def list_halls(call: Call[NoBody, NoQuery]) -> HallSummaries:
    """With how many wait in each."""
    offers = await call.services.halls.offered_to(call.unit, call.staff)
    return HallSummaries(
        halls=[
            HallSummary(
                code=one.hall.code,
                name=said(one.hall.name, call.language),
                address=said(one.hall.address, call.language),
                is_open=one.is_open,
                waiting=sum(line.waiting for line in one.lines),
            )
            for one in offers
        ]
    )


@operations.get(
    _ROOT + "/{hall}",
    name="showHall",
    summary="One hall now: counters, lines, who waits, the day's figures",
    access=_MANAGER,
    answer=HallShown,
    problems=(
        "not-found",
        "hall-not-yours",
    ),
)
async def show(call: Call[NoBody, NoQuery]) -> HallShown:
    """Numbers only: a manager needs no names to keep a line moving."""
    return await _shown(call, call.unit, _hall(call))


@operations.put(
    _ROOT + "/{hall}/counters/{number}",
    name="setHallCounterOpen",
    summary="Open or close a counter",
    access=_MANAGER,
    body=OpenOrClosed,
    answer=HallShown,
    problems=("not-found", "hall-not-yours", "hall-closed", "counter-occupied"),
)
async def set_open(call: Call[OpenOrClosed, NoQuery]) -> HallShown:
    """Who opens it last is on shift there, until its clerk calls somebody."""
    hall = _hall(call)
    await call.services.halls.set_open(call.unit, hall, _counter(call, hall), call.staff, call.body.is_open)
    return await _shown(call, call.unit, hall)


@operations.post(
    _ROOT + "/{hall}/counters/{number}/calls",
    name="callNextTo",
    summary="Call the next person to a counter",
    access=_MANAGER,
    answer=TicketShown,
    status=200,
    idempotent=True,
    problems=("not-found", "hall-not-yours", "counter-closed", "counter-occupied", "nobody-waiting"),
)
async def call_next(call: Call[NoBody, NoQuery]) -> TicketShown:
    """In the clerk's place."""
    hall = _hall(call)
    called = await call.services.halls.call_next(call.unit, hall, _counter(call, hall), call.staff, own=False)
    return ticket_shown(call, hall, called)


@operations.post(
    _ROOT + "/{hall}/tickets",
    name="giveHallTicket",
    summary="Give a number on paper to somebody without a phone",
    access=_MANAGER,
    body=NewDeskTicket,
    answer=TicketShown,
    status=201,
    idempotent=True,
    problems=("not-found", "hall-not-yours", "hall-closed", "invalid-input"),
)
async def give(call: Call[NewDeskTicket, NoQuery]) -> TicketShown:
    """Sent twice with one key it is one number."""
    hall = _hall(call)
    given = await call.services.halls.take_at_desk(
        call.unit, hall, call.staff, call.body.business, call.body.green or ""
    )
    return ticket_shown(call, hall, given)


@operations.post(
    _ROOT + "/{hall}/tickets/{id}/moves",
    name="moveHallTicket",
    summary="Call, call again, skip, put back, send on, give the green lane, cancel",
    access=_MANAGER,
    body=ManagerMove,
    answer=TicketShown,
    status=200,
    idempotent=True,
    problems=(
        "not-found",
        "hall-not-yours",
        "ticket-moved",
        "already-in-line",
        "counter-closed",
        "counter-occupied",
        "not-served-here",
        "invalid-input",
    ),
)
async def move(call: Call[ManagerMove, NoQuery]) -> TicketShown:
    """Any ticket of this hall today."""
    hall, asked = _hall(call), call.body
    moved = await call.services.halls.move(
        call.unit, hall, call.path_id("id"), asked.move, call.staff,
        counter=asked.counter, business=asked.business, green=asked.green or "",
    )  # fmt: skip
    return ticket_shown(call, hall, moved)


@operations.post(
    _ROOT + "/{hall}/closing",
    name="closeHallDay",
    summary="End the hall's day: no more numbers, who still waits is told",
    access=_MANAGER,
    body=DayClosing,
    answer=DayClosed,
    status=200,
    idempotent=True,
    problems=("not-found", "hall-not-yours", "hall-day-state", "invalid-input"),
)
async def close(call: Call[DayClosing, NoQuery]) -> DayClosed:
    """Asks for the hall's name, typed: everybody's place in line is lost."""
    hall = _hall(call)
    if call.body.confirm.strip() not in hall.name.values():
        raise Invalid(faults=[FieldFault("confirm", "hall-name-differs")])
    return DayClosed(settled=await call.services.halls.close(call.unit, hall, call.staff))


@operations.delete(
    _ROOT + "/{hall}/closing",
    name="reopenHallDay",
    summary="Give numbers again today; what was settled stays settled",
    access=_MANAGER,
    problems=("not-found", "hall-not-yours", "hall-day-state"),
)
async def reopen(call: Call[NoBody, NoQuery]) -> None:
    """Counters are opened one by one."""
    await call.services.halls.reopen(call.unit, _hall(call), call.staff)


def _hall(call: Call[Any, Any]) -> Hall:
    return call.services.halls.managed(call.unit, call.staff, call.path["hall"])


def _counter(call: Call[Any, Any], hall: Hall) -> Counter:
    text = call.path["number"]
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise Missing()
    return hall.counter(int(text))


async def _shown(call: Call[Any, Any], unit: Unit, hall: Hall) -> HallShown:
    state = await call.services.halls.state(unit, hall, figures=True)
    return HallShown(
        code=hall.code,
        name=said(hall.name, call.language),
        address=said(hall.address, call.language),
        is_open=state.is_open,
        day_closed=state.is_closed,
        sample=hall.sample,
        counters=[_counter_shown(call, hall, one) for one in state.counters],
        lines=[line_shown(call, one) for one in state.lines],
        waiting=[ticket_shown(call, hall, one) for one in state.waiting[:_MOST]],
        waiting_more=max(0, len(state.waiting) - _MOST),
        skipped=[ticket_shown(call, hall, one) for one in state.skipped[:_MOST]],
        green=greens_shown(call, hall),
        day=[_day(call, one) for one in state.figures],
    )


def _counter_shown(call: Call[Any, Any], hall: Hall, one: CounterState) -> CounterShown:
    return CounterShown(
        number=one.counter.number,
        name=said(one.counter.name, call.language),
        is_open=one.is_open,
        staff_no=one.staff_no or None,
        serves=list(one.counter.serves),
        ticket=ticket_shown(call, hall, one.ticket) if one.ticket else None,
    )


def _day(call: Call[Any, Any], one: BusinessFigures) -> BusinessDay:
    return BusinessDay(
        business=one.business.code,
        name=said(one.business.name, call.language),
        issued=one.issued,
        done=one.done,
        skipped=one.skipped,
        cancelled=one.cancelled,
        unserved=one.unserved,
        green=one.green,
        waited_minutes=_minutes(one.waited_seconds),
        served_minutes=_minutes(one.served_seconds),
    )


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)
