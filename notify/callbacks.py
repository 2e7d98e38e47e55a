"""Callbacks: kept raw and committed first, then applied in a unit of its own; what could not be applied waits.

A provider may tell twice, late, or before we know its reference. Applying again is harmless, so a sweeper does it
until the delivery is known or the callback is too old to matter.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import grants, reply_windows
from notify.channel import Run
from notify.incoming import InboundText, ProviderReceipt, WrongCallback, mainland, understood
from notify.receipts import Receipts
from notify.vendor_templates import Kind
from notify.wechat_crypt import read_body
from notify.wechat_events import Told, read_event

PAYLOAD = "notify_callbacks.payload"
PATIENCE = timedelta(days=3)
KEPT = timedelta(days=90)
_log = logging.getLogger("yima.notify.callbacks")

CallbackKind = Literal["receipts", "inbound", "event"]


class Accounts(Protocol):
    """Who is behind an account at a provider, in the unit's portal."""

    async def holder(self, unit: Unit, provider: str, subject: str) -> UUID | None: ...


class AnswerDesk(Protocol):
    """Where people's answers to short messages go."""

    async def stop(self, unit: Unit, phone: str) -> bool:
        """No more short messages that may be refused. False: nobody of this portal has the number."""
        ...

    async def rate(self, unit: Unit, phone: str, stars: int) -> bool:
        """The rating of the latest finished case. False: there is none to rate."""
        ...


@dataclass(frozen=True, slots=True)
class Readers:
    """How one provider's bodies are read. ``channel``: whose deliveries its references belong to."""

    channel: str
    receipts: Callable[[bytes], Sequence[ProviderReceipt]] | None = None
    inbound: Callable[[bytes], Sequence[InboundText]] | None = None
    account: str = ""
    kinds: Mapping[str, Kind] | None = None


