"""A child that was just born and has no number yet: a guardian says so on the phone, and follows what staff answer."""

from __future__ import annotations

from typing import Any

from config.floor.refusal import Refusal
from miniapp_api.wire.delegations import PageQuery
from miniapp_api.wire.newborns import NewbornList, NewbornShown, NewNewborn
from server.domain.delegations.newborn_rows import Newborn
from server.domain.delegations.newborns import Said
from server.domain.delegations.scope import TRUSTED
from server.domain.identifiers import mask_name
from server.web import newborn_words
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="newborns")
_PATH = "/api/v1/newborns"


@operations.post(
    _PATH,
    name="askForNewborn",
    summary="Say that I am a newborn's guardian, with the birth certificate; two members of staff compare it",
    access=Resident(loa=TRUSTED),
    body=NewNewborn,
    answer=NewbornShown,
    status=201,
    idempotent=True,
    limit=20,
    problems=("invalid-input", "file-not-usable", "newborn-asked", "too-many"),
)
async def ask(call: Call[NewNewborn, NoQuery]) -> NewbornShown | Refusal:
    """In force only when two people have looked at it."""
    asked = call.body
    name = newborn_words.child_name(asked.name)
    said = Said(asked.relation, asked.born, asked.certificate_no, asked.file_id, name)
    made = await call.services.delegations.newborns.ask(call.unit, call.resident, said)
    return made if isinstance(made, Refusal) else _shape(call, made)


@operations.get(
    _PATH,
    name="listNewborns",
    summary="What I have asked about newborns, and how it stands",
    access=Resident(),
    query=PageQuery,
    answer=NewbornList,
)
async def list_newborns(call: Call[NoBody, PageQuery]) -> NewbornList:
    """Newest first."""
    rows = call.services.delegations.newborns.rows
    found, cursor = await rows.of_guardian(call.unit, call.resident.resident_id, call.query.cursor)
    return NewbornList(newborns=[_shape(call, one) for one in found], next_cursor=cursor)


@operations.delete(
    f"{_PATH}/{{id}}",
    name="takeBackNewborn",
    summary="Take a request back before it is decided; its picture goes with it",
    access=Resident(),
    problems=("not-found", "newborn-decided"),
)
async def take_back(call: Call[NoBody, NoQuery]) -> Refusal | None:
    """Twice is as good as once."""
    return await call.services.delegations.newborns.take_back(call.unit, call.resident, call.path_id("id"))


def _shape(call: Call[Any, Any], one: Newborn) -> NewbornShown:
    return NewbornShown(
        id=one.id,
        state=one.state,
        state_label=call.text(f"newborns.states.{one.state}"),
        next_text=newborn_words.next_text(call, one),
        relation=one.relation,
        relation_label=call.text(f"newborns.relations.{one.relation}"),
        child_masked=mask_name(one.name) if one.name else "",
        born=one.born,
        certificate_masked=newborn_words.mask_certificate(one.certificate),
        reason=one.reason,
        asked_at=one.asked_at,
        delegation_id=one.delegation_id,
        actions=["take_back"] if one.undecided else [],
    )
