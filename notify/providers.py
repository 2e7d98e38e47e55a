"""Providers of channels: who is asked next, at what pace, within which budget, and what they answered lately.

The state is rows, so every process splits alike; a look at them is kept for a second.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from notify import buckets, shares
from notify.buckets import Bucket
from notify.channel import Channel, provider_of
from notify.queue import Claimed
from notify.shares import FAILURES, OPEN, Figures, Move, Share

_LOOK = timedelta(seconds=1)
_KEPT = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class ProviderOptions:
    """By provider: its resting share (where a channel has several), pace a second and budget a legal day; 0 = none."""

    resting: Mapping[str, int] = field(default_factory=dict)
    rates: Mapping[str, float] = field(default_factory=dict)
    daily: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """What one provider answered to one batch."""

    sent: int = 0
    errors: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Sorted:
    """A claim, sorted: who asks whom, and what cannot go now."""

    going: list[tuple[Claimed, Channel]]
    unknown: list[Claimed]
    later: list[tuple[datetime, list[Claimed]]]


class Providers:
    """All channels of this process, by name and provider."""

    def __init__(self, channels: Sequence[Channel], options: ProviderOptions, dice: random.Random) -> None:
        self._channels: dict[str, dict[str, Channel]] = defaultdict(dict)
        for channel in channels:
            self._channels[channel.name][provider_of(channel)] = channel
        self._options = options
        self._dice = dice
        self._buckets = {name: Bucket(rate) for name, rate in options.rates.items() if rate > 0}
        self._shares: dict[str, list[Share]] = {}
        self._looked: datetime | None = None

    @property
    def longest(self) -> float:
        """The longest deadline of all channels, seconds."""
        return max((one.timeout for kinds in self._channels.values() for one in kinds.values()), default=0.0)

    def every(self) -> Iterable[Channel]:
        for kinds in self._channels.values():
            yield from kinds.values()

    def channel(self, claimed: Claimed) -> Channel | None:
        """The channel that was asked for this delivery, as far as it is known here."""
        kinds = self._channels.get(claimed.channel, {})
        return kinds.get(claimed.provider) or next(iter(kinds.values()), None)

    async def sort(self, unit: Unit, claimed: Sequence[Claimed]) -> Sorted:
        """Whom each of a claim's deliveries goes to. Paces and budgets are taken here."""
        await self._look(unit)
        chosen: dict[str, list[tuple[Claimed, Channel]]] = defaultdict(list)
        result = Sorted([], [], [])
        closed: list[Claimed] = []
        probes: Counter[str] = Counter()
        for one in claimed:
            kinds = self._channels.get(one.channel)
            if not kinds:
                result.unknown.append(one)
                continue
            name = self._pick(unit, one, kinds, probes)
            if name is None:
                closed.append(one)
            else:
                chosen[name].append((one, kinds[name]))
        if closed:
            result.later.append((unit.now + timedelta(seconds=1), closed))
        for name in sorted(chosen):
            await self._admit(unit, name, chosen[name], result)
        return result

    def _pick(self, unit: Unit, one: Claimed, kinds: Mapping[str, Channel], probes: Counter[str]) -> str | None:
        known = [share for share in self._shares.get(one.channel, ()) if share.provider in kinds]
        if not known:
            return one.provider if one.provider in kinds else next(iter(kinds))
        share = shares.pick(known, unit.now, self._dice, before=one.provider)
        if share is None:
            return None
        if share.probing:
            probes[share.provider] += 1
            if probes[share.provider] > 1:
                return None
        return share.provider

    async def _admit(self, unit: Unit, name: str, going: list[tuple[Claimed, Channel]], result: Sorted) -> None:
        if bucket := self._buckets.get(name):
            granted = bucket.take(len(going))
            if late := [one for one, _ in going[granted:]]:
                result.later.append((unit.now + bucket.wait(len(late)), late))
            going = going[:granted]
        if going and (most := self._options.daily.get(name, 0)):
            granted = await buckets.spend(unit, f"provider:{name}", wanted=len(going), most=most)
            if late := [one for one, _ in going[granted:]]:
                result.later.append((buckets.tomorrow(unit.now), late))
            going = going[:granted]
        result.going.extend(going)

    async def _look(self, unit: Unit) -> None:
        named = {name: kinds for name, kinds in self._channels.items() if any(kinds)}
        if not named or (self._looked and unit.now - self._looked < _LOOK):
            return
        if self._looked is None:
            await self._introduce(unit, named)
        found: dict[str, list[Share]] = defaultdict(list)
        for channel, share in await _stored():
            found[channel].append(share)
        self._shares, self._looked = found, unit.now

    async def _introduce(self, unit: Unit, named: Mapping[str, Mapping[str, Channel]]) -> None:
        for channel, kinds in named.items():
            for provider in filter(None, kinds):
                rest = self._options.resting.get(provider, 100 // len(kinds))
                await sql.execute(
                    "INSERT INTO notify_providers (id, channel, provider, share, resting, moved_at, updated_at) "
                    "VALUES ($1,$2,$3,$4,$4,$5,$5) ON CONFLICT (channel, provider) DO UPDATE SET "
                    "resting = EXCLUDED.resting WHERE notify_providers.resting <> EXCLUDED.resting",
                    new_id(), channel, provider, rest, unit.now,
                )  # fmt: skip

    async def note(self, unit: Unit, tallies: Mapping[tuple[str, str], Tally]) -> None:
        """Write down what providers answered; open or close their circuits."""
        for (channel, provider), tally in sorted(tallies.items()):
            if not provider:
                continue
            await sql.execute(
                "INSERT INTO notify_provider_minutes (id, channel, provider, minute, sent, errors, refused) "
                "VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT (channel, provider, minute) DO UPDATE SET "
                "sent = notify_provider_minutes.sent + EXCLUDED.sent, "
                "errors = notify_provider_minutes.errors + EXCLUDED.errors, "
                "refused = notify_provider_minutes.refused + EXCLUDED.refused",
                new_id(), channel, provider, _minute(unit.now), tally.sent, tally.errors, tally.refused,
            )  # fmt: skip
            if tally.sent or tally.refused:
                changed = await sql.execute(
                    "UPDATE notify_providers SET failures = 0, open_until = NULL, updated_at = $1 "
                    "WHERE channel = $2 AND provider = $3 AND failures > 0",
                    unit.now, channel, provider,
                )  # fmt: skip
            else:
                changed = await sql.execute(
                    "UPDATE notify_providers SET failures = failures + $1, updated_at = $2, open_until = "
                    "CASE WHEN failures + $1 >= $3 THEN $4 ELSE open_until END WHERE channel = $5 AND provider = $6",
                    tally.errors, unit.now, FAILURES, unit.now + OPEN, channel, provider,
                )  # fmt: skip
            if changed:
                self._looked = self._looked and self._looked - _LOOK


async def rebalance(unit: Unit) -> list[tuple[str, Move]]:
    """Make the moves that are due, one a channel; called by whoever has the sweep's lease."""
    await sql.execute("DELETE FROM notify_provider_minutes WHERE minute < $1", unit.now - _KEPT)
    by_channel: dict[str, list[Share]] = defaultdict(list)
    for channel, share in await _stored():
        by_channel[channel].append(share)
    made = []
    for channel, known in by_channel.items():
        if moved := shares.move(known, await figures(unit, channel), unit.now):
            made.append((channel, moved))
            await _write(unit, channel, moved)
    return made


async def figures(unit: Unit, channel: str) -> dict[str, Figures]:
    """What the providers of a channel did lately, from their minutes."""
    rows = await sql.rows(
        "SELECT provider, COALESCE(SUM(CASE WHEN minute >= $1 THEN errors END), 0) AS errors, "
        "SUM(answered) AS answered, SUM(slow) AS slow FROM notify_provider_minutes "
        "WHERE channel = $2 AND minute >= $3 GROUP BY provider",
        _minute(unit.now - shares.ERRORS_IN), channel, unit.now - shares.SLOW_IN,
    )  # fmt: skip
    return {r["provider"]: Figures(int(r["errors"]), int(r["answered"]), int(r["slow"])) for r in rows}


async def answered(unit: Unit, receipts: Mapping[tuple[str, str], int], slow: Mapping[tuple[str, str], int]) -> None:
    """So many receipts came, by channel and provider, and so many of them were slow."""
    for (channel, provider), count in sorted(receipts.items()):
        await sql.execute(
            "INSERT INTO notify_provider_minutes (id, channel, provider, minute, answered, slow) "
            "VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT (channel, provider, minute) DO UPDATE SET "
            "answered = notify_provider_minutes.answered + EXCLUDED.answered, "
            "slow = notify_provider_minutes.slow + EXCLUDED.slow",
            new_id(), channel, provider, _minute(unit.now), count, slow.get((channel, provider), 0),
        )  # fmt: skip


async def _stored() -> list[tuple[str, Share]]:
    rows = await sql.rows(
        "SELECT channel, provider, share, resting, moved_at, troubled_at, failures, open_until FROM notify_providers "
        "ORDER BY channel, provider"
    )
    return [
        (row["channel"], Share(
            row["provider"], int(row["share"]), int(row["resting"]), sql.instant(row["moved_at"]),
            sql.instant_or_none(row["troubled_at"]), int(row["failures"]), sql.instant_or_none(row["open_until"]),
        ))
        for row in rows
    ]  # fmt: skip


async def _write(unit: Unit, channel: str, moved: Move) -> None:
    for provider, points in sorted(((moved.giver, -moved.points), (moved.taker, moved.points))):
        troubled = unit.now if moved.trouble and provider == moved.giver else None
        await sql.execute(
            "UPDATE notify_providers SET share = share + $1, moved_at = $2, updated_at = $2, "
            "troubled_at = COALESCE($3, troubled_at) WHERE channel = $4 AND provider = $5",
            points, unit.now, troubled, channel, provider,
        )  # fmt: skip


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
