"""The one guard in front of every call that a resident makes for somebody else."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from config.floor.unit import Unit
from server.domain.delegations.errors import DelegateNever, DelegationOver
from server.domain.sessions.callers import ResidentCaller
from server.services import Services
from server.web.operations import Resident

ON_BEHALF_OF = "X-Yima-On-Behalf-Of"
"""Names the delegation under which a resident calls for somebody else. A header, because reads have no body and the
guard stands in front of every route alike."""


async def on_behalf(
    request: web.Request, services: Services, unit: Unit, access: Resident, caller: ResidentCaller
) -> ResidentCaller:
    """The caller as they are, or acting for the principal of the delegation that they name; closed to delegates unless
    the call's own declaration opens it."""
    named = request.headers.get(ON_BEHALF_OF)
    if named is None:
        return caller
    if not access.for_others:
        raise DelegateNever()
    try:
        delegation_id = UUID(named)
    except ValueError:
        raise DelegationOver() from None
    return caller.acting_for(await services.delegations.mandate(unit, delegation_id, caller.resident_id))
