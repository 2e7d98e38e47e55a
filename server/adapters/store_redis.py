"""The Store port on Redis: the same promises, across processes. Redis down = slower news, never a lost truth."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from config.floor.trouble import Lasting
from config.floor.unit import Event
from server.adapters.store_embedded import EmbeddedStore

T = TypeVar("T")
_CHANNEL = "yima:events"
_GATHER, _TOGETHER = 0.025, 500
"""Seconds for which events for other processes are gathered, and how many go together. Own listeners never wait."""
_PATIENCE = 0.25
_REST = 2.0
"""Seconds: the longest that one request waits for Redis, and how long it is then left alone."""
_STILL_THERE = {socket.TCP_KEEPIDLE: 15, socket.TCP_KEEPINTVL: 5, socket.TCP_KEEPCNT: 3}
"""A listener writes nothing, so only these probes find out that the other end is gone."""
_log = logging.getLogger("yima.store")


class RedisStore(EmbeddedStore):
    """Each process keeps its own lines; events of the others arrive by one pub/sub channel."""

    def __init__(self, url: str, *, mirror_topic: str = "") -> None:
        super().__init__(mirror_topic=mirror_topic)
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=32,
            timeout=0.3,
            socket_timeout=0.3,
            socket_connect_timeout=0.3,
            retry=Retry(NoBackoff(), 0),
            driver_info=None,  # else each new connection reads package metadata from disk, on the event loop
        )
        self._redis = Redis(connection_pool=pool)
        self._listener_redis = Redis.from_url(
            url, socket_connect_timeout=1.0, socket_timeout=None, retry=Retry(NoBackoff(), 0), driver_info=None,
            socket_keepalive=True, socket_keepalive_options=_STILL_THERE,
        )  # fmt: skip
        self._origin = secrets.token_hex(8)
        self._own = self._origin.encode()
        self._outgoing: asyncio.Queue[Sequence[Event]] = asyncio.Queue(10_000)
        self._tasks: list[asyncio.Task[None]] = []
        self._rests_until = 0.0
        self._asking = Lasting(_log, "the store does not answer, this process counts for itself")
        self._sending = Lasting(_log, "live events do not reach other processes")
        self._hearing = Lasting(_log, "live events of other processes are not heard")

    async def open(self) -> None:
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._send())]

    async def close(self) -> None:
        waiting = set(self._tasks)
        while waiting:  # redis-py can swallow a cancellation that meets a time-out of its own
            for task in waiting:
                task.cancel()
            _, waiting = await asyncio.wait(waiting, timeout=0.1)
        await self._redis.aclose(close_connection_pool=True)
        await self._listener_redis.aclose(close_connection_pool=True)
        await super().close()

    async def ready(self) -> bool:
        return bool(await self._briefly(self._redis.ping))

    async def _briefly(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        """What Redis answers within a quarter of a second; None, and a rest for it, if it does not.

        Refused, frozen or unreachable, it then costs the next requests nothing at all.
        """
        if time.monotonic() < self._rests_until:
            return None
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await ask()
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            self._rests_until = time.monotonic() + _REST
            self._asking.failed(error)
            return None
        self._asking.went_well()
        return answer

    def publish_soon(self, events: Sequence[Event]) -> None:
        super().publish_soon(events)
        try:
            self._outgoing.put_nowait(events)
        except asyncio.QueueFull as error:
            self._sending.failed(error)

    async def _send(self) -> None:
        """What happens within a few milliseconds goes out as one message: under load that is one for many units."""
        while True:
            waiting = [*await self._outgoing.get()]
            await asyncio.sleep(_GATHER)
            while len(waiting) < _TOGETHER and not self._outgoing.empty():
                waiting += self._outgoing.get_nowait()
            try:
                await self._redis.publish(_CHANNEL, self._message(waiting))
            except (RedisError, OSError) as error:
                self._sending.failed(error)
            else:
                self._sending.went_well()

    def _message(self, events: Sequence[Event]) -> str:
        return json.dumps([self._origin, [(e.topic, e.name, dict(e.data)) for e in events]], ensure_ascii=False)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._listener_redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(_CHANNEL)
                    self._hearing.went_well()
                    async for message in channel.listen():
                        self._receive(message)
            except (RedisError, OSError) as error:
                self._hearing.failed(error)
                await asyncio.sleep(1.0)

    def _receive(self, message: dict[str, Any]) -> None:
        if message["data"][2:18] == self._own:  # our own words come back to us: not read again
            return
        try:
            _, events = json.loads(message["data"])
            heard = [Event(topic, name, data) for topic, name, data in events]
        except (ValueError, TypeError, KeyError):
            return
        for event in heard:
            self._deliver(event)

    async def hit(self, key: str, seconds: int) -> int:
        """As the embedded one; without Redis this process counts for itself."""

        async def count() -> int:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.set(f"yima:hit:{key}", 0, ex=seconds, nx=True)
                pipe.incr(f"yima:hit:{key}")
                _, found = await pipe.execute()
            return int(found)

        counted = await self._briefly(count)
        return await super().hit(key, seconds) if counted is None else counted
