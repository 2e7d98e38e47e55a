"""What the display shows and when it changes. Open to all: numbers, counters and counts, no person.

A masked name stands beside a number only where the hall's own file says ``board_names = "masked"``.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import Field

from config.floor.refusal import Missing
from server.domain.halls.plan import Hall, said
from server.domain.halls.service import topic
from server.domain.halls.views import BoardCall
from server.web.operations import Call, NoBody, NoQuery, Open, Operations
from server.web.shapes import Instant, Wire
from server.web.streams import stream
from server.web.ticket_shapes import LineShown
from server.web.ticket_words import line_shown

operations = Operations(tag="hall-board")
_ROOT = "/hall/api/v1/halls/{hall}"


class BoardLine(Wire):
    """One number that is wanted or served at a counter; ``key`` changes with every call."""

    key: str
    number: str
    counter: int
    counter_name: str
    serving: bool
    name_masked: str | None
    called_at: Instant
    voice: str


class BoardShown(Wire):
    """The display now, newest call first; ``now`` tells how old a call is."""

    hall_name: str
    is_open: bool
    numbers_until: str | None = Field(description="HH:MM; null while no numbers are given")
    now: Instant
    calls: list[BoardLine]
    lines: list[LineShown]


@operations.get(
    _ROOT + "/board",
    name="showBoard",
    summary="The hall's display: numbers, counters, how many wait",
    access=Open(),
    answer=BoardShown,
    problems=("not-found",),
)
async def board(call: Call[NoBody, NoQuery]) -> BoardShown:
    """The page asks for it again whenever something happened and when its stream comes back."""
    hall = _hall(call)
    shown = await call.services.halls.board(call.unit, hall)
    return BoardShown(
        hall_name=said(hall.name, call.language),
        is_open=shown.is_open,
        numbers_until=shown.numbers_until or None,
        now=call.unit.now,
        calls=[_call(call, one) for one in shown.calls],
        lines=[line_shown(call, one) for one in shown.lines],
    )


@operations.get(
    _ROOT + "/stream",
    name="hearBoard",
    summary="Live events of a hall: line, counter, day",
    access=Open(),
    media="stream",
    problems=("not-found", "too-many"),
)
async def hear(call: Call[NoBody, NoQuery]) -> web.StreamResponse:
    """Says that something changed; a lost event costs nothing, because the page asks again when it reconnects."""
    return await stream(call, topic(call.portal.id, _hall(call).code))


def _hall(call: Call[Any, Any]) -> Hall:
    found = call.services.halls.plans.find(call.portal.id, call.path["hall"])
    if found is None:
        raise Missing()
    return found


def _call(call: Call[Any, Any], one: BoardCall) -> BoardLine:
    held, counter = one.ticket, said(one.counter.name, call.language)
    assert held.called_at is not None, "only called tickets are on the board"
    return BoardLine(
        key=f"{held.id}:{held.calls}",
        number=held.label,
        counter=one.counter.number,
        counter_name=counter,
        serving=held.state == "serving",
        name_masked=one.name or None,
        called_at=held.called_at,
        voice=call.text("halls.board.voice", number=_spelled(held.label), counter=counter),
    )


def _spelled(label: str) -> str:
    """A023 as a voice should read it: sign by sign."""
    return " ".join(label)
