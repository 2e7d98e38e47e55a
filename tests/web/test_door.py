"""Who is asking, and from where: hosts, origins, forwarded addresses, streams, and what a fault leaves in the log."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from config.settings import Settings
from server.services import Services
from server.web.endpoint import Door
from server.web.problems import ForeignOrigin
from server.web.streams import MOST
from tests.journeys.town import Town
from tests.journeys.visitor import must_problem


async def _raw(town: Town, text: str) -> str:
    at = urlsplit(town.origin)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        writer.write(text.encode())
        return (await asyncio.wait_for(reader.read(), 5)).decode("utf-8", "replace")
    finally:
        writer.close()


HOSTS = (
    ("", {421}),
    ("Host: \r\n", {421}),
    ("Host: evil.example\r\n", {421}),
    ("Host: [::1\r\n", {200, 400, 421}),
    ("Host: 127.0.0.1:x\r\n", {200, 400, 421}),
    ("Host: 127.0.0.1\r\nHost: evil.example\r\n", {400, 421}),
    ("Host: 127.0.0.1\r\n", {200}),
)


async def test_a_host_that_is_absent_foreign_or_doubled(server: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def asks_the_resolver(name: str = "") -> str:
        raise AssertionError("the event loop would wait for a name server")

    monkeypatch.setattr("socket.getfqdn", asks_the_resolver)
    for hosts, statuses in HOSTS:
        for path, accept in (("/api/v1/portal", "application/json"), ("/", "text/html")):
            said = await _raw(server, f"GET {path} HTTP/1.0\r\n{hosts}Accept: {accept}\r\n\r\n")
            assert int(said.split()[1]) in statuses, hosts + said[:300]


def _asked(**headers: str | list[str]) -> web.Request:
    given: CIMultiDict[str] = CIMultiDict({"Host": "127.0.0.1"})
    for name, values in headers.items():
        for value in [values] if isinstance(values, str) else values:
            given.add(name.replace("_", "-"), value)
    return make_mocked_request("POST", "/", headers=given)


async def test_only_the_proxies_in_front_are_believed(services: Services, settings: Settings) -> None:
    behind = Door(_with(services, settings.model_copy(update={"trusted_proxies": 1})))
    said = _asked(X_Forwarded_For=["6.6.6.6", "203.0.113.9"])  # the caller's own line, then the proxy's
    assert behind.client(said) == "203.0.113.9"
    assert behind.client(_asked(X_Forwarded_For="6.6.6.6, 203.0.113.9")) == "203.0.113.9"
    assert Door(services).client(said) != "203.0.113.9"


async def test_behind_a_proxy_the_same_host_over_tls_is_our_own_page(services: Services, settings: Settings) -> None:
    behind = Door(_with(services, settings.model_copy(update={"trusted_proxies": 1})))
    behind.check_origin(_asked(Origin="https://127.0.0.1"))
    for door, origin in ((behind, "https://evil.example"), (behind, "null"), (Door(services), "https://127.0.0.1")):
        with pytest.raises(ForeignOrigin):
            door.check_origin(_asked(Origin=origin))


def _with(services: Services, settings: Settings) -> Services:
    return replace(services, settings=settings)


async def test_a_session_holds_only_so_many_streams(server: Town) -> None:
    phone = await server.resident(loa=2)
    async with AsyncExitStack() as stack:
        for _ in range(MOST):
            request = phone.session.get(f"{server.origin}/api/v1/stream", headers=phone.headers)
            answer = await stack.enter_async_context(request)
            assert answer.status == 200
        must_problem(await phone.call("GET", "/api/v1/stream"), "too-many", status=429)
    other = await server.resident(1, loa=2)
    async with other.session.get(f"{server.origin}/api/v1/stream", headers=other.headers) as answer:
        assert answer.status == 200
