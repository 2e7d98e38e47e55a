"""Whose hands a case is in, and what may therefore be opened of it: its files and its papers name the applicant.

Handling is no full view: whoever of the case's own department has to take its next step, or has taken one, opens what
they need, and every opening is an entry that the applicant sees. Anybody else who may read the case gives a reason
first, and that is a full view. Once a case is over it is in nobody's hands any more from the next day on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from config.floor import sql
from config.floor.unit import Unit, legal_day
from server.domain.cases import workflow
from server.domain.cases.ports import Desk, Openings
from server.domain.cases.records import CaseRecord
from server.domain.cases.workflow import CLOSED, DESK, Doer, Status
from server.domain.privacy.errors import FullViewNeeded

HANDLING = "case-handling"
_FOR_ANYBODY = frozenset({Status.SUBMITTED, Status.RECEIVED, Status.PROPOSED, Status.CONCLUDED})
"""Where a case waits for whoever of the department takes it next; elsewhere it is the one's who took it."""


@dataclass(frozen=True, slots=True)
class Access:
    """``purpose``: what an opening is entered with. ``until``: when a reason that this employee gave is over."""

    kind: Literal["in_hand", "opened", "reason_needed"]
    purpose: str = ""
    until: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.kind != "reason_needed"


def in_hand(case: CaseRecord, desk: Desk, *, acted: bool, today: date) -> bool:
    """Whether handling this case is this employee's business today. ``acted``: they have taken a step in it."""
    if desk.department != case.department or not DESK & desk.roles:
        return False
    if case.status in CLOSED:
        return acted and case.closed_at is not None and legal_day(case.closed_at) == today
    if acted:
        return True
    return case.status in _FOR_ANYBODY and bool(workflow.offered(case.standing(), Doer(desk.staff_id, desk.roles)))


async def access(unit: Unit, openings: Openings, desk: Desk, case: CaseRecord) -> Access:
    """What this employee may open of this case now: two statements."""
    standing = await openings.standing(unit, desk.staff_id, "case", case.id)
    until = standing.until if standing else None
    if in_hand(case, desk, acted=await _acted(case, desk), today=unit.today):
        return Access("in_hand", HANDLING, until)
    return Access("opened", standing.reason, until) if standing else Access("reason_needed")


async def must_be_open(unit: Unit, openings: Openings, desk: Desk, case: CaseRecord) -> Access:
    """``FullViewNeeded`` unless it is in hand or a reason stands."""
    found = await access(unit, openings, desk, case)
    if not found.is_open:
        raise FullViewNeeded
    return found


async def _acted(case: CaseRecord, desk: Desk) -> bool:
    row = await sql.row(
        "SELECT 1 AS one FROM case_timeline WHERE case_id = $1 AND actor_kind = 'staff' AND actor_id = $2 LIMIT 1",
        case.id, desk.staff_id,
    )  # fmt: skip
    return row is not None
