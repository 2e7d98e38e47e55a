"""The Store port inside one process: live events, coarse counters. Everything here may vanish at any time."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from config.floor.unit import Event
from server.services import CLOSING

_QUEUE = 256
_MOST_KEYS = 100_000


class Line:
    """One listener: a bounded queue; when it is full the oldest event is dropped (the database is the truth)."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue(_QUEUE)

    def put(self, event: Event) -> None:
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(event)

    async def next(self, timeout: float) -> Event | None:
        """The next event, or None after ``timeout`` seconds of silence."""
        try:
            return await asyncio.wait_for(self._queue.get(), timeout)
        except TimeoutError:
            return None


class EmbeddedStore:
    """Fan-out and counters for a single process."""

    def __init__(self, *, mirror_topic: str = "") -> None:
        self._lines: defaultdict[str, set[Line]] = defaultdict(set)
        self._hits: dict[str, tuple[float, int]] = {}
        self._mirror = mirror_topic
        self._closing = False

    async def open(self) -> None:
        """Nothing to connect to."""

    async def close(self) -> None:
        self._lines.clear()

    def end_lines(self) -> None:
        """Every listener hears ``CLOSING`` as its last event, also one that comes while the house closes."""
        self._closing = True
        for lines in tuple(self._lines.values()):
            for line in tuple(lines):
                line.put(CLOSING)

    async def ready(self) -> bool:
        return True

    def publish_soon(self, events: Sequence[Event]) -> None:
        """Hand events to whoever listens; never waits, never fails."""
        for event in events:
            self._deliver(event)

    def _deliver(self, event: Event) -> None:
        for topic in {event.topic, self._mirror} - {""}:
            for line in tuple(self._lines.get(topic, ())):
                line.put(event)

    async def publish(self, topic: str, name: str, data: dict[str, str | int | bool | None]) -> None:
        self.publish_soon([Event(topic, name, data)])

    @asynccontextmanager
    async def subscribe(self, *topics: str) -> AsyncIterator[Line]:
        """Listen to topics for as long as the block runs."""
        line = Line()
        if self._closing:
            line.put(CLOSING)
        for topic in topics:
            self._lines[topic].add(line)
        try:
            yield line
        finally:
            for topic in topics:
                self._lines[topic].discard(line)
                if not self._lines[topic]:
                    del self._lines[topic]

    async def hit(self, key: str, seconds: int) -> int:
        """Count one more hit on ``key`` in its current window; the count so far. A coarse limit, not the truth."""
        now = time.monotonic()
        until, count = self._hits.pop(key, (0.0, 0))
        if now >= until:
            until, count = now + seconds, 0
            if len(self._hits) >= _MOST_KEYS:  # a flood of callers: the one not seen for longest is forgotten
                del self._hits[next(iter(self._hits))]
        self._hits[key] = (until, count + 1)
        return count + 1
