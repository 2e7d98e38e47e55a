"""Cases at a desk: the queue, one case, and what is done to it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from config.floor.refusal import FieldFault, Invalid
from server.domain.cases.errors import CaseMissing
from server.domain.cases.handling import CorrectionRequest
from server.domain.cases.hands import Access
from server.domain.cases.numbers import parse_case_no
from server.domain.cases.views import CaseDetail, QueueRow
from server.domain.cases.workflow import Action, Outcome, Status, ahead, is_usual
from server.domain.catalogue.guide import Guide
from server.edges.console.case_shapes import (
    Applicant,
    Correctable,
    CorrectionAsked,
    Decision,
    OfferedAction,
    PaperAccess,
    Queue,
    QueuedCase,
    QueueQuery,
    StaffCase,
    Transition,
    Transitioned,
)
from server.web import case_words
from server.web.documents import document_page
from server.web.files import file_response
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff

operations = Operations(tag="console-cases")
READERS = Staff("cases.read")
DESK = Staff("cases.decide")


@operations.get(
    "/console/api/v1/cases",
    name="listQueue",
    summary="The cases of my desk, the most urgent first",
    access=READERS,
    query=QueueQuery,
    answer=Queue,
)
async def queue(call: Call[NoBody, QueueQuery]) -> Queue:
    """Three statements, whatever the length."""
    asked = call.query
    page = await call.services.cases.queue(
        call.unit,
        call.staff,
        view=asked.view,
        status=Status(asked.status) if asked.status else None,
        light=asked.light or None,
        q=asked.q,
        cursor=asked.cursor or None,
    )
    return Queue(cases=[_queued(call, row) for row in page.rows], counts=page.counts, next_cursor=page.next_cursor)


@operations.get(
    "/console/api/v1/cases/{case_no}",
    name="readQueuedCase",
    summary="One case, with what I may do",
    access=READERS,
    answer=StaffCase,
)
async def read_case(call: Call[NoBody, NoQuery]) -> StaffCase:
    """The look is recorded where the applicant can see it: once in half an hour for one person and one case."""
    cases, staff = call.services.cases, call.staff
    detail = await cases.staff_detail(call.unit, staff, _case_no(call))
    if cases.looks.is_new(staff.staff_id, detail.case.id, call.unit.now):
        await call.decide(lambda unit: cases.record_look(unit, staff, detail.case))
        cases.looks.keep(staff.staff_id, detail.case.id, call.unit.now)
    name = await cases.applicant_masked(call.unit, detail.case)
    access = await cases.access(call.unit, staff, detail.case)
    return _shown(call, detail, await case_words.guide_of(call, detail.case), name, access)


@operations.post(
    "/console/api/v1/cases/{case_no}/transitions",
    name="moveCase",
    summary="Do something to a case",
    access=DESK,
    body=Transition,
    answer=Transitioned,
    status=200,
    idempotent=True,
    problems=(
        "wrong-state", "changed-meanwhile", "same-person", "correction-already-requested", "opinion-missing",
        "outcome-missing", "corrections-missing",
    ),
)  # fmt: skip
async def move(call: Call[Transition, NoQuery]) -> Transitioned:
    """Status, timeline, document, audit entry and notice together, or none of them."""
    asked, case_no = call.body, _case_no(call)
    corrections = await _corrections(call, case_no, asked.corrections) if asked.corrections else []
    ref = await call.services.cases.transition(
        call.unit,
        call.staff,
        case_no,
        Action(asked.action),
        version=asked.version,
        opinion=asked.opinion,
        corrections=corrections,
        outcome=Outcome(asked.outcome) if asked.outcome else None,
    )
    return Transitioned(case_no=ref.case_no, status=ref.status.value, version=ref.version)


@operations.get(
    "/console/api/v1/cases/{case_no}/files/{file_id}",
    name="readCaseFile",
    summary="A file of a case",
    access=READERS,
    media="binary",
    problems=("full-view-needed",),
)
async def read_file(call: Call[NoBody, NoQuery]) -> web.Response:
    """Recorded before it is read; whoever does not have the case in hand has given a reason before."""
    case_no, file_id = _case_no(call), call.path_id("file_id")
    info = await call.decide(lambda unit: call.services.cases.staff_file(unit, call.staff, case_no, file_id))
    return file_response(info, await call.services.materials.content(info))


@operations.get(
    "/console/api/v1/cases/{case_no}/documents/{document_no}",
    name="readCaseDocument",
    summary="A document of a case, to read or print",
    access=READERS,
    media="html",
    problems=("full-view-needed",),
)
async def read_document(call: Call[NoBody, NoQuery]) -> web.Response:
    """Recorded, because it names the applicant; as with a file."""
    case_no, number = _case_no(call), call.path["document_no"]
    found = await call.decide(lambda unit: call.services.cases.staff_document(unit, call.staff, case_no, number))
    return document_page(call, found)


def _case_no(call: Call[Any, Any]) -> str:
    found = parse_case_no(call.path["case_no"])
    if found is None:
        raise CaseMissing
    return found


async def _corrections(call: Call[Any, Any], case_no: str, asked: list[CorrectionAsked]) -> list[CorrectionRequest]:
    """What is asked for, named as the guide names it; unknown or repeated targets are faults."""
    case = await call.services.cases.staff_case(call.unit, call.staff, case_no)
    guide = await case_words.guide_of(call, case)
    found, faults, seen = [], [], set()
    for at, one in enumerate(asked):
        label = case_words.target_label(guide, one.target)
        if label is None:
            faults.append(FieldFault(f"corrections.{at}.target", "unknown-field"))
        elif one.target in seen:
            faults.append(FieldFault(f"corrections.{at}.target", "repeated"))
        elif not one.reason.strip():
            faults.append(FieldFault(f"corrections.{at}.reason", "required"))
        else:
            seen.add(one.target)
            found.append(CorrectionRequest(one.target, label, one.reason.strip()))
    if faults:
        raise Invalid(faults=faults)
    return found


def _queued(call: Call[Any, Any], row: QueueRow) -> QueuedCase:
    case = row.case
    return QueuedCase(
        case_no=case.case_no,
        item_name=case.item_name,
        applicant_masked=row.applicant_masked,
        status=case.status.value,
        status_label=case_words.staff_status(call, case.status),
        light=row.light,
        due=case.due_on,
        provisional=row.provisional,
        submitted_at=case.submitted_at,
        handler=case.handler_label or None,
        flagged=case.flagged_on is not None,
        version=case.version,
    )


def _shown(call: Call[Any, Any], detail: CaseDetail, guide: Guide, name: str, access: Access) -> StaffCase:
    case = detail.case
    materials = case_words.material_words(call, detail, guide)
    if not access.is_open:  # people name a picture after themselves
        materials = [one.model_copy(update={"file_name": ""}) for one in materials]
    return StaffCase(
        case_no=case.case_no,
        item=case_words.item_words(call, case, guide),
        applicant=Applicant(name_masked=name),
        status=case.status.value,
        status_label=case_words.staff_status(call, case.status),
        version=case.version,
        submitted_at=case.submitted_at,
        handler=case.handler_label or None,
        flagged=case.flagged_on is not None,
        next=case_words.next_words(call, case, detail.next, for_staff=True),
        light=detail.light,
        timeline=case_words.timeline_words(call, detail),
        ahead=case_words.ahead_words(call, detail, [status.value for status in ahead(case.status)]),
        documents=case_words.paper_words(call, detail),
        clock=case_words.clock_words(call, detail),
        answers=case_words.masked_answers(call, detail, guide),
        materials=materials,
        papers=PaperAccess(access=access.kind, until=access.until),
        correctable=_correctable(call, guide),
        decision=_decision(detail),
        actions=_actions(call, detail),
    )


def _correctable(call: Call[Any, Any], guide: Guide) -> list[Correctable]:
    targets = [f"field:{asked.code}" for asked in guide.fields()]
    targets += [f"material:{paper.code}" for paper in guide.materials if paper.form != "fetched"]
    return [Correctable(target=t, label=case_words.target_label(guide, t, call.language) or t) for t in targets]


def _decision(detail: CaseDetail) -> Decision | None:
    outcome = detail.case.outcome or detail.case.proposed_outcome
    if not detail.decision and outcome is None:
        return None
    return Decision(outcome=outcome.value if outcome else None, text=detail.decision)


def _actions(call: Call[Any, Any], detail: CaseDetail) -> list[OfferedAction]:
    standing = detail.case.standing()
    return [
        OfferedAction(
            action=step.action.value,
            label=call.text(f"cases.actions.{step.action.value}"),
            needs=list(step.needs),
            primary=is_usual(standing, step),
        )
        for step in detail.steps
    ]
