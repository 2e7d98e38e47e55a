"""Wire shapes of cases at a desk."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

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

StaffStatus = Literal[
    "submitted", "received", "correction", "accepted", "in_progress", "suspended", "proposed", "concluded",
    "delivered", "not_accepted", "returned", "withdrawn",
]  # fmt: skip
StaffAction = Literal[
    "receive", "request_correction", "accept", "not_accept", "start", "suspend", "resume", "propose",
    "approve_proposal", "reject_proposal", "serve",
]  # fmt: skip
Need = Literal["opinion", "corrections", "outcome"]


class QueueQuery(Wire):
    """Which part of the queue. An empty choice is no choice."""

    view: Literal["mine", "department", "all"] = "department"
    status: StaffStatus | Literal[""] = ""
    light: CaseLight | Literal[""] = ""
    q: str = Field("", max_length=60)
    cursor: str = Field("", max_length=200)


class QueuedCase(Wire):
    """One case in the queue."""

    case_no: str
    item_name: str
    applicant_masked: str
    status: str
    status_label: str
    light: CaseLight
    due: date | None
    provisional: bool
    submitted_at: Instant | None
    handler: str | None
    flagged: bool
    version: int


class Queue(Wire):
    """One page, the most urgent first; ``counts`` are the lights of the whole view."""

    cases: list[QueuedCase]
    counts: dict[CaseLight, int]
    next_cursor: str | None


class Applicant(Wire):
    """Who applies, masked."""

    name_masked: str


class Correctable(Wire):
    """Something a correction notice may ask for."""

    target: str
    label: str


class OfferedAction(Wire):
    """What this person may do now, and what must be given with it."""

    action: str
    label: str
    needs: list[Need]
    primary: bool


class Decision(Wire):
    """What was proposed or decided, and why."""

    outcome: Literal["grant", "refuse"] | None
    text: str


class PaperAccess(Wire):
    """Whether I may open this case's files and papers: it is in my hands, I have given a reason (until ``until``), or
    the full view's reason comes first."""

    access: Literal["in_hand", "opened", "reason_needed"]
    until: Instant | None


class StaffCase(Wire):
    """One case as a desk sees it. Names of files are theirs who may open them."""

    case_no: str
    item: CaseItem
    applicant: Applicant
    status: str
    status_label: str
    version: int
    submitted_at: Instant | None
    handler: str | None
    flagged: bool
    next: Next
    light: CaseLight
    timeline: list[TimelineEntry]
    ahead: list[str]
    documents: list[CasePaper]
    clock: CaseClock
    answers: list[CaseAnswer]
    materials: list[CaseMaterial]
    papers: PaperAccess
    correctable: list[Correctable]
    decision: Decision | None
    actions: list[OfferedAction]


class CorrectionAsked(Wire):
    """One thing to correct: ``field:<code>`` or ``material:<code>``, and why."""

    target: str = Field(pattern=r"^(field|material):[a-z0-9_]{1,64}$")
    reason: str = Field(min_length=1, max_length=300)


class Transition(Wire):
    """An action on the version that was seen."""

    action: StaffAction
    version: int = Field(ge=1, le=2_000_000_000)
    opinion: str = Field("", max_length=500)
    corrections: Annotated[list[CorrectionAsked], Field(max_length=60)] = Field(default_factory=list)
    outcome: Literal["grant", "refuse"] | None = None


class Transitioned(Wire):
    """The case after the action."""

    case_no: str
    status: str
    version: int
