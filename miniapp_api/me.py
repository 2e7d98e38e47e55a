"""Oneself: profile and preferences."""

from __future__ import annotations

from config.portal import Portal
from miniapp_api.wire.me import Me, MePortal, Preferences
from server.domain.residents.service import ResidentProfile
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="me")


def shape(portal: Portal, profile: ResidentProfile) -> Me:
    """A profile as its resident sees it."""
    return Me(
        id=str(profile.id),
        loa=profile.loa,
        name_masked=profile.masked_name or None,
        phone_masked=profile.phone_masked,
        id_number_masked=profile.id_number_masked,
        region=profile.region,
        language=profile.language,
        elder=profile.elder,
        portal=MePortal(id=portal.id, name=portal.name),
        verified_at=profile.verified_at,
    )


@operations.get("/api/v1/me", name="me", summary="Who am I", access=Resident(), answer=Me)
async def me(call: Call[NoBody, NoQuery]) -> Me:
    return shape(call.portal, await call.services.residents.get(call.unit, call.resident.resident_id))


@operations.put(
    "/api/v1/me/preferences",
    name="prefer",
    summary="Language and elder mode",
    access=Resident(),
    body=Preferences,
    answer=Me,
)
async def prefer(call: Call[Preferences, NoQuery]) -> Me:
    changed = await call.services.residents.prefer(
        call.unit, call.resident.resident_id, language=call.body.language, elder=call.body.elder
    )
    return shape(call.portal, changed)
