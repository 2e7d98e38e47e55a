"""A campaign's counters: moved when a delivery settles, never found by counting messages; and what follows from them.

The canary's verdict, the pause at too many failures and the end are judged in the transaction that moved the counters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from notify.campaign_pace import LEAST_SETTLED

Settled = Literal["reached", "failed", "skipped", "bounced", "moved"]
"""``bounced``: it was counted as reached, and a receipt says that it failed; ``moved``: so it goes another way."""
Turn = Literal["go on", "canary-passed", "canary-failed", "failures", "done"]
CANARY_WAIT = timedelta(minutes=5)
_COUNTED = (
    "id, portal, status, planned, expanded, reached, failed, skipped, all_expanded, canary, canary_state, fail_share, "
    "base_reached, base_failed"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a verdict rests on. ``base_*``: where the counters stood when failures began to be counted anew."""

    planned: int
    reached: int
    failed: int
    skipped: int
    whole: bool
    testing: bool
    complete: bool
    fail_share: int
    base_reached: int = 0
    base_failed: int = 0

    @property
    def settled(self) -> int:
        return self.reached + self.failed + self.skipped


def turn(counts: Counts, *, late: bool = False) -> Turn:
    """What the counters say. ``testing``: the canary's verdict is open; ``complete``: all of its people have it;
    ``whole``: so has everybody; ``late``: the canary has had its time."""
    failed, reached = counts.failed - counts.base_failed, counts.reached - counts.base_reached
    tolerated = counts.fail_share or 100
    if counts.testing and counts.complete:
        over = counts.settled >= counts.planned
        if failed * 100 > tolerated * counts.planned:
            return "canary-failed"
        if over or late:
            silent = late and not over and not reached
            return "canary-failed" if silent or failed * 100 > tolerated * (failed + reached) else "canary-passed"
        return "go on"
    if counts.whole and counts.settled >= counts.planned:
        return "done"
    if counts.fail_share and failed + reached >= LEAST_SETTLED and failed * 100 > tolerated * (failed + reached):
        return "failures"
    return "go on"


async def settled(unit: Unit, outcomes: Iterable[tuple[UUID | None, Settled]]) -> None:
    """Count deliveries that left the queue for good, and draw the consequences."""
    tallies: dict[UUID, Counter[str]] = {}
    for campaign_id, outcome in outcomes:
        if campaign_id is not None:
            tallies.setdefault(campaign_id, Counter())[outcome] += 1
    for campaign_id, tally in sorted(tallies.items()):
        row = await sql.row(
            "UPDATE campaigns SET reached = reached + $1, failed = failed + $2, skipped = skipped + $3, "
            f"updated_at = $4 WHERE id = $5 RETURNING {_COUNTED}",
            tally["reached"] - tally["bounced"] - tally["moved"], tally["failed"] + tally["bounced"],
            tally["skipped"] + tally["moved"], unit.now, campaign_id,
        )  # fmt: skip
        if row is not None:
            await _follow(unit, row)


async def look(unit: Unit, campaign_id: UUID, *, late: bool = False) -> None:
    """Draw the consequences of the counters as they are."""
    row = await sql.row(f"SELECT {_COUNTED} FROM campaigns WHERE id = $1", campaign_id)
    if row is not None:
        await _follow(unit, row, late=late)


async def more(unit: Unit, campaign_id: UUID, count: int) -> None:
    """So many more deliveries are due: a ladder went on. What was over goes on with it, what was stopped does not."""
    row = await sql.row(
        "UPDATE campaigns SET planned = planned + $1, "
        "ended_at = CASE WHEN status = 'done' THEN NULL ELSE ended_at END, "
        "status = CASE WHEN status = 'done' THEN 'sending' ELSE status END, updated_at = $2 WHERE id = $3 "
        "RETURNING portal, status",
        count, unit.now, campaign_id,
    )  # fmt: skip
    if row is not None and row["status"] == "sending":
        unit.tell(f"staff:{row['portal']}", "campaign", campaign_id=str(campaign_id), status="sending")


async def judge_late_canaries(unit: Unit) -> int:
    """Canaries whose time is over are judged by what has come back; how many."""
    rows = await sql.rows(
        "SELECT id FROM campaigns WHERE status = 'sending' AND canary_state = 'running' AND canary_at <= $1",
        unit.now - CANARY_WAIT,
    )
    for row in rows:
        await look(unit, sql.uid(row["id"]), late=True)
    return len(rows)


async def _follow(unit: Unit, row: sql.Row, *, late: bool = False) -> None:
    if row["status"] != "sending":
        return
    testing = row["canary_state"] == "running"
    whole = sql.flag(row["all_expanded"])
    counts = Counts(
        planned=int(row["planned"]), reached=int(row["reached"]), failed=int(row["failed"]),
        skipped=int(row["skipped"]), whole=whole, testing=testing,
        complete=whole or int(row["expanded"]) >= int(row["canary"]), fail_share=int(row["fail_share"]),
        base_reached=int(row["base_reached"]), base_failed=int(row["base_failed"]),
    )  # fmt: skip
    said, campaign_id = turn(counts, late=late), sql.uid(row["id"])
    if said == "canary-passed":
        await _set(unit, row, "canary_state = 'passed'")
        unit.tell("wake:notify", "due")
        await look(unit, campaign_id)
    elif said == "canary-failed":
        await _set(unit, row, "canary_state = 'failed', status = 'paused', pause_reason = 'canary'", "paused")
    elif said == "failures":
        await _set(unit, row, "status = 'paused', pause_reason = 'failures'", "paused")
    elif said == "done":
        await _set(unit, row, "status = 'done', ended_at = $1", "done")


async def _set(unit: Unit, row: sql.Row, change: str, status: str = "") -> None:
    await sql.execute(
        f"UPDATE campaigns SET {change}, updated_at = $1 WHERE id = $2 AND status = 'sending'", unit.now, row["id"]
    )
    if status:
        unit.tell(f"staff:{row['portal']}", "campaign", campaign_id=str(row["id"]), status=status)
