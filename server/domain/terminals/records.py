"""Terminals as others see them: their place, what an administrator may set, and the whole record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.scope import Placed
from server.domain.sessions.callers import TerminalPlace
from server.domain.sessions.service import Shift

State = Literal["invited", "enrolled", "withdrawn"]
STATES: tuple[State, ...] = ("invited", "enrolled", "withdrawn")

PLACED = Placed("terminals")


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """What an administrator says about a terminal; a limit of None is the city's own."""

    hall: str
    counter: str
    purposes: tuple[str, ...]
    name: str = ""
    scans_per_minute: int | None = None
    failures: int | None = None
    lock_seconds: int | None = None

    @property
    def place(self) -> str:
        return f"{self.hall} {self.counter}"[:128]


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time code in two groups; it is stored only as a keyed hash."""

    terminal_id: UUID
    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class TerminalRecord:
    """One terminal as an administrator sees it."""

    place: TerminalPlace
    state: State
    created_at: datetime
    invitation_until: datetime | None
    enrolled_at: datetime | None
    withdrawn_at: datetime | None
    seen_at: datetime | None
    shift: Shift | None = None


def read_place(row: sql.Row) -> TerminalPlace:
    """The columns of a place as values."""
    return TerminalPlace(
        id=sql.uid(row["id"]),
        hall=row["hall"],
        counter=row["counter"],
        purposes=tuple(sql.document(row["purposes"])),
        region=row["region"],
        name=row["name"],
        scans_per_minute=row["scans_per_minute"],
        failures=row["failures"],
        lock_seconds=row["lock_seconds"],
    )


def read_record(row: sql.Row) -> TerminalRecord:
    """All of it; nobody on shift is named here."""
    withdrawn, enrolled = sql.instant_or_none(row["withdrawn_at"]), sql.instant_or_none(row["enrolled_at"])
    return TerminalRecord(
        place=read_place(row),
        state="withdrawn" if withdrawn else "enrolled" if enrolled else "invited",
        created_at=sql.instant(row["created_at"]),
        invitation_until=sql.instant_or_none(row["invitation_until"]),
        enrolled_at=enrolled,
        withdrawn_at=withdrawn,
        seen_at=sql.instant_or_none(row["seen_at"]),
    )
