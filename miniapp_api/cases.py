"""My cases: apply, see where they stand, correct, withdraw, review."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from aiohttp import web

from miniapp_api.wire.cases import (
    Amendment,
    CaseChanged,
    CaseList,
    CaseListed,
    CaseResult,
    CaseReview,
    CaseShown,
    CasesQuery,
    HandedMaterial,
    NewCase,
    NewReview,
    Todo,
    TodoItem,
    Withdrawal,
)
from server.domain.cases.errors import CaseMissing
from server.domain.cases.numbers import parse_case_no
from server.domain.cases.progress import CaseRef
from server.domain.cases.views import CaseDetail, CaseSummary
from server.domain.cases.workflow import Action, Status, ahead
from server.domain.catalogue.guide import Guide
from server.web import case_words
from server.web.documents import document_page
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="cases")
_ACTIONS: dict[Action, Literal["submit", "correct", "withdraw", "review"]] = {
    Action.SUBMIT: "submit",
    Action.RESUBMIT: "correct",
    Action.WITHDRAW: "withdraw",
    Action.REVIEW: "review",
}
_FORM_PROBLEMS = ("item-unknown", "invalid-input", "file-not-usable")


@operations.post(
    "/api/v1/cases",
    name="submitCase",
    summary="Apply for an item, or keep a draft",
    access=Resident(for_others=True),
    body=NewCase,
    answer=CaseChanged,
    status=201,
    idempotent=True,
    problems=(
        *_FORM_PROBLEMS,
        "item-not-online",
        "loa-needed",
        "too-many-drafts",
        "delegation-over",
        "beyond-delegation",
    ),
)
async def submit(call: Call[NewCase, NoQuery]) -> CaseChanged:
    """All or nothing; the files named become the case's."""
    new = call.body
    await call.services.residents.hold(call.unit, call.resident.resident_id)
    ref = await call.services.cases.submit(
        call.unit, call.resident, new.item, new.answers, _handed(new.materials), new.draft
    )
    return _changed(ref)


@operations.get(
    "/api/v1/cases",
    name="listCases",
    summary="My cases, newest first",
    access=Resident(for_others=True),
    query=CasesQuery,
    answer=CaseList,
)
async def list_cases(call: Call[NoBody, CasesQuery]) -> CaseList:
    """One statement, whatever the length."""
    who = call.resident
    page = await call.services.cases.of_resident(call.unit, who.resident_id, call.query.cursor, who.mandate)
    return CaseList(cases=[_listed(call, summary) for summary in page.cases], next_cursor=page.next_cursor)


@operations.get(
    "/api/v1/cases/{case_no}",
    name="readCase",
    summary="Where my case stands",
    access=Resident(for_others=True),
    answer=CaseShown,
)
async def read_case(call: Call[NoBody, NoQuery]) -> CaseShown:
    """Who acts next and by when, what happened, the documents, the clock, and what I am to do."""
    who, cases = call.resident, call.services.cases
    detail = await cases.detail(call.unit, who.resident_id, _case_no(call), who.mandate)
    if who.mandate and cases.looks.is_new(who.acting_id, detail.case.id, call.unit.now):
        await call.decide(lambda unit: cases.record_read_for(unit, who, detail.case))
        cases.looks.keep(who.acting_id, detail.case.id, call.unit.now)
    return _shown(call, detail, await case_words.guide_of(call, detail.case))


@operations.post(
    "/api/v1/cases/{case_no}/submission",
    name="submitDraft",
    summary="Submit a draft",
    access=Resident(for_others=True),
    body=Amendment,
    answer=CaseChanged,
    status=200,
    idempotent=True,
    problems=(*_FORM_PROBLEMS, "item-not-online", "wrong-state", "changed-meanwhile"),
)
async def submit_draft(call: Call[Amendment, NoQuery]) -> CaseChanged:
    """What is given is laid over what the draft holds."""
    body = call.body
    await call.services.residents.hold(call.unit, call.resident.resident_id)
    ref = await call.services.cases.finish_draft(
        call.unit, call.resident, _case_no(call), body.answers, _handed(body.materials)
    )
    return _changed(ref)


@operations.post(
    "/api/v1/cases/{case_no}/corrections",
    name="correctCase",
    summary="Hand in everything the correction notice asked for",
    access=Resident(for_others=True),
    body=Amendment,
    answer=CaseChanged,
    status=200,
    idempotent=True,
    problems=(*_FORM_PROBLEMS, "wrong-state", "correction-overdue", "changed-meanwhile"),
)
async def correct(call: Call[Amendment, NoQuery]) -> CaseChanged:
    """One hand-in for everything that was asked."""
    body = call.body
    ref = await call.services.cases.correct(
        call.unit, call.resident, _case_no(call), body.answers, _handed(body.materials)
    )
    return _changed(ref)


