"""Which channels a notice takes, how urgent it is, how long it is tried: pure rules."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

Category = Literal["statutory", "service", "information"]
ManyCategory = Literal["emergency", "statutory", "service", "information"]
MessageCategory = Literal["emergency", "statutory", "service", "information", "code"]

LANE_OTP, LANE_CASE, LANE_CAMPAIGN = 0, 1, 2
"""Lower goes first: sign-in codes, then notices about one's own case, then campaigns."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a resident wants for one category beside the inbox, which always gets it."""

    sms: bool
    live: bool
    wechat: bool = True
    oa: bool = True
    alipay: bool = True
    webpush: bool = True
    email: bool = True

    def wants(self, channel: str) -> bool:
        return bool(getattr(self, channel, False))


WAYS = ("sms", "live", "wechat", "oa", "alipay", "webpush", "email")

DEFAULTS: Mapping[str, Choice] = {
    "service": Choice(sms=True, live=True),
    "information": Choice(sms=False, live=True, email=False),
}


def active_channels(category: str, choice: Choice | None) -> tuple[str, ...]:
    """The channels after the inbox, in the order of the ladder. Statutory notices take all of them."""
    if category == "code":
        return ("sms",)
    if category == "statutory":
        return ("live", "sms")
    wanted = choice or DEFAULTS[category]
    return tuple(name for name, on in (("live", wanted.live), ("sms", wanted.sms)) if on)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a delivery of each category is tried, and the waits between tries (spread by full jitter)."""

    lifetimes: Mapping[str, timedelta] = field(
        default_factory=lambda: {
            "code": timedelta(minutes=5),
            "service": timedelta(hours=72),
            "information": timedelta(hours=72),
            "statutory": timedelta(days=7),
            "emergency": timedelta(hours=24),  # at most: a campaign has an end of its own
        }
    )
    waits: tuple[float, ...] = (1, 5, 30, 120, 600, 1800)
    code_waits: tuple[float, ...] = (1, 5, 15, 30)
    doubt_wait: timedelta = timedelta(minutes=10)
    ask_wait: timedelta = timedelta(seconds=5)
    ask_again: timedelta = timedelta(seconds=30)

    def lifetime(self, category: str) -> timedelta:
        return self.lifetimes[category]

    def wait(self, attempt: int, dice: random.Random, *, urgent: bool = False) -> timedelta:
        """The wait after try number ``attempt`` (1 is the first): between half a second and the step's full length.

        ``urgent`` is the ladder of sign-in codes, whose life is short.
        """
        steps = self.code_waits if urgent else self.waits
        longest = steps[min(attempt, len(steps)) - 1]
        return timedelta(seconds=max(0.5, dice.uniform(0, longest)))


Doubt = Literal["again", "drop", "wait"]


def settle_doubt(category: str, *, harmless: bool) -> Doubt:
    """A try whose answer was lost: try again, give up, or wait for a receipt first.

    Where the channel removes doubles by the client message id, again is always right. Elsewhere a statutory
    notice is sent again, a sign-in code is dropped (the person asks for another), anything else waits.
    """
    if harmless or category in ("statutory", "emergency"):
        return "again"
    return "drop" if category == "code" else "wait"
