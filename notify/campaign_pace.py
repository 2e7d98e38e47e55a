"""How fast a campaign goes: which may send now, at what rate, and whether its failures hold it back.

Whoever claims looks at the campaign's row in the same transaction, so a pause, a stop or another rate holds in every
process from its commit on; only the batch in hand is finished.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from notify import queue
from notify.buckets import refilled
from notify.queue import Claimed

T = TypeVar("T")
LEAST_SETTLED = 20
"""No share of failures is judged on fewer deliveries."""
_MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Sending:
    id: UUID
    rate: int
    allowance: float
    allowance_at: datetime | None
    urgent: bool


async def claim(unit: Unit, dice: random.Random, *, limit: int, lease: timedelta) -> list[Claimed]:
    """A batch of one campaign that may send now, any of them; they take turns by chance."""

    async def take(one: UUID, most: int) -> tuple[list[Claimed], int]:
        found = await queue.claim_of(unit, one, limit=most, lease=lease)
        return found, len(found)

    return await _in_turn(unit, dice, limit, take) or []


async def reserve(unit: Unit, dice: random.Random, *, limit: int, until: timedelta) -> tuple[UUID, int]:
    """The same, kept apart for a job."""

    async def take(one: UUID, most: int) -> tuple[tuple[UUID, int], int]:
        kept, count = await queue.reserve(unit, lanes=0, limit=most, until=until, campaign=one)
        return (kept, count), count

    return await _in_turn(unit, dice, limit, take) or (new_id(), 0)


async def _in_turn(
    unit: Unit, dice: random.Random, limit: int, take: Callable[[UUID, int], Awaitable[tuple[T, int]]]
) -> T | None:
    rows = await sql.rows(
        "SELECT id, rate, allowance, allowance_at, category FROM campaigns WHERE status = 'sending' "
        f"ORDER BY CASE WHEN category = 'emergency' THEN 0 ELSE 1 END, decided_at LIMIT {_MOST_AT_ONCE}"
    )
    sending = [
        _Sending(
            sql.uid(r["id"]),
            int(r["rate"]),
            float(r["allowance"]),
            sql.instant_or_none(r["allowance_at"]),
            r["category"] == "emergency",
        )
        for r in rows
    ]
    dice.shuffle(sending)
    sending.sort(key=lambda one: not one.urgent)  # the others keep their chance
    for one in sending:
        most = limit if one.rate == 0 else await _allowed(unit, one, limit)
        if not most:
            continue
        taken, count = await take(one.id, most)
        if one.rate and most > count:
            await sql.execute(
                "UPDATE campaigns SET allowance = allowance + $1 WHERE id = $2", float(most - count), one.id
            )
        if count:
            return taken
    return None


async def _allowed(unit: Unit, one: _Sending, limit: int) -> int:
    """Take from the campaign's allowance: at most one second's worth is saved up. 0 where another was quicker."""
    passed = (unit.now - one.allowance_at).total_seconds() if one.allowance_at else 0.0
    tokens = refilled(one.allowance, rate=one.rate, most=one.rate, seconds=passed)
    granted = min(limit, int(tokens))
    same = "allowance_at IS NULL" if one.allowance_at is None else "allowance_at = $4"
    values = [tokens - granted, unit.now, one.id, *([one.allowance_at] if one.allowance_at else [])]
    if granted == 0 and one.allowance_at is not None:
        return 0
    taken = await sql.execute(
        f"UPDATE campaigns SET allowance = $1, allowance_at = $2 WHERE id = $3 AND status = 'sending' AND {same}",
        *values,
    )
    return granted if taken else 0
