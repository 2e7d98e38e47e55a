"""The timetable: what runs in the background, how often, and how it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from config.floor.trouble import Lasting
from config.floor.unit import Unit
from server.domain.sessions import budgets
from server.opening import Opened

_log = logging.getLogger("yima.timetable")
_ROUNDS, _PAUSE = 2_000, 0.05
_PATIENCE = 5.0
"""Rounds of one sweep and seconds between two; seconds that the end waits for work in hand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of regular work and how many seconds lie between two runs of it."""

    name: str
    every: float
    run: Callable[[], Awaitable[Any]]


def timetable(house: Opened) -> list[Entry]:
    """Everything that must happen without anybody asking; each run is a unit of work of its own."""
    services, unit_of_work, rights = house.services, house.database.unit_of_work, house.services.rights

    def whole(work: Callable[[Unit], Awaitable[int]]) -> Callable[[], Awaitable[Any]]:
        return lambda: _until_done(lambda: unit_of_work("", work))

    async def cases() -> None:
        for portal in services.portals:
            await unit_of_work(portal.id, services.cases.sweep_overdue)

    async def keys() -> None:
        for portal in services.portals:
            await unit_of_work(portal.id, services.publisher.renew)

    async def questions() -> None:
        for portal in services.portals:
            await _until_done(partial(unit_of_work, portal.id, services.visits.expire))
            await _until_done(partial(unit_of_work, portal.id, services.counter_cases.expire))

    async def halls() -> None:
        for portal in services.portals:
            await _until_done(partial(unit_of_work, portal.id, services.halls.settle))

    async def seals() -> None:
        async def full() -> int:  # a seal that is not full was the last: what came meanwhile has its turn next time
            return int(await unit_of_work("", services.seals.seal) >= services.seals.batch)

        await _until_done(full)
        if head := await services.seals.head():
            await services.seals.heads.keep(head)

    async def callbacks() -> None:
        await _until_done(partial(unit_of_work, "", services.callbacks.sweep))

    async def old_tickets() -> None:
        for portal in services.portals:
            await _until_done(partial(unit_of_work, portal.id, services.halls.forget))

    async def delegations() -> None:
        for portal in services.portals:
            await _until_done(partial(unit_of_work, portal.id, services.delegations.expire))

    return [
        Entry("providers' callbacks that wait", 15, callbacks),
        Entry("providers' callbacks of long ago", 3600, whole(services.callbacks.purge)),
        Entry("delegations that have run out", 60, delegations),
        Entry("seals of the audit record", services.settings.audit.seal_seconds, seals),
        Entry("signing keys", 600, keys),
        Entry("counters' questions that nobody answered", 30, questions),
        Entry("residents' copies that are asked for", 5, lambda: _until_done(rights.exports.make_waiting)),
        Entry("residents' copies whose days are over", 3600, whole(rights.exports.sweep)),
        Entry("accounts that are to be closed", 300, rights.closings.close_due),
        Entry("what closed accounts leave behind", 300, rights.closings.erase_closed),
        Entry("what is kept no longer", 3600, rights.retention.apply_daily),
        Entry("budgets", 3600, whole(budgets.sweep)),
        Entry("sign-in codes", 3600, whole(services.otp.sweep)),
        Entry("challenges", 3600, whole(services.proving.sweep)),
        Entry("what passkeys were asked to sign", 3600, whole(services.second_factor.passkeys.sweep)),
        Entry("what came after an account was merged", 60, whole(rights.merging.move_stragglers)),
        Entry("offers to merge two accounts", 3600, whole(services.residents.merges.sweep)),
        Entry("sessions", 3600, whole(services.sessions.sweep)),
        Entry("replays", 3600, whole(services.replays.sweep)),
        Entry("code handles", 3600, whole(services.codes.purge)),
        Entry("terminals' nonces", 600, whole(services.terminals.sweep)),
        Entry("uploads", 600, lambda: _sweep_uploads(house)),
        Entry("tickets of a day that is over", 60, halls),
        Entry("whose tickets they were", 3600, old_tickets),
        Entry("reads of credentials", 3600, whole(services.offline_reads.sweep)),
        Entry("status lists that are past", 3600, whole(services.publisher.sweep)),
        Entry("birth years of people who were proven before", 60, whole(services.residents.birth_years.fill)),
        Entry("overdue corrections and unchecked applications", 600, cases),
    ]


async def _until_done(sweep: Callable[[], Awaitable[int]]) -> None:
    """A table may hold millions of dead rows: a short unit at a time, with room for others between two."""
    for _ in range(_ROUNDS):
        if not await sweep():
            return
        await asyncio.sleep(_PAUSE)


async def _sweep_uploads(house: Opened) -> None:
    """Mark in one unit, delete outside any, forget in another: a death in between only means doing it again."""
    materials = house.services.materials
    dropped = await house.database.unit_of_work("", materials.sweep)
    await materials.remove(dropped)
    await house.database.unit_of_work("", lambda unit: materials.forget(unit, dropped))


class Timetable:
    """Runs the entries until it is stopped. A failed run is logged and tried again at its next time."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self._opened.engine.start()
        for entry in timetable(self._opened):
            self._tasks.append(asyncio.create_task(self._repeat(entry), name=f"timetable {entry.name}"))

    async def stop(self) -> None:
        self._stop.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_PATIENCE)
            for task in late:  # its unit of work ends by itself; the rest is done at the next start
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._opened.engine.stop()

    async def _repeat(self, entry: Entry) -> None:
        trouble = Lasting(_log, f"{entry.name} will be tried again")
        while True:
            try:
                await asyncio.wait_for(self._stop.wait(), entry.every)
                return
            except TimeoutError:
                pass
            try:
                await entry.run()
            except Exception as error:
                trouble.failed(error)
            else:
                trouble.went_well()
