"""Callbacks: kept raw and committed first, then applied in a unit of its own; what was not applied is, by a sweeper.

A provider may tell twice, late, or before we know its reference. The same callback is kept once; applying it again is
harmless, because receipts, grants and choices each count once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol
from uuid import UUID

from config.floor import sets, sql
from config.floor.ids import new_id
from config.floor.trouble import shortly
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import grants, reply_windows
from notify.channel import Run
from notify.incoming import InboundText, ProviderReceipt, WrongCallback, mainland, understood
from notify.receipts import Receipts, Said
from notify.vendor_templates import Kind
from notify.wechat_crypt import read_body
from notify.wechat_events import Told, read_event

PAYLOAD = "notify_callbacks.payload"
KEPT = timedelta(days=90)
PAGE = 1_000
"""Receipts from which on the sweeper leaves the next body to the next unit."""
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
            _log.warning("a callback of %s is applied later: %s", provider, shortly(error))
        return True

    async def sweep(self, unit: Unit, limit: int = 100) -> int:
        """Apply what a process that died has left; what cannot be read any more is marked so. How many were settled."""
        rows = await sql.rows(
            "SELECT id, portal, provider, kind, payload FROM notify_callbacks "
            "WHERE applied_at IS NULL AND received_at < $1 ORDER BY received_at, id LIMIT $2",
            unit.now - timedelta(seconds=20), limit,
        )  # fmt: skip
        others = [row for row in rows if row["kind"] != "receipts"]
        for row in others:
            callback_id, scoped = sql.uid(row["id"]), Unit(unit.now, row["portal"], unit.events)
            try:
                raw = self._vault.open_bytes(bytes(row["payload"]), PAYLOAD)
                await self._apply(scoped, callback_id, row["provider"], row["kind"], raw)
            except ValueError:
                await self._settle(unit, [callback_id], "unreadable")
        return len(others) + await self._page(unit, [row for row in rows if row["kind"] == "receipts"])

    async def _page(self, unit: Unit, bodies: Sequence[sql.Row]) -> int:
        """Receipts of the provider that waits longest, a page of them together in the order in which they came."""
        said, read, unreadable = list[Said](), list[UUID](), list[UUID]()
        for row in bodies:
            if any(row[name] != bodies[0][name] for name in ("portal", "provider")):
                continue
            try:
                raw = self._vault.open_bytes(bytes(row["payload"]), PAYLOAD)
                said += _said(self._read(row["provider"], "receipts", raw))
                read.append(sql.uid(row["id"]))
            except ValueError:
                unreadable.append(sql.uid(row["id"]))
            if len(said) >= PAGE:
                break
        if said:
            scoped = Unit(unit.now, bodies[0]["portal"], unit.events)
            await self._receipts.take(scoped, bodies[0]["provider"], said)
        await self._settle(unit, read, "")
        await self._settle(unit, unreadable, "unreadable")
        return len(read) + len(unreadable)

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

    async def _apply(self, unit: Unit, callback_id: UUID, provider: str, kind: CallbackKind, raw: bytes) -> None:
        told, note = self._read(provider, kind, raw), ""
        if isinstance(told, Told):
            await self._event(unit, provider, told)
        elif said := _said(told):
            await self._receipts.take(unit, provider, said)
        else:
            for one in told:
                if isinstance(one, InboundText):
                    note = await self._answer(unit, one)
        await self._settle(unit, [callback_id], note)

    async def _settle(self, unit: Unit, ids: Sequence[UUID], note: str) -> None:
        if not ids:
            return
        await sql.execute(
            f"UPDATE notify_callbacks SET applied_at = $1, note = $2 WHERE {sets.among('id', 3)}",
            unit.now, note, sets.listed(ids),
        )  # fmt: skip

    async def _event(self, unit: Unit, provider: str, told: Told) -> None:
        reader = self._readers[provider]
        if told.receipts:
            await self._receipts.take(unit, provider, _said(told.receipts))
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


def _said(told: Sequence[ProviderReceipt] | Sequence[InboundText] | Told) -> list[Said]:
    """The receipts among it; their own door knows what is early, doubled, foreign or out of order."""
    if isinstance(told, Told):
        return []
    return [
        Said(
            one.receipt_id, one.outcome, one.client_msg_id, one.provider_ref, one.reason,
            f"{one.provider_ref} {one.outcome} {one.reason}",
        )
        for one in told if isinstance(one, ProviderReceipt)
    ]  # fmt: skip
