"""Staff sign in to the console and out of it, lock it while nobody is there, and set up an authenticator."""

from __future__ import annotations

from aiohttp import web

from config.floor.refusal import Refusal
from config.floor.unit import Unit
from server.domain.sessions.errors import SignInWrong
from server.domain.sessions.service import OpenedSession
from server.domain.staff.passwords import hash_password, outdated, password_fits
from server.domain.staff.second_factor import Proof
from server.domain.staff.service import StaffProfile
from server.edges.console.factor_shapes import PasskeyAsked, asked
from server.edges.console.factors_api import here
from server.edges.console.staff_shapes import Enrol, Seed, SignIn, StaffSession, StaffShown, Unlock
from server.web.endpoint import COOKIES, csrf_of
from server.web.networks import check_network, site_of
from server.web.operations import AnyCall, Call, NoBody, NoQuery, Open, Operations, Staff

operations = Operations(tag="console-sessions")
_COOKIE, _PATH = COOKIES["console"]
_SIGN_IN = ("sign-in-wrong", "sign-in-locked", "address-not-allowed")
_FACTOR = (
    "second-factor-needed", "second-factor-wrong", "second-factor-missing", "passkey-wrong", "passkey-doubted",
    "passkey-elsewhere",
)  # fmt: skip


def _proof(call: AnyCall) -> Proof:
    """What was shown beside the password."""
    passkey = call.body.passkey
    return Proof(
        code=call.body.otp,
        passkey=passkey.shown() if passkey else None,
        site=site_of(call.request, call.services.settings, call.portal),
    )


async def _known(call: AnyCall, staff_no: str, password: str) -> StaffProfile | Refusal | None:
    """Whose password this is: counted in one unit, compared off the loop; None = nobody's. An old hash is renewed."""
    check_network(call.services.settings, call.client)
    staff = call.services.staff
    found = await call.decide(lambda unit: staff.candidate(unit, staff_no))
    if isinstance(found, Refusal):
        return found
    profile = found.profile if await password_fits(password, found.password_hash) else None
    if profile is not None and outdated(found.password_hash):
        better = await hash_password(password)
        await call.decide(lambda unit: staff.rehash(unit, profile.id, found.password_hash, better))
    return profile


@operations.post(
    "/console/api/v1/sessions",
    name="openConsoleSession",
    summary="Sign in to the console",
    access=Open(),
    body=SignIn,
    answer=StaffSession,
    status=201,
    problems=(*_SIGN_IN, *_FACTOR),
    own_unit=True,
    limit=20,
)
async def sign_in(call: Call[SignIn, NoQuery]) -> web.Response | Refusal:
    """Counts the attempt in one unit, compares off the loop, judges the second factor and opens the session in
    another: a code that was used and a session that it opened stand together."""
    profile = await _known(call, call.body.staff_no, call.body.password)
    if isinstance(profile, Refusal):
        return profile
    services = call.services

    async def enter(unit: Unit) -> OpenedSession | Refusal:
        if profile is not None and (refused := await services.second_factor.check(unit, profile.actor, _proof(call))):
            await services.staff.give_back(unit, profile)
            return refused
        return await services.staff.enter_console(unit, profile)

    opened = await call.decide(enter)
    if isinstance(opened, Refusal) or profile is None:
        assert isinstance(opened, Refusal)
        return opened
    body = StaffSession(staff=_shown(profile), csrf=csrf_of(opened.token))
    response = web.Response(
        status=201,
        body=body.model_dump_json().encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"},
    )
    response.set_cookie(
        _COOKIE,
        opened.token,
        path=_PATH,
        httponly=True,
        samesite="Strict",
        secure=call.services.settings.profile == "production",
    )
    return response


