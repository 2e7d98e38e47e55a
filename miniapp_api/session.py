"""Residents' sessions, and the portal they sign in to."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from config.floor.refusal import FieldFault, Invalid, Refusal
from config.floor.unit import Unit
from miniapp_api.me import shape
from miniapp_api.wire.me import (
    DevicePage,
    DeviceShape,
    DevicesQuery,
    PortalShape,
    SignedInShape,
    SignIn,
    Ways,
    WayShape,
)
from server.domain.residents.sign_in import SignedIn
from server.domain.residents.ways import Given
from server.domain.sessions.devices import PAGE
from server.domain.sessions.errors import MethodUnknown
from server.web.operations import Call, NoBody, NoQuery, Open, Operations, Resident

operations = Operations(tag="sign-in")


@operations.get(
    "/api/v1/portal", name="portal", summary="The portal that answers at this host", access=Open(), answer=PortalShape
)
async def portal(call: Call[NoBody, NoQuery]) -> PortalShape:
    found = call.portal
    return PortalShape(
        id=found.id,
        name=found.name,
        name_en=found.name_en,
        region=found.region,
        region_name=found.region_name,
        languages=list(found.languages),
        demo=found.demo,
    )


@operations.get(
    "/api/v1/sign-in-methods", name="listWays", summary="The ways in that this portal has", access=Open(), answer=Ways
)
async def ways(call: Call[NoBody, NoQuery]) -> Ways:
    """The short message first: it works everywhere."""
    sms = WayShape(method="sms", platforms=["h5", "wechat", "alipay"], login_url="")
    others = [
        WayShape(method=way.name, platforms=list(way.platforms), login_url=way.login_url)
        for way in call.services.ways.values()
    ]
    return Ways(methods=[sms, *others])


@operations.post(
    "/api/v1/sessions",
    name="signIn",
    summary="Sign in: phone and SMS code, or the one-time code of another way",
    access=Open(),
    body=SignIn,
    answer=SignedInShape,
    status=201,
    own_unit=True,
    problems=(
        "otp-wrong", "phone-invalid", "sign-in-method-unknown", "way-refused", "way-unavailable", "account-unknown",
        "account-taken", "identity-taken", "legal-person-here",
    ),
)  # fmt: skip
async def sign_in(call: Call[SignIn, NoQuery]) -> SignedInShape | Refusal:
    """A wrong code is one answer, whatever was wrong with it. A provider is asked outside any unit of work."""
    entered = await (_by_phone(call) if call.body.method == "sms" else _by_account(call))
    if isinstance(entered, Refusal):
        return entered
    session = entered.session
    return SignedInShape(
        token=session.token,
        expires_at=session.expires_at,
        resident=shape(call.portal, entered.resident),
        earlier_account=entered.earlier_account,
    )


async def _by_phone(call: Call[SignIn, NoQuery]) -> SignedIn | Refusal:
    body = call.body
    phone, otp = body.phone, body.otp
    if phone is None or otp is None:
        missing = [name for name in ("phone", "otp") if getattr(body, name) is None]
        raise Invalid(faults=[FieldFault(name, "missing") for name in missing])
    return await call.decide(
        lambda unit: call.services.sign_in.enter(unit, phone, otp, device=body.device, language=call.language)
    )


async def _by_account(call: Call[SignIn, NoQuery]) -> SignedIn | Refusal:
    body, services = call.body, call.services
    way = services.ways.get(body.method)
    if way is None:
        raise MethodUnknown()
    if body.code is None:
        raise Invalid(faults=[FieldFault("code", "missing")])
    came = await way.exchange(Given(body.code, body.phone_code or ""))

    async def enter(unit: Unit) -> SignedIn | Refusal:
        arrived = await services.arrivals.enter(unit, came, language=call.language)
        if isinstance(arrived, Refusal):
            return arrived
        entered = await services.sign_in.open(unit, arrived.resident, device=body.device)
        earlier = await services.arrivals.offer(unit, came, arrived, entered.session.id)
        return replace(entered, earlier_account=earlier)

    return await call.decide(enter)


@operations.get(
    "/api/v1/sessions",
    name="listDevices",
    summary="The devices on which I am signed in",
    access=Resident(),
    query=DevicesQuery,
    answer=DevicePage,
)
async def devices(call: Call[NoBody, DevicesQuery]) -> DevicePage:
    """One statement."""
    me = call.resident
    found = await call.services.devices.of(call.unit, me.resident_id, before=_before(call.query.cursor))
    shown = [
        DeviceShape(
            id=str(one.id), device=one.device, current=one.id == me.session_id, signed_in_at=one.signed_in_at,
            seen_at=one.seen_at, expires_at=one.expires_at,
        )
        for one in found
    ]  # fmt: skip
    return DevicePage(sessions=shown, next_cursor=shown[-1].id if len(shown) == PAGE else None)


def _before(cursor: str) -> UUID | None:
    try:
        return UUID(cursor) if cursor else None
    except ValueError:
        raise Invalid(faults=[FieldFault("cursor", "invalid")]) from None


@operations.delete(
    "/api/v1/sessions/current", name="signOut", summary="Sign out; codes of this device die", access=Resident()
)
async def sign_out(call: Call[NoBody, NoQuery]) -> None:
    await call.services.sessions.end(call.unit, call.resident.session_id)
    await call.services.visits.withdrawing.revoke(call.unit, session_id=call.resident.session_id)


@operations.delete(
    "/api/v1/sessions/{session_id}",
    name="signOutDevice",
    summary="Sign out one of my devices; its codes die",
    access=Resident(),
    problems=("not-found",),
)
async def sign_out_device(call: Call[NoBody, NoQuery]) -> None:
    """Somebody else's session is not here."""
    session_id = call.path_id("session_id")
    await call.services.devices.sign_out(call.unit, call.resident.resident_id, session_id)
    await call.services.visits.withdrawing.revoke(call.unit, session_id=session_id)
