"""What a counter has filled in for me and waits for my word: read it, submit it in my name, or not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from config.floor.refusal import Refusal
from server.domain.counter_cases.service import Application
from server.web import case_words
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident
from server.web.shapes import Instant, Wire

operations = Operations(tag="counter-applications")


class FilledIn(Wire):
    """One answer, or one paper, as it would be submitted."""

    label: str
    value: str


class WaitingApplication(Wire):
    """以您的名义提交: who filled it in, where, and all of it."""

    id: str
    at: Instant
    case_no: str
    item_name: str
    department: str
    place: str
    counter: str
    staff_no: str
    expires_at: Instant
    for_whom: str | None = Field(description="masked; whose it is, where I am asked as somebody's delegate")
    delegation: UUID | None = Field(description="under which I am asked; the case is read under it")
    answers: list[FilledIn]
    materials: list[FilledIn]


class WaitingApplications(Wire):
    """Those that wait for my word now."""

    applications: list[WaitingApplication]


class ApplicationAnswer(Wire):
    """Submit it in my name (or in the name of whom I act for), or not."""

    allow: bool


class AnsweredApplication(Wire):
    """How it stands."""

    id: str
    case_no: str
    state: str = Field(description="pending, confirmed, refused or expired")


@operations.get(
    "/api/v1/counter-applications",
    name="listCounterApplications",
    summary="Applications that a counter filled in for me and that wait for my word",
    access=Resident(),
    answer=WaitingApplications,
)
async def waiting(call: Call[NoBody, NoQuery]) -> WaitingApplications:
    """With everything that would be submitted; rarely more than one."""
    found = await call.services.counter_cases.waiting(call.unit, call.resident.resident_id)
    return WaitingApplications(applications=[await _shown(call, one) for one in found])


@operations.post(
    "/api/v1/counter-applications/{id}/answer",
    name="answerCounterApplication",
    summary="Submit in my name what the counter filled in, or do not",
    access=Resident(),
    body=ApplicationAnswer,
    answer=AnsweredApplication,
    problems=("not-found", "application-answered", "wrong-state", "delegation-over"),
)
async def answer(call: Call[ApplicationAnswer, NoQuery]) -> AnsweredApplication | Refusal:
    """Too late is answered with how it stands: ``expired``; the draft then is mine to finish."""
    found = await call.services.counter_cases.answer(
        call.unit, call.resident.resident_id, call.path_id("id"), call.body.allow
    )
    if isinstance(found, Refusal):
        return found
    return AnsweredApplication(id=str(found.id), case_no=found.case_no, state=found.state)


async def _shown(call: Call[Any, Any], one: Application) -> WaitingApplication:
    detail = await call.services.cases.detail(call.unit, one.resident_id, one.case_no)
    guide = await case_words.guide_of(call, detail.case)
    return WaitingApplication(
        id=str(one.id),
        at=one.at,
        case_no=one.case_no,
        item_name=guide.word(one.item_name, call.language),
        department=detail.case.department,
        place=one.hall,
        counter=one.counter,
        staff_no=one.staff_no,
        expires_at=one.expires_at,
        delegation=one.delegation_id,
        for_whom=detail.people.get(one.resident_id, "") if one.delegation_id else None,
        answers=[FilledIn(label=line.label, value=line.shown) for line in case_words.answer_words(call, detail, guide)],
        materials=[
            FilledIn(label=line.name, value=line.file_name) for line in case_words.material_words(call, detail, guide)
        ],
    )