class Callbacks:
    """Keep, apply, sweep."""

    def __init__(
        self, *, run: Run, vault: Vault, receipts: Receipts, accounts: Accounts, desk: AnswerDesk,
        readers: Mapping[str, Readers],
    ) -> None:  # fmt: skip
        self._run = run
        self._vault = vault
        self._receipts = receipts
        self._accounts = accounts
        self._desk = desk
        self._readers = readers

    def takes(self, provider: str, kind: CallbackKind) -> bool:
        """Whether this provider is connected and tells such things."""
        found = self._readers.get(provider)
        if found is None:
            return False
        return {"receipts": found.receipts is not None, "inbound": found.inbound is not None,
                "event": bool(found.account)}[kind]  # fmt: skip

    async def take(self, portal: str, provider: str, kind: CallbackKind, key: str, raw: bytes) -> bool:
        """Keep (that is what the provider is answered for), then apply. False: it was here before.

        ``WrongCallback`` before anything is kept, where it cannot be read at all.
        """
        self._read(provider, kind, raw)

        async def keep(unit: Unit) -> UUID | None:
            row = await sql.row(
                "INSERT INTO notify_callbacks (id, portal, provider, kind, key, payload, note, received_at) "
                "VALUES ($1,$2,$3,$4,$5,$6,'',$7) ON CONFLICT (provider, key) DO NOTHING RETURNING id",
                new_id(), portal, provider, kind, key[:128], self._vault.seal_bytes(raw, PAYLOAD), unit.now,
            )  # fmt: skip
            return sql.uid(row["id"]) if row else None

        kept = await self._run(portal, keep)
        if kept is None:
            return False
        try:
            await self._run(portal, lambda unit: self._apply(unit, kept, provider, kind, raw))
        except Exception as error:  # it is kept: the sweeper tries again, the provider need not
            _log.warning("a callback of %s is applied later: %s", provider, type(error).__name__)
        return True

    async def sweep(self, unit: Unit, limit: int = 100) -> int:
        """Apply what waits; give up on what is older than three days. How many were settled."""
        rows = await sql.rows(
            "SELECT id, portal, provider, kind, payload, received_at FROM notify_callbacks "
            "WHERE applied_at IS NULL AND received_at < $1 ORDER BY received_at LIMIT $2",
            unit.now - timedelta(seconds=20), limit,
        )  # fmt: skip
        settled = 0
        for row in rows:
            scoped = Unit(unit.now, row["portal"], unit.events)
            if unit.now - sql.instant(row["received_at"]) > PATIENCE:
                await self._settle(unit, sql.uid(row["id"]), "given-up")
                settled += 1
                continue
            try:
                raw = self._vault.open_bytes(bytes(row["payload"]), PAYLOAD)
                settled += await self._apply(scoped, sql.uid(row["id"]), row["provider"], row["kind"], raw)
            except ValueError:
                await self._settle(unit, sql.uid(row["id"]), "unreadable")
                settled += 1
        return settled

    async def purge(self, unit: Unit) -> int:
        """Forget raw callbacks after ninety days; how many."""
        return await sql.delete_some("notify_callbacks", "received_at < $1", unit.now - KEPT)

    def _read(
        self, provider: str, kind: CallbackKind, raw: bytes
    ) -> Sequence[ProviderReceipt] | Sequence[InboundText] | Told:
        found = self._readers.get(provider)
        if found is None:
            raise WrongCallback("not connected")
        if kind == "event":
            return read_event(read_body(raw))
        reader = found.receipts if kind == "receipts" else found.inbound
        if reader is None:
            raise WrongCallback("not connected")
        return reader(raw)

    async def _apply(self, unit: Unit, callback_id: UUID, provider: str, kind: CallbackKind, raw: bytes) -> bool:
        told = self._read(provider, kind, raw)
        note, waits = "", False
        if isinstance(told, Told):
            waits = await self._event(unit, provider, told)
        else:
            for one in told:
                if isinstance(one, ProviderReceipt):
                    waits |= not await self._receipt(unit, provider, one)
                else:
                    note = await self._answer(unit, one)
        if waits:
            return False
        await self._settle(unit, callback_id, note)
        return True

    async def _settle(self, unit: Unit, callback_id: UUID, note: str) -> None:
        await sql.execute(
            "UPDATE notify_callbacks SET applied_at = $1, note = $2 WHERE id = $3", unit.now, note, callback_id
        )

    async def _event(self, unit: Unit, provider: str, told: Told) -> bool:
        """Apply an event; True if a receipt in it names something we do not know yet."""
        reader = self._readers[provider]
        waits = False
        for receipt in told.receipts:
            waits |= not await self._receipt(unit, provider, receipt)
        if told.allowed and (person := await self._accounts.holder(unit, reader.account, told.openid)):
            for word in told.allowed:
                kind: Kind = (reader.kinds or {}).get(word.template, "once")
                if word.answer == "reject":
                    await grants.reject(unit, person, reader.channel, word.template, ref=word.ref)
                else:
                    await grants.accept(unit, person, reader.channel, word.template, kind=kind, ref=word.ref)
        if told.spoke or told.acted:
            window = reply_windows.SPOKE if told.spoke else reply_windows.ACTED
            await reply_windows.opened(unit, self._vault, told.openid, window)
        if told.left:
            await reply_windows.closed(unit, self._vault, told.openid)
        return waits

    async def _receipt(self, unit: Unit, provider: str, one: ProviderReceipt) -> bool:
        """False where the reference is not known (yet)."""
        client_msg_id = one.client_msg_id
        if not client_msg_id:
            row = await sql.row(
                "SELECT client_msg_id FROM notify_deliveries "
                "WHERE provider = $1 AND provider_ref = $2 AND provider <> ''",
                provider, one.provider_ref,
            )  # fmt: skip
            if row is None:
                return False
            client_msg_id = str(row["client_msg_id"])
        await self._receipts.take(
            unit, provider=provider, receipt_id=one.receipt_id, client_msg_id=client_msg_id, outcome=one.outcome,
            payload=f"{one.provider_ref} {one.outcome} {one.reason}", reason=one.reason[:64],
        )  # fmt: skip
        return True

    async def _answer(self, unit: Unit, text: InboundText) -> str:
        """What somebody wrote back; the note says what was done, never the words."""
        phone, wish = mainland(text.phone), understood(text.text)
        if not phone:
            return "no-phone"
        if wish.kind == "stop":
            return "stopped" if await self._desk.stop(unit, phone) else "nobody"
        if wish.kind == "rating":
            return "rated" if await self._desk.rate(unit, phone, wish.stars) else "nothing-to-rate"
        return "words"
