"""How fast, and how many a day: token buckets in memory for the pace, counter rows for the day's budget."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import LEGAL_ZONE, Unit


def refilled(tokens: float, *, rate: float, most: float, seconds: float) -> float:
    """What is in a bucket after ``seconds`` more at ``rate`` tokens a second."""
    return min(most, tokens + max(0.0, seconds) * rate)


class Bucket:
    """The pace of one provider in this process: ``rate`` a second, and at most one second's worth at once."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._tokens = self._most = max(1.0, rate)
        self._at = clock()

    def take(self, wanted: int) -> int:
        """How many of ``wanted`` may go now."""
        now = self._clock()
        self._tokens = refilled(self._tokens, rate=self.rate, most=self._most, seconds=now - self._at)
        self._at = now
        granted = min(wanted, int(self._tokens))
        self._tokens -= granted
        return granted

    def wait(self, behind: int) -> timedelta:
        """How long until ``behind`` more may have gone."""
        return timedelta(seconds=max(0.05, (behind - self._tokens) / self.rate))


async def spend(unit: Unit, scope: str, *, wanted: int, most: int) -> int:
    """How many of ``wanted`` fit into today's budget of ``scope``; they are counted at once, in this transaction."""
    before = await sql.row("SELECT used FROM notify_budgets WHERE scope = $1 AND day = $2", scope, unit.today)
    granted = min(wanted, most - (int(before["used"]) if before else 0))
    if granted <= 0:
        return 0
    kept = await sql.row(
        "INSERT INTO notify_budgets (id, scope, day, used) VALUES ($1,$2,$3,$4) ON CONFLICT (scope, day) "
        "DO UPDATE SET used = notify_budgets.used + EXCLUDED.used WHERE notify_budgets.used + EXCLUDED.used <= $5 "
        "RETURNING used",
        new_id(), scope, unit.today, granted, most,
    )  # fmt: skip
    return granted if kept else 0  # somebody was quicker: the next look asks for less


async def take_all(unit: Unit, scope: str, day: date, *, wanted: int, most: int) -> bool:
    """Count all of ``wanted`` against the budget of ``scope`` on ``day``, or nothing; ``most`` 0 = only count."""
    if most and wanted > most:
        return False
    kept = await sql.row(
        "INSERT INTO notify_budgets (id, scope, day, used) VALUES ($1,$2,$3,$4) ON CONFLICT (scope, day) "
        "DO UPDATE SET used = notify_budgets.used + EXCLUDED.used "
        "WHERE $5 = 0 OR notify_budgets.used + EXCLUDED.used <= $5 RETURNING used",
        new_id(), scope, day, wanted, most,
    )  # fmt: skip
    return kept is not None


async def used(unit: Unit, scope: str) -> int:
    """What of today's budget is gone."""
    row = await sql.row("SELECT used FROM notify_budgets WHERE scope = $1 AND day = $2", scope, unit.today)
    return int(row["used"]) if row else 0


def tomorrow(now: datetime) -> datetime:
    """The instant at which the next legal day begins."""
    local = now.astimezone(LEGAL_ZONE)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight.astimezone(UTC)
