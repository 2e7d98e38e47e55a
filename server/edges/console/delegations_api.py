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


@operations.post(
    "/console/api/v1/delegations/{id}/confirmation",
    name="confirmDelegationAtConsole",
    summary="The second member of staff confirms or refuses what a colleague has recorded",
    access=DESK,
    body=Confirmation,
    answer=StaffDelegation,
    status=200,
    idempotent=True,
    problems=("not-found", "delegation-second-person", "delegation-answered"),
)
async def confirm(call: Call[Confirmation, NoQuery]) -> StaffDelegation | Refusal:
    """Never the one who recorded it."""
    services = call.services
    done = await services.delegations.confirm(call.unit, call.actor, call.path_id("id"), call.body.confirm)
    if isinstance(done, Refusal):
        return done
    (shown,) = await services.delegations.shown(call.unit, [done])
    return staff_shape(call, shown)
