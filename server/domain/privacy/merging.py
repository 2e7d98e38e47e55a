"""Two accounts of one person become one: offered after a proof, seen from both sides, decided once by her.

The later account, which is unproven, goes into the earlier one. One unit does all of it: rows move (``moving.py``),
what gave access ends, the account is closed with a pointer, the record says what moved and by which proof. Before, or
on any refusal, nothing has changed; said again, it is answered the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from config.floor import sql
from config.floor.refusal import Missing, Refusal
from config.floor.unit import Actor, Unit
from config.floor.vault import Vault
from server.domain.audit.service import Audit
from server.domain.identifiers import mask_phone
from server.domain.privacy.errors import MergeNeedsProof, MergeOver
from server.domain.privacy.moving import move_all
from server.domain.residents import merges, proofs
from server.domain.residents.merges import LEAST, MergeOffer
from server.domain.sessions.callers import ResidentCaller
from server.domain.sessions.service import Sessions, resident_facts

_STRAGGLERS = timedelta(minutes=10)
"""No unit of work lives that long."""
_ACCOUNT = "id, region, loa, language, elder, phone_sealed, phone_index, phone_index_next, id_number_index, closed_at"


class MergeEndings(Protocol):
    """What ends with the account that is closed, and who is told."""

    async def end_merged(self, unit: Unit, resident_id: UUID, keep_session: UUID) -> None:
        """Delegations, credentials, codes, browsers, and every session but this one."""
        ...

    async def tell_merged(self, unit: Unit, resident_id: UUID, region: str, language: str, other_phone: str) -> None:
        """A notice by every way of both accounts."""
        ...


@dataclass(frozen=True, slots=True)
class AccountHeld:
    """What one account holds, as its owner recognises it."""

    phone_masked: str
    ways: Sequence[str]
    cases: int
    cases_open: int
    papers: int
    delegations: int
    notices: int
    language: str
    elder: bool


@dataclass(frozen=True, slots=True)
class MergeStands:
    """How it stands. ``earlier`` only when enough is proven: what somebody has is told to nobody else."""

    offer: MergeOffer
    needed: int
    ready: bool
    mine: AccountHeld | None
    earlier: AccountHeld | None


class Merging:
    """``stands`` reads, ``merge`` decides."""

    def __init__(self, vault: Vault, audit: Audit, sessions: Sessions, endings: MergeEndings) -> None:
        self._vault, self._audit, self._sessions, self._endings = vault, audit, sessions, endings

    async def stands(self, unit: Unit, caller: ResidentCaller) -> MergeStands | None:
        """The offer of this account, or the newest merging into it; None where there is neither."""
        row = await sql.row(
            f"SELECT {merges.COLUMNS} FROM resident_merges WHERE portal = $1 AND ((resident_id = $2"
            " AND state = 'offered' AND expires_at > $3) OR (into_id = $2 AND state = 'done'))"
            " ORDER BY CASE state WHEN 'offered' THEN 0 ELSE 1 END, done_at DESC LIMIT 1",
            unit.portal, caller.resident_id, unit.now,
        )  # fmt: skip
        return await self._shown(unit, caller, merges.read(row)) if row else None

    async def _shown(self, unit: Unit, caller: ResidentCaller, offer: MergeOffer) -> MergeStands:
        if offer.state == "done":
            return MergeStands(offer, LEAST, False, None, None)
        into = await _account(unit, offer.into_id, lock=False)
        needed = max(LEAST, int(into["loa"])) if into else LEAST
        ready = into is not None and offer.level >= needed and offer.session_id in (None, caller.session_id)
        mine = await self._held(unit, offer.resident_id)
        return MergeStands(offer, needed, ready, mine, await self._held(unit, offer.into_id) if ready else None)

    async def merge(self, unit: Unit, caller: ResidentCaller, merge_id: UUID) -> MergeOffer | Refusal:
        """Her word. Two at once make one merging; the loser waits and is answered the same."""
        tail = " FOR UPDATE" if sql.is_postgres() else ""
        row = await sql.row(
            f"SELECT {merges.COLUMNS} FROM resident_merges WHERE id = $1 AND portal = $2{tail}", merge_id, unit.portal
        )
        if row is None:
            raise Missing()
        offer = merges.read(row)
        if offer.state == "done" and caller.resident_id in (offer.into_id, offer.resident_id):
            return offer
        if offer.resident_id != caller.resident_id:
            raise Missing()
        first, second = sorted((offer.resident_id, offer.into_id))  # everybody locks two accounts in the same order
        locked = {one: await _account(unit, one, lock=True) for one in (first, second)}
        gone, into = locked[offer.resident_id], locked[offer.into_id]
        usable = offer.state == "offered" and offer.expires_at > unit.now
        if gone is None or into is None or gone["id_number_index"] is not None or not usable:
            return MergeOver()
        if offer.level < max(LEAST, int(into["loa"])) or offer.session_id not in (None, caller.session_id):
            return MergeNeedsProof()
        return await self._do(unit, caller, offer, gone, into)

    async def _do(
        self, unit: Unit, caller: ResidentCaller, offer: MergeOffer, gone: sql.Row, into: sql.Row
    ) -> MergeOffer:
        await self._endings.end_merged(unit, offer.resident_id, caller.session_id)
        moved = await move_all(offer.resident_id, offer.into_id, unit.portal, unit.now)
        other_phone = await self._close(unit, offer, gone, into)
        loa = max(offer.level, int(into["loa"]))
        await sql.execute(
            "UPDATE residents SET loa = $1, verified_at = $2 WHERE id = $3 AND portal = $4 AND loa < $1",
            loa, unit.now, offer.into_id, unit.portal,
        )  # fmt: skip
        await proofs.keep(unit, offer.into_id, level=offer.level, way=offer.way, place=offer.place)
        facts = resident_facts(loa=loa, language=into["language"])
        await self._sessions.hand_over(unit, offer.resident_id, offer.into_id, into["region"], facts)
        await self._sessions.refresh(offer.into_id, facts)
        row = await sql.row(
            "UPDATE resident_merges SET state = 'done', done_at = $1, claim_sealed = NULL, moved = $2"
            f" WHERE id = $3 AND state = 'offered' RETURNING {merges.COLUMNS}",
            unit.now, sql.to_json(moved), offer.id,
        )  # fmt: skip
        assert row is not None, "it is locked"
        await self._record(unit, caller, offer, into["region"], moved)
        await self._endings.tell_merged(unit, offer.into_id, into["region"], into["language"], other_phone)
        for one in (offer.resident_id, offer.into_id):
            unit.tell(f"resident:{one}", "merged")
        return merges.read(row)

    async def move_stragglers(self, unit: Unit) -> int:
        """What was written to an account by a call that had begun before it was merged goes after the rest; how many
        rows. Every portal; nothing to do is the rule."""
        rows = await sql.rows(
            "SELECT portal, resident_id, into_id FROM resident_merges WHERE state = 'done' AND done_at > $1"
            " ORDER BY done_at LIMIT 100",
            unit.now - _STRAGGLERS,
        )  # fmt: skip
        moved = 0
        for row in rows:
            gone, stays = sql.uid(row["resident_id"]), sql.uid(row["into_id"])
            moved += sum((await move_all(gone, stays, row["portal"], unit.now)).values())
        return moved

    async def _close(self, unit: Unit, offer: MergeOffer, gone: sql.Row, into: sql.Row) -> str:
        """The later account is closed and points at the earlier one. Its phone stays with it as a way in, and becomes
        the earlier one's number where that has none; the number if it stays, else empty."""
        phone = self._vault.open(bytes(gone["phone_sealed"]), "residents.phone") if gone["phone_sealed"] else ""
        await sql.execute(
            "UPDATE residents SET closed_at = $1, merged_into = $2 WHERE id = $3 AND portal = $4",
            unit.now, offer.into_id, offer.resident_id, unit.portal,
        )  # fmt: skip
        if not phone or into["phone_sealed"] is not None:
            return phone
        await sql.execute(
            "UPDATE residents SET phone_sealed = NULL, phone_index = NULL, phone_index_next = NULL"
            " WHERE id = $1 AND portal = $2",
            offer.resident_id, unit.portal,
        )  # fmt: skip
        index = self._vault.search(phone, "residents.phone")
        await sql.execute(
            "UPDATE residents SET phone_sealed = $1, phone_index = $2, phone_index_next = $3"
            " WHERE id = $4 AND portal = $5",
            self._vault.seal(phone, "residents.phone"), index.here, index.beside, offer.into_id, unit.portal,
        )  # fmt: skip
        return ""

    async def _record(
        self, unit: Unit, caller: ResidentCaller, offer: MergeOffer, region: str, moved: dict[str, int]
    ) -> None:
        """On record at both: which account went into which, by which proof, and how many rows of what."""
        by = Actor("resident", offer.into_id, "resident", loa=offer.level)
        for about, subject in ((offer.into_id, offer.resident_id), (offer.resident_id, offer.into_id)):
            await self._audit.record(
                unit, by, "account.merge", subject_kind="resident", subject=str(subject), resident_id=about,
                region=region, purpose=offer.way, place=offer.place,
                fields=tuple(f"{table}={rows}" for table, rows in moved.items()),
            )  # fmt: skip

    async def _held(self, unit: Unit, resident_id: UUID) -> AccountHeld:
        row = await sql.row(_HELD, resident_id, unit.portal)
        if row is None:
            raise Missing()
        ways = await sql.rows(
            "SELECT DISTINCT provider FROM resident_bindings WHERE resident_id = $1 AND portal = $2 ORDER BY provider",
            resident_id, unit.portal,
        )  # fmt: skip
        phone = self._vault.open(bytes(row["phone_sealed"]), "residents.phone") if row["phone_sealed"] else ""
        return AccountHeld(
            phone_masked=mask_phone(phone) if phone else "",
            ways=[one["provider"] for one in ways],
            language=row["language"],
            elder=sql.flag(row["elder"]),
            **{name: int(row[name]) for name in ("cases", "cases_open", "papers", "delegations", "notices")},
        )


