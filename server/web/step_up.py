"""What a refusal for want of trust offers: the levels ahead and the ways to them, open to this person on this platform.

It stands inside the problem, so that a front can prove more in place and then send the very same request again.
"""

from __future__ import annotations

from typing import Any, cast

from aiohttp import web

from server.domain.proving.errors import LoaNeeded
from server.domain.proving.service import Offer
from server.domain.purposes.service import said
from server.domain.residents.ways import Platform
from server.domain.sessions.callers import ResidentCaller
from server.services import Services
from server.web.request_keys import CALLER

PLATFORM = "X-Yima-Platform"
_PLATFORMS = ("h5", "wechat", "alipay")


def platform_of(request: web.Request) -> Platform:
    """Where the front runs, as it says itself; a browser says nothing."""
    named = request.headers.get(PLATFORM, "h5")
    return cast("Platform", named if named in _PLATFORMS else "h5")


def shown(offer: Offer, language: str) -> dict[str, Any]:
    """One level ahead, in words."""
    purpose = offer.purpose
    ways = [
        {
            "code": way.code,
            "label": said(way.label, language),
            "text": said(way.text, language),
            "face": way.face,
            "at_counter": way.at_counter,
        }
        for way in offer.ways
    ]
    return {"code": purpose.code, "level": purpose.level, "label": said(purpose.label, language), "ways": ways}


async def offered(request: web.Request, refusal: LoaNeeded, services: Services, portal: str, language: str) -> None:
    """Add to the refusal what its receiver can do now. Acting for somebody, it is the acting person who proves more."""
    caller = request.get(CALLER)
    person = refusal.person or (caller.acting_id if isinstance(caller, ResidentCaller) else None)
    if person is None:  # at a counter: the clerk is told, not the resident
        return
    unit = await services.database.reading(portal)
    who = await services.residents.get(unit, person)
    ahead = services.proving.offers(who, refusal.needed, platform_of(request))
    refusal.more = {"have": who.loa, "ahead": [shown(offer, language) for offer in ahead]}
