"""Wire shapes of 谁看过我的信息."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from miniapp_api.wire.visits import VisitConsent
from server.web.shapes import Instant, Wire


class LookQuery(Wire):
    """Which kind, which page."""

    kind: Literal["", "scan", "offline", "case", "other"] = ""
    cursor: str | None = Field(None, max_length=64)


class SeenLook(Wire):
    """One look at my data. ``fields`` are the names, in words, of what was seen; never values."""

    id: UUID
    at: Instant
    kind: Literal["scan", "offline", "case", "other"]
    what: str
    place: str
    staff_no: str
    purpose: str
    basis: str
    fields: list[str]
    outcome: str
    outcome_label: str
    refused: bool
    consent: VisitConsent | None
    case_no: str | None
    disputed: bool


class SeenLooks(Wire):
    """A page, newest first."""

    looks: list[SeenLook]
    next_cursor: str | None
