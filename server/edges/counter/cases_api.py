"""扫码办事 and 出件: begin or correct a case for whoever showed a code here, and hand a result over."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from uuid import UUID

from aiohttp import web

from config.floor.refusal import FieldFault, Invalid
from config.floor.unit import Unit
from server.domain.cases.errors import CaseMissing
from server.domain.cases.numbers import parse_case_no
from server.domain.counter_cases.service import Application
from server.domain.visits.views import CounterVisit
from server.edges.counter.case_shapes import (
    CaseAtDesk,
    CaseMoved,
    CorrectionAsked,
    CounterApplication,
    CounterCorrections,
    CounterMaterial,
    Handover,
    KeptPage,
    NewCounterCase,
    NewHandover,
    Prefill,
    PrefillQuery,
    ScannedPage,
)
from server.web.documents import document_page
from server.web.operations import Call, NoBody, NoQuery, Operations, Terminal

operations = Operations(tag="counter-cases")
_VISIT = (
    "not-found", "visit-not-for-applying", "delegation-over", "visit-beyond-delegation", "card-not-compared",
    "code-revoked",
)  # fmt: skip
_FORM = ("item-unknown", "invalid-input", "file-not-usable")


@operations.get(
    "/counter/api/v1/visits/{id}/prefill",
    name="prefillCounterForm",
    summary="What a form may be filled with: the purpose's fields that the resident has allowed, and no others",
    access=Terminal(),
    query=PrefillQuery,
    answer=Prefill,
    problems=(*_VISIT, "item-unknown"),
)
async def prefill(call: Call[NoBody, PrefillQuery]) -> Prefill:
    """The first showing of allowed values is recorded, so this read has a unit of work of its own."""
    visit_id = call.path_id("id")
    await call.services.counter_cases.subject(call.unit, call.staff, visit_id, call.query.item)
    item = await call.services.catalogue.item(call.unit, call.query.item)

    async def read(unit: Unit) -> CounterVisit:
        return await call.services.visits.get(unit, visit_id, call.staff)

    visit = await call.decide(read)
    known = {code: value for code, value in visit.fields if code in visit.granted}
    fields = item.guide.fields() if item.guide else ()
    return Prefill(values={one.code: known[one.prefill] for one in fields if one.prefill in known})


@operations.post(
    "/counter/api/v1/visits/{id}/files",
    name="scanMaterial",
    summary="Keep one scanned PDF, JPEG or PNG for an application of this resident",
    access=Terminal(),
    body=ScannedPage,
    answer=KeptPage,
    status=201,
    own_unit=True,
    large=True,
    limit=60,
    problems=(*_VISIT, "file-empty", "file-too-large", "picture-too-large", "file-type-refused", "file-damaged",
              "file-unsafe", "too-many-files"),
)  # fmt: skip
async def scan_material(call: Call[ScannedPage, NoQuery]) -> KeptPage:
    """Looked at off the loop and kept sealed, as if she had uploaded it herself."""
    materials, services = call.services.materials, call.services
    try:
        content = base64.b64decode(call.body.content, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(faults=[FieldFault("content", "base64")]) from None
    found = await materials.inspect(call.body.name, content)
    visit_id = call.path_id("id")
    owner = await services.counter_cases.subject(call.unit, call.staff, visit_id)
    await call.decide(lambda unit: materials.reserve(unit, owner, found))
    await materials.write(found)
    info = await call.decide(lambda unit: materials.confirm(unit, owner, found))
    return KeptPage(file_id=info.id, name=info.name, size=info.size)


@operations.post(
    "/counter/api/v1/visits/{id}/cases",
    name="beginCounterCase",
    summary="Apply in the resident's name: she confirms it on her phone, or signs on paper with her card in hand",
    access=Terminal(),
    body=NewCounterCase,
    answer=CounterApplication,
    status=201,
    idempotent=True,
    problems=(*_VISIT, *_FORM, "item-not-online", "loa-needed", "too-many-drafts", "card-not-seen"),
)
async def begin(call: Call[NewCounterCase, NoQuery]) -> CounterApplication:
    """Any item at any counter; it goes into the queue of the department that decides."""
    new = call.body
    found = await call.services.counter_cases.begin(
        call.unit, call.staff, call.path_id("id"), new.item, new.answers, _handed(new.materials), new.way
    )
    return _application(found)


@operations.get(
    "/counter/api/v1/applications/{id}",
    name="showCounterApplication",
    summary="Whether the resident has confirmed it",
    access=Terminal(),
    answer=CounterApplication,
    problems=("not-found",),
)
async def show(call: Call[NoBody, NoQuery]) -> CounterApplication:
    """For the terminal that made it."""
    return _application(await call.services.counter_cases.at_terminal(call.unit, call.path_id("id"), call.staff))


@operations.get(
    "/counter/api/v1/visits/{id}/cases/{case_no}",
    name="showCaseAtDesk",
    summary="What a case of this resident waits for",
    access=Terminal(),
    answer=CaseAtDesk,
    problems=_VISIT,
)
async def case_at_desk(call: Call[NoBody, NoQuery]) -> CaseAtDesk:
    """Only what has to be corrected; what she wrote stays with the department."""
    detail = await call.services.counter_cases.case(
        call.unit, call.staff, call.path_id("id"), _case_no(call.path["case_no"])
    )
    case = detail.case
    return CaseAtDesk(
        case_no=case.case_no,
        item=case.item_code,
        item_version=case.item_version,
        item_name=case.item_name,
        status=case.status.value,
        corrections=[
            CorrectionAsked(target=one.target, label=one.label, reason=one.reason) for one in detail.corrections
        ],
    )


@operations.post(
    "/counter/api/v1/visits/{id}/corrections",
    name="correctAtCounter",
    summary="Hand in what a correction notice asked for, card in hand and signed on paper",
    access=Terminal(),
    body=CounterCorrections,
    answer=CaseMoved,
    status=200,
    idempotent=True,
    problems=(*_VISIT, *_FORM, "wrong-state", "correction-overdue", "changed-meanwhile",
              "card-not-seen"),
)  # fmt: skip
async def correct(call: Call[CounterCorrections, NoQuery]) -> CaseMoved:
    """Everything that was asked for, at once."""
    given, case_no = call.body, _case_no(call.body.case_no)
    status = await call.services.counter_cases.correct(
        call.unit, call.staff, call.path_id("id"), case_no, given.answers, _handed(given.materials)
    )
    return CaseMoved(case_no=case_no, status=status)


@operations.post(
    "/counter/api/v1/visits/{id}/handovers",
    name="handOverResult",
    summary="Deliver the result of a concluded case to its applicant, against the code",
    access=Terminal(),
    body=NewHandover,
    answer=Handover,
    status=201,
    idempotent=True,
    problems=(*_VISIT, "wrong-state", "changed-meanwhile"),
)
async def hand_over(call: Call[NewHandover, NoQuery]) -> Handover:
    """Served, with a record of it and a notice."""
    done = await call.services.counter_cases.hand_over(
        call.unit, call.staff, call.path_id("id"), _case_no(call.body.case_no)
    )
    return Handover(case_no=done.case_no, document_no=done.document_no)


@operations.get(
    "/counter/api/v1/visits/{id}/cases/{case_no}/documents/{document_no}",
    name="printHandover",
    summary="The record of a delivery made here, to be printed and signed",
    access=Terminal(),
    media="html",
    problems=_VISIT,
)
async def receipt(call: Call[NoBody, NoQuery]) -> web.Response:
    """A document of a case of whoever showed a code here."""
    case_no = _case_no(call.path["case_no"])
    found = await call.services.counter_cases.receipt(
        call.unit, call.staff, call.path_id("id"), case_no, call.path["document_no"]
    )
    return document_page(call, found)


def _case_no(text: str) -> str:
    found = parse_case_no(text)
    if found is None:
        raise CaseMissing
    return found


def _handed(materials: list[CounterMaterial]) -> list[tuple[str, UUID]]:
    return [(material.code, material.file_id) for material in materials]


def _application(found: Application) -> CounterApplication:
    values: dict[str, Any] = {
        name: getattr(found, name) for name in ("id", "case_no", "item_name", "way", "state", "at", "expires_at")
    }
    return CounterApplication(**values)
