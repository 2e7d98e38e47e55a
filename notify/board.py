"""What operators watch: queues, running campaigns, providers, the schedule. Reads only, each a handful of statements
on partial indexes, minutes and counters; no message is counted to draw a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.unit import LEGAL_ZONE, Unit
from notify.campaign_record import COLUMNS, CampaignRecord, record
from notify.errors import ShareCannotMove
from notify.ladder import LANE_CASE, LANE_OTP

MANY = 1_000
"""A queue longer than this is shown as "more than": nobody waits for an exact number."""
DOUBT_ALARM, WAIT_ALARM = timedelta(minutes=15), timedelta(minutes=10)
LANES = (LANE_OTP, LANE_CASE)
_MOST = 100


@dataclass(frozen=True, slots=True)
class Lane:
    """One queue beside the campaigns: since when its oldest is due, and how many are (at most ``MANY`` + 1)."""

    lane: int
    oldest: datetime | None
    due: int

    def is_late(self, now: datetime) -> bool:
        return self.oldest is not None and now - self.oldest > WAIT_ALARM


@dataclass(frozen=True, slots=True)
class ProviderState:
    """One provider of one channel: its share, its circuit, and what it did today."""

    channel: str
    provider: str
    share: int
    resting: int
    moved_at: datetime | None
    troubled_at: datetime | None
    open_until: datetime | None
    failures: int
    sent: int
    errors: int
    refused: int
    answered: int
    slow: int

    @property
    def tried(self) -> int:
        return self.sent + self.errors + self.refused

    def health(self, now: datetime) -> Literal["open", "shaky", "fine"]:
        """``open``: nothing is given to it now; ``shaky``: it failed last, or has less than its usual share."""
        if self.open_until is not None and self.open_until > now:
            return "open"
        return "shaky" if self.failures or self.share < self.resting else "fine"

    @property
    def taken_share(self) -> int | None:
        """Percent of tries that were taken; None before the first."""
        return round(self.sent * 100 / self.tried) if self.tried else None


@dataclass(frozen=True, slots=True)
class Minute:
    """What all providers of a channel did in one minute."""

    at: datetime
    sent: int
    errors: int


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Deliveries whose answer was lost: how many (at most ``MANY`` + 1), and the oldest."""

    count: int
    oldest: datetime | None


