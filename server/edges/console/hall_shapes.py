"""Wire shapes of a hall as its manager sees it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from server.web.shapes import Wire
from server.web.ticket_shapes import Code, CounterNumber, GreenShown, LineShown, TicketShown


class HallSummary(Wire):
    """One hall in the list."""

    code: str
    name: str
    address: str
    is_open: bool
    waiting: int


class HallSummaries(Wire):
    """The portal's halls."""

    halls: list[HallSummary]


class CounterShown(Wire):
    """One counter: open or not, who works there, whom it has."""

    number: int
    name: str
    is_open: bool
    staff_no: str | None
    serves: list[str]
    ticket: TicketShown | None


class BusinessDay(Wire):
    """One business's day so far; minutes are averages, null where nothing was measured."""

    business: str
    name: str
    issued: int
    done: int
    skipped: int
    cancelled: int
    unserved: int
    green: int
    waited_minutes: float | None
    served_minutes: float | None


class HallShown(Wire):
    """The whole hall now."""

    code: str
    name: str
    address: str
    is_open: bool
    day_closed: bool
    sample: bool
    counters: list[CounterShown]
    lines: list[LineShown]
    waiting: list[TicketShown]
    waiting_more: int
    skipped: list[TicketShown]
    green: list[GreenShown]
    day: list[BusinessDay]


class ManagerMove(Wire):
    """What happens to a ticket: ``call`` names a counter, ``transfer`` a counter or business, ``green`` a reason."""

    move: Literal["recall", "start", "finish", "skip", "requeue", "transfer", "call", "green", "cancel"]
    business: Code | None = None
    counter: CounterNumber | None = None
    green: Annotated[str, Field(max_length=32)] | None = None


class DayClosing(Wire):
    """The hall's name, typed by whoever ends its day."""

    confirm: Annotated[str, Field(max_length=128)]


class DayClosed(Wire):
    """How many tickets were settled at once; in a very full hall the rest follows within a minute."""

    settled: int
