"""HTTP to providers: bounded times and sizes, no redirects, only hosts that were named, no proxy from outside.

``public_only`` is for addresses that strangers gave us (push endpoints): the name is resolved here and every address
it has must be a public one, at the very moment of connecting (a check before would be a race against its DNS).
"""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Iterable, Mapping

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from notify.wire import Answer, AnswerLost, NotSent

_log = logging.getLogger("yima.wire")
_LARGEST = 256 * 1024
_CONNECT = 3.0


class PublicAddresses(AbstractResolver):
    """A resolver that knows no private, loopback, link-local, shared or reserved address."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not found or not all(is_public(one["host"]) for one in found):
            raise OSError(None, "not a public address")
        return found

    async def close(self) -> None:
        await self._inner.close()


def is_public(address: str) -> bool:
    """Whether this IP address is one of the open internet (also through IPv4-mapped IPv6)."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    return found.is_global and not found.is_multicast


class HttpWire:
    """``Wire`` over aiohttp. ``hosts``: exact names, or ``*.name`` for everything under it."""

    def __init__(self, hosts: Iterable[str], *, public_only: bool = False, per_host: int = 64) -> None:
        self._exact = {host for host in hosts if not host.startswith("*.")}
        self._under = tuple(host[1:] for host in hosts if host.startswith("*."))
        self._public_only = public_only
        self._per_host = per_host
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        resolver: AbstractResolver = aiohttp.ThreadedResolver()
        if self._public_only:
            resolver = PublicAddresses(resolver)
        connector = aiohttp.TCPConnector(limit=256, limit_per_host=self._per_host, resolver=resolver, ttl_dns_cache=60)
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
        return await self._send("POST", url, headers, body, timeout)

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float) -> Answer:
        """GET once; as ``post`` otherwise."""
        return await self._send("GET", url, headers, None, timeout)

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> Answer:
        assert self._session is not None
        target = URL(url, encoded=True)
        self._check(target)
        limits = aiohttp.ClientTimeout(total=timeout, connect=min(_CONNECT, timeout))
        try:
            async with self._session.request(
                method, target, data=body, headers=dict(headers), allow_redirects=False, timeout=limits
            ) as answer:
                raw = await answer.content.read(_LARGEST)
                while len(raw) < _LARGEST and (more := await answer.content.read(_LARGEST - len(raw))):
                    raw += more
                return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, raw)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            _log.warning("%s cannot be reached: %s", target.host, type(error).__name__)
            raise NotSent(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            _log.warning("%s gave no answer: %s", target.host, type(error).__name__)
            raise AnswerLost(type(error).__name__) from None

    def _check(self, target: URL) -> None:
        host = target.host or ""
        listed = host in self._exact or host.endswith(self._under or ("\0",))
        if not listed:
            raise NotSent("host-not-listed")
        if self._public_only and (target.scheme != "https" or target.port != 443 or _is_address(host)):
            raise NotSent("address-not-public")


def _is_address(host: str) -> bool:
    """A literal address never meets the resolver."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
