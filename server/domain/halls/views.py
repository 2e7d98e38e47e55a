"""What others get to know of a ticket and of a hall's day. Codes and figures; the edges put them into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from config.floor import sql
from server.domain.halls.plan import Business, Counter, Hall

State = Literal["waiting", "called", "serving", "done", "skipped", "cancelled", "closed"]
Source = Literal["app", "visit", "desk"]
LIVE: tuple[State, ...] = ("waiting", "called", "serving", "skipped")

COLUMNS = (
    "id, portal, region, hall, day, origin, number, label, business, place, state, source, green, resident_id,"
    " visit_id, wanted_counter, counter, calls, near_at_start, arrived_at, called_at, served_from, ended_at,"
    " waited_seconds, served_seconds, staff_no, version"
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One number of one day. ``counter`` is where it was called last; ``calls`` how often."""

    id: UUID
    region: str
    hall: str
    day: date
    label: str
    business: str
    place: int
    state: State
    source: Source
    green: str
    resident_id: UUID | None
    wanted_counter: int | None
    counter: int | None
    calls: int
    near_at_start: bool
    arrived_at: datetime
    called_at: datetime | None
    served_from: datetime | None
    waited_seconds: int | None
    version: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket and how the line stands before it; ``seconds`` is an estimate and never a promise."""

    ticket: Ticket
    ahead: int
    seconds: int


@dataclass(frozen=True, slots=True)
class LineState:
    """One business now: who waits, how long a newcomer would, and the oldest number."""

    business: Business
    waiting: int
    green: int
    seconds: int
    first: str


@dataclass(frozen=True, slots=True)
class CounterState:
    """One counter now: open or not, who works there, whom it has."""

    counter: Counter
    is_open: bool
    staff_no: str
    ticket: Ticket | None


@dataclass(frozen=True, slots=True)
class BusinessFigures:
    """One business's day so far; seconds are averages, None where nothing was measured."""

    business: Business
    issued: int
    done: int
    skipped: int
    cancelled: int
    unserved: int
    green: int
    waited_seconds: int | None
    served_seconds: int | None


@dataclass(frozen=True, slots=True)
class HallState:
    """A hall now. ``is_open``: gives numbers; ``is_closed``: a manager ended the day."""

    hall: Hall
    is_open: bool
    is_closed: bool
    lines: tuple[LineState, ...]
    counters: tuple[CounterState, ...]
    waiting: tuple[Standing, ...]
    skipped: tuple[Ticket, ...]
    figures: tuple[BusinessFigures, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardCall:
    """One line of the display: a number and where it is wanted; a masked name only where the city says so."""

    ticket: Ticket
    counter: Counter
    name: str


@dataclass(frozen=True, slots=True)
class Board:
    """What everybody in the hall may see."""

    hall: Hall
    is_open: bool
    numbers_until: str
    calls: tuple[BoardCall, ...]
    lines: tuple[LineState, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A hall as a resident may choose it; ``numbers_until``: the hour at which no more are given, "" while shut."""

    hall: Hall
    is_open: bool
    numbers_until: str
    lines: tuple[LineState, ...]


def ticket(row: sql.Row) -> Ticket:
    """A stored row."""
    return Ticket(
        id=sql.uid(row["id"]),
        region=row["region"],
        hall=row["hall"],
        day=sql.day(row["day"]),
        label=row["label"],
        business=row["business"],
        place=int(row["place"]),
        state=row["state"],
        source=row["source"],
        green=row["green"],
        resident_id=sql.uid_or_none(row["resident_id"]),
        wanted_counter=row["wanted_counter"],
        counter=row["counter"],
        calls=int(row["calls"]),
        near_at_start=sql.flag(row["near_at_start"]),
        arrived_at=sql.instant(row["arrived_at"]),
        called_at=sql.instant_or_none(row["called_at"]),
        served_from=sql.instant_or_none(row["served_from"]),
        waited_seconds=row["waited_seconds"],
        version=int(row["version"]),
    )


def whole(value: object) -> int | None:
    """An average as whole seconds (PostgreSQL answers a decimal, SQLite a float)."""
    return None if value is None else round(float(str(value)))


def by_business(lines: tuple[LineState, ...]) -> Mapping[str, LineState]:
    return {line.business.code: line for line in lines}
