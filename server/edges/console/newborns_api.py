"""Newborns whose guardians have begun on the phone: the first member of staff compares, and says yes or why not.

The yes becomes a delegation, which a second one confirms or refuses (``delegations_api.py``).
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from config.floor.refusal import FieldFault, Invalid, Refusal
from server.domain.delegations.errors import DelegationMissing
from server.domain.delegations.newborn_rows import Newborn, Reason
from server.domain.delegations.newborns import What
from server.domain.identifiers import mask_name
from server.web import newborn_words
from server.web.files import file_response
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff
from server.web.shapes import Instant, Wire

operations = Operations(tag="console-newborns")
DESK = Staff("delegations.confirm")
_PATH = "/console/api/v1/newborns"


class NewbornsQuery(Wire):
    """Which page."""

    cursor: str | None = Field(None, max_length=64)


class NewbornWaiting(Wire):
    """One request at a desk; names and the certificate's number masked."""

    id: UUID
    guardian_masked: str
    relation_label: str
    child_masked: str
    born: date
    certificate_masked: str
    asked_at: Instant
    state: Literal["asked", "recorded", "done", "refused", "taken_back", "expired"]
    state_label: str
    checked_no: str


class NewbornsWaiting(Wire):
    """The oldest first."""

    newborns: list[NewbornWaiting]
    next_cursor: str | None


class NewbornOpened(Wire):
    """What is compared with the picture, in whole. ``child``: empty while the name is open."""

    guardian: str
    relation_label: str
    child: str
    born: date
    certificate_no: str
    media_type: str = Field(description="of the picture; empty where a counter had the paper itself in hand")


class NewbornChecked(Wire):
    """The first person's word; a no says why."""

    agrees: bool
    reason: Reason | None = None
    is_another: bool = Field(
        False, description="the guardian has a child of the same day under another number, and this one is not it"
    )


@operations.get(
    _PATH, name="listWaitingNewborns", summary="Newborns that guardians have begun on the phone and nobody has checked",
    access=DESK, query=NewbornsQuery, answer=NewbornsWaiting,
)  # fmt: skip
async def waiting(call: Call[NoBody, NewbornsQuery]) -> NewbornsWaiting:
    """Two statements."""
    rows = call.services.delegations.newborns.rows
    found, cursor = await rows.waiting(call.unit, call.staff.scope, call.query.cursor)
    names = await call.services.residents.masked(call.unit, sorted({one.guardian_id for one in found}))
    return NewbornsWaiting(newborns=[_shape(call, one, names) for one in found], next_cursor=cursor)


@operations.post(
    f"{_PATH}/{{id}}/opening", name="openNewborn", summary="What a guardian has said, in whole, to compare it",
    access=DESK, answer=NewbornOpened, status=200, limit=30, problems=("not-found",),
)  # fmt: skip
async def opening(call: Call[NoBody, NoQuery]) -> NewbornOpened:
    """Each opening is on record, and the guardian sees it; its reason is the request itself."""
    found = await _look(call, "words")
    info = await call.services.materials.of_case(call.unit, found.id, found.file_id) if found.file_id else None
    full = await call.services.residents.disclose(call.unit, found.guardian_id, ["name"])
    return NewbornOpened(
        guardian=full.get("name", ""), relation_label=call.text(f"newborns.relations.{found.relation}"),
        child=found.name, born=found.born, certificate_no=found.certificate,
        media_type=info.media_type if info else "",
    )  # fmt: skip


@operations.get(
    f"{_PATH}/{{id}}/picture", name="readNewbornPicture", summary="The picture of the birth certificate",
    access=DESK, media="binary",
)  # fmt: skip
async def picture(call: Call[NoBody, NoQuery]) -> web.Response:
    """Recorded before it is read."""
    found = await call.decide(lambda unit: _look(call, "picture", unit))
    if found.file_id is None:
        raise DelegationMissing
    info = await call.services.materials.of_case(call.unit, found.id, found.file_id)
    return file_response(info, await call.services.materials.content(info))


async def _look(call: Call[Any, Any], what: What, unit: Any = None) -> Newborn:
    newborns, staff = call.services.delegations.newborns, call.staff
    return await newborns.look(
        unit or call.unit, call.actor, staff.scope, call.path_id("id"), what=what, place=staff.department
    )


@operations.post(
    f"{_PATH}/{{id}}/check", name="checkNewborn",
    summary="It agrees with the certificate and goes to a colleague to confirm, or it does not and why",
    access=DESK, body=NewbornChecked, answer=NewbornWaiting, status=200, idempotent=True,
    problems=(
        "not-found", "invalid-input", "newborn-decided", "newborn-unseen", "newborn-other-child", "newborn-similar",
        "delegation-exists",
    ),
)  # fmt: skip
async def check(call: Call[NewbornChecked, NoQuery]) -> NewbornWaiting | Refusal:
    """The same word again is answered the same."""
    asked, staff = call.body, call.staff
    if asked.agrees == (asked.reason is not None):
        raise Invalid(faults=[FieldFault("reason", "newborn-reason")])
    newborns = call.services.delegations.newborns
    done = await newborns.check(
        call.unit, call.actor, staff.scope, call.path_id("id"), asked.reason, is_another=asked.is_another,
        place=staff.department,
    )  # fmt: skip
    if isinstance(done, Refusal):
        return done
    return _shape(call, done, await call.services.residents.masked(call.unit, [done.guardian_id]))


def _shape(call: Call[Any, Any], one: Newborn, names: dict[UUID, str]) -> NewbornWaiting:
    return NewbornWaiting(
        id=one.id,
        guardian_masked=names.get(one.guardian_id, ""),
        relation_label=call.text(f"newborns.relations.{one.relation}"),
        child_masked=mask_name(one.name) if one.name else "",
        born=one.born,
        certificate_masked=newborn_words.mask_certificate(one.certificate),
        asked_at=one.asked_at,
        state=one.state,
        state_label=call.text(f"newborns.states.{one.state}"),
        checked_no=one.checked_no,
    )
