"""A newborn's guardianship begun on the phone: a parent says it, one member of staff checks it, another one confirms.

asked → recorded (a delegation that waits for the second person) | refused | taken_back. From ``recorded`` on the
delegation says how it stands. The child is registered by the first check; a second guardian who names the same
certificate and the same day is given the same child.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import FieldFault, Refusal, TooMany
from config.floor.scope import Scope
from config.floor.unit import Actor, Unit
from config.floor.vault import Vault
from server.domain.delegations import records
from server.domain.delegations.changes import Changes
from server.domain.delegations.counter import AtCounter, Recorded
from server.domain.delegations.errors import (
    DelegationInvalid,
    DelegationMissing,
    NewbornAsked,
    NewbornDecided,
    NewbornOtherChild,
    NewbornUnseen,
)
from server.domain.delegations.newborn_rows import CERTIFICATE, NAME, Newborn, NewbornRows, Reason, Relation
from server.domain.delegations.ports import DelegationOptions, Rooms
from server.domain.delegations.scope import Scope as Reach
from server.domain.sessions import budgets
from server.domain.sessions.callers import ResidentCaller

LINK = "/m/#/pages/newborn/newborn"
What = Literal["words", "picture"]
_DAY = 86_400
_SHORTEST, _LONGEST = 4, 40
_NAMED = 2
"""The level of somebody who is held by name: whose number has been added is above it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a guardian says. ``name``: empty while it is open."""

    relation: Relation
    born: date
    certificate: str
    file_id: UUID
    name: str = ""


class Newborns:
    """What parents ask, and what staff answer."""

    def __init__(
        self, vault: Vault, rooms: Rooms, changes: Changes, counter: AtCounter, options: DelegationOptions
    ) -> None:
        self._vault, self._rooms, self._changes, self._counter = vault, rooms, changes, counter
        self._options = options
        self.rows = NewbornRows(vault)

    async def ask(self, unit: Unit, caller: ResidentCaller, said: Said) -> Newborn | Refusal:
        """Put it before staff, with the picture. Said twice at once, one stands; refusals that count are returned."""
        certificate = self._checked(unit, said)
        used = await budgets.spend(unit, "newborn", caller.resident_id.bytes, seconds=_DAY)
        if used > self._options.newborn_requests:
            return TooMany(retry_after=budgets.seconds_left(unit.now, _DAY))
        if await self.rows.stands(unit, caller.resident_id, certificate):
            return NewbornAsked()
        request, index = new_id(), self._vault.search(certificate, CERTIFICATE)
        await self._rooms.papers.attach(unit, caller.resident_id, request, [said.file_id])
        try:
            async with in_transaction("default"):  # a savepoint: on PostgreSQL the conflict would end the unit
                await sql.execute(
                    "INSERT INTO newborn_requests (id, portal, region, guardian_id, guardian_loa, relation,"
                    " name_sealed, born, certificate_sealed, certificate_index, certificate_index_next, file_id, state,"
                    " reason, asked_at, checked_no) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,'asked','',$13,'')",
                    request, unit.portal, caller.region, caller.resident_id, caller.loa, said.relation,
                    self._vault.seal(said.name, NAME) if said.name else None, said.born,
                    self._vault.seal(certificate, CERTIFICATE), index.here, index.beside, said.file_id, unit.now,
                )  # fmt: skip
        except IntegrityError:
            raise NewbornAsked from None  # nothing of this one stays: the picture waits for its sweep again
        await self._record(unit, caller.actor, request, caller.resident_id, caller.region, "newborn.ask")
        unit.tell(f"staff:{unit.portal}", "newborn", id=str(request), state="asked")
        return await self.rows.one(unit, request)

    def _checked(self, unit: Unit, said: Said) -> str:
        """The certificate's number in one form. Its form is the issuer's matter: only the length is looked at."""
        faults = []
        certificate = "".join(said.certificate.split()).upper()
        if not _SHORTEST <= len(certificate) <= _LONGEST:
            faults.append(FieldFault("certificate_no", "newborn-certificate"))
        youngest = unit.today - timedelta(days=self._options.newborn_days)
        if not youngest <= said.born <= unit.today:
            faults.append(FieldFault("born", "newborn-born"))
        if said.name and not 2 <= len(said.name) <= 50:
            faults.append(FieldFault("name", "name-length"))
        if faults:
            raise DelegationInvalid(faults=faults)
        return certificate

    async def take_back(self, unit: Unit, caller: ResidentCaller, request: UUID) -> Refusal | None:
        """Undone by the guardian before it is decided. Said again, nothing changes."""
        found = await self.rows.one(unit, request, lock=True)
        if found.guardian_id != caller.resident_id:
            raise DelegationMissing
        if found.state == "taken_back":
            return None
        if not found.undecided:
            return NewbornDecided(state=found.state)
        if found.delegation_id is not None:
            given = await records.one(unit, found.delegation_id)
            await self._changes.end(unit, caller.actor, given, "withdrawn")
            return None
        await self._end(unit, caller.actor, found)
        return None

    async def _end(self, unit: Unit, actor: Actor, found: Newborn) -> None:
        await sql.execute(
            "UPDATE newborn_requests SET state = 'taken_back', decided_at = $1 WHERE id = $2 AND state = 'asked'",
            unit.now, found.id,
        )  # fmt: skip
        await self._rooms.papers.let_go(unit, found.id)
        await self._record(unit, actor, found.id, found.guardian_id, found.region, "newborn.take_back")
        self._tell_her(unit, found, "taken_back")

    async def end_all(self, unit: Unit, actor: Actor, guardian: UUID) -> None:
        """The account is closed: what still waits is taken back."""
        for found in await self.rows.asked_by(unit, guardian):
            await self._end(unit, actor, found)

    async def look(self, unit: Unit, actor: Actor, scope: Scope, request: UUID, *, what: What, place: str) -> Newborn:
        """Opened at a desk to be compared with the picture; not there outside its reach. The guardian finds it among
        the looks at her data. What is decided is opened no more."""
        found = await self.rows.one(unit, request, scope=scope)
        if not found.undecided:
            raise DelegationMissing
        fields = ("picture",) if what == "picture" else ("name", "newborn_name", "certificate")
        await self._changes.audit.record(
            unit, actor, "newborn.look", subject_kind="newborn", subject=str(found.id), resident_id=found.guardian_id,
            region=found.region, purpose="examine", fields=fields, place=place[:128],
        )  # fmt: skip
        return found

    async def check(
        self, unit: Unit, actor: Actor, scope: Scope, request: UUID, reason: Reason | None, *, place: str
    ) -> Newborn | Refusal:
        """The first person's word: it agrees with the picture (no ``reason``), or not and why. The same word again is
        answered the same."""
        seen = await self.rows.one(unit, request, scope=scope)
        wards = await self.rows.wards(unit, seen.certificate)
        found = await self.rows.one(unit, request)  # as it stands now that nobody else decides it
        if found.state != "asked":
            same = found.reason == reason if reason else found.delegation_id is not None
            return found if same else NewbornDecided(state=found.state)
        if reason:
            await self._refuse(unit, actor, found, reason)
        elif refused := await self._take(unit, actor, found, wards, place):
            return refused
        return await self.rows.one(unit, request)

    async def _refuse(self, unit: Unit, actor: Actor, found: Newborn, reason: Reason) -> None:
        await sql.execute(
            "UPDATE newborn_requests SET state = 'refused', reason = $1, decided_at = $2, checked_by = $3,"
            " checked_no = $4 WHERE id = $5 AND state = 'asked'",
            reason, unit.now, actor.id, actor.label[:32], found.id,
        )  # fmt: skip
        await self._rooms.papers.let_go(unit, found.id)
        await self._record(unit, actor, found.id, found.guardian_id, found.region, "newborn.check", "refused")
        await self._notify(unit, found, "refused", reason)

    async def _take(
        self, unit: Unit, actor: Actor, found: Newborn, wards: Sequence[tuple[date | None, UUID]], place: str
    ) -> Refusal | None:
        """It becomes a delegation that somebody else has to confirm. ``wards``: the child that another guardian's
        request with this certificate has led to."""
        if any(born != found.born for born, _ in wards):
            return NewbornOtherChild()
        audit, this = self._changes.audit, str(found.id)
        if not await audit.has_looked(unit, actor, "newborn.look", found.guardian_id, found.asked_at, subject=this):
            return NewbornUnseen()
        known = wards[0][1] if wards else None
        guardian = await self._rooms.residents.get(unit, found.guardian_id)
        level = (await self._rooms.residents.get(unit, known)).loa if known else _NAMED
        made = await self._counter.record(
            unit,
            actor,
            Recorded(
                kind="guardian",
                principal=known,
                delegate=found.guardian_id,
                delegate_loa=found.guardian_loa,
                scope=Reach(all_items=True, all_purposes=True),
                last_day=unit.today + timedelta(days=self._options.days - 1),
                region=found.region,
                ward_name=found.name or self._options.unnamed.format(guardian=guardian.name),
                ward_born=found.born if level == _NAMED else None,
                principal_loa=level,
            ),
            place=place,
        )
        if isinstance(made, Refusal):
            return made
        given = await records.one(unit, made)
        await sql.execute(
            "UPDATE newborn_requests SET state = 'recorded', decided_at = $1, checked_by = $2, checked_no = $3,"
            " ward_id = $4, delegation_id = $5 WHERE id = $6 AND state = 'asked'",
            unit.now, actor.id, actor.label[:32], given.principal_id, made, found.id,
        )  # fmt: skip
        await self._record(unit, actor, found.id, found.guardian_id, found.region, "newborn.check", "accepted")
        await self._notify(unit, found, "recorded")
        return None

    async def _notify(self, unit: Unit, found: Newborn, what: str, reason: str = "") -> None:
        self._tell_her(unit, found, what)
        await self._rooms.notices.post(
            unit, recipient=found.guardian_id, region=found.region, event="newborn.changed", category="service",
            dedupe_key=f"newborn:{found.id}:{what}", values={"what": what, "reason": reason, "link": LINK},
            subject=f"newborn:{found.id}",
        )  # fmt: skip

    def _tell_her(self, unit: Unit, found: Newborn, what: str) -> None:
        unit.tell(f"resident:{found.guardian_id}", "newborn", id=str(found.id), state=what)

    async def _record(
        self, unit: Unit, actor: Actor, request: UUID, guardian: UUID, region: str, action: str, outcome: str = "done"
    ) -> None:
        await self._changes.audit.record(
            unit, actor, action, subject_kind="newborn", subject=str(request), resident_id=guardian, region=region,
            outcome=outcome,
        )  # fmt: skip
