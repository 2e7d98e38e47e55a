"""From an account that a provider vouches for to one resident of the portal.

The account's holder comes in. An account that nobody holds joins an existing resident only by the blind index of an
identity that the provider proved as strongly as a face does (LoA 4): a name, a number or a phone that somebody merely
knows opens nobody's record. Where less is proven, or the account has a resident of its own by now, its holder comes in
unproven and what was proven is kept as an offer to merge (``merges.py``). Every joining is put on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Refusal
from config.floor.unit import Actor, Unit
from config.floor.vault import Search, Vault
from server.domain.audit.service import Audit
from server.domain.identifiers import IdNumber, is_mobile
from server.domain.residents import proofs
from server.domain.residents.errors import IdentityTaken
from server.domain.residents.service import ResidentProfile, Residents
from server.domain.residents.ways import AccountTaken, AccountUnknown, LastWayIn, LegalPersonHere, Vouched
from server.domain.sessions.service import Sessions, resident_facts

JOINS = 4
"""The least that a provider must have proven before its account joins a resident who is here already."""
_PROVEN = 3


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who has come in. ``proven``: name and number that the provider proved and an earlier account has already; the
    two may become one, and until then this one stays unproven."""

    resident: ResidentProfile
    proven: tuple[str, IdNumber] | None = None


