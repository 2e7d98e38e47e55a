"""Wire shapes of a newborn's guardianship that is begun on the phone."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from server.domain.delegations.newborn_rows import Reason, Relation, State
from server.web.shapes import Instant, Wire


class NewNewborn(Wire):
    """What a guardian says, as the birth certificate says it. ``file_id``: its picture, uploaded before."""

    relation: Relation = Field(description="what I am to the child")
    name: str = Field("", max_length=50, description="empty while it is open")
    born: date
    certificate_no: str = Field(min_length=1, max_length=64)
    file_id: UUID


class NewbornShown(Wire):
    """One request of mine. ``next_text``: what happens now, or what to do. ``reason``: why the first check refused."""

    id: UUID
    state: State
    state_label: str
    next_text: str
    relation: Relation
    relation_label: str
    child_masked: str = Field(description="empty while the name is open")
    born: date
    certificate_masked: str
    reason: Reason | None
    asked_at: Instant
    delegation_id: UUID | None = Field(description="once it was checked: under which I act for the child")
    actions: list[Literal["take_back"]]


class NewbornList(Wire):
    """Newest first."""

    newborns: list[NewbornShown]
    next_cursor: str | None
