"""How the traffic of one channel is split among its providers: pure rules, with GOV.UK Notify's figures.

Source: notifications-api ``provider_details_dao.py`` and ``scheduled_tasks.py``. Its first design swapped everything on
one error; this one moves ten points, slowly, and comes back more slowly still.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

STEP = 10
ERRORS, ERRORS_IN = 50, timedelta(seconds=60)
SLOW_SHARE, SLOW_IN, SLOW_LEAST = 0.15, timedelta(minutes=15), 20
SLOW_AFTER = timedelta(minutes=5)
AFTER_ERRORS, AFTER_SLOW, BACK_EVERY = timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=5)
QUIET = timedelta(minutes=15)
FAILURES, OPEN = 10, timedelta(seconds=2)
"""So many failures in a row open a provider's circuit, for so long; then one delivery at a time tries it again."""


@dataclass(frozen=True, slots=True)
class Share:
    """One provider's part of its channel, in points of a hundred, and its circuit."""

    provider: str
    share: int
    resting: int
    moved_at: datetime
    troubled_at: datetime | None = None
    failures: int = 0
    open_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Nothing may be sent to it."""
        return self.open_until is not None and now < self.open_until

    @property
    def probing(self) -> bool:
        """Its circuit was open and it has not yet proved itself."""
        return self.failures >= FAILURES


@dataclass(frozen=True, slots=True)
class Figures:
    """What one provider did lately: errors of the last minute; receipts of the last fifteen, and the slow of them."""

    errors: int = 0
    answered: int = 0
    slow: int = 0

    @property
    def is_slow(self) -> bool:
        return self.answered >= SLOW_LEAST and self.slow >= SLOW_SHARE * self.answered


@dataclass(frozen=True, slots=True)
class Move:
    """``points`` go from one provider to another; ``trouble``: because of the giver, not back to rest."""

    giver: str
    taker: str
    points: int
    trouble: bool


def move(shares: Sequence[Share], figures: Mapping[str, Figures], now: datetime) -> Move | None:
    """The one move that is due in a channel now, or None."""
    if len(shares) < 2:
        return None
    last = max(share.moved_at for share in shares)
    none = Figures()
    failing = [s for s in shares if figures.get(s.provider, none).errors > ERRORS]
    slow = [s for s in shares if figures.get(s.provider, none).is_slow]
    for troubled, pause in ((failing, AFTER_ERRORS), (slow, AFTER_SLOW)):
        if troubled and len(troubled) < len(shares) and now - last >= pause:
            return _away(troubled, [s for s in shares if s not in failing and s not in slow])
    if failing or slow or now - last < BACK_EVERY:
        return None
    if any(s.troubled_at and now - s.troubled_at < QUIET for s in shares):
        return None
    return _back(shares)


def _away(troubled: Sequence[Share], well: Sequence[Share]) -> Move | None:
    giver = max(troubled, key=lambda s: s.share)
    if not well or giver.share == 0:
        return None
    return Move(giver.provider, max(well, key=lambda s: s.resting).provider, min(STEP, giver.share), trouble=True)


def _back(shares: Sequence[Share]) -> Move | None:
    giver = max(shares, key=lambda s: s.share - s.resting)
    taker = min(shares, key=lambda s: s.share - s.resting)
    points = min(STEP, giver.share - giver.resting, taker.resting - taker.share)
    return Move(giver.provider, taker.provider, points, trouble=False) if points > 0 else None


def pick(shares: Sequence[Share], now: datetime, dice: random.Random, *, before: str = "") -> Share | None:
    """Whom to ask: by share among those whose circuit is closed; ``before``, if it still binds. None: nobody now."""
    able = [share for share in shares if not share.is_open(now)]
    if bound := next((share for share in able if share.provider == before), None):
        return bound
    if not able:
        return None
    total = sum(share.share for share in able)
    if not total:
        return dice.choice(able)
    point = dice.random() * total
    for share in able:
        point -= share.share
        if point < 0:
            return share
    return able[-1]
