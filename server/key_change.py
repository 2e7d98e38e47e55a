"""``rotate-keys`` and ``rotate-index``: everything sealed anew, and the key of search turned, while the house is open.

Both may be killed at any moment and begun again; what is done already is passed over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TextIO

from config.floor.unit import Unit
from server.domain.keys.search_change import Work
from server.domain.keys.service import ALONE, BOTH, FORMER, TURNED, VaultKeyRow
from server.opening import Opened

_PASSES = 5
_EVERY = 0.2


class Bar:
    """How far it is: on a terminal a line that is written over, elsewhere nothing."""

    def __init__(self, out: TextIO, what: str, total: int) -> None:
        self._out, self._what, self._total, self._shown, self._begun = out, what, total, 0.0, time.monotonic()

    def show(self, done: int, place: str) -> None:
        now = time.monotonic()
        if self._out.isatty() and now - self._shown >= _EVERY:
            self._shown, total = now, max(self._total, done, 1)
            filled = "#" * (30 * done // total)
            rate = done / max(now - self._begun, 0.001)
            self._out.write(f"\r{self._what} [{filled:<30}] {done} of {total}, {rate:.0f} a second, {place:<40}")
            self._out.flush()

    def clear(self) -> None:
        if self._out.isatty():
            self._out.write(f"\r{'':<130}\r")


async def all_in_use(house: Opened, out: TextIO) -> None:
    """Wait until every listed key is in use in every process."""
    await house.keys.load()
    now = await house.clock.read()
    last = max((row.active_from for row in await house.keys.keys.all()), default=now)
    if (wait := (last - now).total_seconds()) > 0:
        out.write(f"waiting {wait:.0f} s until every process seals with the newest keys\n")
        out.flush()
        await asyncio.sleep(wait)
        await house.keys.load()


async def rotate_keys(house: Opened, out: TextIO) -> int:
    """0 = every value opens with the current keys and the others may be taken off the list; 1 = some do not open."""
    rotation = house.services.rotation
    await all_in_use(house, out)
    total, begun = await rotation.total(), time.monotonic()
    out.write(f"about {total} values to seal anew\n")
    for number in range(1, _PASSES + 1):
        seen: dict[str, tuple[int, int, int]] = {}
        bar = Bar(out, f"pass {number}", total)
        async for step in rotation.turned():
            seen[step.place] = (step.seen, step.changed, step.closed)
            bar.show(sum(one[0] for one in seen.values()), step.place)
        changed, closed = sum(one[1] for one in seen.values()), sum(one[2] for one in seen.values())
        rate = changed / max(time.monotonic() - begun, 0.001)
        bar.clear()
        out.write(f"pass {number}: {sum(one[0] for one in seen.values())} values, {changed} sealed anew")
        out.write(f", {rate:.0f} a second\n" if number == 1 and changed else "\n")
        if closed:
            for place, (_, _, count) in seen.items():
                out.write(f"{place}: {count} open with no listed key\n" if count else "")
            return 1
        if not changed:
            out.write("every value opens with the current key; the others may be taken off the list\n")
            return 0
    out.write("another process still seals with an old key: give every process the new one, then begin again\n")
    return 1


async def rotate_index(house: Opened, out: TextIO, *, settle: Callable[[], Awaitable[None]] | None = None) -> int:
    """Turn the key of search to a new one; 0 = done, 1 = some values do not open: they would be found no more.

    ``settle``: waits until every process has read the last change of the rows.
    """
    change = _IndexChange(house, out, settle)
    return await change.run()


class _IndexChange:
    def __init__(self, house: Opened, out: TextIO, settle: Callable[[], Awaitable[None]] | None) -> None:
        self._house, self._out, self._wait = house, out, settle
        self._work = house.services.search_change

    async def run(self) -> int:
        turning = await self._turning()
        if turning is None:
            await self._done("empty", "before")  # nothing may be left of a change before this one
            turning = await self._begin()
        self._out.write(
            f"the key of search turns to {turning.name}: {sum(map(len, self._work.tables.values()))} columns\n"
        )
        if turning.phase == BOTH:
            await self._settled()
            if not await self._done("fill", "1 of 3, filling"):
                return 1
            await self._advance(turning, TURNED)
        await self._settled()
        if not await self._done("fill", "2 of 3, whoever came late"):
            return 1
        await self._done("turn", "2 of 3, turning")
        await self._advance(turning, ALONE)
        await self._settled()
        await self._done("empty", "3 of 3, tidying")
        rows = await self._house.keys.keys.all()
        former = next((f"python -m server keys drop {row.name}" for row in rows if row.phase == FORMER), "")
        self._out.write(
            "every index is of the new key. Tomorrow, when no short-lived row carries the one before: "
            f"{former or 'take YIMA_SECRETS__INDEX_KEY away'}\n"
        )
        return 0

    async def _turning(self) -> VaultKeyRow | None:
        rows = await self._house.keys.keys.all()
        return next((row for row in rows if row.kind == "search" and row.phase in (BOTH, TURNED)), None)

    async def _begin(self) -> VaultKeyRow:
        house = self._house
        row = await house.keys.made("search", phase=BOTH)
        await house.database.unit_of_work("", lambda unit: house.keys.keys.add(unit, [row]))
        return row

    async def _advance(self, turning: VaultKeyRow, phase: int) -> None:
        keys = self._house.keys.keys

        async def on(unit: Unit) -> None:
            await keys.advance(unit, turning.name, phase)

        await self._house.database.unit_of_work("", on)

    async def _settled(self) -> None:
        if self._wait is not None:
            await self._wait()
        else:
            seconds = self._house.keys.settle_seconds
            self._out.write(f"waiting {seconds:.0f} s until every process knows\n")
            self._out.flush()
            await asyncio.sleep(seconds)
        await self._house.keys.load()

    async def _done(self, work: Work, what: str) -> bool:
        """Until nothing is left of it; False where some values do not open."""
        begun = time.monotonic()
        for _ in range(_PASSES):
            total = await self._work.left(work)
            if not total:
                return True
            bar, seen, closed = Bar(self._out, what, total), dict[str, int](), 0
            shut: dict[str, int] = {}
            async for step in self._work.done(work):
                seen[step.table], shut[step.table] = step.changed, step.closed
                bar.show(sum(seen.values()), step.table)
            bar.clear()
            changed, closed = sum(seen.values()), sum(shut.values())
            rate = changed / max(time.monotonic() - begun, 0.001)
            self._out.write(f"{what}: {changed} rows, {rate:.0f} a second\n")
            if closed:
                for place, count in shut.items():
                    self._out.write(f"{place}: {count} open with no listed key\n" if count else "")
                return False
        return await self._work.left(work) == 0
