"""The room's only door: propose, answer and end a delegation; read one's own; say what one allows now.

proposed → active → ended (withdrawn, renounced, expired, refused), each step by compare-and-set. Both sides say yes at
LoA 4; for somebody without a phone a counter records it with the card in hand and another clerk confirms it
(``counter.py``). Nobody acts here for somebody else, so there are no chains.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import FieldFault, Refusal, TooMany
from config.floor.unit import Actor, Unit
from config.floor.vault import Vault
from server.domain.audit.service import Audit
from server.domain.delegations import records
from server.domain.delegations.changes import Changes
from server.domain.delegations.counter import AtCounter
from server.domain.delegations.errors import (
    DelegationAnswered,
    DelegationExists,
    DelegationInvalid,
    DelegationMissing,
)
from server.domain.delegations.mandates import Mandates
from server.domain.delegations.newborns import Newborns
from server.domain.delegations.organisations import Organisations
from server.domain.delegations.ports import DelegationOptions, Rooms
from server.domain.delegations.reading import Reading
from server.domain.delegations.records import ADDRESSEE, Ended, Record, Side
from server.domain.delegations.scope import Kind, Period, Scope, period
from server.domain.delegations.wards import Wards
from server.domain.delegations.writing import Draft, write
from server.domain.sessions import budgets
from server.domain.sessions.callers import ResidentCaller

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one side offers the other. ``side``: which one the proposer is."""

    kind: Kind
    side: Side
    name: str
    phone: str
    scope: Scope
    last_day: date
    first_day: date | None = None
    relation: str = ""
    organisation_id: UUID | None = None
    case_no: str | None = None


