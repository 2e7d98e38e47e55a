"""Wire shapes of what a counter does for a resident: applications, corrections, results."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from server.web.shapes import Instant, Wire

AnswerIn = str | int | bool | list[str] | None
Answers = Annotated[dict[Annotated[str, Field(max_length=64)], AnswerIn], Field(max_length=200)]


class PrefillQuery(Wire):
    """For which item."""

    item: str = Field(min_length=1, max_length=64)


class Prefill(Wire):
    """Answers of the form that are known by what the resident has allowed; everything else is asked."""

    values: dict[str, str]


class ScannedPage(Wire):
    """A material scanned or photographed at the desk."""

    name: str = Field(min_length=1, max_length=200)
    content: str = Field(min_length=4, max_length=4_200_000, description="PDF, JPEG or PNG, base64; at most 3 MB")


class KeptPage(Wire):
    """It waits for the application."""

    file_id: UUID
    name: str
    size: int


class CounterMaterial(Wire):
    """One uploaded file for one material of the item."""

    code: str = Field(max_length=64)
    file_id: UUID


Materials = Annotated[list[CounterMaterial], Field(max_length=60)]


class NewCounterCase(Wire):
    """A whole application. ``phone``: she confirms it there; ``paper``: card in hand and signed on paper."""

    item: str = Field(min_length=1, max_length=64)
    answers: Answers = Field(default_factory=dict)
    materials: Materials = Field(default_factory=list)
    way: Literal["phone", "paper"]


class CounterApplication(Wire):
    """How it stands."""

    id: UUID
    case_no: str
    item_name: str
    way: Literal["phone", "paper"]
    state: Literal["pending", "confirmed", "refused", "expired", "withdrawn"]
    at: Instant
    expires_at: Instant


class CounterCorrections(Wire):
    """What was asked for, handed in at the desk with the card in hand."""

    case_no: str = Field(max_length=32)
    answers: Answers = Field(default_factory=dict)
    materials: Materials = Field(default_factory=list)


class CorrectionAsked(Wire):
    """One thing to correct; ``target`` is ``field:<code>`` or ``material:<code>``."""

    target: str
    label: str
    reason: str


class CaseAtDesk(Wire):
    """A case as the desk needs it to go on: no answers, no papers."""

    case_no: str
    item: str
    item_version: int
    item_name: str
    status: str
    corrections: list[CorrectionAsked]


class CaseMoved(Wire):
    """A case after what was just done."""

    case_no: str
    status: str


class NewHandover(Wire):
    """Which result."""

    case_no: str = Field(max_length=32)


class Handover(Wire):
    """Delivered; ``document_no`` is the record of it, to be printed."""

    case_no: str
    document_no: str
