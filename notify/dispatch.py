"""Sending: claim a batch, commit, mark submitting, commit, call the channels outside any transaction, finish.

At most one batch is in doubt after a crash. Nothing here keeps state between two steps: any number of
dispatchers may work on one PostgreSQL database.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import progress, queue
from notify.channel import Channel, Outcome, Parcel, Rejected, Retry, Run, Sent, Unknown
from notify.contacts import Contacts
from notify.ladder import LANE_CAMPAIGN, LANE_OTP, Patience, settle_doubt
from notify.outbox import ADDRESS, opened
from notify.queue import Claimed, Loaded, Verdict
from notify.receipts import apply_waiting

_log = logging.getLogger("yima.notify")


@dataclass(frozen=True, slots=True)
class DispatchOptions:
    """``batch`` is the promised bound of doubled sends after a crash; ``lease`` outlasts every channel's deadline."""

    batch: int = 20
    lease: timedelta = timedelta(seconds=30)
    max_attempts: int = 60
    sweep_batch: int = 200
    patience: Patience = field(default_factory=Patience)


class Dispatcher:
    """Moves due deliveries to their channels."""

    def __init__(
        self,
        *,
        run: Run,
        vault: Vault,
        contacts: Contacts,
        channels: Sequence[Channel],
        options: DispatchOptions | None = None,
        dice: random.Random | None = None,
    ) -> None:
        self._run = run
        self._vault = vault
        self._contacts = contacts
        self._channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self._options = options or DispatchOptions()
        self._dice = dice or random.SystemRandom()
        longest = max((channel.timeout for channel in channels), default=0.0)
        if self._options.lease.total_seconds() < 2 * longest:
            raise ValueError("the lease must be at least twice the longest channel deadline")

    async def step(self, lanes: int = LANE_CAMPAIGN) -> int:
        """One batch from claim to finish; how many were claimed. 0 = nothing is due in these lanes."""
        claimed = await self._run("", lambda unit: self._claim(unit, lanes))
        if not claimed:
            return 0
        ready = await self._run("", lambda unit: self._prepare(unit, claimed))
        if ready:
            verdicts = await asyncio.gather(*(self._try(item, parcel) for item, parcel in ready))
            await self._run("", lambda unit: self._finish(unit, verdicts))
        return len(claimed)

    async def sweep(self) -> int:
        """Settle what a dead or hung sender left in doubt, and apply receipts that came early. How many moved."""
        return await self._run("", self._sweep)

    async def _claim(self, unit: Unit, lanes: int) -> list[Claimed]:
        return await queue.claim(unit, lanes=lanes, limit=self._options.batch, lease=self._options.lease)

    async def _prepare(self, unit: Unit, claimed: list[Claimed]) -> list[tuple[Claimed, Parcel]]:
        loaded = await queue.load(claimed[0].lease_id)
        parcels: list[tuple[Claimed, Parcel]] = []
        refused: list[Verdict] = []
        for item in claimed:
            made = await self._parcel(unit, item, loaded.get(item.id))
            if isinstance(made, Parcel):
                parcels.append((item, made))
            elif made is not None:
                refused.append(made)
        await self._finish(unit, refused)
        held = await queue.submit(unit, claimed[0].lease_id, self._options.lease)
        return [(item, parcel) for item, parcel in parcels if item.id in held]

    async def _parcel(self, unit: Unit, item: Claimed, loaded: Loaded | None) -> Parcel | Verdict | None:
        if loaded is None:  # the lease was lost meanwhile, or a receipt settled it
            return None
        channel = self._channels.get(item.channel)
        if channel is None:
            return Verdict(item, "failed", "rejected", "channel-unknown")
        if unit.now >= item.expires_at:
            return Verdict(item, "failed", "expired", "expired")
        if item.attempt > self._options.max_attempts:
            return Verdict(item, "failed", "expired", "attempts-exhausted")
        if loaded.stopped:
            return Verdict(item, "skipped", "skipped", "stopped")
        if channel.needs_phone and loaded.read and loaded.category == "information":
            return Verdict(item, "skipped", "skipped", "already-read")
        try:
            phone = await self._phone(loaded) if channel.needs_phone else None
            words = opened(self._vault, loaded.content)
        except (ValueError, KeyError):
            return Verdict(item, "failed", "rejected", "unreadable")
        if channel.needs_phone and not phone:
            return Verdict(item, "skipped", "skipped", "no-phone")
        text = words.sms if channel.needs_phone else words.body
        return Parcel(
            item.client_msg_id, item.message_id, loaded.portal, loaded.event, loaded.category, loaded.language,
            loaded.recipient, phone, words.title, text, words.link, words.values,
        )  # fmt: skip

    async def _phone(self, loaded: Loaded) -> str | None:
        if loaded.address is not None:
            return self._vault.open(loaded.address, ADDRESS)
        return None if loaded.recipient is None else await self._contacts.phone(loaded.recipient)

    async def _try(self, item: Claimed, parcel: Parcel) -> Verdict:
        channel = self._channels[item.channel]
        outcome: Outcome
        try:
            async with asyncio.timeout(channel.timeout):
                outcome = await channel.send(parcel)
        except TimeoutError:
            outcome = Unknown("timeout")
        except Exception as error:
            _log.warning("channel %s raised %s", item.channel, type(error).__name__)
            outcome = Unknown(type(error).__name__)
        return self._judge(item, parcel.category, channel, outcome)

    def _judge(self, item: Claimed, category: str, channel: Channel, outcome: Outcome) -> Verdict:
        if isinstance(outcome, Sent):
            state: queue.State = "delivered" if outcome.delivered else "sent"
            return Verdict(item, state, state, "", outcome.provider_ref)
        if isinstance(outcome, Rejected):
            return Verdict(item, "failed", "rejected", outcome.code)
        if isinstance(outcome, Retry):
            return Verdict(item, "pending", "retry", outcome.code)
        return self._doubt(item, category, channel, outcome.code)

    def _doubt(self, item: Claimed, category: str, channel: Channel | None, reason: str) -> Verdict:
        settled = settle_doubt(category, harmless=channel is not None and channel.harmless_again)
        if settled == "again":
            return Verdict(item, "pending", "unknown", reason)
        if settled == "drop":
            return Verdict(item, "failed", "unknown", f"in-doubt:{reason}")
        return Verdict(item, "in_doubt", "unknown", reason)

    def _dated(self, unit: Unit, verdict: Verdict) -> Verdict:
        """Give a retry its next instant; one that would come after the delivery's life fails now."""
        if verdict.state not in ("pending", "in_doubt"):
            return verdict
        patience, item = self._options.patience, verdict.claimed
        wait = patience.doubt_wait
        if verdict.state == "pending":
            wait = patience.wait(item.attempt, self._dice, urgent=item.lane == LANE_OTP)
        if verdict.state == "pending" and unit.now + wait >= item.expires_at:
            return replace(verdict, state="failed", reason=f"expired:{verdict.reason}")
        return replace(verdict, next_at=unit.now + wait)

    async def _finish(self, unit: Unit, verdicts: Sequence[Verdict]) -> None:
        if not verdicts:
            return
        dated = [self._dated(unit, verdict) for verdict in verdicts]
        kept = await queue.finish(unit, dated)
        await progress.settled(unit, [(v.claimed.campaign_id, _counted(v)) for v in kept if _is_settled(v)])

    async def _sweep(self, unit: Unit) -> int:
        found = await queue.lost(unit, self._options.sweep_batch)
        verdicts = [self._doubt(item, category, self._channels.get(item.channel), "lost") for item, category in found]
        await self._finish(unit, verdicts)
        expired = await queue.release_doubtful(unit)
        await progress.settled(unit, [(campaign_id, "failed") for campaign_id in expired])
        return len(found) + await apply_waiting(unit, self._options.sweep_batch)


def _is_settled(verdict: Verdict) -> bool:
    return verdict.state in ("sent", "delivered", "failed", "skipped")


def _counted(verdict: Verdict) -> progress.Settled:
    if verdict.state == "skipped":
        return "skipped"
    return "failed" if verdict.state == "failed" else "reached"