_HELD = (
    "SELECT r.phone_sealed, r.language, r.elder,"
    " (SELECT count(*) FROM cases c WHERE c.resident_id = r.id AND c.portal = r.portal) AS cases,"
    " (SELECT count(*) FROM cases c WHERE c.resident_id = r.id AND c.portal = r.portal"
    " AND c.status NOT IN ('delivered','not_accepted','returned','withdrawn')) AS cases_open,"
    " (SELECT count(*) FROM credentials k WHERE k.resident_id = r.id AND k.portal = r.portal"
    " AND k.state <> 'revoked') AS papers,"
    " (SELECT count(*) FROM delegations d WHERE (d.principal_id = r.id OR d.delegate_id = r.id)"
    " AND d.portal = r.portal AND d.state <> 'ended') AS delegations,"
    " (SELECT count(*) FROM notify_inbox n WHERE n.recipient = r.id AND n.portal = r.portal) AS notices"
    " FROM residents r WHERE r.id = $1 AND r.portal = $2 AND r.closed_at IS NULL"
)


async def _account(unit: Unit, resident_id: UUID, *, lock: bool) -> sql.Row | None:
    """An open account; with ``lock`` nothing else of its holder is decided until this unit ends."""
    tail = " FOR UPDATE" if lock and sql.is_postgres() else ""
    return await sql.row(
        f"SELECT {_ACCOUNT} FROM residents WHERE id = $1 AND portal = $2 AND closed_at IS NULL{tail}",
        resident_id, unit.portal,
    )  # fmt: skip
