"""The door to offline credentials: issue, say again, take back, look at one that is shown.

Nothing personal is kept. What a credential says is given by the caller each time; the row only knows whose it is, in
which form, and under which index of which status list it can be revoked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from codes.credential_options import FORMS, TIERS, CredentialOptions, Form, Tier
from codes.signing_keys import SigningKeys
from codes.status_book import REVOKED, SUSPENDED, VALID, StatusBook
from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit

State = Literal["valid", "suspended", "revoked", "expired"]
Reason = Literal["lost", "replaced", "conflict", "withdrawn", "key-removed", ""]
_COLUMNS = (
    "c.id, c.portal, c.region, c.resident_id, c.acting_id, c.tier, c.form, c.list_id, c.idx, c.kid, c.issued_at,"
    " c.issued_by, c.expires_at, c.state, c.state_at, c.state_by, c.reason, c.device, c.delegation_id, l.number"
)
_FROM = "FROM credentials c JOIN status_lists l ON l.id = c.list_id"
_INSERT = (
    "INSERT INTO credentials (id, portal, region, resident_id, acting_id, tier, form, list_id, idx, kid, issued_at,"
    " issued_by, expires_at, state, state_by, reason, device, delegation_id)"
    " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,'valid','','',$14,$15) ON CONFLICT DO NOTHING RETURNING id"
)
_STATUS = {"valid": VALID, "suspended": SUSPENDED, "revoked": REVOKED}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be issued. ``device`` is the thumbprint of the phone's key, "" for paper; ``by`` a label, no name;
    ``until``: no longer than the ``delegation`` under which it is ordered."""

    resident: UUID
    acting: UUID
    region: str
    tier: Tier
    form: Form
    by: str
    device: str = ""
    delegation: UUID | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldCredential:
    """One credential as rows know it. ``state`` is as of the unit's instant."""

    id: UUID
    portal: str
    region: str
    resident: UUID
    acting: UUID
    tier: Tier
    form: Form
    list_number: int
    idx: int
    kid: str
    issued_at: datetime
    issued_by: str
    expires_at: datetime
    state: State
    state_at: datetime | None
    state_by: str
    reason: str
    device: str
    delegation: UUID | None = None


