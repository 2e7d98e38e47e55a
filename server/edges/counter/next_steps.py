"""What a clerk does next: only what can be done today, each with a sentence about how."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from server.domain.cases.numbers import grouped
from server.domain.purposes.service import Purpose
from server.domain.staff.permissions import may
from server.domain.visits.papers import SCENES
from server.domain.visits.ports import CaseInHand
from server.domain.visits.views import ENDED, CounterVisit
from server.edges.counter.shapes import NextStep
from server.web.operations import Call

Action = Literal["begin", "correct", "hand_over"]
_PROVED = 3


def next_steps(call: Call[Any, Any], purpose: Purpose, visit: CounterVisit) -> list[NextStep]:
    """The purpose's steps in its order; a step about cases comes once for each case that it fits. A resident of
    another portal is looked at under an agreement, not served; on an offline credential nothing is done before its card
    was compared, and nothing at all on a code that was taken back while the phone was asked."""
    over = visit.consent is not None and visit.consent.state in ENDED
    if visit.holder_portal is not None or visit.owes_card or over:
        return []
    return [step for code in purpose.next_steps for step in _steps(call, code, visit)]


def _steps(call: Call[Any, Any], code: str, visit: CounterVisit) -> Iterator[NextStep]:
    match code:
        case "continue":
            for case in visit.open_cases:
                signs = visit.card_open or visit.card_at is not None  # corrections are signed, card in hand
                here: Action | None = "correct" if case.status == "correction" and signs else None
                yield _step(call, code, _waiting(call, case), _href(call, case), here, case.case_no)
        case "hand_over" if visit.scene == SCENES["paper"] and visit.card_at is None:
            return
        case "hand_over" | "review":
            decided = (case for case in visit.open_cases if case.status == "concluded")
            for case in decided:
                detail = call.text(f"visits.next_detail.{code}", item=case.item_name)
                if code == "hand_over":
                    yield _step(call, code, detail, _href(call, case), "hand_over", case.case_no)
                else:
                    yield _step(call, code, detail)
        case "accept" if not visit.may_begin:
            return
        case "accept":
            how = "accept" if visit.loa >= _PROVED else "accept_unproved"
            if visit.relation is not None:
                how = "accept_for"
            detail = call.text(f"visits.next_detail.{how}", name=visit.acting_for or "")
            yield _step(call, code, detail, action="begin")
        case _:
            yield _step(call, code, call.text(f"visits.next_detail.{code}"))


def _step(
    call: Call[Any, Any],
    code: str,
    detail: str,
    href: str | None = None,
    action: Action | None = None,
    case_no: str | None = None,
) -> NextStep:
    label = call.text(f"visits.next.{code}")
    return NextStep(code=code, label=label, detail=detail, href=href, action=action, case_no=case_no)


def _waiting(call: Call[Any, Any], case: CaseInHand) -> str:
    return call.text(
        "visits.next_detail.continue",
        item=case.item_name,
        case_no=grouped(case.case_no),
        waits=call.text(f"visits.waits.{case.status}"),
    )


def _href(call: Call[Any, Any], case: CaseInHand) -> str | None:
    """The console's page of the case, for those whom it lets in: desks of the case's own department."""
    opens = may(call.staff.roles, "cases.read") and call.staff.scope.holds(department=case.department)
    return f"/console/cases/{case.case_no}" if opens else None
