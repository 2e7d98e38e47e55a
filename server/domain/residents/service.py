"""Residents' public door: registering by phone, proving an identity, masked and full views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import FieldFault, Invalid, Missing, Refusal
from config.floor.unit import Actor, Unit
from config.floor.vault import Search, Vault
from notify.contacts import Manner
from server.domain.audit.service import Audit
from server.domain.identifiers import IdNumber, mask_name, read_id_number
from server.domain.residents import audience
from server.domain.residents.bindings import WECHAT_OA, Bindings
from server.domain.residents.birth_years import BirthYears
from server.domain.residents.merges import Merges
from server.domain.residents.proofs import Proofs
from server.domain.residents.values import Values
from server.domain.sessions.service import Sessions, resident_facts

_COLUMNS = (
    "id, portal, region, phone_sealed, name_sealed, id_number_sealed, id_kind, loa, language, elder, "
    "created_at, verified_at, merged_into"
)


@dataclass(frozen=True, slots=True)
class ResidentProfile:
    """A resident as the resident may see it; full name and birth date for rules, numbers masked."""

    id: UUID
    portal: str
    region: str
    loa: int
    language: str
    elder: bool
    name: str | None
    masked_name: str
    id_number_masked: str | None
    id_kind: str
    birth_date: date | None
    age: int | None
    gender: str | None
    phone_masked: str
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class ResidentOptions:
    """``regions``: a portal's new residents belong to its own. ``year_shift``: demo and test only, for birth years."""

    regions: Mapping[str, str]
    year_shift: int = 0

    @property
    def earliest_year(self) -> int:
        return 1800 if self.year_shift else 1900


class IdentityRegister(Protocol):
    """A population register: does this name belong to this number?"""

    async def matches(self, name: str, id_number: str) -> bool:
        """True or False; raises ``RegisterUnavailable``. Called outside any transaction."""
        ...

    async def represents(self, uscc: str, organisation: str, name: str, id_number: str) -> bool:
        """Whether this person is the legal representative of this organisation; likewise."""
        ...


