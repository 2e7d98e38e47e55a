"""Wire shapes of numbers and lines that residents', counters' and managers' answers share."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from server.web.shapes import Instant, Wire

TicketState = Literal["waiting", "called", "serving", "done", "skipped", "cancelled", "closed"]
Code = Annotated[str, Field(min_length=1, max_length=32)]
CounterNumber = Annotated[int, Field(ge=1, le=999)]


class TicketShown(Wire):
    """One number. ``about`` is an estimate in words, ``counter`` where it was called last."""

    id: UUID
    hall: str
    number: str
    business: str
    business_name: str
    state: TicketState
    state_label: str
    ahead: int
    about: str
    counter: int | None
    counter_name: str | None
    wanted_counter_name: str | None
    green: str | None
    green_name: str | None
    calls: int
    arrived_at: Instant
    called_at: Instant | None


class LineShown(Wire):
    """One business's line; ``about`` is what somebody who comes now would wait."""

    business: str
    name: str
    waiting: int
    green: int
    first: str | None
    about: str


class GreenShown(Wire):
    """One reason to go first."""

    code: str
    name: str


class NewDeskTicket(Wire):
    """A number for somebody without a phone."""

    business: Code
    green: Annotated[str, Field(max_length=32)] | None = None


class OpenOrClosed(Wire):
    """Whether a counter calls people."""

    is_open: bool
