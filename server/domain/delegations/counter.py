"""A delegation for somebody without a phone: one clerk records it with the card in hand, another one confirms it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import FieldFault, Missing, Refusal
from config.floor.unit import Actor, Unit
from server.domain.delegations import records
from server.domain.delegations.changes import Changes
from server.domain.delegations.errors import (
    DelegationAnswered,
    DelegationExists,
    DelegationInvalid,
    DelegationMissing,
    DelegationUnseen,
    HelperNotProven,
    SecondPersonNeeded,
)
from server.domain.delegations.ports import DelegationOptions, Rooms
from server.domain.delegations.records import Record
from server.domain.delegations.scope import TRUSTED, Kind, Period, Scope, period
from server.domain.delegations.writing import Draft, write
from server.domain.identifiers import age_on

_ADULT = 18


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a clerk saw and wrote down. ``principal``: the resident of the card in hand, or None for a newborn without
    a number, who is named. ``delegate_loa``: by the helper's own code, or 5 by card. ``ward_born`` with a principal: a
    newborn who is registered here already, by the same birth certificate."""

    kind: Kind
    principal: UUID | None
    delegate: UUID
    delegate_loa: int
    scope: Scope
    last_day: date
    region: str
    relation: str = ""
    ward_name: str = ""
    ward_born: date | None = None
    agent_no: str = ""
    principal_loa: int = 5


