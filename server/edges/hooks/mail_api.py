"""Ending letters by one click (RFC 8058): the mail program posts; a person who follows the link sees the choices."""

from __future__ import annotations

from aiohttp import web

from config.floor.refusal import Missing
from config.floor.unit import Unit
from server.channel_house import read_ending
from server.domain.answers.service import ENDABLE
from server.web.json_body import read_bytes
from server.web.operations import Call, NoBody, NoQuery, Open, Operations

operations = Operations(tag="hooks")
_LARGEST = 4_096


@operations.post(
    "/hooks/mail/endings/{token}",
    name="endLetters",
    summary="One click ends the letters of one category (RFC 8058); the token names whose and which",
    access=Open(),
    own_unit=True,
    media="raw",
    limit=600,
    problems=("not-found",),
)
async def end(call: Call[NoBody, NoQuery]) -> web.Response:
    """Again does nothing more. Statutory notices do not offer it."""
    await read_bytes(call.request, limit=_LARGEST, seconds=call.services.settings.limits.body_seconds)
    found = read_ending(call.services.vault, call.path["token"])
    if found is None or found[0] != call.portal.id or found[2] not in ENDABLE:
        raise Missing()
    _, resident_id, category = found

    async def decide(unit: Unit) -> None:
        person = await call.services.residents.get(unit, resident_id)
        await call.services.answers.end(unit, person, "email", (category,))

    await call.decide(decide)
    return web.Response(status=200)


@operations.get(
    "/hooks/mail/endings/{token}",
    name="showLetterChoices",
    summary="A person who follows the link in a letter",
    access=Open(),
    media="html",
)
async def show(call: Call[NoBody, NoQuery]) -> web.StreamResponse:
    """Opening a link never decides anything (programs look at links too): the choices are in the residents' front."""
    return web.Response(status=303, headers={"Location": "/m/#/pages/preferences/preferences"})
