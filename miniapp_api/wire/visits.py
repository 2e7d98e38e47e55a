"""Wire shapes of 谁看过我."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from server.web.shapes import Instant, Wire


class VisitQuery(Wire):
    """Which page."""

    cursor: str | None = Field(None, max_length=64)


class AskedField(Wire):
    """One thing that the counter asks for, and why."""

    code: str
    label: str
    reason: str


class VisitConsent(Wire):
    """The counter's question, and how it stands."""

    state: Literal["pending", "allowed", "refused", "expired", "withdrawn", "revoked"] = Field(
        description="withdrawn with the delegation, revoked with the session or a loss report: the code was taken back"
    )
    fields: list[AskedField]
    granted: list[str]
    expires_at: Instant


class SeenVisit(Wire):
    """One look at my code. ``fields`` are the names, in words, of what was seen; never values."""

    id: UUID
    at: Instant
    place: str
    counter: str
    staff_no: str
    purpose: str
    purpose_label: str
    scene: str
    outcome: str
    outcome_label: str
    fields: list[str]
    consent: VisitConsent | None
    card_in_hand: bool = Field(description="the clerk said that the holder's identity card was in hand")
    for_whom: str | None = Field(
        description="masked; whom it is about, where I showed a code for somebody else: their values are asked for"
    )
    portrait: str | None = Field(description="what came of asking for the portrait, in words; null = not asked for")


class SeenVisits(Wire):
    """A page, newest first."""

    visits: list[SeenVisit]
    next_cursor: str | None


class ConsentAnswer(Wire):
    """Yes to some or all of the asked fields, or no. Yes to none is no."""

    allow: bool
    fields: list[Annotated[str, Field(max_length=32)]] = Field(default=[], max_length=16)
    licences: list[Annotated[str, Field(max_length=64)]] = Field(
        default=[], max_length=100, description="which of my licences the counter may see, where it asked for them"
    )
