"""What became of a campaign: deliveries by channel, state and reason; and who has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.selection import Selection
from config.floor.unit import Unit

FollowKind = Literal["correction", "withdrawal"]


@dataclass(frozen=True, slots=True)
class ChannelCount:
    """So many deliveries of one channel ended (or stand) like this."""

    channel: str
    state: str
    reason: str
    count: int


async def channel_counts(unit: Unit, campaign_id: UUID) -> tuple[ChannelCount, ...]:
    """One statement over the campaign's deliveries: for a result page. A bar reads the campaign's own counters."""
    rows = await sql.rows(
        "SELECT d.channel, d.state, d.reason, count(*) AS n FROM notify_deliveries d "
        "WHERE d.campaign_id = $1 AND d.portal = $2 GROUP BY d.channel, d.state, d.reason ORDER BY n DESC",
        campaign_id, unit.portal,
    )  # fmt: skip
    return tuple(ChannelCount(row["channel"], row["state"], row["reason"], int(row["n"])) for row in rows)


def told_by(unit: Unit, campaign_id: UUID) -> Selection:
    """Everybody who has this campaign's notice: the people up to where its fan-out came."""
    return Selection(
        "SELECT r.recipient AS id FROM campaign_recipients r JOIN campaigns c ON c.id = r.campaign_id "
        "WHERE r.campaign_id = $1 AND r.portal = $2 "
        "AND (c.expanded >= c.people OR (c.cursor IS NOT NULL AND r.recipient <= c.cursor))",
        (campaign_id, unit.portal),
    )
