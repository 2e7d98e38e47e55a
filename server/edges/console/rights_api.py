"""What residents say is wrong about their data, and the answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from config.floor.refusal import FieldFault, Invalid
from server.domain.privacy.corrections import PAGE, Correction
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff
from server.web.shapes import Instant, Wire

operations = Operations(tag="console-rights")
_DESK = Staff("corrections.answer")


class WaitingQuery(Wire):
    """Go on after this one."""

    cursor: Annotated[str, Field(max_length=36)] = ""


class CorrectionWaiting(Wire):
    """One request. Who it is about is named masked."""

    id: UUID
    name_masked: str
    category: str
    category_title: str
    said: str
    state: Literal["open", "done", "refused"]
    asked_at: Instant
    answer: str


class CorrectionsWaiting(Wire):
    """The oldest first."""

    corrections: list[CorrectionWaiting]
    next_cursor: str | None


class CorrectionAnswer(Wire):
    """Carried out, or not, and why; the resident reads it."""

    state: Literal["done", "refused"]
    answer: Annotated[str, Field(min_length=2, max_length=500)]


@operations.get(
    "/console/api/v1/corrections", name="listCorrectionsWaiting", summary="What residents say is wrong",
    access=_DESK, query=WaitingQuery, answer=CorrectionsWaiting, problems=("invalid-input",),
)  # fmt: skip
async def waiting(call: Call[NoBody, WaitingQuery]) -> CorrectionsWaiting:
    """What waits for an answer in this portal."""
    found = await call.services.rights.corrections.waiting(call.unit, call.staff.scope, _cursor(call.query.cursor))
    names = await call.services.residents.masked(call.unit, [one.resident_id for one in found[:PAGE]])
    shown = [_shown(call, one, names.get(one.resident_id, "")) for one in found[:PAGE]]
    return CorrectionsWaiting(corrections=shown, next_cursor=str(shown[-1].id) if len(found) > PAGE else None)


@operations.post(
    "/console/api/v1/corrections/{id}/answer", name="answerCorrection", summary="Answer one of them, once",
    access=_DESK, body=CorrectionAnswer, answer=CorrectionWaiting, problems=("not-found", "correction-answered"),
)  # fmt: skip
async def answer(call: Call[CorrectionAnswer, NoQuery]) -> CorrectionWaiting:
    """She is told by notice."""
    rooms, asked = call.services, call.body
    found = await rooms.rights.corrections.answer(
        call.unit, call.actor, call.staff.scope, call.path_id("id"), asked.state, asked.answer.strip()
    )
    names = await rooms.residents.masked(call.unit, [found.resident_id])
    return _shown(call, found, names.get(found.resident_id, ""))


def _shown(call: Call[Any, Any], one: Correction, name: str) -> CorrectionWaiting:
    title = call.text(f"holdings.categories.{one.category}.title")
    return CorrectionWaiting(
        id=one.id, name_masked=name, category=one.category, category_title=title, said=one.said, state=one.state,
        asked_at=one.asked_at, answer=one.answer,
    )  # fmt: skip


def _cursor(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid(faults=(FieldFault("cursor", "cursor"),)) from None
