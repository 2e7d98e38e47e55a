"""Sending: claim a batch and judge it, commit, call the channels outside any transaction, finish, commit.

At most the batches in hand are in doubt after a crash. Nothing here keeps state between two steps that another process
would need: any number of dispatchers may work on one PostgreSQL database.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from config.floor.trouble import shortly
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import campaign_pace, doubts, progress, queue, verdicts
from notify.channel import Asking, Channel, Outcome, Parcel, Rejected, Retry, Run, Sent, Unknown, provider_of
from notify.contacts import Contacts
from notify.ladder import LANE_CAMPAIGN, LANE_OTP, Patience, settle_doubt
from notify.outbox import ADDRESS, Words
from notify.outside import EVENT as WAITING
from notify.providers import ProviderOptions, Providers, Tally
from notify.queue import Claimed, Loaded
from notify.receipts import apply_waiting
from notify.safety import strange
from notify.said import SaidBook
from notify.verdicts import Ended, Ending, Verdict
from notify.wordings import Wordings, worded

_log = logging.getLogger("yima.notify")


@dataclass(frozen=True, slots=True)
class DispatchOptions:
    """``batch`` is the promised bound of doubled sends after a crash; ``lease`` outlasts every channel's deadline.
    ``domains``: portal id → the addresses that a notice may name; None = not looked at."""

    batch: int = 20
    lease: timedelta = timedelta(seconds=30)
    max_attempts: int = 60
    sweep_batch: int = 200
    patience: Patience = field(default_factory=Patience)
    providers: ProviderOptions = field(default_factory=ProviderOptions)
    domains: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A committed claim: how many rows it moved, and which of them a channel is called for."""

    count: int
    ready: Sequence[tuple[Claimed, Channel, Parcel]]


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
        ended: Ended | None = None,
    ) -> None:
        self._run = run
        self._vault = vault
        self._contacts = contacts
        self._options = options or DispatchOptions()
        self._dice = dice or random.SystemRandom()
        self._providers = Providers(channels, self._options.providers, self._dice)
        self._wordings = Wordings(vault)
        self._said = SaidBook(vault)
        self._ended = ended
        if self._options.lease.total_seconds() < 2 * self._providers.longest:
            raise ValueError("the lease must be at least twice the longest channel deadline")

    @property
    def dice(self) -> random.Random:
        return self._dice

    @property
    def options(self) -> DispatchOptions:
        return self._options

    async def step(self, lanes: int = LANE_CAMPAIGN) -> int:
        """One batch from claim to finish; how many moved. 0 = nothing may go in these lanes now."""
        return await self._send(await self._run("", lambda unit: self._hold(unit, lanes)))

    async def job(self, reserved: UUID) -> int:
        """One batch that was reserved for this job; 0 where others had it."""

        async def take(unit: Unit) -> Held:
            return await self._prepared(unit, await queue.claim_reserved(unit, reserved, lease=self._options.lease))

        return await self._send(await self._run("", take))

    async def sweep(self) -> int:
        """Settle what a dead or hung sender left in doubt, and apply receipts that came early. How many moved.

        Each in transactions of its own, a page long: whoever sends meanwhile waits for no more than one.
        """
        found = await self._run("", self._lost)
        for settle in (self._released, self._given_up):
            while await self._run("", settle) >= doubts.PAGE:
                pass
        return found + await self._run("", self._early) + await self._ask()

    async def _hold(self, unit: Unit, lanes: int) -> Held:
        batch, lease = self._options.batch, self._options.lease
        claimed = await queue.claim(unit, lanes=lanes, limit=batch, lease=lease)
        if not claimed and lanes >= LANE_CAMPAIGN:
            claimed = await campaign_pace.claim(unit, self._dice, limit=batch, lease=lease)
        return await self._prepared(unit, claimed)

    async def _prepared(self, unit: Unit, claimed: Sequence[Claimed]) -> Held:
        if not claimed:
            return Held(0, ())
        loaded = await queue.load(claimed[0].lease_id)
        refused = [v for one in claimed if (v := self._refusal(unit, one, loaded.get(one.id)))]
        out = {verdict.claimed.id for verdict in refused}
        sorted_ = await self._providers.sort(unit, [one for one in claimed if one.id not in out])
        refused += [Verdict(one, "failed", "rejected", "channel-unknown") for one in sorted_.unknown]
        for until, late in sorted_.later:
            await queue.put_back(unit, late, until)
        ready = await self._parcels(sorted_.going, loaded, refused)
        asked = ((one, provider_of(channel)) for one, channel, _ in ready)
        named = [(one, provider) for one, provider in asked if one.provider != provider]
        if named:
            await queue.name_providers(named)
        await self._said.keep(unit, _texts(ready))
        await self._finish(unit, refused)
        return Held(len(ready) + len(refused), ready)

    def _refusal(self, unit: Unit, one: Claimed, loaded: Loaded | None) -> Verdict | None:
        """What is not even tried."""
        if loaded is None:
            return Verdict(one, "failed", "rejected", "unreadable")
        if unit.now >= one.expires_at:
            return Verdict(one, "failed", "expired", "expired")
        if one.attempt > self._options.max_attempts:
            return Verdict(one, "failed", "expired", "attempts-exhausted")
        return None

    async def _parcels(
        self, going: Sequence[tuple[Claimed, Channel]], loaded: Mapping[UUID, Loaded], refused: list[Verdict]
    ) -> list[tuple[Claimed, Channel, Parcel]]:
        if not going:
            return []
        wordings = await self._wordings.load(loaded[one.id].wording_id for one, _ in going)
        phones = await self._phones([loaded[one.id] for one, channel in going if channel.needs_phone])
        ready = []
        for one, channel in going:
            about = loaded[one.id]
            if channel.needs_phone and about.read and about.category == "information":
                refused.append(Verdict(one, "skipped", "skipped", "already-read"))
                continue
            try:
                phone = self._phone(about, phones) if channel.needs_phone else None
                if about.wording_id is not None and about.wording_id not in wordings:
                    raise ValueError("its words are gone")
                words = worded(self._vault, about.content, wordings[about.wording_id] if about.wording_id else None)
            except (ValueError, KeyError):
                refused.append(Verdict(one, "failed", "rejected", "unreadable"))
                continue
            if channel.needs_phone and not phone:
                refused.append(Verdict(one, "skipped", "skipped", "no-phone"))
                continue
            parcel = _parcel(one, about, words, phone, channel)
            if _strange(parcel, self._options.domains):
                refused.append(Verdict(one, "failed", "rejected", "link-not-listed"))
                continue
            ready.append((one, channel, parcel))
        return ready

    async def _phones(self, wanted: Sequence[Loaded]) -> Mapping[UUID, str]:
        people = [about.recipient for about in wanted if about.recipient and about.address is None]
        return await self._contacts.phones(people) if people else {}

    def _phone(self, about: Loaded, phones: Mapping[UUID, str]) -> str | None:
        if about.address is not None:
            return self._vault.open(about.address, ADDRESS)
        return phones.get(about.recipient) if about.recipient else None

    async def _send(self, held: Held) -> int:
        if held.ready:
            self._said.kept(_texts(held.ready))
            made = await asyncio.gather(*(self._try(*one) for one in held.ready))
            await self._run("", lambda unit: self._finish(unit, made))
        return held.count

    async def _try(self, one: Claimed, channel: Channel, parcel: Parcel) -> Verdict:
        outcome: Outcome
        try:
            async with asyncio.timeout(channel.timeout):
                outcome = await channel.send(parcel)
        except TimeoutError:
            outcome = Unknown("timeout")
        except Exception as error:
            _log.warning("channel %s raised %s", one.channel, shortly(error))
            outcome = Unknown(type(error).__name__)
        provider = provider_of(channel)
        if one.provider != provider:
            one = replace(one, provider=provider)
        return self._judge(one, parcel.category, channel, outcome)

    def _judge(self, one: Claimed, category: str, channel: Channel, outcome: Outcome) -> Verdict:
        if isinstance(outcome, Sent):
            state: queue.State = "delivered" if outcome.delivered else "sent"
            return Verdict(one, state, state, "", outcome.provider_ref)
        if isinstance(outcome, Rejected):
            return Verdict(one, "failed", "rejected", outcome.code)
        if isinstance(outcome, Retry):
            return Verdict(one, "pending", "retry", outcome.code, free=True)
        return self._doubt(one, category, channel, outcome.code)

    def _doubt(self, one: Claimed, category: str, channel: Channel | None, reason: str) -> Verdict:
        harmless = channel is not None and channel.harmless_again
        if not harmless and _can_be_asked(channel):
            return Verdict(one, "in_doubt", "unknown", reason)
        settled = settle_doubt(category, harmless=harmless)
        if settled == "again":
            return Verdict(one, "pending", "unknown", reason)
        if settled == "drop":
            return Verdict(one, "failed", "unknown", f"in-doubt:{reason}")
        return Verdict(one, "in_doubt", "unknown", reason)

    def _dated(self, unit: Unit, verdict: Verdict) -> Verdict:
        """Give a retry its next instant; one that would come after the delivery's life fails now."""
        if verdict.state not in ("pending", "in_doubt"):
            return verdict
        patience, one = self._options.patience, verdict.claimed
        if verdict.state == "in_doubt":
            asks = _can_be_asked(self._providers.channel(one))
            return replace(verdict, next_at=unit.now + (patience.ask_wait if asks else patience.doubt_wait))
        wait = patience.wait(one.attempt, self._dice, urgent=one.lane == LANE_OTP)
        if unit.now + wait >= one.expires_at:
            return replace(verdict, state="failed", reason=f"expired:{verdict.reason}")
        return replace(verdict, next_at=unit.now + wait)

    async def _finish(self, unit: Unit, made: Sequence[Verdict]) -> None:
        if not made:
            return
        kept = await verdicts.finish(unit, [self._dated(unit, verdict) for verdict in made])
        await self._providers.note(unit, _tallies(kept))
        settled = [verdict for verdict in kept if _is_settled(verdict)]
        went_on = await self._went_on(unit, [_ending(verdict) for verdict in settled])
        await progress.settled(unit, [(v.claimed.campaign_id, _counted(v, went_on)) for v in settled])

    async def _went_on(self, unit: Unit, endings: Sequence[Ending]) -> frozenset[UUID]:
        """Whose ladder goes another way now."""
        return await self._ended(unit, endings) if self._ended and endings else frozenset()

    async def _lost(self, unit: Unit) -> int:
        found = await queue.lost(unit, self._options.sweep_batch)
        await self._finish(
            unit, [self._doubt(one, category, self._providers.channel(one), "lost") for one, category in found]
        )
        return len(found)

    async def _released(self, unit: Unit) -> int:
        return await doubts.release(unit, self._asking(), self._options.patience.doubt_wait)

    async def _given_up(self, unit: Unit) -> int:
        ends = await doubts.give_up(unit)
        went_on = await self._went_on(unit, ends)
        counted = [(one.campaign_id, one.message_id in went_on) for one in ends]
        await progress.settled(unit, [(campaign_id, "skipped" if on else "failed") for campaign_id, on in counted])
        return len(ends)

    async def _early(self, unit: Unit) -> int:
        return await apply_waiting(unit, self._options.sweep_batch, self._ended)

    def _asking(self) -> list[str]:
        return sorted({c.name for c in self._providers.every() if _can_be_asked(c) and not c.harmless_again})

    async def _ask(self) -> int:
        """Ask providers what became of what is in doubt; how many doubts ended."""
        asking = self._asking()
        if not asking:
            return 0

        async def take(unit: Unit) -> list[tuple[Claimed, Channel, Parcel]]:
            limit, lease = self._options.sweep_batch, self._options.lease
            claimed = await doubts.take(unit, asking, limit=limit, lease=lease)
            if not claimed:
                return []
            loaded = await queue.load(claimed[0].lease_id)
            going = [
                (one, channel) for one in claimed if one.id in loaded and (channel := self._providers.channel(one))
            ]
            return await self._parcels(going, loaded, [])

        taken = await self._run("", take)
        answers = await asyncio.gather(*(_asked(*one) for one in taken))
        known = [
            self._judge(one, parcel.category, channel, answer)
            for (one, channel, parcel), answer in zip(taken, answers, strict=True)
            if answer is not None and not isinstance(answer, Unknown)
        ]
        told = {verdict.claimed.id for verdict in known}
        silent = [one for one, _, _ in taken if one.id not in told]

        async def end(unit: Unit) -> None:
            await self._finish(unit, known)
            await doubts.ask_later(unit, silent, unit.now + self._options.patience.ask_again)

        if taken:
            await self._run("", end)
        return len(known)


