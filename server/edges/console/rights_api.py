"""What residents say is wrong about their data, and the answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from config.floor.refusal import FieldFault, Invalid
from server.domain.privacy.corrections import PAGE, Correction
from server.domain.privacy.openings import Opening
from server.web.files import file_response
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff
from server.web.shapes import Instant, Wire

operations = Operations(tag="console-rights")
_DESK = Staff("corrections.answer")


class WaitingQuery(Wire):
    """Go on after this one."""

    cursor: Annotated[str, Field(max_length=36)] = ""


class EvidenceShape(Wire):
    """A file that was put beside a request; what she called it is not said."""

    file_id: UUID
    media_type: str
    size: int


class CorrectionWaiting(Wire):
    """One request. Who it is about is named masked, and so is the name that is asked for. ``open_until``: until when
    the reason stands that I gave."""

    id: UUID
    name_masked: str
    category: str
    category_title: str
    said: str
    wanted_name_masked: str
    files: list[EvidenceShape]
    open_until: Instant | None
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
    standing = await call.services.rights.full_views.openings.of_many(
        call.unit, call.staff.staff_id, "correction", [one.id for one in found[:PAGE]]
    )
    shown = [_shown(call, one, names.get(one.resident_id, ""), standing.get(one.id)) for one in found[:PAGE]]
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
    return _shown(call, found, names.get(found.resident_id, ""), None)


@operations.get(
    "/console/api/v1/corrections/{id}/files/{file_id}", name="readCorrectionFile",
    summary="A file put beside a request for correction", access=_DESK, media="binary",
    problems=("not-found", "full-view-needed"),
)  # fmt: skip
async def read_file(call: Call[NoBody, NoQuery]) -> web.Response:
    """Recorded before it is read; a reason that stands has been given before."""
    request_id, file_id = call.path_id("id"), call.path_id("file_id")
    room = call.services.rights.corrections
    info = await call.decide(lambda unit: room.open_file(unit, call.staff, request_id, file_id))
    return file_response(info, await call.services.materials.content(info))


def _shown(call: Call[Any, Any], one: Correction, name: str, standing: Opening | None) -> CorrectionWaiting:
    title = call.text(f"holdings.categories.{one.category}.title")
    return CorrectionWaiting(
        id=one.id, name_masked=name, category=one.category, category_title=title, said=one.said,
        wanted_name_masked=one.wanted_name_masked,
        files=[EvidenceShape(file_id=file.id, media_type=file.media_type, size=file.size) for file in one.files],
        open_until=standing.until if standing else None, state=one.state, asked_at=one.asked_at, answer=one.answer,
    )  # fmt: skip


def _cursor(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid(faults=(FieldFault("cursor", "cursor"),)) from None
