"""Jobs of the cluster engine by taskiq on a Redis stream (extra ``cluster``).

Known of taskiq-redis 1.2: the lock of its reclaiming has no end unless it is given one (#131), an idle job is handed
out again after ten minutes (#101). Neither matters here: a job carries only an id and its row decides; a lost one is
made anew. What does matter: a listener that meets a Redis which is away, or whose group was flushed, ends; it is begun
again here, group and all.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from taskiq.receiver import Receiver
from taskiq_redis import RedisStreamBroker

from config.floor.trouble import Lasting

_log = logging.getLogger("yima.notify")
_AGAIN, _PUT, _BLOCK_MS, _ANSWER = 0.5, 1.0, 1_000, 2.0
_KEPT = 10_000
for _noisy in ("taskiq", "taskiq.receiver", "taskiq.receiver.receiver"):
    logging.getLogger(_noisy).setLevel(logging.CRITICAL)  # it prints whole messages; we say what happened ourselves


class _Broker(RedisStreamBroker):
    """A job whose end cannot be told to Redis is done all the same; it may come again and will find nothing."""

    def _ack_generator(self, id: str, queue_name: str) -> Callable[[], Awaitable[None]]:
        told = super()._ack_generator(id, queue_name)

        async def ack() -> None:
            with contextlib.suppress(Exception):
                await told()

        return ack


class TaskiqJobs:
    """One stream, one group of workers; every process is one of them. ``at_once``: batches of this process."""

    def __init__(self, url: str, name: str, *, at_once: int = 2) -> None:
        self._broker = _Broker(
            url, queue_name=f"yima:{name}", consumer_group_name="yima", consumer_id="0", maxlen=_KEPT,
            xread_block=_BLOCK_MS, xread_count=at_once, unacknowledged_lock_timeout=10.0,
            max_connection_pool_size=at_once * 2 + 6, socket_timeout=_ANSWER, socket_connect_timeout=_ANSWER,
        )  # fmt: skip
        self._name = name
        self._at_once = at_once
        self._finish = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._send: Any = None
        self._trouble = Lasting(_log, f"jobs {name} are not heard, listening again")

    async def open(self, work: Callable[[UUID], Awaitable[int]]) -> None:
        async def job(reserved: str) -> None:
            self._trouble.went_well()
            await work(UUID(reserved))

        self._send = self._broker.register_task(job, task_name=f"yima.{self._name}")
        self._broker.is_worker_process = True
        self._listening = asyncio.create_task(self._listen(), name=f"jobs-{self._name}")

    async def put(self, reserved: UUID) -> None:
        async with asyncio.timeout(_PUT):
            await self._send.kiq(str(reserved))

    async def close(self, deadline: float) -> None:
        self._finish.set()
        if self._listening is not None:
            done, _ = await asyncio.wait([self._listening], timeout=deadline)
            if not done:
                self._listening.cancel()
            with contextlib.suppress(BaseException):
                await self._listening
        with contextlib.suppress(Exception):
            await self._broker.shutdown()

    async def _listen(self) -> None:
        while not self._finish.is_set():
            try:
                receiver = Receiver(self._broker, max_async_tasks=self._at_once, run_startup=True)
                await receiver.listen(self._finish)
            except Exception as error:
                self._trouble.failed(error)
            if not self._finish.is_set():
                await asyncio.sleep(_AGAIN)
