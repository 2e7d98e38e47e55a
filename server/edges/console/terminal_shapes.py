"""What the console's calls about counter devices carry."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from server.web.shapes import Instant, Wire

Words = Annotated[str, Field(min_length=1, max_length=64, pattern=r"\S")]


class TerminalWanted(Wire):
    """What an administrator says about a counter's device; a limit that is absent is the city's own."""

    hall: Words
    counter: Words
    name: Annotated[str, Field(max_length=64)] = ""
    purposes: Annotated[list[Annotated[str, Field(max_length=32)]], Field(min_length=1, max_length=50)]
    scans_per_minute: Annotated[int, Field(ge=1, le=6000)] | None = None
    failures: Annotated[int, Field(ge=1, le=1000)] | None = None
    lock_seconds: Annotated[int, Field(ge=1, le=86_400)] | None = None


class TerminalQuery(Wire):
    """Go on where the last page ended."""

    cursor: Annotated[str, Field(max_length=64)] = ""


class ShiftShown(Wire):
    """Who works there now."""

    staff_no: str
    name: str
    since: Instant


class TerminalShown(Wire):
    """One device: where it stands, how it stands, and its day."""

    id: UUID
    hall: str
    counter: str
    name: str
    purposes: list[str]
    purpose_labels: list[str]
    scans_per_minute: int | None
    failures: int | None
    lock_seconds: int | None
    state: Literal["invited", "enrolled", "withdrawn"]
    invitation_until: Instant | None
    enrolled_at: Instant | None
    withdrawn_at: Instant | None
    seen_at: Instant | None
    shift: ShiftShown | None
    scanned_today: int
    refused_today: int
    locked_until: Instant | None


class TerminalPage(Wire):
    """Devices, newest first. ``counts``: on all pages, by state."""

    terminals: list[TerminalShown]
    counts: dict[str, int]
    next_cursor: str | None


class TerminalInvited(Wire):
    """A one-time code, told once; to be typed at ``/counter/enrol`` on the device."""

    id: UUID
    code: str
    expires_at: Instant


class TerminalUnlocked(Wire):
    """Whether it had been locked."""

    was_locked: bool