@operations.post(
    "/api/v1/cases/{case_no}/withdrawal",
    name="withdrawCase",
    summary="Withdraw my application",
    access=Resident(for_others=True),
    body=Withdrawal,
    answer=CaseChanged,
    status=200,
    idempotent=True,
    problems=("wrong-state", "changed-meanwhile", "delegation-over"),
)
async def withdraw(call: Call[Withdrawal, NoQuery]) -> CaseChanged:
    """Possible until it is decided."""
    return _changed(await call.services.cases.withdraw(call.unit, call.resident, _case_no(call), call.body.reason))


@operations.post(
    "/api/v1/cases/{case_no}/review",
    name="reviewCase",
    summary="Grade how it went",
    access=Resident(for_others=True),
    body=NewReview,
    answer=CaseChanged,
    status=201,
    idempotent=True,
    problems=("wrong-state", "changed-meanwhile", "delegation-over"),
)
async def review(call: Call[NewReview, NoQuery]) -> CaseChanged:
    """Once for a case, and nobody has to."""
    given = call.body
    ref = await call.services.cases.review(call.unit, call.resident, _case_no(call), given.grade, given.comment)
    return _changed(ref)


@operations.get(
    "/api/v1/cases/{case_no}/documents/{document_no}",
    name="readDocument",
    summary="A document of my case, to read or print",
    access=Resident(for_others=True),
    media="html",
)
async def read_document(call: Call[NoBody, NoQuery]) -> web.Response:
    """As it was issued."""
    who = call.resident
    found = await call.services.cases.document(
        call.unit, who.resident_id, _case_no(call), call.path["document_no"], who.mandate
    )
    return document_page(call, found)


def _case_no(call: Call[Any, Any]) -> str:
    found = parse_case_no(call.path["case_no"])
    if found is None:
        raise CaseMissing
    return found


def _handed(materials: list[HandedMaterial]) -> list[tuple[str, UUID]]:
    return [(material.code, material.file_id) for material in materials]


def _changed(ref: CaseRef) -> CaseChanged:
    return CaseChanged(case_no=ref.case_no, status=ref.status.value)


def _listed(call: Call[Any, Any], summary: CaseSummary) -> CaseListed:
    case = summary.case
    return CaseListed(
        case_no=case.case_no,
        item_code=case.item_code,
        item_name=case.item_name,
        status=case.status.value,
        status_label=case_words.status_label(call, case),
        submitted_at=case.submitted_at,
        updated_at=case.updated_at,
        next=case_words.next_words(call, case, summary.next),
        light=summary.light,
        todo=summary.todo,
        to_review=summary.to_review,
    )


def _shown(call: Call[Any, Any], detail: CaseDetail, guide: Guide) -> CaseShown:
    case = detail.case
    return CaseShown(
        case_no=case.case_no,
        for_whom=case_words.for_whom(call, detail) or None,
        item=case_words.item_words(call, case, guide),
        status=case.status.value,
        status_label=case_words.status_label(call, case),
        version=case.version,
        submitted_at=case.submitted_at,
        next=case_words.next_words(call, case, detail.next),
        light=detail.light,
        timeline=case_words.timeline_words(call, detail),
        ahead=case_words.ahead_words(call, detail, [status.value for status in ahead(case.status)]),
        documents=case_words.paper_words(call, detail),
        clock=case_words.clock_words(call, detail),
        todo=_todo(call, detail),
        answers=case_words.answer_words(call, detail, guide),
        materials=case_words.material_words(call, detail, guide),
        actions=[_ACTIONS[step.action] for step in detail.steps],
        result=_result(detail),
        review=CaseReview(grade=detail.review.grade, comment=detail.review.comment or None) if detail.review else None,
    )


def _todo(call: Call[Any, Any], detail: CaseDetail) -> list[Todo]:
    found = []
    if detail.case.status is Status.CORRECTION:
        items = [TodoItem(target=line.target, label=line.label, reason=line.reason) for line in detail.corrections]
        title = call.text("cases.todo.correct", count=len(items))
        found.append(Todo(kind="correct", title=title, due=detail.case.corrections_due, items=items))
    if any(step.action is Action.REVIEW for step in detail.steps):
        found.append(Todo(kind="review", title=call.text("cases.todo.review"), due=None, items=[]))
    return found


def _result(detail: CaseDetail) -> CaseResult | None:
    case = detail.case
    if case.status is Status.NOT_ACCEPTED:
        return CaseResult(outcome="not_accepted", text=detail.decision)
    return CaseResult(outcome=case.outcome.value, text=detail.decision) if case.outcome else None
