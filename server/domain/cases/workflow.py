"""The state machine of one case, as a table. Pure: no clock, no database.

The states and actions are those of the life of a case 办件 (收件 补正 受理 特别程序 办结 送达); the two-person
rule for a decision and the single correction notice (行政许可法 art. 32: everything is told at once) are guards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal
from uuid import UUID

from server.domain.cases.errors import (
    CorrectionAlreadyRequested,
    CorrectionsMissing,
    NotYourTurn,
    OpinionMissing,
    OutcomeMissing,
    SamePerson,
    WrongState,
)


class Status(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RECEIVED = "received"
    CORRECTION = "correction"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    SUSPENDED = "suspended"
    PROPOSED = "proposed"
    CONCLUDED = "concluded"
    DELIVERED = "delivered"
    NOT_ACCEPTED = "not_accepted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What can be done to a case."""

    SUBMIT = "submit"
    RECEIVE = "receive"
    REQUEST_CORRECTION = "request_correction"
    RESUBMIT = "resubmit"
    ACCEPT = "accept"
    NOT_ACCEPT = "not_accept"
    START = "start"
    SUSPEND = "suspend"
    RESUME = "resume"
    PROPOSE = "propose"
    APPROVE_PROPOSAL = "approve_proposal"
    REJECT_PROPOSAL = "reject_proposal"
    SERVE = "serve"
    WITHDRAW = "withdraw"
    REVIEW = "review"
    RETURN_OVERDUE = "return_overdue"


class Outcome(StrEnum):
    """What was decided. 准予 / 不予许可."""

    GRANT = "grant"
    REFUSE = "refuse"


class Paper(StrEnum):
    """The kinds of document 文书 that an action issues."""

    RECEIPT = "receipt"
    CORRECTION = "correction_notice"
    ACCEPTANCE = "acceptance_notice"
    NOT_ACCEPTANCE = "refusal_to_accept"
    SPECIAL_PROCEDURE = "special_procedure_notice"
    GRANT = "decision_granted"
    REFUSAL = "decision_refused"
    SERVICE = "service_record"
    RETURN = "return_notice"


