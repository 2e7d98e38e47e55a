"""Deliveries in doubt: asked about, waited for, sent again or given up, each as its channel and category allow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from config.floor import sets, sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from notify.ladder import LANE_OTP
from notify.queue import TAKEN, Claimed, claimed_row
from notify.verdicts import Ending

LONG = timedelta(minutes=15)
"""In doubt for longer than this is shown to an operator."""
PAGE = 1_000
"""Doubts that a transaction settles."""


async def take(unit: Unit, channels: Sequence[str], *, limit: int, lease: timedelta) -> list[Claimed]:
    """Doubts whose provider is to be asked now. They stay in doubt while we ask."""
    if not channels:
        return []
    named = ",".join(f"${n}" for n in range(5, len(channels) + 5))
    skip = " FOR UPDATE SKIP LOCKED" if sql.is_postgres() else ""
    rows = await sql.rows(
        "UPDATE notify_deliveries SET lease_id = $1, lease_until = $2 WHERE id IN (SELECT id FROM notify_deliveries "
        f"WHERE state = 'in_doubt' AND next_at <= $3 AND (lease_until IS NULL OR lease_until <= $3) "
        f"AND expires_at > $3 AND channel IN ({named}) ORDER BY next_at LIMIT $4{skip}) RETURNING {TAKEN}",
        new_id(), unit.now + lease, unit.now, limit, *channels,
    )  # fmt: skip
    return [claimed_row(row) for row in rows]


async def ask_later(unit: Unit, claimed: Sequence[Claimed], at: datetime) -> None:
    """Nobody could tell yet. ``claimed``: of one ``take``."""
    if not claimed:
        return
    await sql.execute(
        "UPDATE notify_deliveries SET next_at = $1, lease_id = NULL, lease_until = NULL "
        f"WHERE {sets.among('id', 3)} AND lease_id = $2 AND state = 'in_doubt'",
        at, claimed[0].lease_id, sets.listed(one.id for one in claimed),
    )  # fmt: skip


async def release(unit: Unit, asking: Sequence[str], wait: timedelta) -> int:
    """Send a page of those that waited long enough again; how many. What is past its life is not (``give_up``).

    Where a provider can be asked, it is asked until the wait since the doubt began is over.
    """
    named = ",".join(f"${n}" for n in range(4, len(asking) + 4)) or "''"
    waited = f"(channel NOT IN ({named}) OR updated_at <= $2)"
    return await sql.execute(
        "UPDATE notify_deliveries SET state = 'pending', updated_at = $1 WHERE "
        + _page(f"next_at <= $1 AND expires_at > $1 AND lane <> $3 AND {waited}"),
        unit.now, unit.now - wait, LANE_OTP, *asking,
    )  # fmt: skip


async def give_up(unit: Unit) -> list[Ending]:
    """A page of codes, and of what is past its life: they have failed."""
    failed = await sql.rows(
        "UPDATE notify_deliveries SET state = 'failed', reason = 'in-doubt', lease_id = NULL, lease_until = NULL, "
        f"updated_at = $1 WHERE {_page('(expires_at <= $1 OR (lane = $2 AND updated_at <= $3))')} "
        "RETURNING id, message_id, channel, campaign_id",
        unit.now, LANE_OTP, unit.now - timedelta(minutes=1),
    )  # fmt: skip
    return [
        Ending(
            sql.uid(row["id"]), sql.uid(row["message_id"]), row["channel"], "failed", "in-doubt",
            sql.uid_or_none(row["campaign_id"]),
        )
        for row in failed
    ]  # fmt: skip


def _page(condition: str) -> str:
    """The longest in doubt of those that meet the condition; locked ones are in somebody else's hands."""
    chosen = f"SELECT id FROM notify_deliveries WHERE state = 'in_doubt' AND {condition} ORDER BY next_at LIMIT {PAGE}"
    return f"id = ANY(ARRAY({chosen} FOR UPDATE SKIP LOCKED))" if sql.is_postgres() else f"id IN ({chosen})"
