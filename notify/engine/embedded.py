"""The engine inside the process: wakes on news, looks once a second anyway, stops cleanly.

Two workers send: one takes only sign-in codes and case notices, so that a slow campaign never stands in
their way; the other takes everything. Each unit of work runs in a task of its own (the database does that).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from config.floor.unit import Event
from notify.dispatch import Dispatcher
from notify.ladder import LANE_CAMPAIGN, LANE_CASE
from notify.service import WAKE

_log = logging.getLogger("yima.notify")


class Line(Protocol):
    """One listener of live events."""

    async def next(self, timeout: float) -> Event | None: ...


class Waker(Protocol):
    """Where "something is due" is heard. Losing a wake costs a second, never a notice."""

    def subscribe(self, *topics: str) -> AbstractAsyncContextManager[Line]: ...


class CampaignRunner(Protocol):
    """Fans out released campaigns, a chunk a step."""

    async def step(self) -> int:
        """One chunk; how many people it handled. 0 = nothing to do."""
        ...


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """``poll``: seconds between looks without news; ``sweep_every``: between looks for lost leases."""

    poll: float = 1.0
    sweep_every: float = 5.0
    backoff: float = 2.0


class EmbeddedEngine:
    """Start once, stop once."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        campaigns: CampaignRunner,
        waker: Waker,
        options: EngineOptions | None = None,
    ) -> None:
        self._dispatcher = dispatcher
        self._campaigns = campaigns
        self._waker = waker
        self._options = options or EngineOptions()
        self._stopping = asyncio.Event()
        self._news: list[asyncio.Event] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._listener: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to work in the background. Whatever was left by a process that died is taken up at once."""
        poll = self._options.poll
        work: list[tuple[str, Callable[[], Awaitable[int]], float]] = [
            ("express", lambda: self._dispatcher.step(LANE_CASE), poll),
            ("all", lambda: self._dispatcher.step(LANE_CAMPAIGN), poll),
            ("campaigns", self._campaigns.step, poll),
            ("sweeper", self._dispatcher.sweep, self._options.sweep_every),
        ]
        for name, step, pause in work:
            news = asyncio.Event()
            if name != "sweeper":
                self._news.append(news)
            self._tasks.append(asyncio.create_task(self._loop(name, step, pause, news), name=f"notify-{name}"))
        self._listener = asyncio.create_task(self._listen(), name="notify-wake")
        self._tasks.append(self._listener)

    async def stop(self, deadline: float = 10.0) -> None:
        """Let running batches finish within ``deadline`` seconds; what is cut off is settled by its lease."""
        self._stopping.set()
        for news in self._news:
            news.set()
        if self._listener is None:
            return
        self._listener.cancel()  # it holds nothing
        _, late = await asyncio.wait(self._tasks, timeout=deadline)
        for task in late:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _loop(self, name: str, step: Callable[[], Awaitable[int]], pause: float, news: asyncio.Event) -> None:
        while not self._stopping.is_set():
            news.clear()
            try:
                handled = await step()
            except Exception as error:
                _log.warning("notify %s: %s", name, type(error).__name__)
                await self._rest(self._options.backoff, news)
                continue
            if not handled or name == "sweeper":
                await self._rest(pause, news)

    async def _rest(self, seconds: float, news: asyncio.Event) -> None:
        waits = [asyncio.create_task(news.wait()), asyncio.create_task(self._stopping.wait())]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _listen(self) -> None:
        async with self._waker.subscribe(WAKE) as line:
            while not self._stopping.is_set():
                if await line.next(self._options.poll):
                    for news in self._news:
                        news.set()