Need = Literal["opinion", "corrections", "outcome"]
RESIDENT = "resident"
SYSTEM = "system"
HANDLER = frozenset({"handler"})
DESK = frozenset({"handler", "clerk"})
OPEN = frozenset(
    {
        Status.SUBMITTED,
        Status.RECEIVED,
        Status.CORRECTION,
        Status.ACCEPTED,
        Status.IN_PROGRESS,
        Status.SUSPENDED,
        Status.PROPOSED,
    }
)
"""States in which somebody still has to decide."""
CLOSED = frozenset({Status.DELIVERED, Status.NOT_ACCEPTED, Status.RETURNED, Status.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table: from which states, to which, by whom, and what follows.

    ``to`` is None where the state stays. ``who`` holds staff roles, or ``resident`` or ``system``. ``needs``
    names what the actor must give. ``event`` is the notice's template; empty: nobody is told. A step that is
    not ``public`` is internal deliberation, which the applicant does not see.
    """

    action: Action
    sources: frozenset[Status]
    to: Status | None
    who: frozenset[str]
    needs: tuple[Need, ...] = ()
    paper: Paper | None = None
    event: str = ""
    public: bool = True


def _step(
    action: Action,
    sources: tuple[Status, ...],
    to: Status | None,
    who: frozenset[str],
    *,
    needs: tuple[Need, ...] = (),
    paper: Paper | None = None,
    event: str = "",
    public: bool = True,
) -> Step:
    return Step(action, frozenset(sources), to, who, needs, paper, event, public)


_APPLICANT = frozenset({RESIDENT})
_S = Status
_STEPS = (
    _step(Action.SUBMIT, (_S.DRAFT,), _S.SUBMITTED, _APPLICANT, event="case.submitted"),
    _step(Action.RECEIVE, (_S.SUBMITTED,), _S.RECEIVED, DESK, paper=Paper.RECEIPT, event="case.received"),
    _step(
        Action.REQUEST_CORRECTION,
        (_S.RECEIVED,),
        _S.CORRECTION,
        HANDLER,
        needs=("corrections",),
        paper=Paper.CORRECTION,
        event="case.correction",
    ),
    _step(Action.RESUBMIT, (_S.CORRECTION,), _S.RECEIVED, _APPLICANT, event="case.resubmitted"),
    _step(Action.ACCEPT, (_S.RECEIVED,), _S.ACCEPTED, HANDLER, paper=Paper.ACCEPTANCE, event="case.accepted"),
    _step(
        Action.NOT_ACCEPT,
        (_S.RECEIVED,),
        _S.NOT_ACCEPTED,
        HANDLER,
        needs=("opinion",),
        paper=Paper.NOT_ACCEPTANCE,
        event="case.not_accepted",
    ),
    _step(Action.START, (_S.ACCEPTED,), _S.IN_PROGRESS, HANDLER),
    _step(
        Action.SUSPEND,
        (_S.IN_PROGRESS,),
        _S.SUSPENDED,
        HANDLER,
        needs=("opinion",),
        paper=Paper.SPECIAL_PROCEDURE,
        event="case.suspended",
    ),
    _step(Action.RESUME, (_S.SUSPENDED,), _S.IN_PROGRESS, HANDLER, event="case.resumed"),
    _step(Action.PROPOSE, (_S.IN_PROGRESS,), _S.PROPOSED, HANDLER, needs=("outcome", "opinion"), public=False),
    _step(Action.APPROVE_PROPOSAL, (_S.PROPOSED,), _S.CONCLUDED, HANDLER, event="case.decided"),
    _step(Action.REJECT_PROPOSAL, (_S.PROPOSED,), _S.IN_PROGRESS, HANDLER, needs=("opinion",), public=False),
    _step(Action.SERVE, (_S.CONCLUDED,), _S.DELIVERED, DESK, paper=Paper.SERVICE, event="case.served"),
    _step(Action.WITHDRAW, (_S.DRAFT, *sorted(OPEN)), _S.WITHDRAWN, _APPLICANT, event="case.withdrawn"),
    _step(Action.REVIEW, (_S.CONCLUDED, _S.DELIVERED, _S.NOT_ACCEPTED), None, _APPLICANT),
    _step(
        Action.RETURN_OVERDUE,
        (_S.CORRECTION,),
        _S.RETURNED,
        frozenset({SYSTEM}),
        paper=Paper.RETURN,
        event="case.returned",
    ),
)
_SECOND_PERSON = (Action.APPROVE_PROPOSAL, Action.REJECT_PROPOSAL)
TABLE: dict[Action, Step] = {step.action: step for step in _STEPS}


@dataclass(frozen=True, slots=True)
class Standing:
    """What the machine must know of a case. ``proposed_by`` is None too where one person may decide alone."""

    status: Status
    corrections_requested: int = 0
    proposed_by: UUID | None = None
    proposed_outcome: Outcome | None = None
    reviewed: bool = False


@dataclass(frozen=True, slots=True)
class Doer:
    """Who wants to act: a resident, the system, or staff with roles."""

    id: UUID | None
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Given:
    """What came with the action."""

    opinion: str = ""
    outcome: Outcome | None = None
    corrections: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """What follows when the action is allowed."""

    action: Action
    source: Status
    to: Status
    paper: Paper | None
    event: str
    public: bool
    outcome: Outcome | None


def _lacks(step: Step, given: Given) -> None:
    if "corrections" in step.needs and given.corrections < 1:
        raise CorrectionsMissing
    if "outcome" in step.needs and given.outcome is None:
        raise OutcomeMissing
    if "opinion" in step.needs and not given.opinion.strip():
        raise OpinionMissing


def move(standing: Standing, action: Action, doer: Doer, given: Given) -> Move:
    """The consequences of ``action``, or a refusal: not your turn, wrong state, a guard, something missing."""
    step = TABLE[action]
    if not step.who & doer.roles:
        raise NotYourTurn
    if standing.status not in step.sources:
        raise WrongState(state=standing.status.value, action=action.value)
    if action is Action.REQUEST_CORRECTION and standing.corrections_requested:
        raise CorrectionAlreadyRequested
    if action is Action.REVIEW and standing.reviewed:
        raise WrongState(state=standing.status.value, action=action.value)
    if action in _SECOND_PERSON and doer.id is not None and doer.id == standing.proposed_by:
        raise SamePerson
    _lacks(step, given)
    outcome = standing.proposed_outcome if action is Action.APPROVE_PROPOSAL else None
    paper = step.paper
    if outcome is not None:
        paper = Paper.GRANT if outcome is Outcome.GRANT else Paper.REFUSAL
    return Move(action, standing.status, step.to or standing.status, paper, step.event, step.public, outcome)


def silent(step: Move) -> Move:
    """The same move without a notice: nobody but the applicant ever saw the draft."""
    return replace(step, event="")


_MAIN_STEP = {
    Status.SUBMITTED: Action.RECEIVE,
    Status.RECEIVED: Action.ACCEPT,
    Status.ACCEPTED: Action.START,
    Status.IN_PROGRESS: Action.PROPOSE,
    Status.SUSPENDED: Action.RESUME,
    Status.PROPOSED: Action.APPROVE_PROPOSAL,
    Status.CONCLUDED: Action.SERVE,
}


def offered(standing: Standing, doer: Doer) -> list[Step]:
    """The steps this person could take now, the usual one first."""
    found = []
    for step in _STEPS:
        if not step.who & doer.roles or standing.status not in step.sources:
            continue
        if step.action is Action.REQUEST_CORRECTION and standing.corrections_requested:
            continue
        if step.action is Action.REVIEW and standing.reviewed:
            continue
        if step.action in _SECOND_PERSON and doer.id is not None and doer.id == standing.proposed_by:
            continue
        found.append(step)
    usual = _MAIN_STEP.get(standing.status)
    return sorted(found, key=lambda step: step.action is not usual)


def is_usual(standing: Standing, step: Step) -> bool:
    """Whether this is the step that most cases in this state take next."""
    return _MAIN_STEP.get(standing.status) is step.action


_AHEAD = (
    Status.SUBMITTED,
    Status.RECEIVED,
    Status.ACCEPTED,
    Status.IN_PROGRESS,
    Status.CONCLUDED,
    Status.DELIVERED,
)
_STANDS_AT = {
    Status.CORRECTION: Status.RECEIVED,
    Status.SUSPENDED: Status.IN_PROGRESS,
    Status.PROPOSED: Status.IN_PROGRESS,
}


def ahead(status: Status) -> list[Status]:
    """The milestones still to come on the usual way; empty when the case is over."""
    if status is Status.DRAFT:
        return list(_AHEAD)
    if status in CLOSED:
        return []
    at = _AHEAD.index(_STANDS_AT.get(status, status))
    return list(_AHEAD[at + 1 :])
