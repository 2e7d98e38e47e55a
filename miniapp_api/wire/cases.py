"""Wire shapes of residents' cases."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from server.web.case_shapes import (
    CaseAnswer,
    CaseClock,
    CaseItem,
    CaseLight,
    CaseMaterial,
    CasePaper,
    Next,
    TimelineEntry,
)
from server.web.shapes import Instant, Wire

AnswerIn = str | int | bool | list[str] | None
Answers = Annotated[dict[Annotated[str, Field(max_length=64)], AnswerIn], Field(max_length=200)]


class HandedMaterial(Wire):
    """One uploaded file for one material of the item."""

    code: str = Field(max_length=64)
    file_id: UUID


Handed = Annotated[list[HandedMaterial], Field(max_length=60)]


class NewCase(Wire):
    """An application. ``draft`` keeps it without submitting."""

    item: str = Field(min_length=1, max_length=64)
    answers: Answers = Field(default_factory=dict)
    materials: Handed = Field(default_factory=list)
    draft: bool = False


class Amendment(Wire):
    """Answers and files laid over what the case holds."""

    answers: Answers = Field(default_factory=dict)
    materials: Handed = Field(default_factory=list)


class Withdrawal(Wire):
    """Giving a case up."""

    reason: str = Field("", max_length=500)


class NewReview(Wire):
    """A grade: 1 very content … 5 very discontent."""

    grade: int = Field(ge=1, le=5)
    comment: str = Field("", max_length=500)


class CaseChanged(Wire):
    """A case after what was just done."""

    case_no: str
    status: str


class CasesQuery(Wire):
    """Which page."""

    cursor: str | None = Field(None, max_length=128)


class CaseListed(Wire):
    """One case of a list; ``todo`` counts what I was asked for, ``to_review``: it is over and I may still rate it."""

    case_no: str
    item_code: str
    item_name: str
    status: str
    status_label: str
    submitted_at: Instant | None
    updated_at: Instant
    next: Next
    light: CaseLight
    todo: int
    to_review: bool


class CaseList(Wire):
    """My cases, newest first."""

    cases: list[CaseListed]
    next_cursor: str | None


class TodoItem(Wire):
    """One thing to correct; ``target`` is ``field:<code>`` or ``material:<code>``."""

    target: str
    label: str
    reason: str


class Todo(Wire):
    """Something that waits for me."""

    kind: Literal["correct", "review"]
    title: str
    due: date | None
    items: list[TodoItem]


class CaseResult(Wire):
    """What was decided, and why."""

    outcome: Literal["grant", "refuse", "not_accepted"]
    text: str


class CaseReview(Wire):
    """My grade."""

    grade: int
    comment: str | None


class CaseShown(Wire):
    """One case, whole."""

    case_no: str
    for_whom: str | None = Field(None, description="A for B, where somebody began it for its applicant")
    item: CaseItem
    status: str
    status_label: str
    version: int
    submitted_at: Instant | None
    next: Next
    light: CaseLight
    timeline: list[TimelineEntry]
    ahead: list[str]
    documents: list[CasePaper]
    clock: CaseClock
    todo: list[Todo]
    answers: list[CaseAnswer]
    materials: list[CaseMaterial]
    actions: list[Literal["submit", "correct", "withdraw", "review"]]
    result: CaseResult | None
    review: CaseReview | None
