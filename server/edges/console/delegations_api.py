"""Delegations that counters have recorded, for the second member of staff."""

from __future__ import annotations

from pydantic import Field

from config.floor.refusal import Refusal
from server.web.delegation_shapes import Confirmation, StaffDelegation, StaffDelegations, staff_shape
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff
from server.web.shapes import Wire

operations = Operations(tag="console-delegations")
DESK = Staff("delegations.confirm")


class WaitingQuery(Wire):
    """Which page."""

    cursor: str | None = Field(None, max_length=64)


@operations.get(
    "/console/api/v1/delegations",
    name="listWaitingDelegations",
    summary="What counters have recorded and nobody has confirmed yet",
    access=DESK,
    query=WaitingQuery,
    answer=StaffDelegations,
)
async def waiting(call: Call[NoBody, WaitingQuery]) -> StaffDelegations:
    """Newest first; names masked."""
    delegations = call.services.delegations
    found, cursor = await delegations.waiting(call.unit, call.query.cursor, scope=call.staff.scope)
    begun = await delegations.newborns.rows.behind(call.unit, [one.record.id for one in found])
    shown = [staff_shape(call, one, begun.get(one.record.id)) for one in found]
    return StaffDelegations(delegations=shown, next_cursor=cursor)


class DelegationOpened(Wire):
    """Who they are, to compare it. The numbers are masked; "" where somebody has none yet."""

    principal: str
    principal_number: str
    delegate: str
    delegate_number: str


@operations.post(
    "/console/api/v1/delegations/{id}/opening", name="openDelegation",
    summary="Who the two people are whom a counter has recorded, before it is confirmed",
    access=DESK, answer=DelegationOpened, status=200, limit=30, problems=("not-found",),
)  # fmt: skip
async def opening(call: Call[NoBody, NoQuery]) -> DelegationOpened:
    """Each opening is on record, and both people see it; its reason is the record itself."""
    services, staff = call.services, call.staff
    found = await services.delegations.look(call.unit, call.actor, call.path_id("id"), place=staff.department)
    told = [
        await services.residents.disclose(call.unit, one, ["name", "id_number_masked"]) if one else {}
        for one in (found.principal_id, found.delegate_id)
    ]
    principal, delegate = told
    return DelegationOpened(
        principal=principal.get("name", ""), principal_number=principal.get("id_number_masked", ""),
        delegate=delegate.get("name", ""), delegate_number=delegate.get("id_number_masked", ""),
    )  # fmt: skip


@operations.post(
    "/console/api/v1/delegations/{id}/confirmation",
    name="confirmDelegationAtConsole",
    summary="The second member of staff confirms or refuses what a colleague has recorded",
    access=DESK,
    body=Confirmation,
    answer=StaffDelegation,
    status=200,
    idempotent=True,
    problems=("not-found", "delegation-second-person", "delegation-unseen", "delegation-answered"),
)
async def confirm(call: Call[Confirmation, NoQuery]) -> StaffDelegation | Refusal:
    """Never the one who recorded it, and a yes only by who has opened it."""
    services = call.services
    done = await services.delegations.confirm(call.unit, call.actor, call.path_id("id"), call.body.confirm)
    if isinstance(done, Refusal):
        return done
    (shown,) = await services.delegations.shown(call.unit, [done])
    return staff_shape(call, shown)
