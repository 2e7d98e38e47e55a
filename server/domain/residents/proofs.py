"""Writing down what was proven: the level, by which way, where and when. One identity is one resident of a portal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Refusal
from config.floor.unit import Actor, Unit
from config.floor.vault import Search, Vault
from server.domain.audit.service import Audit
from server.domain.identifiers import IdNumber
from server.domain.residents.errors import IdentityAttemptsExceeded, IdentityMismatch, IdentityTaken, IdentityVerified
from server.domain.sessions.service import Sessions, resident_facts

_NEWEST = 50


@dataclass(frozen=True, slots=True)
class Proof:
    """One level reached. ``place``: the provider or the counter; empty where the way says it all."""

    level: int
    way: str
    place: str
    at: datetime


async def keep(unit: Unit, resident_id: UUID, *, level: int, way: str, place: str = "") -> None:
    """One more line of how this resident's level was reached."""
    await sql.execute(
        "INSERT INTO resident_proofs (id, portal, resident_id, level, way, place, proven_at)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7)",
        new_id(), unit.portal, resident_id, level, way[:24], place[:128], unit.now,
    )  # fmt: skip


async def of(unit: Unit, resident_id: UUID) -> list[Proof]:
    """How this resident's levels were reached, newest first; at most fifty lines."""
    rows = await sql.rows(
        "SELECT level, way, place, proven_at FROM resident_proofs WHERE portal = $1 AND resident_id = $2"
        f" ORDER BY proven_at DESC, id DESC LIMIT {_NEWEST}",
        unit.portal, resident_id,
    )  # fmt: skip
    return [Proof(int(row["level"]), row["way"], row["place"], sql.instant(row["proven_at"])) for row in rows]


class Proofs:
    """Raises a resident's level by what somebody else has confirmed."""

    def __init__(self, vault: Vault, audit: Audit, sessions: Sessions) -> None:
        self._vault = vault
        self._audit = audit
        self._sessions = sessions

    async def settle(
        self, unit: Unit, actor: Actor, resident_id: UUID, name: str, number: IdNumber, *, level: int, way: str
    ) -> Refusal | None:
        """The name and number were confirmed: the resident is this person at ``level``. A refusal is *returned*: that
        somebody else is this person already is on record."""
        index = self._vault.search(number.number, "residents.id_number")
        if await self._is_taken(unit, index, resident_id):
            await self.record(unit, actor, resident_id, "taken", way)
            return IdentityTaken()
        try:
            async with in_transaction("default"):  # a savepoint: on PostgreSQL the conflict would end the unit
                language = await self._raise(unit, resident_id, name, number, index, level)
        except IntegrityError:  # somebody else proved this very identity at the same moment
            await self.record(unit, actor, resident_id, "taken", way)
            return IdentityTaken()
        if language is None:
            return IdentityVerified()
        await keep(unit, resident_id, level=level, way=way)
        await self._sessions.refresh(resident_id, resident_facts(loa=level, language=language))
        await self.record(unit, actor, resident_id, "verified", way)
        unit.tell(f"resident:{resident_id}", "verification", loa=level)
        return None

    def too_often(self, retry_after: int) -> IdentityAttemptsExceeded:
        """Enough was asked today."""
        return IdentityAttemptsExceeded(retry_after=retry_after)

    async def mismatch(self, unit: Unit, actor: Actor, resident_id: UUID, way: str) -> IdentityMismatch:
        """It was not confirmed; which part was wrong is said to nobody."""
        await self.record(unit, actor, resident_id, "mismatch", way)
        return IdentityMismatch()

    async def record(self, unit: Unit, actor: Actor, resident_id: UUID, outcome: str, way: str) -> None:
        """The audit entry of one check."""
        await self._audit.record(
            unit, actor, "identity.verify", subject_kind="resident", subject=str(resident_id),
            resident_id=resident_id, outcome=outcome, place=way,
        )  # fmt: skip

    async def _is_taken(self, unit: Unit, index: Search, resident_id: UUID) -> bool:
        holder = await sql.row(
            "SELECT id FROM residents WHERE portal = $1 AND (id_number_index = $2 OR id_number_index_next = $3)",
            unit.portal, index.here, index.beside,
        )  # fmt: skip
        return holder is not None and sql.uid(holder["id"]) != resident_id

    async def _raise(
        self, unit: Unit, resident_id: UUID, name: str, number: IdNumber, index: Search, level: int
    ) -> str | None:
        """The resident's language, or None where the level is reached already or the resident is somebody else."""
        row = await sql.row(
            "UPDATE residents SET name_sealed = $1, id_number_sealed = $2, id_number_index = $3, id_kind = $4, "
            "loa = $9, verified_at = $5, birth_year = $8, id_number_index_next = $10 WHERE id = $6 AND portal = $7"
            " AND loa < $9 AND (id_number_index IS NULL OR id_number_index = $3 OR id_number_index_next = $10)"
            " RETURNING language",
            self._vault.seal(name, "residents.name"), self._vault.seal(number.number, "residents.id_number"),
            index.here, number.kind, unit.now, resident_id, unit.portal,
            number.birth_date.year if number.birth_date else None, level, index.beside,
        )  # fmt: skip
        return str(row["language"]) if row else None
