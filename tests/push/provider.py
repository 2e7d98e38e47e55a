"""A provider on loopback that counts what it is asked to send, and a channel that asks it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from notify.channel import Health, Outcome, Parcel, Retry, Sent, Unknown


class CountingProvider:
    """Takes everything; remembers how often each client message id came."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.came: list[float] = []
        self.port = 0
        self.thawed = asyncio.Event()
        self.thawed.set()

    async def take(self, request: web.Request) -> web.Response:
        await self.thawed.wait()
        name = request.query["id"]
        self.seen[name] += 1
        now = asyncio.get_running_loop().time()
        self.came.append(now)
        return web.Response(text="ok")


@asynccontextmanager
async def counting_provider(port: int) -> AsyncIterator[CountingProvider]:
    """One that listens on ``port``."""
    provider = CountingProvider()
    app = web.Application()
    app.router.add_post("/send", provider.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    provider.port = port
    try:
        yield provider
    finally:
        await runner.cleanup()


class HttpSms:
    """The ``sms`` channel by that provider, which does not remove doubles and cannot be asked."""

    name = "sms"
    provider = "loopback"
    needs_phone = False
    harmless_again = False

    def __init__(self, port: int, *, timeout: float = 2.0) -> None:
        self.timeout = timeout
        self._url = f"http://127.0.0.1:{port}/send?id="
        self._session: aiohttp.ClientSession | None = None

    async def check(self) -> Health:
        return Health(ok=True)

    async def send(self, parcel: Parcel) -> Outcome:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=64, keepalive_timeout=30)
            self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        try:
            async with self._session.post(self._url + parcel.client_msg_id, data=b"") as answer:
                await answer.read()
                return Sent(delivered=True) if answer.status == 200 else Retry(str(answer.status))
        except aiohttp.ClientConnectorError:
            return Retry("not-connected")
        except aiohttp.ClientError as error:
            return Unknown(type(error).__name__)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
