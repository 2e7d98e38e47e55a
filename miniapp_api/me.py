"""Oneself: profile, preferences, proving an identity."""

from __future__ import annotations

from config.floor.refusal import Refusal
from config.floor.unit import Unit
from config.portal import Portal
from miniapp_api.wire.me import Me, MePortal, Preferences, Verification, Verified
from server.domain.residents.errors import RegisterUnavailable
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


@operations.post(
    "/api/v1/me/verifications",
    name="verify",
    summary="Prove name and ID number against the population register",
    access=Resident(),
    body=Verification,
    answer=Verified,
    status=201,
    own_unit=True,
    problems=(
        "id-number-invalid", "identity-mismatch", "identity-attempts-exceeded", "identity-taken",
        "identity-already-verified", "identity-register-unavailable",
    ),
)  # fmt: skip
async def verify(call: Call[Verification, NoQuery]) -> Verified | Refusal:
    """Count the attempt, ask the register outside any transaction, then write down what it said."""
    residents, who = call.services.residents, call.resident.resident_id
    name, number = residents.read_claim(call.unit, call.body.name, call.body.id_number)

    async def attempt(unit: Unit) -> Refusal | None:
        return await residents.claim_attempt(unit, who)

    if refused := await call.decide(attempt):
        return refused
    try:
        matched = await call.services.register.matches(name, number.number)
    except RegisterUnavailable:
        await call.decide(lambda unit: residents.return_attempt(unit, who))
        raise

    async def settle(unit: Unit) -> tuple[ResidentProfile, str] | Refusal:
        proven = await residents.settle_claim(unit, call.actor, who, name, number, matched=matched)
        if isinstance(proven, Refusal):
            return proven
        return proven, await call.services.sessions.renew(unit, call.resident.session_id)

    settled = await call.decide(settle)
    if isinstance(settled, Refusal):
        return settled
    profile, token = settled
    return Verified(loa=profile.loa, outcome="verified", resident=shape(call.portal, profile), token=token)