class Credentials:
    """Every credential of every portal; a unit of work's portal decides whose are seen."""

    def __init__(self, keys: SigningKeys, book: StatusBook, options: CredentialOptions | None = None) -> None:
        self.keys = keys
        self.book = book
        self._options = options or CredentialOptions()

    async def issue(self, unit: Unit, order: Order) -> HeldCredential:
        """A new credential; the resident's older one of this tier and form is revoked with it.

        Of two at once the later one wins, as if they had come one after the other.
        """
        if order.tier not in TIERS or order.form not in FORMS or (order.form == "phone") != bool(order.device):
            raise ValueError("a credential has a tier and a form, and a phone's copy names the phone's key")
        signer = await self.keys.ready(unit)
        book, idx = await self.book.take(unit, order.tier)
        until = unit.now + self._options.life(order.tier, order.form)
        until = min(until, order.until or until)
        for _ in range(5):
            await self._replace(unit, order)
            values = (
                new_id(), unit.portal, order.region, order.resident, order.acting, order.tier, order.form, book.id, idx,
                signer.kid.hex(), unit.now, order.by[:64], until, order.device[:64], order.delegation,
            )  # fmt: skip
            made = await sql.row(_INSERT, *values)
            if made is not None:
                found = await self.get(unit, sql.uid(made["id"]))
                assert found is not None
                return found
        raise RuntimeError("somebody else issued the same credential five times in a row")

    async def get(self, unit: Unit, credential_id: UUID) -> HeldCredential | None:
        """One credential of this portal."""
        row = await sql.row(f"SELECT {_COLUMNS} {_FROM} WHERE c.id = $1 AND c.portal = $2", credential_id, unit.portal)
        return None if row is None else _held(row, unit.now)

    async def at(self, unit: Unit, list_number: int, idx: int) -> HeldCredential | None:
        """The credential under this index of this list, in this portal."""
        row = await sql.row(
            f"SELECT {_COLUMNS} {_FROM} WHERE l.number = $1 AND c.idx = $2 AND c.portal = $3",
            list_number, idx, unit.portal,
        )  # fmt: skip
        return None if row is None else _held(row, unit.now)

    async def at_all(self, unit: Unit, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], HeldCredential]:
        """Many at once, by (list number, index), in one statement."""
        if not places:
            return {}
        holes = ",".join(
            f"(CAST(${2 * number} AS integer),CAST(${2 * number + 1} AS integer))"
            for number in range(1, 1 + len(places))
        )
        rows = await sql.rows(
            f"SELECT {_COLUMNS} {_FROM} WHERE c.portal = $1 AND (l.number, c.idx) IN (VALUES {holes})",
            unit.portal,
            *(part for place in places for part in place),
        )
        held = [_held(row, unit.now) for row in rows]
        return {(one.list_number, one.idx): one for one in held}

    async def named(self, unit: Unit, ids: Collection[UUID]) -> dict[UUID, HeldCredential]:
        """Many at once, by id, in one statement."""
        if not ids:
            return {}
        holes = ",".join(f"${number}" for number in range(2, 2 + len(ids)))
        rows = await sql.rows(f"SELECT {_COLUMNS} {_FROM} WHERE c.portal = $1 AND c.id IN ({holes})", unit.portal, *ids)
        return {sql.uid(row["id"]): _held(row, unit.now) for row in rows}

    async def hold(self, unit: Unit, ids: Sequence[UUID]) -> None:
        """Let nobody else decide about these until this unit ends. (SQLite has one writer anyway.)"""
        if ids and sql.is_postgres():
            holes = ",".join(f"${number}" for number in range(1, 1 + len(ids)))
            await sql.rows(f"SELECT id FROM credentials WHERE id IN ({holes}) ORDER BY id FOR UPDATE", *ids)

    async def of_resident(self, unit: Unit, resident: UUID, limit: int = 100) -> list[HeldCredential]:
        """Her credentials, newest first, also the ones that are over."""
        rows = await sql.rows(
            f"SELECT {_COLUMNS} {_FROM} WHERE c.portal = $1 AND c.resident_id = $2 ORDER BY c.id DESC LIMIT $3",
            unit.portal, resident, limit,
        )  # fmt: skip
        return [_held(row, unit.now) for row in rows]

    async def revoke(self, unit: Unit, held: HeldCredential, *, reason: Reason, by: str) -> bool:
        """Take one back for good; False where it was taken back before."""
        return await self._turn(unit, held.id, "revoked", reason, by, ("valid", "suspended"))

    async def suspend(self, unit: Unit, held: HeldCredential, *, reason: Reason, by: str) -> bool:
        """Stop one for a while; False where it is not valid."""
        return await self._turn(unit, held.id, "suspended", reason, by, ("valid",))

    async def resume(self, unit: Unit, held: HeldCredential, *, by: str) -> bool:
        """A suspended one is good again; False where it is not suspended."""
        return await self._turn(unit, held.id, "valid", "", by, ("suspended",))

    async def revoke_all(
        self, unit: Unit, resident: UUID, *, reason: Reason, by: str, form: Form | None = None
    ) -> list[HeldCredential]:
        """Take back everything of a resident, or everything in one form; what was taken back."""
        held = [one for one in await self._unrevoked(unit, resident) if form in (None, one.form)]
        return [one for one in held if await self.revoke(unit, one, reason=reason, by=by)]

    async def revoke_under(self, unit: Unit, delegation: UUID, *, by: str) -> list[HeldCredential]:
        """Take back everything that was ordered under a delegation; what was taken back."""
        rows = await sql.rows(
            f"SELECT {_COLUMNS} {_FROM} WHERE c.portal = $1 AND c.delegation_id = $2 AND c.state <> 'revoked'",
            unit.portal, delegation,
        )  # fmt: skip
        held = [_held(row, unit.now) for row in rows]
        return [one for one in held if await self.revoke(unit, one, reason="withdrawn", by=by)]

    async def _unrevoked(self, unit: Unit, resident: UUID) -> list[HeldCredential]:
        rows = await sql.rows(
            f"SELECT {_COLUMNS} {_FROM} WHERE c.portal = $1 AND c.resident_id = $2 AND c.state <> 'revoked'",
            unit.portal, resident,
        )  # fmt: skip
        return [_held(row, unit.now) for row in rows]

    async def _replace(self, unit: Unit, order: Order) -> None:
        for one in await self._unrevoked(unit, order.resident):
            if (one.tier, one.form) == (order.tier, order.form):
                await self.revoke(unit, one, reason="replaced", by=order.by)

    async def _turn(
        self, unit: Unit, credential_id: UUID, state: str, reason: str, by: str, before: tuple[str, ...]
    ) -> bool:
        holes = ",".join(f"${number}" for number in range(7, 7 + len(before)))
        turned = await sql.row(
            "UPDATE credentials SET state = $1, state_at = $2, state_by = $3, reason = $4"
            f" WHERE id = $5 AND portal = $6 AND state IN ({holes}) RETURNING list_id, idx",
            state, unit.now, by[:64], reason, credential_id, unit.portal, *before,
        )  # fmt: skip
        if turned is None:
            return False
        await self.book.set(unit, sql.uid(turned["list_id"]), int(turned["idx"]), _STATUS[state])
        return True


def _held(row: sql.Row, now: datetime) -> HeldCredential:
    until, state = sql.instant(row["expires_at"]), row["state"]
    if state != "revoked" and until <= now:
        state = "expired"
    return HeldCredential(
        id=sql.uid(row["id"]),
        portal=row["portal"],
        region=row["region"],
        resident=sql.uid(row["resident_id"]),
        acting=sql.uid(row["acting_id"]),
        tier=row["tier"],
        form=row["form"],
        list_number=int(row["number"]),
        idx=int(row["idx"]),
        kid=row["kid"],
        issued_at=sql.instant(row["issued_at"]),
        issued_by=row["issued_by"],
        expires_at=until,
        state=state,
        state_at=sql.instant_or_none(row["state_at"]),
        state_by=row["state_by"],
        reason=row["reason"],
        device=row["device"],
        delegation=sql.uid_or_none(row["delegation_id"]),
    )