class Residents:
    """Nothing personal leaves here unmasked except by ``disclose`` and ``phone``, whose callers record it."""

    def __init__(self, vault: Vault, audit: Audit, sessions: Sessions, options: ResidentOptions) -> None:
        self._vault = vault
        self._sessions = sessions
        self._options = options
        self.bindings = Bindings(vault)
        self.merges = Merges(vault)
        self.proofs = Proofs(vault, audit, sessions)
        self.birth_years = BirthYears(vault)

    async def enter(self, unit: Unit, phone: str, *, language: str) -> ResidentProfile:
        """The resident of this phone; registered now (LoA 2) if new. Two at once make one resident. The phone of an
        account that was merged into another one leads to that one."""
        found = self._search_phone(phone)
        await sql.execute(
            "INSERT INTO residents (id, portal, region, phone_sealed, phone_index, phone_index_next, id_kind, loa,"
            " language, elder, created_at) VALUES ($1,$2,$3,$4,$5,$9,'',2,$6,$7,$8) ON CONFLICT DO NOTHING",
            new_id(), unit.portal, self._options.regions[unit.portal], self._vault.seal(phone, "residents.phone"),
            found.here, language, False, unit.now, found.beside,
        )  # fmt: skip
        row = await sql.row(
            f"SELECT {_COLUMNS} FROM residents WHERE portal = $1 AND (phone_index = $2 OR phone_index_next = $3)",
            unit.portal, found.here, found.beside,
        )  # fmt: skip
        assert row is not None
        into = sql.uid_or_none(row["merged_into"])
        return await self.get(unit, into) if into else self._profile(unit, row)

    async def of_phone(self, unit: Unit, phone: str) -> ResidentProfile | None:
        """The resident of this number, if there is one. Nobody is registered by it."""
        found = self._search_phone(phone)
        row = await sql.row(
            f"SELECT {_COLUMNS} FROM residents WHERE portal = $1 AND (phone_index = $2 OR phone_index_next = $3)"
            " AND closed_at IS NULL",
            unit.portal, found.here, found.beside,
        )  # fmt: skip
        return self._profile(unit, row) if row else None

    async def get(self, unit: Unit, resident_id: UUID) -> ResidentProfile:
        """The profile; ``Missing`` if there is none in this portal."""
        row = await sql.row(f"SELECT {_COLUMNS} FROM residents WHERE id = $1 AND portal = $2", resident_id, unit.portal)
        if row is None:
            raise Missing()
        return self._profile(unit, row)

    async def hold(self, unit: Unit, resident_id: UUID) -> None:
        """The account is open and is not closed before this unit ends; ``Missing`` where it is closed."""
        tail = " FOR SHARE" if sql.is_postgres() else ""
        if not await sql.row(
            f"SELECT id FROM residents WHERE id = $1 AND portal = $2 AND closed_at IS NULL{tail}",
            resident_id, unit.portal,
        ):  # fmt: skip
            raise Missing()

    async def prefer(
        self, unit: Unit, resident_id: UUID, *, language: str | None, elder: bool | None
    ) -> ResidentProfile:
        """Change language or elder mode; None leaves it."""
        now = await self.get(unit, resident_id)
        language, elder = language or now.language, now.elder if elder is None else elder
        await sql.execute("UPDATE residents SET language = $1, elder = $2 WHERE id = $3", language, elder, resident_id)
        await self._sessions.refresh(resident_id, resident_facts(loa=now.loa, language=language))
        return await self.get(unit, resident_id)

    def read_claim(self, unit: Unit, name: str, id_number: str) -> tuple[str, IdNumber]:
        """Check the form of what somebody claims to be; raises before any register is asked."""
        name = "".join(name.split()) if name.isascii() is False else " ".join(name.split())
        if not 2 <= len(name) <= 50:
            raise Invalid(faults=(FieldFault("name", "name-length"),))
        return name, read_id_number(id_number, today=unit.today, earliest_year=self._options.earliest_year)

    async def by_card(self, unit: Unit, name: str, number: IdNumber) -> ResidentProfile | None:
        """The resident whose verified name and number stand on the card in somebody's hand, or None.

        The caller records the look. Name and number must both agree.
        """
        found = self._vault.search(number.number, "residents.id_number")
        row = await sql.row(
            f"SELECT {_COLUMNS} FROM residents WHERE portal = $1"
            " AND (id_number_index = $2 OR id_number_index_next = $3) AND closed_at IS NULL",
            unit.portal, found.here, found.beside,
        )  # fmt: skip
        profile = self._profile(unit, row) if row else None
        return profile if profile and profile.name == name else None

    async def by_phone(self, unit: Unit, phone: str, name: str) -> ResidentProfile | None:
        """The verified resident of this phone and name, or None; whoever asks is told the same either way."""
        found = self._search_phone(phone)
        row = await sql.row(
            f"SELECT {_COLUMNS} FROM residents WHERE portal = $1 AND (phone_index = $2 OR phone_index_next = $3)"
            " AND loa > 2 AND closed_at IS NULL",
            unit.portal, found.here, found.beside,
        )  # fmt: skip
        profile = self._profile(unit, row) if row else None
        return profile if profile and profile.name == name else None

    async def register_ward(self, unit: Unit, name: str, region: str) -> UUID:
        """A newborn without a number: registered by name (LoA 2), reached through the guardian."""
        ward = new_id()
        await sql.execute(
            "INSERT INTO residents (id, portal, region, name_sealed, id_kind, loa, language, elder, created_at)"
            " VALUES ($1,$2,$3,$4,'',2,'zh-CN',$5,$6)",
            ward, unit.portal, region, self._vault.seal(name, "residents.name"), False, unit.now,
        )  # fmt: skip
        return ward

    async def settle_claim(
        self, unit: Unit, actor: Actor, resident_id: UUID, name: str, number: IdNumber, *, matched: bool
    ) -> ResidentProfile | Refusal:
        """Write down what the register said. A match raises the LoA to 3; a mismatch is committed as a refusal."""
        if not matched:
            return await self.proofs.mismatch(unit, actor, resident_id, "name_and_id")
        refused = await self.proofs.settle(unit, actor, resident_id, name, number, level=3, way="name_and_id")
        return refused or await self.get(unit, resident_id)

    async def masked(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Masked names of many residents, by one query."""
        if not ids:
            return {}
        holes = ",".join(f"${n}" for n in range(2, len(ids) + 2))
        found = await sql.rows(
            f"SELECT id, name_sealed FROM residents WHERE portal = $1 AND id IN ({holes})", unit.portal, *ids
        )
        return {sql.uid(row["id"]): self._masked_name(row) for row in found}

    async def disclose(self, unit: Unit, resident_id: UUID, fields: Sequence[str]) -> dict[str, str]:
        """Full values of the named fields: name, id_number, phone, birth_date, gender, age,
        age_band, senior, loa, region.

        The caller has settled why and records it. A field that is not known is left out.
        """
        row = await sql.row(f"SELECT {_COLUMNS} FROM residents WHERE id = $1 AND portal = $2", resident_id, unit.portal)
        if row is None:
            raise Missing()
        values = self._values(unit, row)
        return {field: value for field in fields if (value := values.get(field)) is not None}

    async def addressees(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
        """For letters: full name ("" where none is proven) and language of many, by one query. Who asks records it."""
        holes = ",".join(f"${n}" for n in range(2, len(ids) + 2))
        found = await sql.rows(
            f"SELECT {_COLUMNS} FROM residents WHERE portal = $1 AND id IN ({holes})", unit.portal, *ids
        )
        return {sql.uid(row["id"]): (self._values(unit, row).get("name") or "", row["language"]) for row in found}

    async def phone(self, resident_id: UUID) -> str | None:
        """For the notice engine only: where to send."""
        row = await sql.row("SELECT phone_sealed FROM residents WHERE id = $1 AND closed_at IS NULL", resident_id)
        return self._vault.open(row["phone_sealed"], "residents.phone") if row and row["phone_sealed"] else None

    async def phones(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """For the notice engine only: where to send, of many, by one query."""
        if not ids:
            return {}
        holes = ",".join(f"${n}" for n in range(1, len(ids) + 1))
        found = await sql.rows(
            f"SELECT id, phone_sealed FROM residents WHERE closed_at IS NULL AND id IN ({holes})", *ids
        )
        sealed = [(sql.uid(row["id"]), row["phone_sealed"]) for row in found if row["phone_sealed"]]
        return {person: self._vault.open(phone, "residents.phone") for person, phone in sealed}

    async def address(self, resident_id: UUID, provider: str) -> str | None:
        """For the notice engine only: the account at a provider to write to."""
        return await self.bindings.subject(resident_id, provider)

    async def reach(self, resident_id: UUID) -> frozenset[str]:
        """For the notice engine only: the channels by which there is an address, by one query."""
        rows = await sql.rows(
            "SELECT 'sms' AS provider FROM residents WHERE id = $1 AND closed_at IS NULL AND phone_sealed IS NOT NULL "
            "UNION SELECT provider FROM resident_bindings WHERE resident_id = $1",
            resident_id,
        )
        return frozenset("oa" if row["provider"] == WECHAT_OA else row["provider"] for row in rows)

    async def language(self, resident_id: UUID) -> str:
        """For the notice engine only."""
        row = await sql.row("SELECT language FROM residents WHERE id = $1", resident_id)
        return str(row["language"]) if row else "zh-CN"

    async def manner(self, resident_id: UUID) -> Manner:
        """For the notice engine only."""
        row = await sql.row("SELECT language, elder FROM residents WHERE id = $1", resident_id)
        return Manner(str(row["language"]), sql.flag(row["elder"])) if row else Manner()

    def people(self, unit: Unit, bound: audience.Binding) -> str:
        """For campaigns: everybody of this portal, as SQL over ``r``."""
        return audience.people(unit, bound)

    def fact(self, unit: Unit, leaf: audience.Asked, bound: audience.Binding) -> str:
        """For campaigns: one boolean about ``r``."""
        return audience.fact(unit, leaf, bound, self._options.year_shift)

    async def regions(self, unit: Unit) -> list[tuple[str, int]]:
        """Where this portal's residents belong, and how many: one statement, at most two hundred places."""
        rows = await sql.rows(
            "SELECT region, count(*) AS people FROM residents WHERE portal = $1 AND closed_at IS NULL "
            "GROUP BY region ORDER BY region LIMIT 200",
            unit.portal,
        )
        return [(row["region"], int(row["people"])) for row in rows]

    async def of_phones(self, unit: Unit, phones: Sequence[str]) -> dict[str, UUID]:
        """Whose numbers these are in this portal: one statement. Who has none here is not in the answer."""
        searched = {phone: self._search_phone(phone) for phone in phones}
        here = {one.here: phone for phone, one in searched.items()}
        beside = {one.beside: phone for phone, one in searched.items() if one.beside}
        if not searched:
            return {}
        holes = ",".join(f"${n}" for n in range(2, len(here) + 2))
        nexts = ",".join(f"${n}" for n in range(len(here) + 2, len(here) + len(beside) + 2)) or "NULL"
        found = await sql.rows(
            "SELECT id, phone_index, phone_index_next FROM residents WHERE portal = $1 AND closed_at IS NULL "
            f"AND (phone_index IN ({holes}) OR phone_index_next IN ({nexts}))",
            unit.portal,
            *here,
            *beside,
        )
        return {
            here.get(bytes(row["phone_index"])) or beside[bytes(row["phone_index_next"])]: sql.uid(row["id"])
            for row in found
        }

    def _values(self, unit: Unit, row: sql.Row) -> Values:
        return Values(self._vault, row, unit.today, self._options.year_shift)

    def _profile(self, unit: Unit, row: sql.Row) -> ResidentProfile:
        values = self._values(unit, row)
        return ResidentProfile(
            id=sql.uid(row["id"]),
            portal=row["portal"],
            region=row["region"],
            loa=values.loa,
            language=row["language"],
            elder=sql.flag(row["elder"]),
            name=values.name,
            masked_name=values.masked_name or "",
            id_number_masked=values.masked_id_number,
            id_kind=row["id_kind"],
            birth_date=values.birth_date,
            age=values.age,
            gender=values.gender,
            phone_masked=values.masked_phone or "",
            verified_at=sql.instant_or_none(row["verified_at"]),
        )

    def _masked_name(self, row: sql.Row) -> str:
        return mask_name(self._vault.open(row["name_sealed"], "residents.name")) if row["name_sealed"] else ""

    def _search_phone(self, phone: str) -> Search:
        return self._vault.search(phone, "residents.phone")
