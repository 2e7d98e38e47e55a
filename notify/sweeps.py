"""Regular work of the engine: each kind has a row with a lease, so that of many processes one does it at a time.

Every sweep is idempotent: one done twice does nothing the second time. All of them run when a process starts.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from notify import campaign_control, ladders, progress, providers, receipts, said
from notify.channel import Run

_log = logging.getLogger("yima.notify")
OVERDUE = timedelta(minutes=10)
"""A delivery that is due for longer than this although nobody holds it back is an alarm."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One kind of regular work and the seconds between two runs of it, over all processes."""

    name: str
    every: float
    work: Callable[[Unit], Awaitable[int]]


async def overdue(unit: Unit) -> int:
    """Deliveries of their own (no campaign's) that have been due for ten minutes; logged as an alarm."""
    row = await sql.row(
        "SELECT count(*) AS n FROM notify_deliveries WHERE state = 'pending' AND campaign_id IS NULL "
        "AND next_at <= $1 AND lane <= 2",
        unit.now - OVERDUE,
    )
    found = int(row["n"]) if row else 0
    if found:
        _log.error("alarm: %s notices have been due for more than ten minutes", found)
    return found


async def long_doubts(unit: Unit) -> int:
    """Deliveries in doubt for a quarter of an hour: what an operator is shown."""
    row = await sql.row(
        "SELECT count(*) AS n FROM notify_deliveries WHERE state = 'in_doubt' AND updated_at <= $1",
        unit.now - timedelta(minutes=15),
    )
    return int(row["n"]) if row else 0


async def _rebalance(unit: Unit) -> int:
    return len(await providers.rebalance(unit))


SWEEPS: Sequence[Sweep] = (
    Sweep("ladders", 1.0, ladders.climb),
    Sweep("canaries", 5.0, progress.judge_late_canaries),
    Sweep("stopped", 1.0, campaign_control.leave_out_stopped),
    Sweep("providers", 10.0, _rebalance),
    Sweep("unanswered", 60.0, receipts.forget_unknown),
    Sweep("said", 600.0, said.forget),
    Sweep("overdue", 60.0, overdue),
    Sweep("doubts", 60.0, long_doubts),
)


class Sweeper:
    """Does whatever is due."""

    def __init__(self, run: Run, sweeps: Sequence[Sweep] = SWEEPS) -> None:
        self._run = run
        self._sweeps = sweeps
        self._started = False

    async def step(self) -> int:
        """Each sweep whose turn it is, once; how much was found."""
        first, self._started = not self._started, True
        found = 0
        for sweep in self._sweeps:
            found += await self._run("", partial(_turn, sweep=sweep, first=first))
        return found


async def _turn(unit: Unit, sweep: Sweep, first: bool) -> int:
    """Take the lease if it is free (or this process has just started), work, and note what was found."""
    until = unit.now + timedelta(seconds=sweep.every)
    free = "TRUE" if first else "notify_sweeps.lease_until <= $4"
    row = await sql.row(
        "INSERT INTO notify_sweeps (id, name, lease_until, found) VALUES ($1,$2,$3,0) ON CONFLICT (name) DO UPDATE "
        f"SET lease_until = EXCLUDED.lease_until WHERE {free} RETURNING id",
        new_id(), sweep.name, until, *(() if first else (unit.now,)),
    )  # fmt: skip
    if row is None:
        return 0
    found = await sweep.work(unit)
    await sql.execute("UPDATE notify_sweeps SET found = $1 WHERE id = $2", found, row["id"])
    return found


async def alarms(unit: Unit) -> dict[str, int]:
    """What the alarming sweeps found last: ``overdue`` and ``doubts``."""
    rows = await sql.rows("SELECT name, found FROM notify_sweeps WHERE name IN ('overdue','doubts')")
    return {row["name"]: int(row["found"]) for row in rows}
