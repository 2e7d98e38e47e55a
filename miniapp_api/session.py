"""Residents' sessions, and the portal they sign in to."""

from __future__ import annotations

from config.floor.refusal import FieldFault, Invalid, Refusal
from miniapp_api.me import shape
from miniapp_api.wire.me import PortalShape, SignedInShape, SignIn
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


@operations.post(
    "/api/v1/sessions",
    name="signIn",
    summary="Sign in with phone and SMS code",
    access=Open(),
    body=SignIn,
    answer=SignedInShape,
    status=201,
    problems=("otp-wrong", "phone-invalid", "sign-in-method-unknown"),
)
async def sign_in(call: Call[SignIn, NoQuery]) -> SignedInShape | Refusal:
    """A wrong code is one answer, whatever was wrong with it."""
    body = call.body
    if body.method != "sms":
        raise MethodUnknown()
    if body.phone is None or body.otp is None:
        missing = [name for name in ("phone", "otp") if getattr(body, name) is None]
        raise Invalid(faults=[FieldFault(name, "missing") for name in missing])
    entered = await call.services.sign_in.enter(
        call.unit, body.phone, body.otp, device=body.device, language=call.language
    )
    if isinstance(entered, Refusal):
        return entered
    session = entered.session
    return SignedInShape(
        token=session.token, expires_at=session.expires_at, resident=shape(call.portal, entered.resident)
    )


@operations.delete(
    "/api/v1/sessions/current", name="signOut", summary="Sign out; codes of this device die", access=Resident()
)
async def sign_out(call: Call[NoBody, NoQuery]) -> None:
    await call.services.sessions.end(call.unit, call.resident.session_id)
    await call.services.codes.revoke(call.unit, session_id=call.resident.session_id)
