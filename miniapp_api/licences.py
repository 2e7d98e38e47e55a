"""My licences 电子证照: what I hold, and the face that I show."""

from __future__ import annotations

from server.domain.licences.service import Holding
from server.web.licence_shapes import ShownFace, ShownLicences, shown_face, shown_licences
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="licences")
_BUSINESS = "own-licences"


@operations.get(
    "/api/v1/licences",
    name="listLicences",
    summary="Every licence of mine: the licence system's, and what this portal has granted me",
    access=Resident(loa=3),
    answer=ShownLicences,
)
async def list_licences(call: Call[NoBody, NoQuery]) -> ShownLicences:
    """The valid ones first. Where the licence system is away, what this portal granted is shown and that is said."""
    holding = await _mine(call)
    return shown_licences(call, await call.services.licences.held(holding))


@operations.get(
    "/api/v1/licences/{id}",
    name="showLicence",
    summary="The face of one licence of mine",
    access=Resident(loa=3),
    answer=ShownFace,
    problems=("not-found", "licences-unavailable"),
)
async def show_licence(call: Call[NoBody, NoQuery]) -> ShownFace:
    """Fetched now and kept nowhere."""
    holding = await _mine(call)
    found = await call.services.licences.face(holding, call.path["id"])
    return shown_face(call, found, call.text("licences.watermark.own", portal=call.portal.name))


async def _mine(call: Call[NoBody, NoQuery]) -> Holding:
    basis = call.text("licences.own_basis")
    return await call.services.licences.holding(call.unit, call.resident.resident_id, business=_BUSINESS, basis=basis)
