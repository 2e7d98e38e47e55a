"""Clerks begin a shift at a registered terminal, and end it."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from config.floor.refusal import Refusal
from server.domain.staff.passwords import password_fits
from server.edges.counter.terminal_api import Seat, seat
from server.web.endpoint import COOKIES, csrf_of
from server.web.operations import Call, Device, NoBody, NoQuery, Operations, Terminal
from server.web.shapes import Wire

operations = Operations(tag="counter-sessions")
_COOKIE, _PATH = COOKIES["counter"]


class CounterSignIn(Wire):
    """A number and a password."""

    staff_no: Annotated[str, Field(min_length=1, max_length=32)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class Clerk(Wire):
    """Who is signed in."""

    staff_no: str
    name: str
    roles: list[str]


class CounterSession(Wire):
    """An open session: its cookie is set beside; ``csrf`` goes into the header of every change."""

    staff: Clerk
    terminal: Seat
    csrf: str


@operations.post(
    "/counter/api/v1/sessions",
    name="openCounterSession",
    summary="Begin a shift at the terminal that signs this; whoever was on shift there has ended",
    access=Device(),
    body=CounterSignIn,
    answer=CounterSession,
    status=201,
    problems=("sign-in-wrong", "sign-in-locked", "role-missing", "hall-missing", "terminal-unknown", "terminal-clock"),
    own_unit=True,
    limit=20,
)
async def sign_in(call: Call[CounterSignIn, NoQuery]) -> web.Response | Refusal:
    """Counts the attempt in one unit, compares off the loop, opens the session in another."""
    staff = call.services.staff
    found = await call.decide(lambda unit: staff.candidate(unit, call.body.staff_no))
    if isinstance(found, Refusal):
        return found
    fits = await password_fits(call.body.password, found.password_hash)
    profile = found.profile if fits else None
    place = call.place
    session = await call.decide(lambda unit: staff.enter_counter(unit, profile, place.id))
    if isinstance(session, Refusal):
        return session
    assert profile is not None, "nobody enters without a profile"
    body = CounterSession(
        staff=Clerk(staff_no=profile.staff_no, name=profile.name, roles=sorted(profile.roles)),
        terminal=seat(place),
        csrf=csrf_of(session.token),
    )
    headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
    response = web.Response(status=201, body=body.model_dump_json().encode(), headers=headers)
    secure = call.services.settings.profile == "production"
    response.set_cookie(_COOKIE, session.token, path=_PATH, httponly=True, samesite="Strict", secure=secure)
    return response


@operations.delete(
    "/counter/api/v1/sessions/current",
    name="closeCounterSession",
    summary="End the shift at this terminal",
    access=Terminal(),
)
async def sign_out(call: Call[NoBody, NoQuery]) -> web.Response:
    """Ends this session on the server, then forgets the cookie."""
    await call.services.terminals.end_shift(call.unit, call.place, call.actor)
    response = web.Response(status=204, headers={"Cache-Control": "no-store"})
    response.del_cookie(_COOKIE, path=_PATH)
    return response