class AtCounter:
    """Two members of staff, one record. The database refuses one who would be both."""

    def __init__(self, rooms: Rooms, changes: Changes, options: DelegationOptions) -> None:
        self._rooms = rooms
        self._changes = changes
        self._options = options

    async def record(self, unit: Unit, clerk: Actor, seen: Recorded, *, place: str) -> UUID | Refusal:
        """Written down, and in force only when somebody else has confirmed it within the days for answers."""
        assert clerk.id is not None
        if seen.delegate_loa < TRUSTED:
            raise HelperNotProven
        when = await self._checked(unit, seen)
        agent = await self._agent(unit, seen) if seen.kind == "agent" else None
        principal, loa = seen.principal, seen.principal_loa
        if principal is None:
            principal, loa = await self._rooms.residents.register_ward(unit, seen.ward_name, seen.region), 2
        draft = Draft(
            id=new_id(),
            region=seen.region,
            kind=seen.kind,
            way="counter",
            principal_id=principal,
            delegate_id=seen.delegate,
            agent_id=agent,
            ward_born=seen.ward_born,
            relation=seen.relation,
            scope=seen.scope.sorted(),
            when=when,
            proposed_by=clerk.id,
            answer_until=unit.now + timedelta(days=self._options.answer_days),
            principal_loa=loa,
            delegate_loa=seen.delegate_loa,
            recorded_by=clerk.id,
            recorded_no=clerk.label[:32],
            place=place[:128],
        )
        await self._changes.make_room(unit, principal, seen.delegate)
        try:
            async with in_transaction("default"):  # a savepoint: on PostgreSQL the conflict would end the unit
                await write(unit, draft)
        except IntegrityError:
            return DelegationExists()
        await self._changes.tell(unit, clerk, await records.one(unit, draft.id), "proposed", place=place)
        unit.tell(f"staff:{unit.portal}", "delegation", id=str(draft.id), state="proposed")
        return draft.id

    async def _checked(self, unit: Unit, seen: Recorded) -> Period:
        known = await self._rooms.items.names(unit, list(seen.scope.items))
        faults = seen.scope.faults(seen.kind, known, self._rooms.purposes.codes())
        when = period(None, seen.last_day, unit.today, self._options.days)
        faults += when if isinstance(when, list) else []
        if seen.kind == "organisation":
            faults.append(FieldFault("kind", "delegation-by-representative-only"))
        if seen.principal == seen.delegate:
            faults.append(FieldFault("delegate", "delegation-to-oneself"))
        if (seen.kind == "relative") != bool(seen.relation):
            faults.append(FieldFault("relation", "relation-expected"))
        faults += await self._ward_faults(unit, seen)
        if faults or isinstance(when, list):
            raise DelegationInvalid(faults=faults)
        return when

    async def _ward_faults(self, unit: Unit, seen: Recorded) -> list[FieldFault]:
        """A guardian's ward is a minor on every day of it; one without a number was just born."""
        if seen.principal is None or seen.ward_born is not None:
            youngest = unit.today - timedelta(days=self._options.newborn_days)
            fits = seen.kind == "guardian" and seen.ward_born is not None and youngest <= seen.ward_born <= unit.today
            return [] if fits else [FieldFault("ward", "ward-not-newborn")]
        if seen.kind != "guardian":
            return []
        born = (await self._rooms.residents.get(unit, seen.principal)).birth_date
        if born is None or age_on(born, seen.last_day, self._options.year_shift) >= _ADULT:
            return [FieldFault("last_day", "ward-grown-up")]
        return []

    async def _agent(self, unit: Unit, seen: Recorded) -> UUID:
        """The member of staff whom the village sends: with that role, and the same person as the helper."""
        helper = await self._rooms.residents.get(unit, seen.delegate)
        try:
            member = await self._rooms.staff.by_number(unit, seen.agent_no)
        except Missing:
            member = None
        if member is None or "agent" not in member.roles or member.name != helper.name:
            raise DelegationInvalid(faults=[FieldFault("agent_no", "agent-unknown")])
        return member.id

    async def look(self, unit: Unit, second: Actor, delegation_id: UUID, *, place: str) -> Record:
        """Opened at a desk to be compared, while it waits. Both people find it among the looks at their data."""
        found = await records.one(unit, delegation_id)
        if found.way != "counter" or found.state != "proposed":
            raise DelegationMissing
        for person in found.parties:
            await self._changes.audit.record(
                unit, second, "delegation.compare", subject_kind="delegation", subject=str(found.id),
                resident_id=person, region=found.region, purpose="examine", fields=("name", "id_number_masked"),
                place=place[:128],
            )  # fmt: skip
        return found

    async def _has_looked(self, unit: Unit, second: Actor, found: Record) -> bool:
        """Since it was recorded, as it stands now: at a newborn with the certificate, at anything else by itself."""
        newborn = await sql.row(
            "SELECT id, guardian_id FROM newborn_requests WHERE portal = $1 AND delegation_id = $2",
            unit.portal, found.id,
        )  # fmt: skip
        if newborn:
            action, subject, person = "newborn.look", sql.uid(newborn["id"]), sql.uid(newborn["guardian_id"])
        else:
            assert found.principal_id is not None
            action, subject, person = "delegation.compare", found.id, found.principal_id
        return await self._changes.audit.has_looked(
            unit, second, action, person, found.proposed_at, subject=str(subject)
        )

    async def confirm(self, unit: Unit, second: Actor, delegation_id: UUID, accept: bool) -> Record | Refusal:
        """The second person's word, who has opened it before saying yes. Said again the same way, it is answered the
        same."""
        assert second.id is not None
        found = await records.one(unit, delegation_id)
        if found.way != "counter":
            raise DelegationMissing
        if found.recorded_by == second.id:
            return SecondPersonNeeded()
        if found.state == "proposed":
            if accept and not await self._has_looked(unit, second, found):
                return DelegationUnseen()
            await (
                self._into_force(unit, second, found) if accept else self._changes.end(unit, second, found, "refused")
            )
            found = await records.one(unit, delegation_id)
        if (accept and found.state == "active") or (not accept and found.ended_as == "refused"):
            return found
        return DelegationAnswered(state=found.ended_as or found.state)

    async def _into_force(self, unit: Unit, second: Actor, found: Record) -> None:
        changed = await sql.execute(
            "UPDATE delegations SET state = 'active', active_at = $1, confirmed_by = $2, confirmed_no = $3"
            " WHERE id = $4 AND portal = $5 AND state = 'proposed' AND answer_until > $1 AND valid_until > $1"
            " AND recorded_by <> $2",
            unit.now, second.id, second.label[:32], found.id, unit.portal,
        )  # fmt: skip
        if changed:
            await self._changes.tell(unit, second, await records.one(unit, found.id), "active")

    async def end(self, unit: Unit, clerk: Actor, principal: UUID, delegation_id: UUID, *, place: str) -> Record:
        """The principal takes it back at a counter, card in hand; of another's nothing is found."""
        found = await records.one(unit, delegation_id)
        if found.principal_id != principal:
            raise DelegationMissing
        await self._changes.end(unit, clerk, found, "withdrawn", place=place)
        return await records.one(unit, delegation_id)
