"""A storm: thousands of phones fetch a key within one second, while counters go on scanning."""

from __future__ import annotations

import asyncio
import time
from collections import Counter as Tally
from dataclasses import dataclass, field

from codes import dynamic
from tests.soak.crowd import Outcome, Town
from tests.soak.phones import phones as come
from tests.soak.wires import Times


@dataclass(slots=True)
class Storm:
    """What it came to: seconds from a phone's first call to its key, and every status that was seen."""

    phones: int
    with_key: int = 0
    statuses: Tally[int] = field(default_factory=Tally)
    times: Times = field(default_factory=Times)
    scans: Outcome = field(default_factory=Outcome)

    @property
    def unavailable(self) -> int:
        """Answers of 5xx."""
        return sum(count for status, count in self.statuses.items() if status >= 500)


async def storm_of(town: Town, phones: int, *, scans: int) -> Storm:
    """``phones`` in one second, and ``scans`` one after another at each counter until all have their key."""
    storm = Storm(phones)
    tokens, handles = await town.tokens(phones), await town.handles(scans)
    begun, over = asyncio.Event(), asyncio.Event()

    async def counter(turn: int) -> None:
        desk = town.desks[turn]
        await begun.wait()
        while handles and not over.is_set():
            handle, key = handles.pop()
            text = dynamic.compose(key, handle, dynamic.step_of(time.time()), "03")
            said = await town.scan(desk, turn, text, f"{handle}-storm", storm.scans)
            storm.scans.add([said.verdict])
            await asyncio.sleep(0.02)

    counters = [asyncio.create_task(counter(turn)) for turn in range(len(town.desks))]
    keys = await come([server.port for server in town.servers], tokens, started=begun)
    over.set()
    await asyncio.gather(*counters)
    storm.with_key, storm.statuses, storm.times = keys.with_key, keys.statuses, Times(keys.seconds)
    return storm
