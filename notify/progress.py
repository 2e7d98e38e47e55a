"""A campaign's counters: moved when a delivery settles, never found by counting messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit

Settled = Literal["reached", "failed", "skipped"]


async def settled(unit: Unit, outcomes: Iterable[tuple[UUID | None, Settled]]) -> None:
    """Count deliveries that left the queue for good, and close a campaign whose last one this was."""
    tallies: dict[UUID, Counter[str]] = {}
    for campaign_id, outcome in outcomes:
        if campaign_id is not None:
            tallies.setdefault(campaign_id, Counter())[outcome] += 1
    for campaign_id, tally in sorted(tallies.items()):
        await sql.execute(
            "UPDATE campaigns SET reached = reached + $1, failed = failed + $2, skipped = skipped + $3, "
            "updated_at = $4 WHERE id = $5",
            tally["reached"], tally["failed"], tally["skipped"], unit.now, campaign_id,
        )  # fmt: skip
        await close_if_done(unit, campaign_id)


async def close_if_done(unit: Unit, campaign_id: UUID) -> None:
    """sending → done when everybody has the notice and nothing is on its way any more."""
    await sql.execute(
        "UPDATE campaigns SET status = 'done', ended_at = $1, updated_at = $1 WHERE id = $2 AND status = 'sending' "
        "AND all_expanded AND reached + failed + skipped >= planned",
        unit.now,
        campaign_id,
    )
