"""Two accounts of mine become one: what was found, what both hold, and my word."""

from __future__ import annotations

from typing import Any

from config.floor.refusal import Refusal
from miniapp_api.me import shape
from miniapp_api.proofs import way_label
from miniapp_api.wire.merging import AccountHeldShape, Merge, MergedShape, MergeQuery, MergeShape, MovedShape
from miniapp_api.wire.proofs import PurposeOffered
from server.domain.privacy.merging import AccountHeld, MergeStands
from server.domain.residents.merges import LEAST, MergeOffer
from server.domain.residents.ways import Platform
from server.web import step_up
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="me")


@operations.get(
    "/api/v1/me/merge", name="readMerge", summary="Whether an earlier account of mine was found, and what both hold",
    access=Resident(), query=MergeQuery, answer=MergeShape,
)  # fmt: skip
async def read(call: Call[NoBody, MergeQuery]) -> MergeShape:
    """The earlier account is shown only to somebody proven as strongly as its holder was."""
    stands = await call.services.rights.merging.stands(call.unit, call.resident)
    return await _stands(call, stands, call.query.platform)


@operations.post(
    "/api/v1/me/merge", name="mergeAccounts", summary="Make my two accounts one", access=Resident(), body=Merge,
    answer=MergedShape, status=200, idempotent=True, limit=10,
    problems=("not-found", "merge-over", "merge-needs-proof"),
)  # fmt: skip
async def merge(call: Call[Merge, NoQuery]) -> MergedShape | Refusal:
    """This session goes on as the earlier account's. Said again it is answered the same, also without the key."""
    done = await call.services.rights.merging.merge(call.unit, call.resident, call.body.id)
    if isinstance(done, Refusal):
        return done
    me = await call.services.residents.get(call.unit, done.into_id)
    return MergedShape(merge=_done(call, done), resident=shape(call.portal, me))


async def _stands(call: Call[Any, Any], stands: MergeStands | None, platform: Platform) -> MergeShape:
    if stands is None:
        return _empty()
    offer = stands.offer
    if offer.state == "done":
        return _done(call, offer)
    who = await call.services.residents.get(call.unit, call.resident.resident_id)
    ahead = [] if stands.ready else call.services.proving.between(who, offer.level, stands.needed, platform)
    return MergeShape(
        state="offered",
        id=offer.id,
        level=offer.level,
        needed=stands.needed,
        ready=stands.ready,
        expires_at=offer.expires_at,
        way_label=way_label(call, offer.way),
        ahead=[PurposeOffered.model_validate(step_up.shown(one, call.language)) for one in ahead],
        mine=_held(stands.mine),
        earlier=_held(stands.earlier),
        done_at=None,
        moved=[],
    )


def _empty() -> MergeShape:
    return MergeShape(
        state="none", id=None, level=0, needed=LEAST, ready=False, expires_at=None, way_label="", ahead=[], mine=None,
        earlier=None, done_at=None, moved=[],
    )  # fmt: skip


def _done(call: Call[Any, Any], offer: MergeOffer) -> MergeShape:
    moved = [
        MovedShape(label=call.text(f"holdings.tables.{table}"), count=rows)
        for table, rows in offer.moved.items()
        if table in _TOLD
    ]
    return MergeShape(
        state="done", id=offer.id, level=offer.level, needed=LEAST, ready=False, expires_at=None, way_label="",
        ahead=[], mine=None, earlier=None, done_at=offer.done_at, moved=moved,
    )  # fmt: skip


_TOLD = ("cases", "notify_inbox", "resident_bindings", "credentials", "delegations", "visits", "hall_tickets")
"""What a resident recognises; the rest of the record is bookkeeping."""


def _held(held: AccountHeld | None) -> AccountHeldShape | None:
    if held is None:
        return None
    return AccountHeldShape(
        phone_masked=held.phone_masked, ways=list(held.ways), cases=held.cases, cases_open=held.cases_open,
        papers=held.papers, delegations=held.delegations, notices=held.notices, language=held.language,
        elder=held.elder,
    )  # fmt: skip
