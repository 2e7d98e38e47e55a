"""The machine of one case: its table, its guards, and whatever anybody may try on it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.floor.ids import new_id
from config.floor.refusal import Refusal
from server.domain.cases.errors import (
    CorrectionAlreadyRequested,
    CorrectionsMissing,
    NotYourTurn,
    OpinionMissing,
    OutcomeMissing,
    SamePerson,
    WrongState,
)
from server.domain.cases.workflow import (
    CLOSED,
    OPEN,
    RESIDENT,
    SYSTEM,
    TABLE,
    Action,
    Doer,
    Given,
    Move,
    Outcome,
    Paper,
    Standing,
    Status,
    ahead,
    move,
    offered,
)

FIRST, SECOND = new_id(), new_id()
HANDLER = Doer(FIRST, frozenset({"handler"}))
OTHER = Doer(SECOND, frozenset({"handler"}))
CLERK = Doer(SECOND, frozenset({"clerk"}))
APPLICANT = Doer(new_id(), frozenset({RESIDENT}))
TIME = Doer(None, frozenset({SYSTEM}))
EVERYTHING = Given("理由", Outcome.GRANT, 1)


def after(standing: Standing, done: Move, doer: Doer, given_: Given) -> Standing:
    """The standing after a move, as the service writes it."""
    changed = replace(standing, status=done.to)
    match done.action:
        case Action.REQUEST_CORRECTION:
            return replace(changed, corrections_requested=1)
        case Action.PROPOSE:
            return replace(changed, proposed_by=doer.id, proposed_outcome=given_.outcome)
        case Action.REJECT_PROPOSAL:
            return replace(changed, proposed_by=None, proposed_outcome=None)
        case Action.REVIEW:
            return replace(changed, reviewed=True)
    return changed


def test_the_whole_way_of_a_granted_case() -> None:
    way = [
        (Action.SUBMIT, APPLICANT, Status.SUBMITTED, None),
        (Action.RECEIVE, CLERK, Status.RECEIVED, Paper.RECEIPT),
        (Action.REQUEST_CORRECTION, HANDLER, Status.CORRECTION, Paper.CORRECTION),
        (Action.RESUBMIT, APPLICANT, Status.RECEIVED, None),
        (Action.ACCEPT, HANDLER, Status.ACCEPTED, Paper.ACCEPTANCE),
        (Action.START, HANDLER, Status.IN_PROGRESS, None),
        (Action.SUSPEND, HANDLER, Status.SUSPENDED, Paper.SPECIAL_PROCEDURE),
        (Action.RESUME, HANDLER, Status.IN_PROGRESS, None),
        (Action.PROPOSE, HANDLER, Status.PROPOSED, None),
        (Action.APPROVE_PROPOSAL, OTHER, Status.CONCLUDED, Paper.GRANT),
        (Action.SERVE, CLERK, Status.DELIVERED, Paper.SERVICE),
        (Action.REVIEW, APPLICANT, Status.DELIVERED, None),
    ]
    standing = Standing(Status.DRAFT)
    for action, doer, to, paper in way:
        done = move(standing, action, doer, EVERYTHING)
        assert (done.to, done.paper) == (to, paper)
        standing = after(standing, done, doer, EVERYTHING)


def test_whoever_proposed_cannot_confirm() -> None:
    standing = Standing(Status.PROPOSED, proposed_by=FIRST, proposed_outcome=Outcome.REFUSE)
    for action in (Action.APPROVE_PROPOSAL, Action.REJECT_PROPOSAL):
        with pytest.raises(SamePerson):
            move(standing, action, HANDLER, EVERYTHING)
    assert not offered(standing, HANDLER)
    assert move(standing, Action.APPROVE_PROPOSAL, OTHER, Given()).paper is Paper.REFUSAL


def test_there_is_one_correction_notice() -> None:
    with pytest.raises(CorrectionAlreadyRequested):
        move(Standing(Status.RECEIVED, corrections_requested=1), Action.REQUEST_CORRECTION, HANDLER, EVERYTHING)


@pytest.mark.parametrize(
    ("status", "action", "lacking"),
    [
        (Status.RECEIVED, Action.REQUEST_CORRECTION, CorrectionsMissing),
        (Status.RECEIVED, Action.NOT_ACCEPT, OpinionMissing),
        (Status.IN_PROGRESS, Action.SUSPEND, OpinionMissing),
        (Status.IN_PROGRESS, Action.PROPOSE, OutcomeMissing),
    ],
)
def test_what_an_action_needs(status: Status, action: Action, lacking: type[Refusal]) -> None:
    with pytest.raises(lacking):
        move(Standing(status), action, HANDLER, Given())


@pytest.mark.parametrize("action", list(Action))
def test_an_action_belongs_to_those_the_table_names(action: Action) -> None:
    source = next(iter(TABLE[action].sources))
    stranger = Doer(new_id(), frozenset({"operator", "auditor", "administrator", "publisher"}))
    with pytest.raises(NotYourTurn):
        move(Standing(source), action, stranger, EVERYTHING)


def test_every_open_state_leads_on_and_every_closed_one_is_an_end() -> None:
    leaving = {source for step in TABLE.values() if step.to is not None for source in step.sources}
    assert leaving >= OPEN
    assert not leaving & CLOSED
    assert all(not ahead(status) for status in CLOSED)
    assert ahead(Status.SUSPENDED) == [Status.CONCLUDED, Status.DELIVERED]


@given(st.lists(st.tuples(st.sampled_from(list(Action)), st.sampled_from([HANDLER, OTHER, CLERK, APPLICANT, TIME]))))
def test_nothing_anybody_tries_breaks_the_machine(tries: list[tuple[Action, Doer]]) -> None:
    standing, corrections = Standing(Status.DRAFT), 0
    for action, doer in tries:
        was_offered = any(step.action is action for step in offered(standing, doer))
        try:
            done = move(standing, action, doer, EVERYTHING)
        except Refusal:
            assert not was_offered
            continue
        assert was_offered
        assert standing.status in TABLE[action].sources
        if done.to is Status.CONCLUDED:
            assert standing.proposed_by not in (None, doer.id)
            assert done.outcome is not None
        corrections += action is Action.REQUEST_CORRECTION
        standing = after(standing, done, doer, EVERYTHING)
    assert corrections <= 1


@given(st.sampled_from(sorted(CLOSED)), st.sampled_from(list(Action)))
def test_a_closed_case_stays_closed(status: Status, action: Action) -> None:
    for doer in (HANDLER, APPLICANT, TIME):
        try:
            done = move(Standing(status), action, doer, EVERYTHING)
        except (WrongState, NotYourTurn):
            continue
        assert done.to is status
