"""Conflicts of credential reads, for administrators."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from server.domain.visits.conflicts import Conflict, ReadAt
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff
from server.web.shapes import Instant, Wire

operations = Operations(tag="console-conflicts")


class ConflictQuery(Wire):
    """Which ones."""

    state: Literal["waiting", "all"] = "waiting"
    cursor: Annotated[str, Field(max_length=64)] = ""


class ConflictRead(Wire):
    """One read."""

    at: Instant
    place: str
    staff_no: str
    offline: bool
    card_in_hand: bool
    list_age_seconds: int | None
    received_at: Instant


class ConflictShown(Wire):
    """One conflict. Whose credential it is is not told: it is not needed to decide."""

    id: UUID
    kind: Literal["two_counters", "taken_back"]
    kind_label: str
    tier_label: str
    form_label: str
    credential_id: UUID
    credential_state: Literal["valid", "suspended", "revoked", "expired"]
    credential_state_label: str
    state_at: Instant | None
    expires_at: Instant
    found_at: Instant
    settlement: Literal["seen", "suspended"] | None
    settled_at: Instant | None
    settled_by: str
    read: ConflictRead
    other: ConflictRead | None


class ConflictPage(Wire):
    """Newest first."""

    conflicts: list[ConflictShown]
    waiting: int
    next_cursor: str | None


class NewSettlement(Wire):
    """What was decided."""

    settlement: Literal["seen", "suspended"]


@operations.get(
    "/console/api/v1/conflicts",
    name="listConflicts",
    summary="One credential at two counters, or read after it was taken back",
    access=Staff("conflicts.manage"),
    query=ConflictQuery,
    answer=ConflictPage,
    problems=("invalid-input",),
)
async def conflicts(call: Call[NoBody, ConflictQuery]) -> ConflictPage:
    """Ids and places, no person."""
    asked, room = call.query, call.services.conflicts
    found, cursor = await room.page(
        call.unit, waiting=asked.state == "waiting", cursor=asked.cursor, scope=call.staff.scope
    )
    return ConflictPage(
        conflicts=[_shown(call, one) for one in found],
        waiting=await room.waiting(call.unit, scope=call.staff.scope),
        next_cursor=cursor,
    )


@operations.post(
    "/console/api/v1/conflicts/{id}/settlement",
    name="settleConflict",
    summary="Mark a conflict as looked at, or suspend the credential",
    access=Staff("conflicts.manage"),
    body=NewSettlement,
    answer=ConflictShown,
    status=200,
    problems=("not-found", "credential-over"),
)
async def settle(call: Call[NewSettlement, NoQuery]) -> ConflictShown:
    """The same again changes nothing."""
    return _shown(
        call, await call.services.conflicts.settle(call.unit, call.actor, call.path_id("id"), call.body.settlement)
    )


def _shown(call: Call[Any, Any], one: Conflict) -> ConflictShown:
    held = one.credential
    reason = held.state == "revoked" and held.reason
    return ConflictShown(
        id=one.id,
        kind=one.kind,
        kind_label=call.text(f"credentials.conflicts.kinds.{one.kind}"),
        tier_label=call.text(f"credentials.tiers.{held.tier}"),
        form_label=call.text(f"credentials.forms.{held.form}"),
        credential_id=held.id,
        credential_state=held.state,
        credential_state_label=call.text(
            f"credentials.reasons.{held.reason}" if reason else f"credentials.states.{held.state}"
        ),
        state_at=held.state_at,
        expires_at=held.expires_at,
        found_at=one.found_at,
        settlement=one.settlement,
        settled_at=one.settled_at,
        settled_by=one.settled_by,
        read=_read(one.read),
        other=_read(one.other) if one.other else None,
    )


def _read(read: ReadAt) -> ConflictRead:
    return ConflictRead(
        at=read.at,
        place=f"{read.hall} {read.counter}".strip(),
        staff_no=read.staff_no,
        offline=read.offline,
        card_in_hand=read.card_in_hand,
        list_age_seconds=read.list_age,
        received_at=read.received_at,
    )
