"""Providers' answers: kept as they came, once each, then applied. States only move forward.

Early, late, doubled, out of order, foreign: every receipt may come at any time. One that names a delivery of another
provider changes nothing; one for a delivery not known yet waits for three days. They are applied a page at a time: the
deliveries are locked, then all that waits for them is judged in the order in which it came. So of two processes with
the same receipts one applies them, and a process that dies has applied nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import progress, providers, receipt_rows, shares
from notify.receipt_rows import Held, Moved, Name, Outcome, Waiting
from notify.verdicts import Ended, Ending

PAYLOAD = "notify_receipts.payload"
WAITS = timedelta(hours=72)
UNANSWERED = timedelta(hours=72)
"""A delivery taken by a provider whose receipt has not come by then is ``unknown``. (GOV.UK Notify: 72 h.)"""
_OPEN = ("pending", "submitting", "in_doubt")
_BEFORE: dict[Outcome, tuple[str, ...]] = {
    "delivered": (*_OPEN, "sent", "unknown"),
    "failed": (*_OPEN, "sent", "unknown"),
    "read": (*_OPEN, "sent", "unknown", "delivered"),
}


def after(state: str, outcome: Outcome) -> str:
    """The state of a delivery once a receipt is applied: where it may not follow, nothing changes."""
    return outcome if state in _BEFORE[outcome] else state


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of a provider. It names its delivery by our id, or by the provider's reference. ``payload``: as it
    came; ``repr`` does not show it."""

    receipt_id: str
    outcome: Outcome
    client_msg_id: str = ""
    provider_ref: str = ""
    reason: str = ""
    payload: str = field(default="", repr=False)


class Receipts:
    """The door for what providers say afterwards."""

    def __init__(self, vault: Vault, ended: Ended | None = None) -> None:
        self._vault = vault
        self.ended = ended

    async def take(self, unit: Unit, provider: str, said: Sequence[Said]) -> int:
        """Keep receipts in the order in which they were said and apply them; how many were not here before. A page
        takes as many statements as one. (Pages are the caller's: a transaction holds what it applies.)"""
        # Those of one instant are put in order by their ids.
        ids = iter(sorted(new_id() for _ in said))
        first: dict[str, receipt_rows.Raw] = {}
        for one in said:
            made = next(ids)
            if (receipt_id := one.receipt_id[:128]) not in first:
                first[receipt_id] = (
                    made, provider, receipt_id, one.client_msg_id[:64], one.provider_ref[:128], one.outcome,
                    one.reason[:64], self._vault.seal(one.payload, PAYLOAD),
                )  # fmt: skip
        kept = await receipt_rows.keep(unit, list(first.values()))
        names = {("", row[3], "") if row[3] else (provider, "", row[4]) for row in first.values() if row[0] in kept}
        await _apply(unit, names, self.ended)
        return len(kept)


async def apply_waiting(unit: Unit, limit: int = 200, ended: Ended | None = None) -> int:
    """Apply receipts that came before their delivery was known, oldest first; how many."""
    names = await receipt_rows.early(limit)
    return await _apply(unit, names, ended, skip=True)


async def forget_unknown(unit: Unit, limit: int = 500) -> int:
    """Receipts that nobody waited for, and deliveries that no receipt came for: both have had their three days."""
    skip = " FOR UPDATE SKIP LOCKED" if sql.is_postgres() else ""
    dropped = await sql.execute(
        "UPDATE notify_receipts SET applied_at = $1, note = 'unknown' WHERE id IN (SELECT id FROM notify_receipts "
        f"WHERE applied_at IS NULL AND received_at <= $2 LIMIT $3{skip})",
        unit.now, unit.now - WAITS, limit,
    )  # fmt: skip
    silent = await sql.execute(
        "UPDATE notify_deliveries SET state = 'unknown' WHERE id IN (SELECT id FROM notify_deliveries "
        f"WHERE state = 'sent' AND updated_at <= $1 LIMIT $2{skip}) AND state = 'sent'",
        unit.now - UNANSWERED, limit,
    )  # fmt: skip
    return dropped + silent


async def _apply(unit: Unit, names: Collection[Name], ended: Ended | None, *, skip: bool = False) -> int:
    """Apply all that waits for the deliveries of these names; how many receipts that were."""
    held = await receipt_rows.hold(names, skip=skip) if names else []
    if not held:
        return 0
    heard = _Heard(unit, held)
    for receipt in await receipt_rows.waiting(held):
        heard.hear(receipt)
    await receipt_rows.move(unit, list(heard.moved.values()))
    # Providers before ladders before campaigns, as where tries end: no two wait for each other in a ring.
    await providers.answered(unit, heard.answered, heard.slow)
    await _counted(unit, list(heard.moved.values()), ended)
    await receipt_rows.noted(unit, heard.notes)
    return len(heard.notes)


class _Heard:
    """What a page of receipts makes of the deliveries that are held, one receipt after the other."""

    def __init__(self, unit: Unit, held: Sequence[Held]) -> None:
        self._now = unit.now
        self._by_name: dict[Name, Held] = {}
        for one in held:
            self._by_name["", one.client_msg_id, ""] = one
            if one.provider and one.provider_ref:
                self._by_name.setdefault((one.provider, "", one.provider_ref), one)
        self.moved: dict[UUID, Moved] = {}
        self.notes: dict[UUID, str] = {}
        self.answered: Counter[tuple[str, str]] = Counter()
        self.slow: Counter[tuple[str, str]] = Counter()

    def hear(self, receipt: Waiting) -> None:
        one = self._by_name.get(receipt.name)
        if one is None:  # one provider's reference beside another's name
            return
        if one.provider not in ("", receipt.provider):
            self.notes[receipt.id] = "foreign"
            return
        before = self.moved.get(one.id)
        state, since = (before.state, self._now) if before else (one.state, one.updated_at)
        if one.provider:
            self.answered[one.channel, one.provider] += 1
            self.slow[one.channel, one.provider] += self._now - since > shares.SLOW_AFTER
        if after(state, receipt.outcome) == state:
            self.notes[receipt.id] = "late"
            return
        self.moved[one.id] = Moved(one, receipt.outcome, receipt.reason)
        self.notes[receipt.id] = "applied"


async def _counted(unit: Unit, moved: Sequence[Moved], ended: Ended | None) -> None:
    """Ladders whose step failed go on, and campaigns learn what is new: that something arrived or failed, or that what
    was taken did not arrive."""
    failed = [
        Ending(one.delivery.id, one.delivery.message_id, one.delivery.channel, "failed", one.reason,
               one.delivery.campaign_id)
        for one in moved if one.state == "failed"
    ]  # fmt: skip
    went_on = await ended(unit, failed) if ended and failed else frozenset[UUID]()
    outcomes = ((one.delivery.campaign_id, _news(one, one.delivery.message_id in went_on)) for one in moved)
    await progress.settled(unit, [(campaign_id, news) for campaign_id, news in outcomes if news])


def _news(one: Moved, goes_on: bool) -> progress.Settled | None:
    """What the campaign's counters learn. A step that failed is no failure of the notice while its ladder goes on."""
    if one.delivery.state in _OPEN:
        if one.state != "failed":
            return "reached"
        return "skipped" if goes_on else "failed"
    if one.state != "failed":
        return None
    return "moved" if goes_on else "bounced"
