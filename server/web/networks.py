"""From where somebody asks, for which host, and which pages are our own."""

from __future__ import annotations

from ipaddress import ip_address

from aiohttp import web

from config.portal import Portal
from config.settings import Settings
from server.domain.staff.errors import AddressNotAllowed
from server.domain.staff.webauthn import Site


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


def own_origins(request: web.Request, settings: Settings) -> frozenset[str]:
    """The origins of our own pages, as a browser names them. A portal answers at this host, or we would not be here."""
    here = request.headers.get("Host", "")
    own = {settings.public_origin, f"{request.scheme}://{here}"}
    if settings.trusted_proxies:
        own.add(f"https://{here}")  # the proxy speaks TLS for us
    return frozenset(own - {""})


def site_of(request: web.Request, settings: Settings, portal: Portal) -> Site | None:
    """Where a passkey can be asked for: the portal's domain for passkeys if this host is it or lies under it, else this
    very host. None at an address that is no name: a passkey is bound to a domain."""
    host, wide = host_of(request), portal.passkey_domain
    if not host or ":" in host or host.replace(".", "").isdigit():
        return None
    domain = wide if wide and f".{host}".endswith(f".{wide}") else host
    return Site(domain, own_origins(request, settings))
