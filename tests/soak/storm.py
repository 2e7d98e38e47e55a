"""A storm: thousands of phones fetch a key within one second, while counters go on scanning."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter as Tally
from dataclasses import dataclass, field

from codes import dynamic
from tests.bench.load import request
from tests.soak.crowd import Outcome, Town
from tests.soak.wires import Times, Wires

KEYS = "/api/v1/code-keys"
_BODY = b'{"device":"soak"}'


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


async def _phone(town: Town, storm: Storm, token: str, number: int) -> None:
    """Comes some time in the first second; comes again, later than told, where it is told to."""
    await asyncio.sleep(random.random())
    server = town.servers[number % 2]
    data = request("POST", KEYS, port=server.port, body=_BODY, Authorization=f"Bearer {token}")
    begun = time.perf_counter()
    for _ in range(6):
        wires = Wires(server.port)
        try:
            said = await wires.ask(data)
        except OSError:
            storm.statuses[0] += 1
            await asyncio.sleep(random.uniform(1, 3))
            continue
        finally:
            wires.close()
        storm.statuses[said.status] += 1
        if said.status == 201:
            storm.with_key += 1
            storm.times.all.append(time.perf_counter() - begun)
            return
        await asyncio.sleep(float(said.headers.get("retry-after", "2")) * random.uniform(1, 2))


async def storm_of(town: Town, phones: int, *, scans: int) -> Storm:
    """``phones`` in one second, and ``scans`` one after another at each counter until all have their key."""
    storm = Storm(phones)
    tokens, handles = await town.tokens(phones), await town.handles(scans)
    over = asyncio.Event()

    async def counter(turn: int) -> None:
        desk = town.desks[turn]
        while handles and not over.is_set():
            handle, key = handles.pop()
            text = dynamic.compose(key, handle, dynamic.step_of(time.time()), "03")
            said = await town.scan(desk, turn, text, f"{handle}-storm", storm.scans)
            storm.scans.add([said.verdict])
            await asyncio.sleep(0.02)

    counters = [asyncio.create_task(counter(turn)) for turn in range(len(town.desks))]
    await asyncio.gather(*(_phone(town, storm, token, number) for number, token in enumerate(tokens)))
    over.set()
    await asyncio.gather(*counters)
    return storm