class Arrivals:
    """Decides whose account it is; two at once decide the same."""

    def __init__(
        self, vault: Vault, audit: Audit, sessions: Sessions, residents: Residents, regions: Mapping[str, str]
    ) -> None:
        self._vault = vault
        self._audit = audit
        self._sessions = sessions
        self._residents = residents
        self._regions = regions

    async def enter(self, unit: Unit, came: Vouched, *, language: str) -> Arrived | Refusal:
        """The resident of this account, made now if new. A refusal is committed: it is on record."""
        if came.kind == "legal":
            return LegalPersonHere()
        claim = self._claim(unit, came)
        holder = await self._residents.bindings.holder(unit, came.provider, came.subject)
        if holder is not None:
            return await self._known(unit, came, holder, claim)
        found = await self._to_join(unit, came, claim, language)
        if isinstance(found, Refusal):
            return found
        holder = await self._residents.bindings.bind(unit, found, came.provider, came.subject)
        if holder != found:  # the same account came in twice at once: the first one made its resident
            await sql.execute("DELETE FROM residents WHERE id = $1 AND created_at = $2 AND loa = 2", found, unit.now)
        return await self._known(unit, came, holder, claim)

    async def offer(self, unit: Unit, came: Vouched, arrived: Arrived, session_id: UUID) -> bool:
        """In the session that was opened for whom came in: what the provider proved counts for merging there; whether
        there is an earlier account."""
        if arrived.proven is None:
            return False
        return await self._offer(unit, arrived.resident.id, came, arrived.proven, session_id)

    async def bind(
        self, unit: Unit, actor: Actor, resident_id: UUID, came: Vouched, *, session_id: UUID
    ) -> Refusal | None:
        """Bind the account to a resident who is signed in: both are proven to be hers at this moment. Where it proves
        an identity that an earlier account has, that is kept as an offer to merge; ``IdentityTaken`` where that
        earlier account holds the platform's account as well."""
        if came.kind == "legal":
            return LegalPersonHere()
        claim = self._claim(unit, came)
        offered = claim is not None and await self._offer(unit, resident_id, came, claim, session_id)
        if await self._residents.bindings.bind(unit, resident_id, came.provider, came.subject) != resident_id:
            return IdentityTaken() if offered else AccountTaken()
        await self._audit.record(
            unit, actor, "identity.bind", subject_kind="resident", subject=str(resident_id),
            resident_id=resident_id, place=came.provider,
        )  # fmt: skip
        return None

    async def release(self, unit: Unit, actor: Actor, resident_id: UUID, provider: str) -> int:
        """Forget a resident's accounts of one way; how many. ``LastWayIn`` where nothing else would let her in."""
        row = await sql.row(
            "SELECT phone_index IS NULL AS phoneless, (SELECT COUNT(*) FROM resident_bindings b"
            " WHERE b.resident_id = r.id AND b.provider <> $2) AS others FROM residents r WHERE r.id = $1",
            resident_id, provider,
        )  # fmt: skip
        if row is not None and row["phoneless"] and not row["others"]:
            raise LastWayIn()
        released = await self._residents.bindings.release(unit, resident_id, provider)
        if released:
            await self._audit.record(
                unit, actor, "identity.unbind", subject_kind="resident", subject=str(resident_id),
                resident_id=resident_id, place=provider,
            )  # fmt: skip
        return released

    def _claim(self, unit: Unit, came: Vouched) -> tuple[str, IdNumber] | None:
        if came.loa < _PROVEN or not came.name or not came.id_number:
            return None
        try:
            return self._residents.read_claim(unit, came.name, came.id_number)
        except Refusal:  # a kind of number that is not read here proves nothing here
            return None

    async def _offer(
        self, unit: Unit, resident_id: UUID, came: Vouched, claim: tuple[str, IdNumber], session_id: UUID
    ) -> bool:
        return await self._residents.merges.offer(
            unit, resident_id, *claim, level=came.loa, way=came.provider, place=came.source, session_id=session_id
        )

    async def _to_join(
        self, unit: Unit, came: Vouched, claim: tuple[str, IdNumber] | None, language: str
    ) -> UUID | Refusal:
        """Whom the unbound account is to be bound to: the person it proves, or somebody new. Who is here already and
        was proven too weakly comes in as somebody new, without the phone if that is a resident's."""
        found = await self._holder_of(unit, claim[1]) if claim is not None else None
        if found is None:
            return await self._made(unit, came, language)
        if came.loa >= JOINS:
            await self._joined(unit, found, came, "joined")
            return found
        await self._joined(unit, found, came, "too-weak")
        made = await self._made(unit, came, language)
        return await self._made(unit, replace(came, phone=""), language) if isinstance(made, Refusal) else made

    async def _holder_of(self, unit: Unit, number: IdNumber) -> UUID | None:
        """Whose identity this is here."""
        known = self._number_index(number)
        row = await sql.row(
            "SELECT id FROM residents WHERE portal = $1 AND (id_number_index = $2 OR id_number_index_next = $3)"
            " AND closed_at IS NULL",
            unit.portal, known.here, known.beside,
        )  # fmt: skip
        return sql.uid(row["id"]) if row else None

    async def _made(self, unit: Unit, came: Vouched, language: str) -> UUID | Refusal:
        made = new_id()
        reachable = is_mobile(came.phone)
        sealed = self._vault.seal(came.phone, "residents.phone") if reachable else None
        index = self._vault.search(came.phone, "residents.phone") if reachable else None
        added = await sql.execute(
            "INSERT INTO residents (id, portal, region, phone_sealed, phone_index, phone_index_next, id_kind, loa,"
            " language, elder, created_at) VALUES ($1,$2,$3,$4,$5,$6,'',2,$7,$8,$9) ON CONFLICT DO NOTHING",
            made, unit.portal, self._regions[unit.portal], sealed, index.here if index else None,
            index.beside if index else None, language, False, unit.now,
        )  # fmt: skip
        return made if added else AccountUnknown()

    async def _known(
        self, unit: Unit, came: Vouched, holder: UUID, claim: tuple[str, IdNumber] | None
    ) -> Arrived | Refusal:
        """The holder, proven further where the provider proves more than was known."""
        profile = await self._residents.get(unit, holder)
        if claim is None:
            return Arrived(profile)
        index = self._number_index(claim[1])
        row = await sql.row("SELECT id_number_index, id_number_index_next FROM residents WHERE id = $1", holder)
        if row and row["id_number_index"] is not None and not index.is_in(row, "id_number_index"):
            await self._joined(unit, holder, came, "another-person")
            return AccountTaken()
        if profile.loa >= came.loa:
            return Arrived(profile)
        try:
            async with in_transaction("default"):  # a savepoint: the conflict would end the unit on PostgreSQL
                await self._raise(unit, holder, claim, index, came.loa)
        except IntegrityError:  # somebody else holds this identity already
            await self._joined(unit, holder, came, "taken")
            earlier = await self._holder_of(unit, claim[1])
            return Arrived(profile, claim) if earlier is not None else IdentityTaken()
        await proofs.keep(unit, holder, level=came.loa, way=came.provider, place=came.source)
        await self._joined(unit, holder, came, "proven")
        await self._sessions.refresh(holder, resident_facts(loa=came.loa, language=profile.language))
        unit.tell(f"resident:{holder}", "verification", loa=came.loa)
        return Arrived(await self._residents.get(unit, holder))

    async def _raise(self, unit: Unit, holder: UUID, claim: tuple[str, IdNumber], index: Search, loa: int) -> None:
        name, number = claim
        await sql.execute(
            "UPDATE residents SET name_sealed = $1, id_number_sealed = $2, id_number_index = $3, id_kind = $4, "
            "loa = $5, verified_at = $6, id_number_index_next = $9, birth_year = $10 WHERE id = $7 AND portal = $8"
            " AND loa < $5",
            self._vault.seal(name, "residents.name"), self._vault.seal(number.number, "residents.id_number"),
            index.here, number.kind, loa, unit.now, holder, unit.portal, index.beside,
            number.birth_date.year if number.birth_date else None,
        )  # fmt: skip

    def _number_index(self, number: IdNumber) -> Search:
        return self._vault.search(number.number, "residents.id_number")

    async def _joined(self, unit: Unit, resident_id: UUID, came: Vouched, outcome: str) -> None:
        await self._audit.record(
            unit, Actor(kind="resident", id=resident_id, label="resident"), "identity.join",
            subject_kind="resident", subject=str(resident_id), resident_id=resident_id, outcome=outcome,
            place=came.provider,
        )  # fmt: skip
