"""The login pages of the platforms that send people to us, played for the demonstration: choose who you are, come back
with a one-time code. Never in production; the code is checked by the way itself, over HTTP, like a real one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from config.floor.refusal import Missing
from server.edges.tour.cast import CAST, CastMember
from server.web.operations import Call, NoBody, NoQuery
from server.web.pages import Page


def _zheliban(one: CastMember) -> dict[str, Any]:
    return {
        "userid": f"demo-{one.id}", "authlevel": "3", "username": one.name, "idnum": one.id_number, "mobile": one.phone,
    }  # fmt: skip


def _ticket(one: CastMember) -> dict[str, Any]:
    return {
        "subject": f"demo-{one.id}", "level": 3, "kind": "person", "source": "demo", "name": one.name,
        "id_number": one.id_number, "phone": one.phone,
    }  # fmt: skip


PLATFORMS: dict[str, Callable[[CastMember], dict[str, Any]]] = {"zheliban": _zheliban, "ticket": _ticket}


async def platform(call: Call[NoBody, NoQuery]) -> Page | web.StreamResponse:
    """Who logs in there; ``?as=`` is somebody who did."""
    way, make = call.path["way"], call.services.platform_code
    facts = PLATFORMS.get(way)
    if facts is None or make is None or call.services.settings.profile == "production":
        raise Missing()
    people = [one for one in CAST if one.door == "phone"]
    chosen = next((one for one in people if one.id == call.request.query.get("as")), None)
    if chosen is None:
        return Page("platform.html", {"way": way, "people": [(one.id, one.named(call.language)) for one in people]})
    back = urlencode({"way": way, "ticket": make(way, **facts(chosen))})
    raise web.HTTPSeeOther(f"/m/#/pages/signin/signin?{back}")
