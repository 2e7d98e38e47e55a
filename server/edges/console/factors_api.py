"""With what a member of staff signs in beside the password: one's own authenticator and passkeys, from within."""

from __future__ import annotations

from config.floor.refusal import Refusal
from server.domain.staff.errors import PasskeyElsewhere
from server.domain.staff.passkeys import MOST
from server.domain.staff.webauthn import Site
from server.edges.console.factor_shapes import (
    Digits,
    Factors,
    NewPasskey,
    PasskeyAsked,
    PasskeyShown,
    PasskeyWanted,
    asked,
    line,
    wanted,
)
from server.edges.console.staff_shapes import Seed
from server.web.networks import site_of
from server.web.operations import AnyCall, Call, NoBody, NoQuery, Operations, Staff

operations = Operations(tag="console-sessions")
_OWN = Staff("own.factors")


def here(call: AnyCall) -> Site:
    """Where this call's passkeys belong; raises at an address that is no name."""
    site = site_of(call.request, call.services.settings, call.portal)
    if site is None:
        raise PasskeyElsewhere()
    return site


@operations.get(
    "/console/api/v1/factors",
    name="listFactors",
    summary="One's own authenticator and passkeys",
    access=_OWN,
    answer=Factors,
)
async def factors(call: Call[NoBody, NoQuery]) -> Factors:
    """Two queries; a person has ten passkeys at most."""
    second, mine = call.services.second_factor, call.staff.staff_id
    site = site_of(call.request, call.services.settings, call.portal)
    return Factors(
        authenticator_since=await second.authenticator_since(call.unit, mine),
        passkeys=[line(one) for one in await second.passkeys.listed(call.unit, mine)],
        most=MOST,
        domain=site.domain if site else None,
    )


@operations.post(
    "/console/api/v1/passkeys/challenge",
    name="openPasskey",
    summary="Begin to add a passkey: what the browser is to make it for",
    access=_OWN,
    answer=PasskeyWanted,
    status=201,
    problems=("passkey-elsewhere",),
    limit=20,
)
async def begin(call: Call[NoBody, NoQuery]) -> PasskeyWanted | Refusal:
    """Asked again after an answer that was lost, it is another challenge; the first one ends by itself."""
    site, staff = here(call), call.staff
    challenge = await call.services.second_factor.passkeys.ask(call.unit, staff.staff_id, "add", site)
    if isinstance(challenge, Refusal):
        return challenge
    return wanted(
        challenge, site.domain, site=call.portal.name, staff_id=staff.staff_id, account=staff.staff_no,
        holder=staff.name,
    )  # fmt: skip


@operations.post(
    "/console/api/v1/passkeys",
    name="addPasskey",
    summary="Add the passkey that the browser has made",
    access=_OWN,
    body=NewPasskey,
    answer=PasskeyShown,
    status=201,
    problems=("passkey-elsewhere", "passkey-challenge-over", "passkey-unfit", "passkeys-too-many", "passkey-known"),
    idempotent=True,
    limit=20,
)
async def add(call: Call[NewPasskey, NoQuery]) -> PasskeyShown | Refusal:
    found = await call.services.second_factor.passkeys.add(call.unit, call.actor, here(call), call.body.made())
    return found if isinstance(found, Refusal) else line(found)


@operations.delete(
    "/console/api/v1/passkeys/{id}",
    name="removePasskey",
    summary="Forget one of one's own passkeys; the last thing to sign in with stays",
    access=_OWN,
    problems=("not-found", "second-factor-last"),
)
async def remove(call: Call[NoBody, NoQuery]) -> Refusal | None:
    return await call.services.second_factor.passkeys.remove(call.unit, call.actor, call.path_id("id"))


@operations.post(
    "/console/api/v1/authenticator",
    name="openAuthenticator",
    summary="Begin to add an authenticator; it counts once it has shown the right digits",
    access=_OWN,
    answer=Seed,
    status=201,
    problems=("second-factor-kept",),
    limit=20,
)
async def begin_authenticator(call: Call[NoBody, NoQuery]) -> Seed | Refusal:
    made = await call.services.second_factor.enrol(
        call.unit, call.actor, call.staff.staff_id, issuer=call.portal.name, inside=True
    )
    return made if isinstance(made, Refusal) else Seed(seed=made.seed, uri=made.uri)


@operations.post(
    "/console/api/v1/authenticator/confirmation",
    name="confirmAuthenticator",
    summary="Show that the authenticator has the seed",
    access=_OWN,
    body=Digits,
    status=204,
    problems=("not-found", "second-factor-kept", "second-factor-digits", "sign-in-locked"),
    limit=20,
)
async def confirm_authenticator(call: Call[Digits, NoQuery]) -> Refusal | None:
    second = call.services.second_factor
    return await second.confirm(call.unit, call.actor, call.staff.staff_id, call.body.otp)


@operations.delete(
    "/console/api/v1/authenticator",
    name="removeAuthenticator",
    summary="Forget one's own authenticator; the last thing to sign in with stays",
    access=_OWN,
    problems=("not-found", "second-factor-last"),
)
async def remove_authenticator(call: Call[NoBody, NoQuery]) -> Refusal | None:
    return await call.services.second_factor.remove(call.unit, call.actor, call.staff.staff_id)


@operations.post(
    "/console/api/v1/sessions/current/challenge",
    name="openUnlocking",
    summary="What a passkey is to sign so that a locked console goes on",
    access=Staff("own.session", locked=True),
    answer=PasskeyAsked,
    status=201,
    problems=("passkey-elsewhere", "passkey-none"),
    limit=20,
)
async def unlocking(call: Call[NoBody, NoQuery]) -> PasskeyAsked | Refusal:
    site = here(call)
    challenge = await call.services.second_factor.passkeys.ask(call.unit, call.staff.staff_id, "enter", site)
    return challenge if isinstance(challenge, Refusal) else asked(challenge, site.domain)
