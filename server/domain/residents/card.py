"""A person known by the card in a clerk's hand: the way in for people without a phone (LoA 5, at the counter)."""

from __future__ import annotations

from dataclasses import dataclass
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
from server.domain.residents import proofs
from server.domain.residents.errors import IdentityAttemptsExceeded, IdentityMismatch
from server.domain.residents.merges import Merges
from server.domain.sessions import budgets
from server.domain.sessions.service import Sessions, resident_facts

AT_COUNTER = 5
_DAY = 86_400
_ATTEMPTS = 30


@dataclass(frozen=True, slots=True)
class CardHolder:
    """Whom the card belongs to. ``new``: not known here before."""

    id: UUID
    region: str
    new: bool
    shown: bool = False
    """Whether the code that was shown beside the card is this very person's."""


class Cards:
    """Finds or makes the resident of a card that a register has confirmed."""

    def __init__(self, vault: Vault, audit: Audit, sessions: Sessions) -> None:
        self._vault = vault
        self._audit = audit
        self._sessions = sessions
        self._merges = Merges(vault)

    async def attempt(self, unit: Unit, terminal_id: UUID) -> Refusal | None:
        """Count one question to the register for this terminal; given back where the register agrees."""
        used = await budgets.spend(unit, "card", terminal_id.bytes, seconds=_DAY)
        if used > _ATTEMPTS:
            return IdentityAttemptsExceeded(retry_after=budgets.seconds_left(unit.now, _DAY))
        return None

    async def give_back(self, unit: Unit, terminal_id: UUID) -> None:
        """The register agreed, or did not answer: nobody was guessing."""
        await budgets.refund(unit, "card", terminal_id.bytes, seconds=_DAY)

    async def mismatch(self, unit: Unit, actor: Actor, *, region: str, place: str) -> IdentityMismatch:
        """The register does not know this name with this number; committed as a refusal, naming nobody."""
        await self._record(unit, actor, None, "mismatch", region, place)
        return IdentityMismatch()

    async def holder(
        self, unit: Unit, actor: Actor, name: str, number: IdNumber, *, region: str, place: str,
        account: UUID | None = None,
    ) -> CardHolder:  # fmt: skip
        """The resident of this card, at LoA 5 from now on. Two counters at once make one resident.

        ``account``: whose code was shown here with the card. Where nobody has this number yet and that resident has
        none, the card is theirs; where somebody has it, the card's holder is that one, whatever code was shown.
        """
        index = self._vault.search(number.number, "residents.id_number")
        if account is not None:
            await self._take_up(unit, account, name, number, index)
        made = await sql.row(
            "INSERT INTO residents (id, portal, region, name_sealed, id_number_sealed, id_number_index, id_kind, loa,"
            " language, elder, created_at, verified_at, birth_year, id_number_index_next)"
            f" VALUES ($1,$2,$3,$4,$5,$6,$7,{AT_COUNTER},'zh-CN',$8,$9,$9,$10,$11)"
            " ON CONFLICT DO NOTHING RETURNING id",
            new_id(), unit.portal, region, self._vault.seal(name, "residents.name"),
            self._vault.seal(number.number, "residents.id_number"), index.here, number.kind, False, unit.now,
            number.birth_date.year if number.birth_date else None, index.beside,
        )  # fmt: skip
        row = await sql.row(
            "SELECT id, region, loa, language FROM residents WHERE portal = $1"
            " AND (id_number_index = $2 OR id_number_index_next = $3)",
            unit.portal, index.here, index.beside,
        )  # fmt: skip
        assert row is not None, "it was there, or it was made"
        found = CardHolder(sql.uid(row["id"]), row["region"], made is not None, sql.uid(row["id"]) == account)
        if int(row["loa"]) < AT_COUNTER:
            await self._raise(unit, found.id, name, row["language"])
        if account is not None and not found.shown:  # an earlier account of the card's holder: the two may become one
            await self._merges.offer(unit, account, name, number, level=AT_COUNTER, way="counter", place=place)
        if made is not None or int(row["loa"]) < AT_COUNTER:
            await proofs.keep(unit, found.id, level=AT_COUNTER, way="counter", place=place)
        await self._record(unit, actor, found.id, "verified", region, place)
        return found

    async def _take_up(self, unit: Unit, account: UUID, name: str, number: IdNumber, index: Search) -> None:
        """Write the card's name and number to the account that has none, unless somebody has them already."""
        try:
            async with in_transaction("default"):  # a savepoint: on PostgreSQL the conflict would end the unit
                await sql.execute(
                    "UPDATE residents SET name_sealed = $1, id_number_sealed = $2, id_number_index = $3,"
                    " id_number_index_next = $4, id_kind = $5, birth_year = $6 WHERE id = $7 AND portal = $8"
                    " AND id_number_sealed IS NULL AND closed_at IS NULL",
                    self._vault.seal(name, "residents.name"), self._vault.seal(number.number, "residents.id_number"),
                    index.here, index.beside, number.kind, number.birth_date.year if number.birth_date else None,
                    account, unit.portal,
                )  # fmt: skip
        except IntegrityError:
            return

    async def _raise(self, unit: Unit, resident_id: UUID, name: str, language: str) -> None:
        await sql.execute(
            "UPDATE residents SET loa = $1, name_sealed = $2, verified_at = $3 WHERE id = $4 AND loa < $1",
            AT_COUNTER, self._vault.seal(name, "residents.name"), unit.now, resident_id,
        )  # fmt: skip
        await self._sessions.refresh(resident_id, resident_facts(loa=AT_COUNTER, language=language))
        unit.tell(f"resident:{resident_id}", "verification", loa=AT_COUNTER)

    async def _record(
        self, unit: Unit, actor: Actor, resident_id: UUID | None, outcome: str, region: str, place: str
    ) -> None:
        await self._audit.record(
            unit, actor, "identity.card", subject_kind="resident", subject=str(resident_id or ""),
            resident_id=resident_id, region=region, outcome=outcome, place=place[:128],
        )  # fmt: skip