class Delegations:
    """Who may act for whom."""

    def __init__(
        self,
        vault: Vault,
        audit: Audit,
        rooms: Rooms,
        options: DelegationOptions | None = None,
        mandates: Mandates | None = None,
    ) -> None:
        self._vault = vault
        self._rooms = rooms
        self.options = options or DelegationOptions()
        self._changes = Changes(rooms, audit)
        reading = Reading(vault, rooms, audit, self.options)
        counter = AtCounter(rooms, self._changes, self.options)
        self.organisations = Organisations(audit, self._changes)
        self.wards = Wards(rooms.residents, self.options)
        self.expire = self._changes.expire
        self.newborns = Newborns(vault, rooms, self._changes, counter, self.options)
        self.of_resident = reading.of_resident
        self.waiting = reading.waiting
        self.shown = reading.shown
        self.acts = reading.acts
        self.of_party = records.of_party
        self.one = records.one
        self.record = counter.record
        self.look = counter.look
        self.confirm = counter.confirm
        self.end_at_counter = counter.end
        self.of_principal = reading.of_principal
        mandates = mandates or Mandates()
        self.mandate = mandates.mandate
        self.hold = mandates.hold

    async def end_all(self, unit: Unit, actor: Actor, resident_id: UUID) -> int:
        """Everything that this resident gave or was given ends, and what still waits is taken back (the account is
        closed); how many delegations."""
        await self.newborns.end_all(unit, actor, resident_id)
        return await self._changes.end_all(unit, actor, resident_id)

    async def propose(self, unit: Unit, caller: ResidentCaller, asked: Proposal) -> UUID | Refusal:
        """Offer it to the other side, who is named by name and phone. The answer is the same whether or not such a
        person is known here: an offer to nobody waits like any other and runs out."""
        when = await self._checked(unit, caller, asked)
        used = await budgets.spend(unit, "delegation", caller.resident_id.bytes, seconds=_DAY)
        if used > self.options.proposals:
            return TooMany(retry_after=budgets.seconds_left(unit.now, _DAY))
        other = await self._rooms.residents.by_phone(unit, asked.phone, asked.name)
        if other is not None and other.id == caller.resident_id:
            raise DelegationInvalid(faults=[FieldFault("other", "delegation-to-oneself")])
        draft = self._draft(unit, caller, asked, when, other.id if other else None)
        if draft.principal_id and draft.delegate_id:
            await self._changes.make_room(unit, draft.principal_id, draft.delegate_id)
        try:
            async with in_transaction("default"):  # a savepoint: on PostgreSQL the conflict would end the unit
                await write(unit, draft)
        except IntegrityError:
            return DelegationExists()
        found = await records.one(unit, draft.id)
        await self._changes.tell(unit, caller.actor, found, "proposed")
        return draft.id

    async def _checked(self, unit: Unit, caller: ResidentCaller, asked: Proposal) -> Period:
        known = await self._rooms.items.names(unit, list(asked.scope.items))
        faults = asked.scope.faults(asked.kind, known, self._rooms.purposes.codes())
        when = period(asked.first_day, asked.last_day, unit.today, self.options.days)
        faults += when if isinstance(when, list) else []
        if asked.kind in ("guardian", "agent"):
            faults.append(FieldFault("kind", "delegation-at-counter-only"))
        if asked.kind in ("organisation", "single_case") and asked.side != "principal":
            faults.append(FieldFault("side", "delegation-by-principal-only"))
        if (asked.kind == "relative") != bool(asked.relation):
            faults.append(FieldFault("relation", "relation-expected"))
        if not await self._represents(unit, caller, asked):
            faults.append(FieldFault("organisation_id", "organisation-unknown"))
        if asked.case_no is not None and not await self._is_own_case(unit, caller, asked):
            faults.append(FieldFault("case_no", "case-unknown"))
        if faults or isinstance(when, list):
            raise DelegationInvalid(faults=faults)
        return when

    async def _represents(self, unit: Unit, caller: ResidentCaller, asked: Proposal) -> bool:
        """An organisation is named where the kind needs one, and the proposer was proven to represent it."""
        if asked.organisation_id is None or asked.kind != "organisation":
            return asked.organisation_id is None and asked.kind != "organisation"
        return await self.organisations.is_representative(unit, asked.organisation_id, caller.resident_id)

    async def _is_own_case(self, unit: Unit, caller: ResidentCaller, asked: Proposal) -> bool:
        if asked.kind != "single_case" or asked.case_no is None:
            return False
        item = await self._rooms.cases.item_of(unit, caller.resident_id, asked.case_no)
        return item is not None and asked.scope.items == (item,)

    def _draft(self, unit: Unit, caller: ResidentCaller, asked: Proposal, when: Period, other: UUID | None) -> Draft:
        mine = asked.side == "principal"
        return Draft(
            id=new_id(),
            region=caller.region,
            kind=asked.kind,
            way="phone",
            principal_id=caller.resident_id if mine else other,
            delegate_id=other if mine else caller.resident_id,
            organisation_id=asked.organisation_id,
            relation=asked.relation,
            scope=asked.scope.sorted(),
            case_no=asked.case_no,
            when=when,
            proposed_by=caller.resident_id,
            answer_until=unit.now + timedelta(days=self.options.answer_days),
            addressee_index=self._vault.index(f"{asked.phone}:{asked.name}", ADDRESSEE),
            addressee_sealed=self._vault.seal(asked.name, ADDRESSEE),
            principal_loa=caller.loa if mine else None,
            delegate_loa=None if mine else caller.loa,
        )

    async def answer(self, unit: Unit, caller: ResidentCaller, delegation_id: UUID, accept: bool) -> Record | Refusal:
        """The other side's word, once. The same answer again is answered the same; another one is refused."""
        found = await records.of_party(unit, delegation_id, caller.resident_id)
        if found.proposed_by == caller.resident_id or found.way != "phone":
            raise DelegationMissing
        if found.state == "proposed":
            if not accept and await self._changes.end(unit, caller.actor, found, "refused"):
                return await records.one(unit, delegation_id)
            if accept and await self._enter_into_force(unit, caller, found):
                return await records.one(unit, delegation_id)
            found = await records.one(unit, delegation_id)
        if (accept and found.state == "active") or (not accept and found.ended_as == "refused"):
            return found
        return DelegationAnswered(state=found.ended_as or found.state)

    async def _enter_into_force(self, unit: Unit, caller: ResidentCaller, found: Record) -> bool:
        mine = "principal_loa" if found.side(caller.resident_id) == "principal" else "delegate_loa"
        changed = await sql.execute(
            f"UPDATE delegations SET state = 'active', active_at = $1, {mine} = $2"
            " WHERE id = $3 AND portal = $4 AND state = 'proposed' AND answer_until > $1 AND valid_until > $1",
            unit.now, caller.loa, found.id, unit.portal,
        )  # fmt: skip
        if not changed:
            return False
        await self._changes.tell(unit, caller.actor, await records.one(unit, found.id), "active")
        return True

    async def end(self, unit: Unit, caller: ResidentCaller, delegation_id: UUID) -> None:
        """Withdrawn by the one who gave it, renounced by the one who has it, and a proposal taken back by its author.
        Said again, nothing changes."""
        found = await records.of_party(unit, delegation_id, caller.resident_id)
        if found.state == "proposed":
            if found.way == "phone" and found.proposed_by != caller.resident_id:
                await self._changes.end(unit, caller.actor, found, "refused")
                return
            await self._changes.end(unit, caller.actor, found, "withdrawn")
        elif found.state == "active":
            how: Ended = "withdrawn" if found.side(caller.resident_id) == "principal" else "renounced"
            await self._changes.end(unit, caller.actor, found, how)
