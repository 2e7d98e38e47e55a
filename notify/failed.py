"""Deliveries that failed or are in doubt: grouped by cause, tried again or given up by a person, a batch at a time.

Counters of campaigns move with them. ``count`` is what the person saw and typed: where the group has changed since,
nothing is done.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from notify import cursor as cursors
from notify import progress
from notify.errors import FailedCountChanged
from notify.ladder import LANE_OTP
from notify.service import WAKE

Standing = Literal["failed", "in_doubt"]
PAGE = 50
MOST = 10_000
"""A bulk step takes at most so many at once; a larger group takes several."""
_LIFE = timedelta(hours=24)
_KINDS = "state IN ('failed','in_doubt')"


@dataclass(frozen=True, slots=True)
class Cause:
    """One group: a channel, how it stands, the provider's or our own word for why, how many and since when."""

    channel: str
    state: Standing
    reason: str
    count: int
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """One line of a group."""

    id: UUID
    message_id: UUID
    campaign_id: UUID | None
    category: str
    event: str
    attempt: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page of a group, newest first."""

    deliveries: tuple[FailedDelivery, ...]
    next_cursor: str | None


async def causes(unit: Unit) -> list[Cause]:
    """All groups of this portal, the largest first: one statement on an index that holds nothing else."""
    rows = await sql.rows(
        "SELECT channel, state, reason, COUNT(*) AS n, MIN(updated_at) AS oldest, MAX(updated_at) AS newest "
        f"FROM notify_deliveries WHERE {_KINDS} AND portal = $1 GROUP BY channel, state, reason "
        "ORDER BY n DESC, channel, reason LIMIT 200",
        unit.portal,
    )
    return [
        Cause(
            row["channel"], row["state"], row["reason"], int(row["n"]), sql.instant(row["oldest"]),
            sql.instant(row["newest"]),
        )
        for row in rows
    ]  # fmt: skip


async def page(unit: Unit, channel: str, state: Standing, reason: str, cursor: str | None = None) -> FailedPage:
    """One group's deliveries. One statement, as quick on the last page as on the first."""
    where, values = "", [unit.portal, channel, state, reason, PAGE + 1]
    if cursor:
        at, last = cursors.read(cursor)
        where, values = "AND (d.updated_at < $6 OR (d.updated_at = $6 AND d.id < $7)) ", [*values, at, last]
    rows = await sql.rows(
        "SELECT d.id, d.message_id, d.campaign_id, d.attempt, d.updated_at, m.category, m.event "
        "FROM notify_deliveries d JOIN notify_messages m ON m.id = d.message_id "
        f"WHERE d.{_KINDS} AND d.portal = $1 AND d.channel = $2 AND d.state = $3 AND d.reason = $4 {where}"
        "ORDER BY d.updated_at DESC, d.id DESC LIMIT $5",
        *values,
    )
    found = tuple(
        FailedDelivery(
            sql.uid(row["id"]), sql.uid(row["message_id"]), sql.uid_or_none(row["campaign_id"]), row["category"],
            row["event"], int(row["attempt"]), sql.instant(row["updated_at"]),
        )
        for row in rows[:PAGE]
    )  # fmt: skip
    more = len(rows) > PAGE
    return FailedPage(found, cursors.after(found[-1].updated_at, found[-1].id) if more else None)


async def try_again(unit: Unit, channel: str, state: Standing, reason: str, count: int) -> int:
    """Due now, with a day of life and all tries anew; campaigns that were done go on. How many.

    What belongs to a stopped campaign stays as it is: stopping was a decision. So does a sign-in code: it is over
    within minutes, and one that came the next day would only worry whoever gets it.
    """
    await _as_typed(unit, channel, state, reason, count)
    rows = await sql.rows(
        "UPDATE notify_deliveries SET state = 'pending', attempt = 0, next_at = $1, lease_id = NULL, "
        "lease_until = NULL, expires_at = CASE WHEN expires_at < $2 THEN $2 ELSE expires_at END, updated_at = $1 "
        f"WHERE {_chosen()} AND lane <> {LANE_OTP} RETURNING campaign_id",
        unit.now, unit.now + _LIFE, unit.portal, channel, state, reason,
    )  # fmt: skip
    if state == "failed":
        await _reopen(unit, Counter(sql.uid(row["campaign_id"]) for row in rows if row["campaign_id"] is not None))
    if rows:
        unit.tell(WAKE, "due")
    return len(rows)


async def give_up(unit: Unit, channel: str, state: Standing, reason: str, count: int) -> int:
    """Somebody has looked at them: they are left out and leave the list. How many."""
    await _as_typed(unit, channel, state, reason, count)
    rows = await sql.rows(
        "UPDATE notify_deliveries SET state = 'skipped', reason = 'given-up', lease_id = NULL, lease_until = NULL, "
        f"updated_at = $1 WHERE {_chosen(first=2)} RETURNING campaign_id",
        unit.now, unit.portal, channel, state, reason,
    )  # fmt: skip
    tally = Counter(sql.uid(row["campaign_id"]) for row in rows if row["campaign_id"] is not None)
    if state == "in_doubt":
        await progress.settled(unit, [(one, "skipped") for one in tally.elements()])
    else:
        for campaign_id, many in sorted(tally.items()):
            await sql.execute(
                "UPDATE campaigns SET failed = failed - $1, skipped = skipped + $1, updated_at = $2 WHERE id = $3",
                many, unit.now, campaign_id,
            )  # fmt: skip
    return len(rows)


async def _as_typed(unit: Unit, channel: str, state: Standing, reason: str, count: int) -> None:
    row = await sql.row(
        f"SELECT COUNT(*) AS n FROM notify_deliveries WHERE {_KINDS} AND portal = $1 AND channel = $2 AND state = $3 "
        "AND reason = $4",
        unit.portal, channel, state, reason,
    )  # fmt: skip
    now = int(row["n"]) if row else 0
    if now != count or not now:
        raise FailedCountChanged(count=now)


async def _reopen(unit: Unit, tally: Counter[UUID]) -> None:
    for campaign_id, many in sorted(tally.items()):
        await sql.execute(
            "UPDATE campaigns SET failed = failed - $1, base_reached = reached, base_failed = failed - $1, "
            "ended_at = CASE WHEN status = 'done' THEN NULL ELSE ended_at END, "
            "status = CASE WHEN status = 'done' THEN 'sending' ELSE status END, updated_at = $2 WHERE id = $3",
            many, unit.now, campaign_id,
        )  # fmt: skip
        unit.tell(f"staff:{unit.portal}", "campaign", campaign_id=str(campaign_id), status="sending")


def _chosen(first: int = 3) -> str:
    """The oldest of one group, with the index's own condition in front; locked rows are somebody else's."""
    skip = " FOR UPDATE SKIP LOCKED" if sql.is_postgres() else ""
    portal, channel, state, reason = (f"${first + n}" for n in range(4))
    return (
        f"{_KINDS} AND id IN (SELECT id FROM notify_deliveries WHERE {_KINDS} AND portal = {portal} "
        f"AND channel = {channel} AND state = {state} AND reason = {reason} AND (campaign_id IS NULL OR campaign_id "
        f"NOT IN (SELECT id FROM campaigns WHERE status = 'stopped')) ORDER BY updated_at LIMIT {MOST}{skip})"
    )
