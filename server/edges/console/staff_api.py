"""Staff sign in to the console and out of it."""

from __future__ import annotations

from aiohttp import web

from config.floor.refusal import Refusal
from server.domain.staff.passwords import password_fits
from server.domain.staff.service import StaffProfile
from server.edges.console.staff_shapes import SignIn, StaffSession, StaffShown
from server.web.endpoint import COOKIES, csrf_of
from server.web.operations import Call, NoBody, NoQuery, Open, Operations, Staff

operations = Operations(tag="console-sessions")
_COOKIE, _PATH = COOKIES["console"]


@operations.post(
    "/console/api/v1/sessions",
    name="openConsoleSession",
    summary="Sign in to the console",
    access=Open(),
    body=SignIn,
    answer=StaffSession,
    status=201,
    problems=("sign-in-wrong", "sign-in-locked"),
    own_unit=True,
    limit=20,
)
async def sign_in(call: Call[SignIn, NoQuery]) -> web.Response | Refusal:
    """Counts the attempt in one unit, compares off the loop, opens the session in another."""
    staff = call.services.staff
    found = await call.decide(lambda unit: staff.candidate(unit, call.body.staff_no))
    if isinstance(found, Refusal):
        return found
    fits = await password_fits(call.body.password, found.password_hash)
    profile = found.profile if fits else None
    opened = await call.decide(lambda unit: staff.enter_console(unit, profile))
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


@operations.delete(
    "/console/api/v1/sessions/current", name="closeConsoleSession", summary="Sign out of the console", access=Staff()
)
async def sign_out(call: Call[NoBody, NoQuery]) -> web.Response:
    """Ends this session on the server, then forgets the cookie."""
    await call.services.sessions.end(call.unit, call.staff.session_id)
    response = web.Response(status=204, headers={"Cache-Control": "no-store"})
    response.del_cookie(_COOKIE, path=_PATH)
    return response


def _shown(profile: StaffProfile) -> StaffShown:
    return StaffShown(
        staff_no=profile.staff_no, name=profile.name, roles=sorted(profile.roles), department=profile.department
    )
