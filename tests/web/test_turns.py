"""A few at once, the others in turn, and whoever cannot be served in time is told to come back."""

from __future__ import annotations

import asyncio

import pytest

from config.floor.refusal import Busy
from server.web.turns import Turns


class _Work:
    """Counts who is inside."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.inside = self.most = self.done = 0
        self.goes_on = asyncio.Event()

    async def one(self) -> None:
        async with self._turns:
            self.inside += 1
            self.most = max(self.most, self.inside)
            await self.goes_on.wait()
            self.inside -= 1
            self.done += 1


async def test_a_storm_is_served_a_few_at_a_time_and_all_are_served() -> None:
    work = _Work(Turns(3, 5.0, 1000))
    storm = [asyncio.create_task(work.one()) for _ in range(60)]
    await asyncio.sleep(0)
    assert work.inside == 3
    work.goes_on.set()
    await asyncio.gather(*storm)
    assert (work.most, work.done) == (3, 60)


async def test_more_than_may_wait_are_told_to_come_back_at_once_and_not_together() -> None:
    work = _Work(Turns(1, 5.0, 2))
    storm = [asyncio.create_task(work.one()) for _ in range(60)]
    await asyncio.sleep(0)
    refused = [task.exception() for task in storm if task.done()]
    assert len(refused) == 57
    later = {one.retry_after for one in refused if isinstance(one, Busy)}
    assert len(later) > 1
    assert later <= {2, 3, 4, 5}
    work.goes_on.set()
    await asyncio.gather(*storm, return_exceptions=True)
    assert work.done == 3


async def test_whoever_waits_too_long_is_told_to_come_back_and_holds_no_place() -> None:
    work = _Work(Turns(1, 0.01, 10))
    first = asyncio.create_task(work.one())
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await work.one()
    work.goes_on.set()
    await first
    await work.one()
    assert work.done == 2
