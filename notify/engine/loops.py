"""Endless work in the background: repeated while there is something to do, woken by news, patient after a fault."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from config.floor.trouble import Lasting
from config.floor.unit import Event
from notify.service import WAKE

_log = logging.getLogger("yima.notify")
Step = Callable[[], Awaitable[int]]
"""Does a piece of work; 0 = there was nothing to do."""


class Line(Protocol):
    """One listener of live events."""

    async def next(self, timeout: float) -> Event | None: ...


class Waker(Protocol):
    """Where "something is due" is heard. Losing a wake costs a second, never a notice."""

    def subscribe(self, *topics: str) -> AbstractAsyncContextManager[Line]: ...


class Loops:
    """Start once, stop once."""

    def __init__(self, waker: Waker, *, poll: float, backoff: float) -> None:
        self._waker = waker
        self._poll = poll
        self._backoff = backoff
        self._stopping = asyncio.Event()
        self._news: list[asyncio.Event] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._listener: asyncio.Task[None] | None = None

    def begin(self, name: str, step: Step, pause: float, *, regular: bool = False) -> None:
        """Repeat ``step``: at once while it finds something, else after ``pause`` seconds or when news comes.
        ``regular`` work keeps its pause whatever happens."""
        news = asyncio.Event()
        if not regular:
            self._news.append(news)
        self._tasks.append(asyncio.create_task(self._loop(name, step, pause, news, regular), name=f"notify-{name}"))

    def listen(self) -> None:
        self._listener = asyncio.create_task(self._listen(), name="notify-wake")
        self._tasks.append(self._listener)

    def wake(self) -> None:
        for news in self._news:
            news.set()

    async def stop(self, deadline: float) -> None:
        """Let running steps finish within ``deadline`` seconds; what is cut off is settled by its lease."""
        self._stopping.set()
        self.wake()
        if not self._tasks:
            return
        if self._listener:
            self._listener.cancel()  # it holds nothing
        _, late = await asyncio.wait(self._tasks, timeout=deadline)
        for task in late:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _loop(self, name: str, step: Step, pause: float, news: asyncio.Event, regular: bool) -> None:
        trouble = Lasting(_log, f"notify {name}")
        while not self._stopping.is_set():
            news.clear()
            try:
                handled = await step()
            except Exception as error:
                trouble.failed(error)
                await self._rest(self._backoff, news)
                continue
            trouble.went_well()
            if regular or not handled:
                await self._rest(pause, news)

    async def _rest(self, seconds: float, news: asyncio.Event) -> None:
        waits = [asyncio.create_task(news.wait()), asyncio.create_task(self._stopping.wait())]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _listen(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(Exception):  # the store is away: polling goes on, and we listen again
                async with self._waker.subscribe(WAKE) as line:
                    while not self._stopping.is_set():
                        if await line.next(self._poll):
                            self.wake()
            await asyncio.sleep(self._poll)
