"""A newborn's guardianship: a parent says it on the phone and one member of staff checks it, or a counter records it
with the certificate in hand; another one confirms.

asked → recorded (a delegation that waits for the second person) | refused | taken_back. From ``recorded`` on the
delegation says how it stands. The child is registered by the first check; a second guardian who names the same
certificate and the same day is given the same child, and what one guardian asked on the phone goes on at a counter. A
child is known by its certificate and its birthday together, never by a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    DelegationExists,
    DelegationInvalid,
    DelegationMissing,
    NewbornAsked,
    NewbornDecided,
    NewbornDiffers,
    NewbornOtherChild,
    NewbornSimilar,
    NewbornUnseen,
)
from server.domain.delegations.newborn_rows import Newborn, NewbornRows, Reason, Relation
from server.domain.delegations.ports import DelegationOptions, Rooms
from server.domain.delegations.scope import Scope as Reach
from server.domain.sessions import budgets
from server.domain.sessions.callers import ResidentCaller

LINK = "/m/#/pages/newborn/newborn"
What = Literal["words", "picture"]
_DAY = 86_400
_SHORTEST, _LONGEST = 4, 40
_TAIL = 4
_NAMED = 2
"""The level of somebody who is held by name: whose number has been added is above it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a guardian says. ``file_id``: the certificate's picture; None where a counter has the paper itself in hand.
    ``name``: empty while it is open."""

    relation: Relation
    born: date
    certificate: str
    file_id: UUID | None = None
    name: str = ""


class Newborns:
    """What parents ask, and what staff answer."""

    def __init__(
        self, vault: Vault, rooms: Rooms, changes: Changes, counter: AtCounter, options: DelegationOptions
    ) -> None:
        self._rooms, self._changes, self._counter = rooms, changes, counter
        self._options = options
        self.rows = NewbornRows(vault)

    async def ask(self, unit: Unit, caller: ResidentCaller, said: Said) -> Newborn | Refusal:
        """Put it before staff, with the picture. Said twice at once, one stands; refusals that count are returned."""
        said = self._checked(unit, said)
        assert said.file_id is not None
        used = await budgets.spend(unit, "newborn", caller.resident_id.bytes, seconds=_DAY)
        if used > self._options.newborn_requests:
            return TooMany(retry_after=budgets.seconds_left(unit.now, _DAY))
        await self.rows.hold(said.certificate)
        if await self.rows.standing(unit, caller.resident_id, said.certificate):
            return NewbornAsked()
        request = new_id()
        await self._rooms.papers.attach(unit, caller.resident_id, request, [said.file_id])
        asked = _asked(unit, request, caller.region, caller.resident_id, caller.loa, said)
        try:
            async with in_transaction("default"):  # a savepoint: on PostgreSQL the conflict would end the unit
                await self.rows.write(unit, asked)
        except IntegrityError:
            raise NewbornAsked from None  # nothing of this one stays: the picture waits for its sweep again
        await self._record(unit, caller.actor, request, caller.resident_id, caller.region, "newborn.ask")
        unit.tell(f"staff:{unit.portal}", "newborn", id=str(request), state="asked")
        return await self.rows.one(unit, request)

    def _checked(self, unit: Unit, said: Said, within: str = "") -> Said:
        """The same with the certificate's number in one way of writing. Its form is the issuer's matter: only the
        length is looked at."""
        faults = []
        certificate = "".join(said.certificate.split()).upper()
        if not _SHORTEST <= len(certificate) <= _LONGEST:
            faults.append(FieldFault(f"{within}certificate_no", "newborn-certificate"))
        youngest = unit.today - timedelta(days=self._options.newborn_days)
        if not youngest <= said.born <= unit.today:
            faults.append(FieldFault(f"{within}born", "newborn-born"))
        if said.name and not 2 <= len(said.name) <= 50:
            faults.append(FieldFault(f"{within}name", "name-length"))
        if faults:
            raise DelegationInvalid(faults=faults)
        return replace(said, certificate=certificate)

    async def record(
        self, unit: Unit, clerk: Actor, seen: Recorded, said: Said, *, is_another: bool, place: str
    ) -> UUID | Refusal:
        """The certificate is in the clerk's hand, and the guardian (``seen.delegate``) in front of him: a delegation
        that waits for somebody else, by its id. What the same guardian has asked on the phone about this certificate
        goes on with it and is not asked again. ``is_another``: the clerk has made sure that it is no child whom this
        guardian has registered under another number of the same day."""
        if seen.kind != "guardian":
            raise DelegationInvalid(faults=[FieldFault("ward", "ward-not-newborn")])
        said = self._checked(unit, said, "newborn.")
        await self.rows.hold(said.certificate)
        wards = await self.rows.wards(unit, said.certificate)
        found = await self.rows.standing(unit, seen.delegate, said.certificate)
        if found and found.state != "asked":
            return DelegationExists()
        if found and found.born != said.born:
            return NewbornDiffers(born=found.born.isoformat())
        if any(born != said.born for born, _ in wards):
            return NewbornOtherChild()
        like = None if found or is_another else await self.rows.of_same_day(unit, seen.delegate, said.born)
        if like:
            return NewbornSimilar(tail=like.certificate[-_TAIL:])
        made = await self._register(unit, clerk, seen, said, wards, place)
        if isinstance(made, Refusal):
            return made
        if found:
            await self._pass_on(unit, clerk, found, made)
            await self._notify(unit, found, "recorded")
            return made.id
        assert made.principal_id is not None
        new = replace(
            _asked(unit, new_id(), seen.region, seen.delegate, seen.delegate_loa, said),
            state="recorded",
            decided_at=unit.now,
            checked_no=clerk.label[:32],
            ward_id=made.principal_id,
            delegation_id=made.id,
        )
        await self.rows.write(unit, new, checked_by=clerk.id)
        await self._record(unit, clerk, new.id, new.guardian_id, new.region, "newborn.check", "accepted")
        self._tell_her(unit, new, "recorded")
        return made.id

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
        self, unit: Unit, actor: Actor, scope: Scope, request: UUID, reason: Reason | None, *, is_another: bool,
        place: str,
    ) -> Newborn | Refusal:  # fmt: skip
        """The first person's word: it agrees with the picture (no ``reason``), or not and why. The same word again is
        answered the same. ``is_another``: as at ``record``."""
        seen = await self.rows.one(unit, request, scope=scope)
        await self.rows.hold(seen.certificate)
        wards = await self.rows.wards(unit, seen.certificate)
        found = await self.rows.one(unit, request, lock=True)  # as it stands now that nobody else decides it
        if found.state != "asked":
            same = found.reason == reason if reason else found.delegation_id is not None
            return found if same else NewbornDecided(state=found.state)
        if reason:
            await self._refuse(unit, actor, found, reason)
        elif refused := await self._take(unit, actor, found, wards, is_another, place):
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
        self, unit: Unit, actor: Actor, found: Newborn, wards: Sequence[tuple[date | None, UUID]], is_another: bool,
        place: str,
    ) -> Refusal | None:  # fmt: skip
        """It becomes a delegation that somebody else has to confirm. ``wards``: the child that another guardian's
        request with this certificate has led to."""
        if any(born != found.born for born, _ in wards):
            return NewbornOtherChild()
        audit, this = self._changes.audit, str(found.id)
        if not await audit.has_looked(unit, actor, "newborn.look", found.guardian_id, found.asked_at, subject=this):
            return NewbornUnseen()
        rows, guardian = self.rows, found.guardian_id
        if not is_another and (like := await rows.of_same_day(unit, guardian, found.born, besides=found.id)):
            return NewbornSimilar(tail=like.certificate[-_TAIL:])
        whole = Recorded(
            kind="guardian",
            principal=None,
            delegate=found.guardian_id,
            delegate_loa=found.guardian_loa,
            scope=Reach(all_items=True, all_purposes=True),
            last_day=unit.today + timedelta(days=self._options.days - 1),
            region=found.region,
        )
        said = Said(found.relation, found.born, found.certificate, found.file_id, found.name)
        made = await self._register(unit, actor, whole, said, wards, place)
        if isinstance(made, Refusal):
            return made
        await self._pass_on(unit, actor, found, made)
        await self._notify(unit, found, "recorded")
        return None

    async def _register(
        self, unit: Unit, actor: Actor, seen: Recorded, said: Said, wards: Sequence[tuple[date | None, UUID]],
        place: str,
    ) -> records.Record | Refusal:  # fmt: skip
        """The delegation that waits for the second person; the child is the one of this certificate, or registered
        now."""
        known = wards[0][1] if wards else None
        level = (await self._rooms.residents.get(unit, known)).loa if known else _NAMED
        guardian = await self._rooms.residents.get(unit, seen.delegate)
        made = await self._counter.record(
            unit,
            actor,
            replace(
                seen,
                principal=known,
                ward_name=said.name or self._options.unnamed.format(guardian=guardian.name),
                ward_born=said.born if level == _NAMED else None,
                principal_loa=level,
            ),
            place=place,
        )
        return made if isinstance(made, Refusal) else await records.one(unit, made)

    async def _pass_on(self, unit: Unit, actor: Actor, found: Newborn, made: records.Record) -> None:
        assert made.principal_id is not None
        await self.rows.passed_on(unit, actor, found.id, made.principal_id, made.id)
        await self._record(unit, actor, found.id, found.guardian_id, found.region, "newborn.check", "accepted")

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


def _asked(unit: Unit, request: UUID, region: str, guardian: UUID, loa: int, said: Said) -> Newborn:
    """What was said, as a request that waits."""
    return Newborn(
        id=request,
        region=region,
        guardian_id=guardian,
        guardian_loa=loa,
        relation=said.relation,
        name=said.name,
        born=said.born,
        certificate=said.certificate,
        file_id=said.file_id,
        state="asked",
        reason=None,
        asked_at=unit.now,
        decided_at=None,
        checked_no="",
        ward_id=None,
        delegation_id=None,
    )
