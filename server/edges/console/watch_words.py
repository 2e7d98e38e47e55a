"""Numbers, instants and codes of the watching pages in words, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config.floor.unit import LEGAL_ZONE, legal_day
from notify.board import MANY
from notify.campaign_record import CampaignRecord
from notify.campaign_result import ChannelCount
from server.domain.calendar.service import word_day
from server.web.operations import Call

AnyCall = Call[Any, Any]
_REACHED = ("sent", "delivered", "read", "unknown")
_OWN = frozenset({"inbox", "live"})


class Speaker:
    """What a template says things with."""

    def __init__(self, call: AnyCall) -> None:
        self._call = call

    def count(self, number: int) -> str:
        """Grouped by thousands, as both languages write it."""
        return f"{number:,}"

    def many(self, number: int) -> str:
        """A number that was not counted to its end."""
        return self._call.text("watch.more_than", count=self.count(MANY)) if number > MANY else self.count(number)

    def moment(self, at: datetime | None) -> str:
        """A day with its weekday, and the time in Shanghai."""
        if at is None:
            return "–"
        local = at.astimezone(LEGAL_ZONE)
        return f"{word_day(self._call.services.wording, self._call.language, local.date())} {local:%H:%M}"

    def clock(self, at: datetime) -> str:
        """The time in Shanghai, with seconds."""
        return f"{at.astimezone(LEGAL_ZONE):%H:%M:%S}"

    def exact(self, at: datetime) -> str:
        """Day and time with seconds: for one message's tries."""
        same = legal_day(at) == self._call.unit.today
        return self.clock(at) if same else f"{self.moment(at)}:{at.astimezone(LEGAL_ZONE):%S}"

    def age(self, since: datetime | None) -> str:
        """How long ago, in its largest unit."""
        if since is None:
            return "–"
        passed = max(timedelta(), self._call.unit.now - since)
        for name, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
            if passed.total_seconds() >= size:
                return self._call.text(f"watch.ages.{name}", count=int(passed.total_seconds() // size))
        return self._call.text("watch.ages.seconds", count=int(passed.total_seconds()))

    def word(self, group: str, code: str) -> str:
        """A code in words; one that has none is shown as it is, because it is the provider's."""
        key = f"watch.{group}.{code}"
        return self._call.text(key) if code and self._call.services.wording.has(key) else code or "–"

    def reason(self, code: str) -> str:
        """A cause: ours in words; ``expired:…`` and ``in-doubt:…`` carry the provider's own after them."""
        head, _, rest = code.partition(":")
        return f"{self.word('reasons', head)}（{rest}）" if rest else self.word("reasons", head)

    def channel(self, code: str) -> str:
        return self.word("channels", code)


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many were left at each step of the active channels, and the losses by cause."""

    people: int
    told: int
    planned: int
    submitted: int
    delivered: int
    read: int
    losses: tuple[ChannelCount, ...]
    channels: tuple[tuple[str, int, int, int, int], ...]
    """(channel, planned, taken, failed, left out)"""


def funnel(found: CampaignRecord, counts: Sequence[ChannelCount]) -> Funnel:
    """From the campaign's counters and its deliveries by channel, state and cause. The inbox is a step of its own."""
    active = [one for one in counts if one.channel != "inbox"]

    def total(states: Sequence[str], channel: str = "") -> int:
        return sum(one.count for one in active if one.state in states and (not channel or one.channel == channel))

    losses = [one for one in active if one.state in ("failed", "skipped", "in_doubt")]
    names = sorted({one.channel for one in active}, key=lambda name: (name in _OWN, name))
    channels = tuple(
        (
            name,
            sum(one.count for one in active if one.channel == name),
            total(_REACHED, name),
            total(("failed",), name),
            total(("skipped",), name),
        )
        for name in names
    )
    return Funnel(
        people=found.people,
        told=found.progress.expanded,
        planned=found.progress.planned,
        submitted=total(_REACHED),
        delivered=total(("delivered", "read")),
        read=total(("read",)),
        losses=tuple(sorted(losses, key=lambda one: -one.count)[:12]),
        channels=channels,
    )


def share(part: int, whole: int) -> int:
    """Percent, never 100 before it is all."""
    if whole <= 0:
        return 0
    return 100 if part >= whole else min(99, part * 100 // whole)
