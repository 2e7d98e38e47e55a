"""Whose hands a case is in: its files and papers open to them, and to anybody else for a reason that stands a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.ids import new_id
from server.domain.cases.documents import kind_of
from server.domain.cases.hands import in_hand
from server.domain.cases.records import CaseRecord
from server.domain.cases.workflow import CLOSED, Action, Paper, Status
from server.domain.privacy.errors import FullViewNeeded
from server.domain.privacy.full_views import About, FullViews, Why
from server.domain.privacy.openings import Openings
from server.domain.sessions.callers import StaffCaller
from tests.domain.cases.office import DEPARTMENT, Office, desk
from tests.domain.people import PORTAL

TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
WAITING = {Status.SUBMITTED, Status.RECEIVED, Status.PROPOSED, Status.CONCLUDED}


def case_at(status: Status, **more: Any) -> CaseRecord:
    """A case that stands there."""
    values: dict[str, Any] = dict.fromkeys(CaseRecord.__dataclass_fields__)
    values |= {"status": status, "department": DEPARTMENT, "corrections_requested": 0, "two_person": True}
    return CaseRecord(**(values | {"closed_at": NOON if status in CLOSED else None} | more))


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.DRAFT])
def test_a_case_is_in_the_hands_of_whoever_takes_the_next_step_or_has_taken_one(status: Status) -> None:
    case = case_at(status)
    handler, clerk = desk("handler"), desk("clerk")
    assert in_hand(case, handler, acted=True, today=TODAY), "also on the day on which it is over"
    assert in_hand(case, handler, acted=False, today=TODAY) == (status in WAITING)
    assert in_hand(case, clerk, acted=False, today=TODAY) == (status in {Status.SUBMITTED, Status.CONCLUDED})
    for stranger in (desk("handler", department="区民政局"), desk("hall_manager"), desk("auditor"), desk("operator")):
        assert not in_hand(case, stranger, acted=True, today=TODAY)
    assert in_hand(case, handler, acted=True, today=TODAY + timedelta(days=1)) == (status not in CLOSED)


def test_the_reviewer_has_a_proposal_in_hand_and_a_colleague_a_case_that_another_took_has_not() -> None:
    reviewer = desk("handler")
    proposed = case_at(Status.PROPOSED, proposed_by=new_id())
    assert in_hand(proposed, reviewer, acted=False, today=TODAY)
    assert not in_hand(replace(proposed, status=Status.IN_PROGRESS), reviewer, acted=False, today=TODAY)


def test_a_number_says_what_kind_of_paper_it_is() -> None:
    assert kind_of("DEMO-SL-2026-000001") is Paper.ACCEPTANCE
    assert kind_of("MY-CITY-ZY-2026-000001") is Paper.GRANT
    assert kind_of("DEMO-XX-2026-000001") is None
    assert kind_of("nothing") is None


async def test_one_reason_opens_files_papers_and_values_for_its_time_and_each_opening_is_an_entry(
    office: Office,
) -> None:
    resident = await office.resident()
    ref = await office.submit(resident)
    for action in (Action.RECEIVE, Action.ACCEPT):
        ref = await office.move(office.handler, ref, action)
    case = await office.run(lambda unit: office.cases.staff_case(unit, office.handler, ref.case_no))
    detail = await office.run(lambda unit: office.cases.staff_detail(unit, office.handler, ref.case_no))
    file_id, paper = detail.materials[0].file_id, detail.documents[-1].document_no
    views = FullViews(
        office.vault, office.people.audit, office.people.residents, office.post, Openings(30), lambda _: False
    )
    about = About("case", case.id, case.resident_id, case.region, DEPARTMENT)

    async def opened(who: StaffCaller) -> None:
        await office.run(lambda unit: office.cases.staff_file(unit, who, ref.case_no, file_id))
        await office.run(lambda unit: office.cases.staff_document(unit, who, ref.case_no, paper))

    async def asked(who: StaffCaller, why: Why | None, *fields: Any) -> Any:
        return await office.run(lambda unit: views.show(unit, who.actor, about, why, fields))

    await opened(office.handler)
    with pytest.raises(FullViewNeeded):
        await opened(office.second)
    with pytest.raises(FullViewNeeded):
        await asked(office.second, None, "name")
    first = await asked(office.second, Why("complaint", "本人来电投诉"), "papers")
    await opened(office.second)
    await office.later(minutes=29)
    again = await asked(office.second, None, "name")
    assert (again.values["name"], again.until) == ("王秀兰", first.until), "looking further makes it no longer"
    await opened(office.second)
    with pytest.raises(FullViewNeeded):
        await opened(replace(office.second, staff_id=new_id()))
    await office.later(minutes=2)
    with pytest.raises(FullViewNeeded):
        await opened(office.second)

    entries = await sql.rows(
        "SELECT action, actor_id, purpose FROM audit_entries WHERE portal = $1 AND resident_id = $2"
        " AND actor_kind = 'staff' AND action IN ('case.file','case.document','case.full_view') ORDER BY id",
        PORTAL, resident.resident_id,
    )  # fmt: skip
    looks = [(row["action"], _who(office, row["actor_id"]), row["purpose"]) for row in entries]
    handled = [("case.file", "handler", "case-handling"), ("case.document", "handler", "case-handling")]
    for_a_reason = [("case.file", "second", "complaint"), ("case.document", "second", "complaint")]
    view = [("case.full_view", "second", "complaint")]
    assert looks == handled + view + for_a_reason + view + for_a_reason
    notes = {row["reason"] for row in await sql.rows("SELECT reason, note_sealed FROM full_views")}
    assert notes == {"complaint"}


def _who(office: Office, actor: object) -> str:
    return {office.handler.staff_id: "handler", office.second.staff_id: "second"}[UUID(str(actor))]
