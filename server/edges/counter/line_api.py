"""The counter's line: numbers are given, people are called, served, skipped and sent on."""

from __future__ import annotations

from typing import Any

from config.floor.unit import Unit
from server.domain.halls.plan import said
from server.domain.halls.service import Post
from server.edges.counter.line_shapes import BearersTickets, CounterLine, CounterMove, NewCounterTicket, OtherCounter
from server.web.operations import Call, NoBody, NoQuery, Operations, Terminal
from server.web.ticket_shapes import OpenOrClosed, TicketShown
from server.web.ticket_words import greens_shown, line_shown, ticket_shown

operations = Operations(tag="counter-line")


@operations.get(
    "/counter/api/v1/line",
    name="showCounterLine",
    summary="Whom this counter has, who waits, who was skipped",
    access=Terminal(),
    answer=CounterLine,
    problems=("not-found", "terminal-unknown"),
)
async def show(call: Call[NoBody, NoQuery]) -> CounterLine:
    """``not-found`` where no hall's file names this terminal: the counter has no line."""
    return await _line(call, call.unit, await call.services.halls.post_of(call.unit, call.staff))


@operations.put(
    "/counter/api/v1/line/counter",
    name="setCounterOpen",
    summary="Open or close this counter for calls",
    access=Terminal(),
    body=OpenOrClosed,
    answer=CounterLine,
    problems=("not-found", "hall-closed", "counter-occupied"),
)
async def set_open(call: Call[OpenOrClosed, NoQuery]) -> CounterLine:
    """Closed only when it has nobody."""
    halls = call.services.halls
    post = await halls.post_of(call.unit, call.staff)
    await halls.set_open(call.unit, post.hall, post.counter, call.staff, call.body.is_open)
    return await _line(call, call.unit, post)


@operations.post(
    "/counter/api/v1/line/calls",
    name="callNext",
    summary="Call the next person to this counter",
    access=Terminal(),
    answer=TicketShown,
    status=200,
    idempotent=True,
    problems=("not-found", "counter-closed", "counter-occupied", "nobody-waiting"),
)
async def call_next(call: Call[NoBody, NoQuery]) -> TicketShown:
    """The green lane first, as often as the hall allows; two counters never get the same person."""
    halls = call.services.halls
    post = await halls.post_of(call.unit, call.staff)
    return ticket_shown(call, post.hall, await halls.call_next(call.unit, post.hall, post.counter, call.staff))


@operations.post(
    "/counter/api/v1/tickets",
    name="giveTicket",
    summary="Give a number: to the person who just showed a code for it, or on paper",
    access=Terminal(),
    body=NewCounterTicket,
    answer=TicketShown,
    status=201,
    idempotent=True,
    problems=(
        "not-found",
        "hall-closed",
        "ticket-live",
        "visit-not-for-tickets",
        "card-not-compared",
        "code-revoked",
        "delegation-over",
        "invalid-input",
    ),
)
async def give(call: Call[NewCounterTicket, NoQuery]) -> TicketShown:
    """Sent twice with one key it is one number."""
    halls, asked = call.services.halls, call.body
    post = await halls.post_of(call.unit, call.staff)
    if asked.visit_id is None:
        given = await halls.take_at_desk(call.unit, post.hall, call.staff, asked.business, asked.green or "")
    else:
        given = await halls.take_for_visit(call.unit, post, asked.visit_id, asked.business, asked.green or "")
    return ticket_shown(call, post.hall, given)


@operations.get(
    "/counter/api/v1/visits/{id}/tickets",
    name="listBearersTickets",
    summary="The live numbers in this hall of whoever showed the code of this visit to get one",
    access=Terminal(),
    answer=BearersTickets,
    problems=("not-found", "visit-not-for-tickets", "card-not-compared", "code-revoked", "delegation-over"),
)
async def of_visit(call: Call[NoBody, NoQuery]) -> BearersTickets:
    """So that nobody is given a second number who has one."""
    halls = call.services.halls
    post = await halls.post_of(call.unit, call.staff)
    found = await halls.of_visit(call.unit, post, call.path_id("id"))
    return BearersTickets(tickets=[ticket_shown(call, post.hall, one) for one in found])


@operations.post(
    "/counter/api/v1/tickets/{id}/moves",
    name="moveCounterTicket",
    summary="Call again, start, finish, skip, put back into the line, send on",
    access=Terminal(),
    body=CounterMove,
    answer=TicketShown,
    status=200,
    idempotent=True,
    problems=(
        "not-found",
        "ticket-moved",
        "already-in-line",
        "counter-closed",
        "counter-occupied",
        "not-served-here",
        "invalid-input",
    ),
)
async def move(call: Call[CounterMove, NoQuery]) -> TicketShown:
    """Only whom this counter has, and skipped ones of what it serves."""
    halls, asked = call.services.halls, call.body
    post = await halls.post_of(call.unit, call.staff)
    moved = await halls.move(
        call.unit, post.hall, call.path_id("id"), asked.move, call.staff,
        post=post, counter=asked.counter, business=asked.business,
    )  # fmt: skip
    return ticket_shown(call, post.hall, moved)


async def _line(call: Call[Any, Any], unit: Unit, post: Post) -> CounterLine:
    hall, counter = post.hall, post.counter
    state = await call.services.halls.state(unit, hall)
    own = next(one for one in state.counters if one.counter.number == counter.number)
    return CounterLine(
        hall=hall.code,
        hall_name=said(hall.name, call.language),
        counter=counter.number,
        counter_name=said(counter.name, call.language),
        is_open=own.is_open,
        gives_numbers=state.is_open,
        day_closed=state.is_closed,
        serves=list(counter.serves),
        current=ticket_shown(call, hall, own.ticket) if own.ticket else None,
        lines=[line_shown(call, one) for one in state.lines],
        skipped=[ticket_shown(call, hall, one) for one in state.skipped if one.business in counter.serves],
        counters=[
            OtherCounter(
                number=one.counter.number,
                name=said(one.counter.name, call.language),
                is_open=one.is_open,
                serves=list(one.counter.serves),
            )
            for one in state.counters
        ],
        green=greens_shown(call, hall),
    )
