"""What reads of cases answer: plain values, unworded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from server.domain.cases.clock import Light, Reading
from server.domain.cases.records import CaseRecord
from server.domain.cases.workflow import Paper, Status, Step

Who = Literal["applicant", "department", "nobody"]
View = Literal["mine", "department", "all"]


@dataclass(frozen=True, slots=True)
class NextStep:
    """Who acts next, and by when. What they do is worded by the case's status."""

    who: Who
    by: date | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class GrantedResult:
    """What a case granted, and the number and day of its decision."""

    case_no: str
    item_code: str
    item_name: str
    department: str
    document_no: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One case in a list. ``todo`` counts what was asked for; ``to_review``: it is over and not yet rated."""

    case: CaseRecord
    light: Light
    next: NextStep
    todo: int
    to_review: bool

    @property
    def case_no(self) -> str:
        return self.case.case_no

    @property
    def item_code(self) -> str:
        return self.case.item_code

    @property
    def item_name(self) -> str:
        return self.case.item_name

    @property
    def status(self) -> Status:
        return self.case.status

    @property
    def department(self) -> str:
        return self.case.department


@dataclass(frozen=True, slots=True)
class CaseInHand:
    """A case that still stands somewhere, as far as a counter needs it."""

    case_no: str
    item_code: str
    item_name: str
    status: str
    department: str
    organisation_id: UUID | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of a resident's cases, newest first."""

    cases: list[CaseSummary]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One thing that happened."""

    seq: int
    at: datetime
    event: str
    actor_kind: str
    actor_label: str
    note: str
    document_no: str | None
    public: bool
    acting_id: UUID | None = None
    """Who did it for the applicant, where it was not the applicant."""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One document of the case, without its text."""

    document_no: str
    kind: Paper
    issued_on: date
    served_at: datetime | None


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One thing the applicant is asked to correct."""

    target: str
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """One file that was handed in."""

    code: str
    file_id: UUID
    file_name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """How the applicant graded the case."""

    grade: int
    comment: str


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """One case with everything that belongs to it. ``decision`` is empty until there is a public one."""

    case: CaseRecord
    reading: Reading
    light: Light
    next: NextStep
    timeline: list[TimelineLine]
    documents: list[PaperLine]
    corrections: list[CorrectionLine]
    materials: list[MaterialLine]
    answers: Mapping[str, Any]
    decision: str
    review: ReviewLine | None
    steps: list[Step]
    people: Mapping[UUID, str] = field(default_factory=dict)
    """Masked names of the applicant and of those who acted for them, where anybody did."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case in a desk's queue."""

    case: CaseRecord
    applicant_masked: str
    light: Light
    provisional: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a desk's queue, the most urgent first, with the lights of the whole view."""

    rows: list[QueueRow]
    counts: dict[Light, int]
    next_cursor: str | None


def next_step(case: CaseRecord, provisional: bool) -> NextStep:
    """Who acts next in this case. ``provisional``: whether the date by which they must was guessed."""
    match case.status:
        case Status.DRAFT:
            return NextStep("applicant", None, False)
        case Status.CORRECTION:
            return NextStep("applicant", case.corrections_due, provisional)
        case Status.DELIVERED | Status.NOT_ACCEPTED | Status.RETURNED | Status.WITHDRAWN:
            return NextStep("nobody", None, False)
        case _:
            return NextStep("department", case.due_on, provisional)
