"""The engine of many machines: jobs on a queue carry the ids of reserved batches, the row decides.

Each process feeds the queue and works on it. A reservation is a short lease on pending rows: a job that is lost, or
whose worker dies before it claims, is made anew when the reservation ends; a job that comes twice finds nothing. Where
the queue is away, whoever reserved a batch sends it itself. So the queue carries the load and never the truth.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from config.floor.trouble import Lasting
from config.floor.unit import Unit
from notify import campaign_pace, queue
from notify.channel import Run
from notify.dispatch import Dispatcher
from notify.engine.embedded import CampaignRunner, EngineOptions, work_off
from notify.engine.loops import Loops, Waker
from notify.ladder import LANE_CASE
from notify.sweeps import Sweeper

_log = logging.getLogger("yima.notify")
RESERVED = timedelta(seconds=2)
AHEAD = 4
"""Batches that one process keeps on the queue; more would only wait there."""
_LOOK = 0.02


class Jobs(Protocol):
    """One queue of jobs."""

    async def open(self, work: Callable[[UUID], Awaitable[int]]) -> None:
        """Begin to take jobs; each calls ``work``. A queue that is away now is tried again in the background."""
        ...

    async def put(self, reserved: UUID) -> None:
        """Make a job. Any exception, within a second: there is none."""
        ...

    async def close(self, deadline: float) -> None: ...


@dataclass(slots=True)
class _Feed:
    """What one loop has put on its queue and when."""

    jobs: Jobs
    out: dict[UUID, float] = field(default_factory=dict)
    trouble: Lasting = field(
        default_factory=lambda: Lasting(_log, "the queue of jobs is away, each batch is sent from here")
    )


class ClusterEngine:
    """Start once, stop once; PostgreSQL only, because rows are skipped while another process locks them."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        campaigns: CampaignRunner,
        waker: Waker,
        *,
        run: Run,
        express: Jobs,
        bulk: Jobs,
        options: EngineOptions | None = None,
        sweeper: Sweeper | None = None,
    ) -> None:
        self._dispatcher = dispatcher
        self._campaigns = campaigns
        self._run = run
        self._options = options or EngineOptions()
        self._sweeper = sweeper
        self._express, self._bulk = _Feed(express), _Feed(bulk)
        self._loops = Loops(waker, poll=self._options.poll, backoff=self._options.backoff)

    async def start(self) -> None:
        options, loops = self._options, self._loops
        for feed in (self._express, self._bulk):
            await feed.jobs.open(self._dispatcher.job)
        loops.begin("feed-express", lambda: self._step(self._express, self._of_cases), options.poll)
        loops.begin("feed-all", lambda: self._step(self._bulk, self._of_campaigns), options.poll)
        loops.begin("campaigns", lambda: self._campaigns.step(), options.poll)
        loops.begin("lost", self._dispatcher.sweep, options.sweep_every, regular=True)
        if self._sweeper:
            loops.begin("sweeper", self._sweeper.step, options.poll, regular=True)
        loops.listen()

    async def work_off(self) -> None:
        await work_off(self._dispatcher, self._campaigns)

    async def stop(self, deadline: float = 10.0) -> None:
        await self._loops.stop(deadline)
        await asyncio.gather(*(feed.jobs.close(deadline) for feed in (self._express, self._bulk)))

    async def _step(self, feed: _Feed, reserve: Callable[[Unit], Awaitable[tuple[UUID, int]]]) -> int:
        """One more batch on the queue, if it has room; how many deliveries. 0 = nothing is due."""
        if len(feed.out) >= AHEAD and not await self._room(feed):
            await asyncio.sleep(_LOOK)
            return 1
        reserved, count = await self._run("", reserve)
        if not count:
            return 0
        try:
            await feed.jobs.put(reserved)
            feed.out[reserved] = time.monotonic()
        except Exception as error:
            feed.trouble.failed(error)
            await self._dispatcher.job(reserved)
        else:
            feed.trouble.went_well()
        return count

    async def _room(self, feed: _Feed) -> bool:
        """Forget the batches that a worker has taken, and those whose reservation is over."""
        waiting = await self._run("", lambda unit: queue.waiting_in(list(feed.out)))
        oldest = time.monotonic() - RESERVED.total_seconds()
        feed.out = {one: at for one, at in feed.out.items() if one in waiting and at > oldest}
        return len(feed.out) < AHEAD

    async def _of_cases(self, unit: Unit) -> tuple[UUID, int]:
        batch = self._dispatcher.options.batch
        return await queue.reserve(unit, lanes=LANE_CASE, limit=batch, until=RESERVED, campaign=None)

    async def _of_campaigns(self, unit: Unit) -> tuple[UUID, int]:
        batch = self._dispatcher.options.batch
        return await campaign_pace.reserve(unit, self._dispatcher.dice, limit=batch, until=RESERVED)
