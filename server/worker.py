"""The timetable: what runs in the background, how often, and how it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from config.floor.unit import Unit
from server.domain.sessions import budgets
from server.opening import Opened
from server.services import Services

_log = logging.getLogger("yima.timetable")
Work = Callable[[Unit], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of regular work: a unit of its own each time, for the whole program or for each portal."""

    name: str
    every: float
    work: Work
    per_portal: bool = False


def timetable(services: Services) -> list[Entry]:
    """Everything that must happen without anybody asking."""
    return [
        Entry("budgets", 3600, budgets.sweep),
        Entry("sign-in codes", 3600, services.otp.sweep),
        Entry("sessions", 3600, services.sessions.sweep),
        Entry("replays", 3600, services.replays.sweep),
        Entry("code handles", 3600, services.codes.purge),
        Entry("uploads", 600, services.materials.sweep),
        Entry("questions at counters", 15, services.visits.expire),
        Entry("overdue corrections", 600, services.cases.return_overdue, per_portal=True),
        Entry("unchecked applications", 600, services.cases.flag_unchecked, per_portal=True),
    ]


class Timetable:
    """Runs the entries until it is stopped. A failed run is logged and tried again at its next time."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self._opened.engine.start()
        for entry in timetable(self._opened.services):
            self._tasks.append(asyncio.create_task(self._repeat(entry), name=f"timetable {entry.name}"))

    async def stop(self) -> None:
        self._stop.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._opened.engine.stop()

    async def _repeat(self, entry: Entry) -> None:
        portals = [portal.id for portal in self._opened.services.portals] if entry.per_portal else [""]
        while True:
            try:
                await asyncio.wait_for(self._stop.wait(), entry.every)
                return
            except TimeoutError:
                pass
            for portal in portals:
                try:
                    await self._opened.database.unit_of_work(portal, entry.work)
                except Exception as error:
                    _log.warning("%s failed and will be tried again: %s", entry.name, type(error).__name__)
