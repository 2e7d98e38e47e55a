"""The ladder of one notice: which ways, in which order, when the next one, and when it is over. Pure rules.

The inbox gets every notice and an open page is told at once; these cost nobody anything. The other ways are steps: the
next one begins when one fails, or stays without an answer for too long. It is a ladder, not a broadcast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal

from config.floor.unit import LEGAL_ZONE
from notify.ladder import Choice

PAPER = "paper"
Reason = Literal["switched-off", "no-address", "not-offered", "stopped-department", "often-enough"]
ACTIVE = ("wechat", "alipay", "oa", "webpush", "sms", "email")
"""What leaves the house on its own, in the order of the ladder: what costs nothing first."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing but the inbox is told, minutes of the day in Asia/Shanghai; they may wrap midnight."""

    starts: int
    ends: int

    def until(self, now: datetime) -> datetime | None:
        """When they end, if ``now`` is inside them."""
        local = now.astimezone(LEGAL_ZONE)
        minute = local.hour * 60 + local.minute
        inside = (
            self.starts <= minute < self.ends
            if self.starts < self.ends
            else (minute >= self.starts or minute < self.ends)
        )
        if self.starts == self.ends or not inside:
            return None
        day = local.date() + timedelta(days=1 if minute >= self.ends else 0)
        return datetime.combine(day, time(self.ends // 60, self.ends % 60), LEGAL_ZONE).astimezone(now.tzinfo)


@dataclass(frozen=True, slots=True)
class LadderRules:
    """Settings of the ladder. ``waits``: minutes without an answer before the next step, by category. ``caps``: how
    many notices to many of a category ring at one person within ``cap_days``, over all departments; none = as many as
    there are."""

    offered: frozenset[str] = frozenset({"sms"})
    order: Sequence[str] = ACTIVE
    waits: Mapping[str, int] = field(default_factory=lambda: {"statutory": 60, "service": 240, "information": 1440})
    paper_for: frozenset[str] = frozenset({"statutory"})
    paper_wait: int = 72 * 60
    quiet: Quiet | None = None
    caps: Mapping[str, int] = field(default_factory=dict)
    cap_days: int = 7

    def wait(self, category: str) -> int:
        return self.waits.get(category, 240)


@dataclass(frozen=True, slots=True)
class Step:
    """One way, and how many minutes it may stay without an answer before the next."""

    channel: str
    wait: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What was decided for one notice. ``held_until``: the quiet hours' end, where they hold it."""

    steps: tuple[Step, ...]
    left_out: Mapping[str, Reason]
    live: bool
    held_until: datetime | None


def make_plan(
    category: str, choice: Choice, reach: frozenset[str], rules: LadderRules, quiet: Quiet | None, now: datetime
) -> Plan:
    """Decide. A statutory notice takes every way there is and ends on paper; others take what the resident wants."""
    left_out: dict[str, Reason] = {}
    chosen: list[str] = []
    must = category == "statutory"
    for channel in rules.order:
        if channel not in rules.offered:
            left_out[channel] = "not-offered"
        elif not must and not choice.wants(channel):
            left_out[channel] = "switched-off"
        elif channel not in reach:
            left_out[channel] = "no-address"
        else:
            chosen.append(channel)
    if category in rules.paper_for:
        chosen.append(PAPER)
    live = must or choice.live
    if not live:
        left_out["live"] = "switched-off"
    steps = tuple(
        Step(channel, rules.paper_wait if following == PAPER else rules.wait(category))
        for channel, following in zip(chosen, [*chosen, ""][1:], strict=True)
    )
    held = quiet.until(now) if quiet and steps and not must else None
    return Plan(steps, left_out, live, held)


@dataclass(frozen=True, slots=True)
class Tried:
    """How a step stands."""

    channel: str
    state: str
    since: datetime
    """When it last moved, or when it is due if it was not tried yet."""


@dataclass(frozen=True, slots=True)
class Next:
    """What follows: ``begin`` the step of this number, wait ``until``, or it is over for this ``reason``."""

    begin: int | None = None
    until: datetime | None = None
    over: Literal["", "reached", "ended"] = ""
    reason: str = ""


_ARRIVED = ("delivered", "read")
_TAKEN = ("sent", "unknown", *_ARRIVED)


def judge(
    category: str, steps: Sequence[Step], at_step: int, tried: Mapping[str, Tried], *, read: bool, now: datetime,
    due: datetime | None,
) -> Next:  # fmt: skip
    """What to do with a ladder now. Reading in the inbox ends it; for a statutory notice only once an active way took
    it, or where nothing but paper is left."""
    states = {channel: one.state for channel, one in tried.items()}
    if any(states.get(step.channel) in _ARRIVED for step in steps):
        return Next(over="reached", reason="arrived")
    following = at_step + 1
    paper_left = following < len(steps) and steps[following].channel == PAPER
    taken = any(states.get(step.channel) in _TAKEN for step in steps)
    if read and (category != "statutory" or taken or paper_left):
        return Next(over="reached", reason="read")
    if at_step < 0:
        return Next(until=due) if due and due > now else Next(begin=0)
    current = tried.get(steps[at_step].channel)
    failed = current is None or current.state in ("failed", "skipped")
    patience = timedelta(minutes=steps[at_step].wait)
    if current and not failed and current.since + patience > now:
        return Next(until=current.since + patience)
    if following < len(steps):
        return Next(begin=following)
    if not failed and taken:
        return Next(over="ended", reason="no-answer")
    return Next(over="ended", reason="nothing-left") if failed else Next(until=now + patience)
