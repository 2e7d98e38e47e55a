"""The Store port on Redis: the same promises, across processes. Redis down = slower news, never a lost truth."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Sequence
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from config.floor.unit import Event
from server.adapters.store_embedded import EmbeddedStore

_CHANNEL = "yima:events"
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
            url, socket_connect_timeout=1.0, socket_timeout=None, retry=Retry(NoBackoff(), 0), driver_info=None
        )
        self._origin = secrets.token_hex(8)
        self._outgoing: asyncio.Queue[list[str]] = asyncio.Queue(10_000)
        self._tasks: list[asyncio.Task[None]] = []

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
        try:
            return bool(await self._redis.ping())
        except (RedisError, OSError):
            return False

    def publish_soon(self, events: Sequence[Event]) -> None:
        super().publish_soon(events)
        messages = [json.dumps([self._origin, e.topic, e.name, dict(e.data)], ensure_ascii=False) for e in events]
        try:
            self._outgoing.put_nowait(messages)
        except asyncio.QueueFull:
            _log.warning("live events dropped: the store does not keep up")

    async def _send(self) -> None:
        while True:
            messages = await self._outgoing.get()
            try:
                async with self._redis.pipeline(transaction=False) as pipe:
                    for message in messages:
                        pipe.publish(_CHANNEL, message)
                    await pipe.execute()
            except (RedisError, OSError) as error:
                _log.warning("live events not sent to other processes: %s", type(error).__name__)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._listener_redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(_CHANNEL)
                    async for message in channel.listen():
                        self._receive(message)
            except (RedisError, OSError) as error:
                _log.warning("live events of other processes not heard: %s", type(error).__name__)
                await asyncio.sleep(1.0)

    def _receive(self, message: dict[str, Any]) -> None:
        try:
            origin, topic, name, data = json.loads(message["data"])
        except (ValueError, TypeError, KeyError):
            return
        if origin != self._origin:
            self._deliver(Event(topic, name, data))

    async def hit(self, key: str, seconds: int) -> int:
        """As the embedded one; without Redis this process counts for itself."""
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.incr(f"yima:hit:{key}")
                pipe.expire(f"yima:hit:{key}", seconds, nx=True)
                count, _ = await pipe.execute()
            return int(count)
        except (RedisError, OSError):
            return await super().hit(key, seconds)
