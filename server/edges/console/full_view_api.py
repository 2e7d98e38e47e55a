"""The whole of masked values: a call of its own, with a reason; answered once, on record, seen by the resident."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from config.floor.refusal import FieldFault, Forbidden, Invalid
from server.domain.cases.errors import CaseMissing
from server.domain.cases.numbers import parse_case_no
from server.domain.privacy.corrections import Correction
from server.domain.privacy.full_views import SHOWN_SECONDS, About, Reason, Shown, Why
from server.domain.privacy.full_views import Field as Masked
from server.domain.staff.permissions import may
from server.web import case_words
from server.web.operations import Call, NoQuery, Operations, Staff
from server.web.shapes import Instant, Wire

operations = Operations(tag="console-full-views")
_SHORTEST = 4


class FullViewAsked(Wire):
    """What is to be seen, and why: a reason of the list and what it is here. Both are left out while a reason that I
    gave for this matter stands. ``papers``: its files and papers, each of them opened by a call of its own."""

    fields: Annotated[list[Masked], Field(min_length=1, max_length=5)]
    reason: Reason | None = None
    note: Annotated[str, Field(max_length=200)] = ""


class WholeAnswer(Wire):
    """One answer of the form that is masked elsewhere."""

    label: str
    shown: str


class FullView(Wire):
    """The values, once. What is not known, or was not asked for, is null; a page shows them ``seconds`` long. The
    reason stands until ``open_until``."""

    name: str | None
    id_number: str | None
    phone: str | None
    answers: list[WholeAnswer] | None
    seconds: int
    open_until: Instant


@operations.post(
    "/console/api/v1/cases/{case_no}/full-view", name="seeCaseInFull", summary="The whole of what a case shows masked",
    access=Staff("cases.full_view"), body=FullViewAsked, answer=FullView, limit=20,
    problems=("not-found", "invalid-input", "full-view-needed"),
)  # fmt: skip
async def of_case(call: Call[FullViewAsked, NoQuery]) -> FullView:
    """Only of a case in this desk's reach. Who may not see whole values gives a reason for files and papers alone."""
    if set(call.body.fields) != {"papers"} and not may(call.staff.roles, "cases.whole_values"):
        raise Forbidden
    number = parse_case_no(call.path["case_no"])
    if number is None:
        raise CaseMissing
    detail = await call.services.cases.staff_detail(call.unit, call.staff, number)
    why, case = _why(call), detail.case
    about = About("case", case.id, case.resident_id, case.region, call.staff.department)
    shown = await call.services.rights.full_views.show(call.unit, call.actor, about, why, call.body.fields)
    answers = None
    if "answers" in call.body.fields:
        guide = await case_words.guide_of(call, case)
        hidden = case_words.masked_codes(guide)
        lines = case_words.answer_words(call, detail, guide)
        answers = [WholeAnswer(label=line.label, shown=line.shown) for line in lines if line.code in hidden]
    return _shown(shown, answers)


@operations.post(
    "/console/api/v1/corrections/{id}/full-view", name="seeCorrectionInFull",
    summary="Who asked for a correction, in full", access=Staff("corrections.full_view"), body=FullViewAsked,
    answer=FullView, limit=20, problems=("not-found", "invalid-input", "full-view-needed"),
)  # fmt: skip
async def of_correction(call: Call[FullViewAsked, NoQuery]) -> FullView:
    """Only of a request in this desk's reach. What she answered is the name she asks for, if she does; its papers are
    the evidence."""
    rights, fields = call.services.rights, call.body.fields
    asked = await rights.corrections.one(call.unit, call.staff.scope, call.path_id("id"))
    if ("answers" in fields and not asked.wanted_name) or ("papers" in fields and not asked.files):
        raise Invalid(faults=[FieldFault("fields", "invalid")])
    why = _why(call)
    about = About("correction", asked.id, asked.resident_id, asked.region, call.staff.department)
    shown = await rights.full_views.show(call.unit, call.actor, about, why, fields)
    return _shown(shown, _wanted(call, asked) if "answers" in fields else None)


def _wanted(call: Call[Any, Any], asked: Correction) -> list[WholeAnswer]:
    return [WholeAnswer(label=call.text("correction_desk.wanted_name"), shown=asked.wanted_name)]


def _why(call: Call[FullViewAsked, Any]) -> Why | None:
    """None: the reason that stands. Half a reason is none."""
    reason, note = call.body.reason, call.body.note.strip()
    if reason is None and not note:
        return None
    faults = [FieldFault("reason", "required")] if reason is None else []
    if len(note) < _SHORTEST:
        faults.append(FieldFault("note", "full-view-note"))
    if reason is None or faults:
        raise Invalid(faults=faults)
    return Why(reason, note)


def _shown(shown: Shown, answers: list[WholeAnswer] | None) -> FullView:
    values = shown.values
    return FullView(
        name=values.get("name"), id_number=values.get("id_number"), phone=values.get("phone"), answers=answers,
        seconds=SHOWN_SECONDS, open_until=shown.until,
    )  # fmt: skip