class Board:
    """The public door of these reads."""

    async def lanes(self, unit: Unit) -> list[Lane]:
        """Sign-in codes and case notices, most urgent first."""
        return [await self._lane(unit, lane) for lane in LANES]

    async def _lane(self, unit: Unit, lane: int) -> Lane:
        row = await sql.row(
            "SELECT MIN(next_at) AS oldest, COUNT(*) AS due FROM (SELECT next_at FROM notify_deliveries "
            "WHERE state = 'pending' AND campaign_id IS NULL AND lane = $1 AND portal = $2 AND next_at <= $3 "
            f"ORDER BY lane, next_at LIMIT {MANY + 1}) AS waiting",
            lane, unit.portal, unit.now,
        )  # fmt: skip
        assert row is not None
        return Lane(lane, sql.instant_or_none(row["oldest"]), int(row["due"]))

    async def doubtful(self, unit: Unit) -> Doubtful:
        """What waits for an answer that may never come."""
        row = await sql.row(
            "SELECT MIN(updated_at) AS oldest, COUNT(*) AS n FROM (SELECT updated_at FROM notify_deliveries "
            f"WHERE state = 'in_doubt' AND portal = $1 LIMIT {MANY + 1}) AS lost",
            unit.portal,
        )
        assert row is not None
        return Doubtful(int(row["n"]), sql.instant_or_none(row["oldest"]))

    async def under_way(self, unit: Unit) -> list[CampaignRecord]:
        """Campaigns that are released and not over, the newest first."""
        rows = await sql.rows(
            f"SELECT {COLUMNS} FROM campaigns WHERE portal = $1 AND status IN ('approved','sending','paused') "
            f"ORDER BY created_at DESC, id DESC LIMIT {_MOST}",
            unit.portal,
        )
        return [record(row) for row in rows]

    async def ended(self, unit: Unit, limit: int = 6) -> list[CampaignRecord]:
        """The latest that are over."""
        rows = await sql.rows(
            f"SELECT {COLUMNS} FROM campaigns WHERE portal = $1 AND status IN ('done','stopped') "
            "ORDER BY created_at DESC, id DESC LIMIT $2",
            unit.portal, limit,
        )  # fmt: skip
        return [record(row) for row in rows]

    async def scheduled(self, unit: Unit, begin: datetime, end: datetime) -> list[CampaignRecord]:
        """Campaigns with an instant to begin in ``[begin, end)``, in order; those that have begun too."""
        rows = await sql.rows(
            f"SELECT {COLUMNS} FROM campaigns WHERE portal = $1 AND schedule_at >= $2 AND schedule_at < $3 "
            f"AND status <> 'rejected' ORDER BY schedule_at, id LIMIT {_MOST * 5}",
            unit.portal, begin, end,
        )  # fmt: skip
        return [record(row) for row in rows]

    async def followers(self, unit: Unit, campaign_id: UUID) -> list[CampaignRecord]:
        """Corrections and withdrawals of one campaign."""
        rows = await sql.rows(
            f"SELECT {COLUMNS} FROM campaigns WHERE follows = $1 AND portal = $2 ORDER BY created_at LIMIT {_MOST}",
            campaign_id, unit.portal,
        )  # fmt: skip
        return [record(row) for row in rows]

    async def titles(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]:
        """What these campaigns are called: one statement."""
        if not ids:
            return {}
        holes = ",".join(f"${n}" for n in range(2, len(ids) + 2))
        text = f"SELECT id, title FROM campaigns WHERE portal = $1 AND id IN ({holes})"
        return {sql.uid(row["id"]): row["title"] for row in await sql.rows(text, unit.portal, *ids)}

    async def answered(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Which of these were corrected or withdrawn by a follow-up that was released: one statement."""
        if not ids:
            return {}
        holes = ",".join(f"${n}" for n in range(2, len(ids) + 2))
        rows = await sql.rows(
            "SELECT follows, MAX(follow_kind) AS kind FROM campaigns WHERE follows IS NOT NULL AND portal = $1 "
            f"AND follows IN ({holes}) AND status IN ('approved','sending','paused','done') GROUP BY follows",
            unit.portal, *ids,
        )  # fmt: skip
        return {sql.uid(row["follows"]): row["kind"] for row in rows}

    async def providers(self, unit: Unit) -> list[ProviderState]:
        """Every provider, and every channel of our own that sent something today."""
        rows = await sql.rows(
            "SELECT COALESCE(p.channel, m.channel) AS channel, COALESCE(p.provider, m.provider) AS provider, p.share, "
            "p.resting, p.moved_at, p.troubled_at, p.open_until, p.failures, m.sent, m.errors, m.refused, m.answered, "
            "m.slow FROM (SELECT channel, provider FROM notify_providers UNION SELECT DISTINCT channel, provider "
            "FROM notify_provider_minutes WHERE minute >= $1) AS k "
            "LEFT JOIN notify_providers p ON p.channel = k.channel AND p.provider = k.provider "
            "LEFT JOIN (SELECT channel, provider, SUM(sent) AS sent, SUM(errors) AS errors, SUM(refused) AS refused, "
            "SUM(answered) AS answered, SUM(slow) AS slow FROM notify_provider_minutes WHERE minute >= $1 "
            "GROUP BY channel, provider) AS m ON m.channel = k.channel AND m.provider = k.provider "
            "ORDER BY 1, 2",
            _midnight(unit.now),
        )
        return [_provider(row) for row in rows]

    async def minutes(self, unit: Unit, length: timedelta = timedelta(hours=1)) -> dict[str, list[Minute]]:
        """The last hour of every channel, minute by minute."""
        rows = await sql.rows(
            "SELECT channel, minute, SUM(sent) AS sent, SUM(errors + refused) AS errors FROM notify_provider_minutes "
            "WHERE minute >= $1 GROUP BY channel, minute ORDER BY channel, minute",
            unit.now - length,
        )
        found: dict[str, list[Minute]] = {}
        for row in rows:
            minute = Minute(sql.instant(row["minute"]), int(row["sent"]), int(row["errors"]))
            found.setdefault(row["channel"], []).append(minute)
        return found

    async def move(self, unit: Unit, channel: str, giver: str, taker: str, points: int) -> None:
        """By a person's hand: ``ShareCannotMove`` where the giver has not that many points or the two are not there."""
        moved = 0
        for provider, change in sorted(((giver, -points), (taker, points))):
            moved += await sql.execute(
                "UPDATE notify_providers SET share = share + $1, moved_at = $2, updated_at = $2 "
                "WHERE channel = $3 AND provider = $4 AND share + $1 BETWEEN 0 AND 100",
                change, unit.now, channel, provider,
            )  # fmt: skip
        if moved != 2 or giver == taker:
            raise ShareCannotMove()

    async def used_today(self, unit: Unit, names: Sequence[str]) -> dict[str, int]:
        """What is gone of today's budgets of these providers."""
        if not names:
            return {}
        holes = ",".join(f"${n}" for n in range(2, len(names) + 2))
        rows = await sql.rows(
            f"SELECT scope, used FROM notify_budgets WHERE day = $1 AND scope IN ({holes})",
            unit.today, *(f"provider:{name}" for name in names),
        )  # fmt: skip
        return {str(row["scope"]).removeprefix("provider:"): int(row["used"]) for row in rows}


def _midnight(now: datetime) -> datetime:
    return now.astimezone(LEGAL_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


def _provider(row: sql.Row) -> ProviderState:
    number = {name: int(row[name] or 0) for name in ("failures", "sent", "errors", "refused", "answered", "slow")}
    alone = row["share"] is None
    return ProviderState(
        channel=row["channel"],
        provider=row["provider"],
        share=100 if alone else int(row["share"]),
        resting=100 if alone else int(row["resting"]),
        moved_at=sql.instant_or_none(row["moved_at"]),
        troubled_at=sql.instant_or_none(row["troubled_at"]),
        open_until=sql.instant_or_none(row["open_until"]),
        **number,
    )
