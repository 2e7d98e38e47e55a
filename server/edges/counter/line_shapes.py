"""Wire shapes of the counter's line: whom it has, who waits, what it may do."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from server.web.shapes import Wire
from server.web.ticket_shapes import Code, CounterNumber, GreenShown, LineShown, TicketShown


class OtherCounter(Wire):
    """A counter to which somebody can be sent."""

    number: int
    name: str
    is_open: bool
    serves: list[str]


class CounterLine(Wire):
    """What this counter sees of its hall."""

    hall: str
    hall_name: str
    counter: int
    counter_name: str
    is_open: bool
    gives_numbers: bool
    day_closed: bool
    serves: list[str]
    current: TicketShown | None
    lines: list[LineShown]
    skipped: list[TicketShown]
    counters: list[OtherCounter]
    green: list[GreenShown]


class NewCounterTicket(Wire):
    """A number: for the person of a visit that was shown for it, or on paper for somebody without a phone."""

    visit_id: UUID | None = None
    business: Code
    green: Annotated[str, Field(max_length=32)] | None = None


class BearersTickets(Wire):
    """The live numbers of whoever was just scanned."""

    tickets: list[TicketShown]


class CounterMove(Wire):
    """What happens to a ticket; ``transfer`` names where to."""

    move: Literal["recall", "start", "finish", "skip", "requeue", "transfer"]
    business: Code | None = None
    counter: CounterNumber | None = None