def _can_be_asked(channel: Channel | None) -> bool:
    return isinstance(channel, Asking)


async def _asked(one: Claimed, channel: Channel, parcel: Parcel) -> Outcome | None:
    assert isinstance(channel, Asking)
    try:
        async with asyncio.timeout(channel.timeout):
            return await channel.lookup(parcel, one.since)
    except Exception as error:
        _log.warning("channel %s could not be asked: %s", one.channel, shortly(error))
        return None


def _parcel(one: Claimed, about: Loaded, words: Words, phone: str | None, channel: Channel) -> Parcel:
    """What a channel gets: where a notice may not be seen outside the inbox, nothing of it but that there is one."""
    event, values, outside = about.event, words.values, words.outside
    title, body, link = words.title, words.body, words.link
    if outside is not None:
        event, values, title, body, link = WAITING, {}, outside.title, outside.body, outside.link
    return Parcel(
        one.client_msg_id, one.message_id, about.portal, event, about.category, about.language, about.recipient,
        phone, title, words.sms if channel.needs_phone else body, link, values,
    )  # fmt: skip


def _strange(parcel: Parcel, domains: Mapping[str, Sequence[str]] | None) -> bool:
    """Whether it names an address that is not on its portal's list, which may be shorter than when it was written."""
    if domains is None:
        return False
    own = domains.get(parcel.portal, ())
    said = f"{parcel.title}\n{parcel.text}\n" + "\n".join(parcel.values.values())
    return bool(strange(said, own))


