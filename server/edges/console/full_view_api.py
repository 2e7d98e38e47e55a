"""The whole of masked values: a call of its own, with a reason; answered once, on record, seen by the resident."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from config.floor.refusal import FieldFault, Invalid
from server.domain.cases.errors import CaseMissing
from server.domain.cases.numbers import parse_case_no
from server.domain.privacy.full_views import SHOWN_SECONDS, About, Reason, Why
from server.domain.privacy.full_views import Field as Masked
from server.web import case_words
from server.web.operations import Call, NoQuery, Operations, Staff
from server.web.shapes import Wire

operations = Operations(tag="console-full-views")
_SHORTEST = 4


class FullViewAsked(Wire):
    """What is to be seen, and why: a reason of the list and what it is here."""

    fields: Annotated[list[Masked], Field(min_length=1, max_length=4)]
    reason: Reason
    note: Annotated[str, Field(max_length=200)]


class WholeAnswer(Wire):
    """One answer of the form that is masked elsewhere."""

    label: str
    shown: str


class FullView(Wire):
    """The values, once. What is not known, or was not asked for, is null; a page shows them ``seconds`` long."""

    name: str | None
    id_number: str | None
    phone: str | None
    answers: list[WholeAnswer] | None
    seconds: int


@operations.post(
    "/console/api/v1/cases/{case_no}/full-view", name="seeCaseInFull", summary="The whole of what a case shows masked",
    access=Staff("cases.full_view"), body=FullViewAsked, answer=FullView, limit=20,
    problems=("not-found", "invalid-input"),
)  # fmt: skip
async def of_case(call: Call[FullViewAsked, NoQuery]) -> FullView:
    """Only of a case in this desk's reach."""
    number = parse_case_no(call.path["case_no"])
    if number is None:
        raise CaseMissing
    detail = await call.services.cases.staff_detail(call.unit, call.staff, number)
    why, case = _why(call), detail.case
    about = About("case", case.id, case.resident_id, case.region, call.staff.department)
    values = await call.services.rights.full_views.show(call.unit, call.actor, about, why, call.body.fields)
    answers = None
    if "answers" in call.body.fields:
        guide = await case_words.guide_of(call, case)
        hidden = case_words.masked_codes(guide)
        lines = case_words.answer_words(call, detail, guide)
        answers = [WholeAnswer(label=line.label, shown=line.shown) for line in lines if line.code in hidden]
    return _shown(values, answers)


@operations.post(
    "/console/api/v1/corrections/{id}/full-view", name="seeCorrectionInFull",
    summary="Who asked for a correction, in full", access=Staff("corrections.full_view"), body=FullViewAsked,
    answer=FullView, limit=20, problems=("not-found", "invalid-input"),
)  # fmt: skip
async def of_correction(call: Call[FullViewAsked, NoQuery]) -> FullView:
    """Only of a request in this desk's reach; there are no answers of a form to see."""
    rights = call.services.rights
    asked = await rights.corrections.one(call.unit, call.staff.scope, call.path_id("id"))
    if "answers" in call.body.fields:
        raise Invalid(faults=[FieldFault("fields", "invalid")])
    why = _why(call)
    about = About("correction", asked.id, asked.resident_id, asked.region, call.staff.department)
    return _shown(await rights.full_views.show(call.unit, call.actor, about, why, call.body.fields), None)


def _why(call: Call[FullViewAsked, Any]) -> Why:
    note = call.body.note.strip()
    if len(note) < _SHORTEST:
        raise Invalid(faults=[FieldFault("note", "full-view-note")])
    return Why(call.body.reason, note)


def _shown(values: Any, answers: list[WholeAnswer] | None) -> FullView:
    return FullView(
        name=values.get("name"), id_number=values.get("id_number"), phone=values.get("phone"), answers=answers,
        seconds=SHOWN_SECONDS,
    )  # fmt: skip
