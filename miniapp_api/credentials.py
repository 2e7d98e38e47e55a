"""Offline credentials 离线凭证: order one, see mine, report one lost, print a paper."""

from __future__ import annotations

import base64

from aiohttp import web

from codes.cose import PublicKey
from codes.credentials import HeldCredential
from config.floor.unit import Unit
from miniapp_api.wire.credentials import (
    CredentialShown,
    DeviceKey,
    IssuedCredential,
    MyCredentials,
    NewCredential,
    PaperQuery,
)
from server.domain.credentials.service import PROVED, Issued, read_device_key
from server.web.operations import AnyCall, Call, NoBody, NoQuery, Operations, Resident
from server.web.paper import paper_page

operations = Operations(tag="credentials")


@operations.post(
    "/api/v1/credentials",
    name="orderCredential",
    summary="A credential for myself that can be checked without a network; my older one of its kind dies with it",
    access=Resident(loa=PROVED, for_others=True),
    body=NewCredential,
    answer=IssuedCredential,
    status=201,
    idempotent=True,
    limit=30,
    problems=("credential-tier-not-allowed", "credentials-closed", "delegation-over", "beyond-delegation"),
)
async def order(call: Call[NewCredential, NoQuery]) -> IssuedCredential:
    """The answer is the only place where the text is; a lost answer comes again under its Idempotency-Key. None is made
    for a session that ends meanwhile: whoever reports a phone lost takes back what it had."""
    await call.services.sessions.hold(call.unit, call.resident.session_id)
    asked = call.body
    key = _device_key(asked.device_key) if asked.device_key else None
    issued = await call.services.credentials.order(
        call.unit, call.actor, call.resident.resident_id, asked.tier, asked.form, key, call.resident.mandate
    )
    return issued_shape(call, issued)


@operations.get(
    "/api/v1/credentials",
    name="listCredentials",
    summary="My credentials; for somebody else those that I ordered for them",
    access=Resident(for_others=True),
    answer=MyCredentials,
)
async def mine(call: Call[NoBody, NoQuery]) -> MyCredentials:
    """What is alive and what is over."""
    who = call.resident
    held = await call.services.credentials.of_resident(call.unit, who.resident_id, who.mandate)
    return MyCredentials(credentials=[shape(call, one) for one in held])


@operations.delete(
    "/api/v1/credentials/{id}",
    name="loseCredential",
    summary="挂失: report one lost; it is refused at once online, and offline from the counter's next list on",
    access=Resident(),
    problems=("not-found",),
)
async def lose(call: Call[NoBody, NoQuery]) -> None:
    """Another's is not found. Twice is as good as once."""
    await call.services.credentials.lost(call.unit, call.actor, call.resident.resident_id, call.path_id("id"))


@operations.get(
    "/api/v1/credentials/{id}/paper",
    name="printCredential",
    summary="A living paper credential of mine as PDF: a card of A6, or a strip of stickers",
    access=Resident(loa=PROVED, for_others=True),
    query=PaperQuery,
    media="binary",
    problems=("not-found", "credential-over", "credential-not-paper", "credentials-closed"),
)
async def printed(call: Call[NoBody, PaperQuery]) -> web.Response:
    """It says the very same each time. Printing it is recorded, so this read decides something."""
    credential_id, credentials = call.path_id("id"), call.services.credentials

    async def again(unit: Unit) -> Issued:
        issued = await credentials.again(unit, call.resident.resident_id, credential_id, call.resident.mandate)
        await credentials.printed(unit, call.actor, issued)
        return issued

    return await paper_page(call, await call.decide(again), call.query.layout)


def _device_key(given: DeviceKey) -> PublicKey:
    return read_device_key(*(base64.urlsafe_b64decode(f"{part}=") for part in (given.x, given.y)))


def shape(call: AnyCall, held: HeldCredential) -> CredentialShown:
    """One credential in the caller's language."""
    return CredentialShown(
        id=held.id,
        tier=held.tier,
        tier_label=call.text(f"credentials.tiers.{held.tier}"),
        form=held.form,
        state=held.state,
        state_label=state_label(call, held),
        issued_at=held.issued_at,
        expires_at=held.expires_at,
        ended_at=held.state_at if held.state in ("suspended", "revoked") else None,
    )


def state_label(call: AnyCall, held: HeldCredential) -> str:
    """Valid, suspended, expired, or why it was taken back."""
    if held.state == "revoked" and held.reason:
        return call.text(f"credentials.reasons.{held.reason}")
    return call.text(f"credentials.states.{held.state}")


def issued_shape(call: AnyCall, issued: Issued) -> IssuedCredential:
    """A fresh credential with its text."""
    return IssuedCredential(**shape(call, issued.held).model_dump(), text=issued.text, name=issued.name)
