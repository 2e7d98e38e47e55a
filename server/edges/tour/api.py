"""The tour's own calls: who plays, one-tap sign-in, and the stream of what really happened. Never in production."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from config.floor.refusal import Forbidden, Missing, Refusal
from config.floor.unit import SYSTEM, Event
from server.domain.sessions.service import OpenedSession
from server.domain.terminals.errors import TerminalUnknown
from server.domain.terminals.records import TerminalFacts
from server.edges.tour.cast import CAST, CastMember, member
from server.edges.tour.story import step_of
from server.web.endpoint import COOKIES
from server.web.operations import Call, NoBody, NoQuery, Open, Operations
from server.web.shapes import Wire
from server.web.streams import stream

operations = Operations(tag="tour")
_UNSEEN = timedelta(days=1)


class CastEntry(Wire):
    """One invented person of the demonstration."""

    id: str
    name: str
    role: str
    role_label: str
    note: str
    door: Literal["phone", "counter", "console"]
    lands: str | None = Field(description="the page where this person's work is; null = where the door leads")
    signs_in: bool
    phone: str | None


class CastList(Wire):
    """Everybody whom the tour shows."""

    cast: list[CastEntry]


class ChosenCast(Wire):
    """Whom to sign in as; a clerk needs the terminal that this browser is."""

    cast_id: str
    terminal_id: UUID | None = None


class WantedPlace(Wire):
    """Which counter a browser wants to stand at; none named = the city's first."""

    counter: Annotated[str, Field(max_length=64)] = ""


class DemoInvitation(Wire):
    """A one-time code for this browser, and the place that it leads to."""

    code: str
    hall: str
    counter: str


class TourSession(Wire):
    """Signed in: residents get a bearer token for the phone frame, staff a cookie for their door."""

    door: Literal["phone", "counter", "console"]
    name: str
    token: str | None
    loa: int | None


def entry(call: Call[NoBody, NoQuery], one: CastMember) -> CastEntry:
    """A member of the cast in the visitor's language."""
    return CastEntry(
        id=one.id,
        name=one.named(call.language),
        role=one.role,
        role_label=call.text(f"tour.roles.{one.role}"),
        note=one.noted(call.language),
        door=one.door,
        lands=one.lands or None,
        signs_in=one.signs_in,
        phone=one.phone or None,
    )


@operations.get("/tour/cast", name="listCast", summary="The cast of the demonstration", access=Open(), answer=CastList)
async def list_cast(call: Call[NoBody, NoQuery]) -> CastList:
    """Residents first, then staff."""
    return CastList(cast=[entry(call, one) for one in CAST])


@operations.post(
    "/tour/api/v1/sign-in",
    name="tourSignIn",
    summary="Sign in as one of the cast, without a password; demonstration only",
    access=Open(),
    body=ChosenCast,
    answer=TourSession,
    status=200,
    problems=("terminal-unknown", "role-missing"),
)
async def sign_in(call: Call[ChosenCast, NoQuery]) -> web.Response | Refusal:
    """Opens the same kind of session as the person's real door does."""
    if call.services.settings.profile == "production" or not call.portal.demo:
        raise Missing()
    chosen = member(call.body.cast_id)
    if chosen is None:
        raise Missing()
    if not chosen.signs_in:
        raise Forbidden()
    if chosen.door == "phone":
        return await _resident(call, chosen)
    return await _staff(call, chosen)


async def _resident(call: Call[ChosenCast, NoQuery], chosen: CastMember) -> web.Response:
    unit, services = call.unit, call.services
    profile = await services.residents.enter(unit, chosen.phone, language=call.language)
    signed = await services.sign_in.open(unit, profile, device=call.text("tour.page.device"))
    return _answer(call, chosen, token=signed.session.token, loa=profile.loa)


async def _staff(call: Call[ChosenCast, NoQuery], chosen: CastMember) -> web.Response | Refusal:
    unit, staff = call.unit, call.services.staff
    profile = await staff.by_number(unit, chosen.staff_no)
    opened: OpenedSession
    if chosen.door == "counter":
        if call.body.terminal_id is None:
            raise TerminalUnknown()
        entered = await staff.enter_counter(unit, profile, call.body.terminal_id)
        if isinstance(entered, Refusal):
            return entered
        opened = entered
    else:
        session = await staff.enter_console(unit, profile)
        if isinstance(session, Refusal):
            return session
        opened = session
    response = _answer(call, chosen)
    cookie, path = COOKIES[chosen.door]
    response.set_cookie(cookie, opened.token, path=path, httponly=True, samesite="Strict")
    return response


def _answer(
    call: Call[ChosenCast, NoQuery], chosen: CastMember, *, token: str | None = None, loa: int | None = None
) -> web.Response:
    body = TourSession(door=chosen.door, name=chosen.named(call.language), token=token, loa=loa)
    return web.Response(
        body=body.model_dump_json().encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"},
    )


@operations.post(
    "/tour/api/v1/terminals",
    name="tourInviteTerminal",
    summary="A one-time code that makes this browser a terminal of the demonstration's counter",
    access=Open(),
    body=WantedPlace,
    answer=DemoInvitation,
    status=200,
    problems=("not-found",),
)
async def invite_terminal(call: Call[WantedPlace, NoQuery]) -> DemoInvitation:
    """What an administrator does in the console, done for a visitor; the device then enrols as any other does."""
    if call.services.settings.profile == "production" or not call.portal.demo:
        raise Missing()
    terminals, device = call.services.terminals, call.text("tour.page.device")
    await terminals.retire(call.unit, SYSTEM, device, _UNSEEN)
    if not call.body.counter and (waiting := await terminals.forsaken(call.unit)):
        place = await terminals.get(call.unit, waiting)
        again = await terminals.invite_again(call.unit, SYSTEM, waiting)
        return DemoInvitation(code=again.code, hall=place.hall, counter=place.counter)
    if first := await terminals.first(call.unit):
        facts = TerminalFacts(first.hall, call.body.counter or first.counter, first.purposes, name=device)
    else:
        purposes = tuple(purpose.code for purpose in call.services.purposes.all())
        facts = TerminalFacts(
            call.portal.name, call.body.counter or call.text("tour.page.first_counter"), purposes, device
        )
    invitation = await terminals.invite(call.unit, SYSTEM, call.portal.region, facts)
    return DemoInvitation(code=invitation.code, hall=facts.hall, counter=facts.counter)


@operations.get(
    "/tour/events",
    name="tourEvents",
    summary="What happens in the running service, as ids and words: each event once, with the step it ticks",
    access=Open(),
    media="stream",
)
async def events(call: Call[NoBody, NoQuery]) -> web.StreamResponse:
    """A server-sent stream; a comment every fifteen seconds keeps it open."""
    return await stream(call, "tour", write_event=moment)


def moment(event: Event) -> bytes:
    """One event as the page reads it. The topic stays here: it names a person."""
    told = {"name": event.name, "step": step_of(event.name, event.data), "data": dict(event.data)}
    return f"event: moment\ndata: {json.dumps(told, ensure_ascii=False, default=str)}\n\n".encode()


__all__ = ["entry", "moment", "operations"]
