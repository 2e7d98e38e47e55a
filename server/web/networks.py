"""From where somebody asks, and for which host."""

from __future__ import annotations

from ipaddress import ip_address

from aiohttp import web

from config.settings import Settings
from server.domain.staff.errors import AddressNotAllowed


def check_network(settings: Settings, client: str) -> None:
    """The console opens only from the networks that are named, where any is (互联网政务应用安全管理规定, 19)."""
    if not settings.staff.networks:
        return
    try:
        address = ip_address(client)
    except ValueError:
        raise AddressNotAllowed() from None
    if not any(address in network for network in settings.staff.networks):
        raise AddressNotAllowed()


def host_of(request: web.Request) -> str:
    """The host that was asked for, without its port; "" if none was named. (aiohttp would ask the resolver instead.)"""
    return request.headers.get("Host", "").rsplit(":", 1)[0].strip("[]").lower()
