"""Wire shapes of a case that residents' and staff's answers share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from server.web.shapes import Instant, Wire

CaseLight = Literal["none", "green", "yellow", "red", "overdue"]
Text = Annotated[str, Field(max_length=1000)]


class Next(Wire):
    """Who acts next, what they do, and by when; in words."""

    who: str
    what: str
    by: date | None
    provisional: bool


class CaseItem(Wire):
    """The item a case is about; ``version`` is the one it began with and keeps."""

    code: str
    name: str
    department: str
    version: int


class TimelineEntry(Wire):
    """One thing that happened."""

    at: Instant
    event: str
    label: str
    actor: str
    note: str
    document_no: str | None


class CasePaper(Wire):
    """One document of the case."""

    document_no: str
    kind: str
    title: str
    issued_on: date
    served_at: Instant | None


class CaseClock(Wire):
    """The time limits: what runs, until when, and why that day. ``unit`` is that of the promised limit.

    A date is provisional for itself where it lies beyond the published calendar; ``provisional`` is that of the date
    shown in ``next``.
    """

    state: Literal["not_started", "running", "paused", "stopped"]
    accepted_on: date | None
    legal_due: date | None
    promised_due: date | None
    legal_days: int | None
    promised_days: int | None
    unit: Literal["working_day", "day"]
    used_days: int
    provisional: bool
    legal_provisional: bool
    promised_provisional: bool
    paused: bool
    explanation: list[str]


class CaseAnswer(Wire):
    """One answer of the form; ``shown`` is how people read it. ``masked``: it says something of a person, and the whole
    is a call of its own."""

    code: str
    label: str
    value: Any
    shown: str
    masked: bool = False


class CaseMaterial(Wire):
    """One file handed in."""

    code: str
    name: str
    file_id: UUID
    file_name: str
    media_type: str
    size: int