@operations.post(
    "/console/api/v1/second-factor",
    name="openSecondFactor",
    summary="Set up an authenticator; it counts from the first sign-in with one of its codes on",
    access=Open(),
    body=Enrol,
    answer=Seed,
    status=201,
    problems=(*_SIGN_IN, "second-factor-kept"),
    own_unit=True,
    limit=20,
)
async def enrol(call: Call[Enrol, NoQuery]) -> Seed | Refusal:
    """Only for somebody whose password fits and who has no working authenticator yet."""
    profile = await _known(call, call.body.staff_no, call.body.password)
    if isinstance(profile, Refusal):
        return profile
    services = call.services
    if profile is None:
        refused = await call.decide(lambda unit: services.staff.enter_console(unit, None))
        assert isinstance(refused, Refusal)
        return refused

    async def make(unit: Unit) -> Seed | Refusal:
        await services.staff.give_back(unit, profile)
        made = await services.second_factor.enrol(unit, profile.actor, profile.id, issuer=call.portal.name)
        return made if isinstance(made, Refusal) else Seed(seed=made.seed, uri=made.uri)

    return await call.decide(make)


@operations.post(
    "/console/api/v1/passkey-challenges",
    name="openPasskeyChallenge",
    summary="What a passkey is to sign at the sign-in that follows",
    access=Open(),
    body=Enrol,
    answer=PasskeyAsked,
    status=201,
    problems=(*_SIGN_IN, "passkey-none", "passkey-elsewhere"),
    own_unit=True,
    limit=20,
)
async def challenge(call: Call[Enrol, NoQuery]) -> PasskeyAsked | Refusal:
    """Only for somebody whose password fits: nobody else learns who has a passkey."""
    site = here(call)
    profile = await _known(call, call.body.staff_no, call.body.password)
    if isinstance(profile, Refusal):
        return profile
    services = call.services
    if profile is None:
        refused = await call.decide(lambda unit: services.staff.enter_console(unit, None))
        assert isinstance(refused, Refusal)
        return refused

    async def ask(unit: Unit) -> PasskeyAsked | Refusal:
        await services.staff.give_back(unit, profile)
        made = await services.second_factor.passkeys.ask(unit, profile.id, "enter", site)
        return made if isinstance(made, Refusal) else asked(made, site.domain)

    return await call.decide(ask)


@operations.delete(
    "/console/api/v1/sessions/current",
    name="closeConsoleSession",
    summary="Sign out of the console",
    access=Staff("own.session", locked=True),
)
async def sign_out(call: Call[NoBody, NoQuery]) -> web.Response:
    """Ends this session on the server, then forgets the cookie."""
    await call.services.sessions.end(call.unit, call.staff.session_id)
    response = web.Response(status=204, headers={"Cache-Control": "no-store"})
    response.del_cookie(_COOKIE, path=_PATH)
    return response


@operations.post(
    "/console/api/v1/sessions/current/lock",
    name="lockConsole",
    summary="Nobody is at this console",
    access=Staff("own.session", locked=True),
    status=204,
)
async def lock(call: Call[NoBody, NoQuery]) -> None:
    """From now on this session opens nothing, whatever its pages still ask for by themselves."""
    await call.services.sessions.lock(call.unit, call.staff.session_id)


@operations.post(
    "/console/api/v1/sessions/current/unlock",
    name="unlockConsole",
    summary="Its holder has shown up again",
    access=Staff("own.session", locked=True),
    body=Unlock,
    status=204,
    own_unit=True,
    limit=20,
    problems=(*_SIGN_IN, *_FACTOR),
)
async def unlock(call: Call[Unlock, NoQuery]) -> Refusal | None:
    """Judged as a sign-in is, by the same counters."""
    staff, services = call.staff, call.services
    profile = await _known(call, staff.staff_no, call.body.password)
    if isinstance(profile, Refusal):
        return profile

    async def back(unit: Unit) -> Refusal | None:
        if profile is None:
            return SignInWrong()
        await services.staff.give_back(unit, profile)
        if refused := await services.second_factor.check(unit, profile.actor, _proof(call)):
            return refused
        await services.sessions.unlock(unit, staff.session_id)
        return None

    return await call.decide(back)


def _shown(profile: StaffProfile) -> StaffShown:
    return StaffShown(
        staff_no=profile.staff_no, name=profile.name, roles=sorted(profile.roles), department=profile.department
    )
