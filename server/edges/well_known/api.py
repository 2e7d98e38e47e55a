"""Keys and status lists for verifiers: the same for everybody, so asking tells nothing about who is at a counter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from codes.publishing import MAX_AGE, Published
from config.floor.refusal import Missing
from config.floor.unit import Unit
from server.web.operations import Call, NoBody, NoQuery, Open, Operations

operations = Operations(tag="well-known")
_DIGITS = 9


@operations.get(
    "/.well-known/yima/keys",
    name="publishKeys",
    summary="The keys that sign offline credentials and status lists, signed by the root (COSE_Sign1, CBOR)",
    access=Open(),
    media="binary",
    problems=("credentials-closed",),
)
async def keys(call: Call[NoBody, NoQuery]) -> web.Response:
    """``application/yima-keys+cwt``; ``codes/trust_list.py`` describes it."""
    return _answer(call, await call.services.publisher.key_set(call.unit))


@operations.get(
    "/.well-known/yima/status/{list}",
    name="publishStatus",
    summary="Which credentials of one list are revoked or suspended (IETF Token Status List as CWT)",
    access=Open(),
    media="binary",
    problems=("not-found", "credentials-closed"),
)
async def status(call: Call[NoBody, NoQuery]) -> web.Response:
    """``application/statuslist+cwt``. ``list`` is what follows the last ``/`` of the credential's ``uri``."""
    return await _status(call, call.unit)


@operations.get(
    "/.well-known/yima/portals/{portal}/keys",
    name="publishAgreedKeys",
    summary="The signing keys of another portal here whose credentials this one recognises",
    access=Open(),
    media="binary",
    problems=("not-found", "credentials-closed"),
)
async def agreed_keys(call: Call[NoBody, NoQuery]) -> web.Response:
    """Nothing once no agreement is in force any more."""
    return _answer(call, await call.services.publisher.key_set(_agreed(call)))


@operations.get(
    "/.well-known/yima/portals/{portal}/status/{list}",
    name="publishAgreedStatus",
    summary="A status list of another portal here whose credentials this one recognises",
    access=Open(),
    media="binary",
    problems=("not-found", "credentials-closed"),
)
async def agreed_status(call: Call[NoBody, NoQuery]) -> web.Response:
    """The very bytes that the other portal publishes itself."""
    return await _status(call, _agreed(call))


def _agreed(call: Call[Any, Any]) -> Unit:
    """A reading in the portal of the address, if this portal recognises its credentials today."""
    there = call.path["portal"]
    if all(one.there != there for one in call.services.recognition.in_force(call.portal.id, call.unit.today)):
        raise Missing()
    return replace(call.unit, portal=there)


async def _status(call: Call[Any, Any], unit: Unit) -> web.Response:
    name = call.path["list"]
    if not (name.isascii() and name.isdigit() and len(name) <= _DIGITS):
        raise Missing()
    found = await call.services.publisher.status(unit, int(name))
    if found is None:
        raise Missing()
    return _answer(call, found)


def _answer(call: Call[Any, Any], found: Published) -> web.Response:
    headers = {
        "ETag": found.etag,
        "Cache-Control": f"public, max-age={MAX_AGE}",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
    }
    if found.etag in call.request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    return web.Response(body=found.body, headers={**headers, "Content-Type": found.media})
