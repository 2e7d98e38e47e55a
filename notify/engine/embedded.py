"""The engine inside the process: wakes on news, looks once a second anyway, stops cleanly.

Some loops take only sign-in codes and case notices, so that a slow campaign never stands in their way; the others take
everything. Each unit of work runs in a task of its own (the database does that).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from notify.dispatch import Dispatcher
from notify.engine.loops import Loops, Waker
from notify.ladder import LANE_CAMPAIGN, LANE_CASE
from notify.sweeps import Sweeper


class CampaignRunner(Protocol):
    """Fans out released campaigns, a chunk a step."""

    async def step(self) -> int:
        """One chunk; how many people it handled. 0 = nothing to do."""
        ...


class Engine(Protocol):
    """What moves notices; whoever opens a house starts one."""

    async def start(self) -> None:
        """Begin to work in the background. Whatever was left by a process that died is taken up at once."""
        ...

    async def work_off(self) -> None:
        """Do here and now all that is due, without beginning anything in the background."""
        ...

    async def stop(self, deadline: float = 10.0) -> None:
        """Let running batches finish within ``deadline`` seconds; what is cut off is settled by its lease."""
        ...


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """``poll``: seconds between looks without news; ``sweep_every``: between looks for lost leases; ``express`` and
    ``bulk``: batches at once for codes and case notices only, and for everything."""

    poll: float = 1.0
    sweep_every: float = 5.0
    backoff: float = 1.0
    express: int = 1
    bulk: int = 1


class EmbeddedEngine:
    """Start once, stop once."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        campaigns: CampaignRunner,
        waker: Waker,
        options: EngineOptions | None = None,
        *,
        sweeper: Sweeper | None = None,
    ) -> None:
        self._dispatcher = dispatcher
        self._campaigns = campaigns
        self._options = options or EngineOptions()
        self._sweeper = sweeper
        self._loops = Loops(waker, poll=self._options.poll, backoff=self._options.backoff)

    async def start(self) -> None:
        options, loops = self._options, self._loops
        for number in range(options.express):
            loops.begin(f"express-{number}", lambda: self._dispatcher.step(LANE_CASE), options.poll)
        for number in range(options.bulk):
            loops.begin(f"all-{number}", lambda: self._dispatcher.step(LANE_CAMPAIGN), options.poll)
        loops.begin("campaigns", lambda: self._campaigns.step(), options.poll)
        loops.begin("lost", self._dispatcher.sweep, options.sweep_every, regular=True)
        if self._sweeper:
            loops.begin("sweeper", self._sweeper.step, options.poll, regular=True)
        loops.listen()

    async def work_off(self) -> None:
        await work_off(self._dispatcher, self._campaigns)

    async def stop(self, deadline: float = 10.0) -> None:
        await self._loops.stop(deadline)


async def work_off(dispatcher: Dispatcher, campaigns: CampaignRunner) -> None:
    """Fan out and send until nothing is due."""
    while await campaigns.step() + await dispatcher.step(LANE_CAMPAIGN):
        pass
