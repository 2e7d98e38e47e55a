"""The ways in that this deployment has: each provider whose settings are there, over one wire that calls only them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from yarl import URL

from config.settings import Settings
from config.way_settings import WaySettings
from notify.wechat_token import TokenSource
from server.adapters.ways import AlipaySignIn, NetIdentitySignIn, TicketSignIn, WeChatSignIn, ZhelibanSignIn
from server.adapters.ways_standin import WaysStandIn
from server.adapters.wire import HttpWire
from server.domain.residents.ways import Way

PLATFORM_PAGE = "/dev/platform"
"""Where the demonstration plays the platforms' own login pages (``server/edges/tour/platforms.py``)."""


@dataclass(frozen=True, slots=True)
class WayHouse:
    """The ways by name; ``standin`` only in the demo, where nobody has an account anywhere."""

    ways: Mapping[str, Way]
    standin: WaysStandIn | None


async def way_house(settings: Settings, stack: AsyncExitStack) -> WayHouse:
    """Open what is configured; the demo without any settings gets the stand-in's."""
    asked, standin = settings.ways, None
    if settings.profile == "demo" and asked == WaySettings():
        standin = WaysStandIn()
        await standin.open()
        stack.push_async_callback(standin.close)
        asked = standin.settings(alipay=True, login_page=PLATFORM_PAGE)
    hosts = [URL(url).host or "" for url in _addresses(asked)]
    if not hosts:
        return WayHouse({}, standin)
    wire = HttpWire(hosts)
    await wire.open()
    stack.push_async_callback(wire.close)
    return WayHouse({way.name: way for way in _ways(asked, wire)}, standin)


def _addresses(asked: WaySettings) -> list[str]:
    found = [
        (asked.wechat.app_id, asked.wechat.base_url), (asked.alipay.app_id, asked.alipay.gateway),
        (asked.zheliban.service_code, asked.zheliban.base_url), (asked.ticket.app_id, asked.ticket.base_url),
        (asked.net_identity.app_id, asked.net_identity.base_url),
    ]  # fmt: skip
    return [url for key, url in found if key]


def _ways(asked: WaySettings, wire: HttpWire) -> list[Way]:
    found: list[Way] = []
    wait = asked.timeout_seconds
    if asked.wechat.app_id:
        wechat = asked.wechat
        tokens = TokenSource(
            wire, app_id=wechat.app_id, app_secret=wechat.app_secret.get_secret_value(), base_url=wechat.base_url
        )
        found.append(WeChatSignIn(wechat, wire, tokens, wait))
    if asked.alipay.app_id:
        found.append(AlipaySignIn(asked.alipay, wire, wait))
    if asked.zheliban.service_code:
        found.append(ZhelibanSignIn(asked.zheliban, wire, wait))
    if asked.ticket.app_id:
        found.append(TicketSignIn(asked.ticket, wire, wait))
    if asked.net_identity.app_id:
        found.append(NetIdentitySignIn(asked.net_identity, wire, wait))
    return found