def _texts(ready: Sequence[tuple[Claimed, Channel, Parcel]]) -> list[tuple[str, str, str]]:
    """The text messages among them whose words may be asked for: no sign-in codes."""
    return [(p.portal, p.category, p.text) for _, channel, p in ready if channel.needs_phone and p.category != "code"]


def _tallies(made: Sequence[Verdict]) -> dict[tuple[str, str], Tally]:
    found: dict[tuple[str, str], Tally] = defaultdict(Tally)
    for verdict in made:
        if not verdict.claimed.provider:
            continue
        tally = found[verdict.claimed.channel, verdict.claimed.provider]
        tally.sent += verdict.outcome in ("sent", "delivered")
        tally.errors += verdict.outcome in ("retry", "unknown")
        tally.refused += verdict.outcome == "rejected"
    return found


def _ending(verdict: Verdict) -> Ending:
    one = verdict.claimed
    return Ending(one.id, one.message_id, one.channel, verdict.state, verdict.reason, one.campaign_id)


def _is_settled(verdict: Verdict) -> bool:
    return verdict.state in ("sent", "delivered", "failed", "skipped")


def _counted(verdict: Verdict, went_on: frozenset[UUID]) -> progress.Settled:
    """A step that failed is no failure of the notice while its ladder goes on: it is left out."""
    if verdict.state == "skipped" or (verdict.state == "failed" and verdict.claimed.message_id in went_on):
        return "skipped"
    return "failed" if verdict.state == "failed" else "reached"
