"""The room's only door: begin a case at a counter, confirm it on the phone, correct one, hand over a result.

A new case is a draft of hers from the start: nothing is submitted in her name before she has confirmed it on her
phone, or the clerk has her card in hand and her signature on paper. A draft that she does not confirm in time stays
hers to finish; one that she refuses is withdrawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Missing, Refusal
from config.floor.scope import Scope
from config.floor.unit import SYSTEM, Actor, Unit
from config.wording import Wording
from server.domain.audit.service import Audit
from server.domain.cases.documents import Document
from server.domain.cases.service import Cases
from server.domain.cases.workflow import Paper
from server.domain.counter_cases.errors import AlreadyAnswered, CardNotSeen, NotForApplying
from server.domain.residents.service import ResidentProfile
from server.domain.sessions.mandate import Mandate

Way = Literal["phone", "paper"]
State = Literal["pending", "confirmed", "refused", "expired"]
COUNTER = "counter"
_PURPOSE = "apply_here"
_CARD_LOA = 5
_BATCH = 200
_COLUMNS = (
    "id, portal, region, at, visit_id, case_no, item_name, resident_id, terminal_id, hall, counter, staff_no, way,"
    " state, until, answered_at"
)


class Clerk(Protocol):
    """Whoever works at a terminal (``StaffCaller``)."""

    @property
    def staff_id(self) -> UUID: ...
    @property
    def staff_no(self) -> str: ...
    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def department(self) -> str: ...
    @property
    def scope(self) -> Scope: ...
    @property
    def terminal_id(self) -> UUID | None: ...
    @property
    def actor(self) -> Actor: ...


class Shown(Protocol):
    """An accepted look at a code."""

    @property
    def at(self) -> datetime: ...
    @property
    def purpose(self) -> str: ...
    @property
    def resident_id(self) -> UUID: ...
    @property
    def acting_id(self) -> UUID: ...
    @property
    def hall(self) -> str: ...
    @property
    def counter(self) -> str: ...
    @property
    def card_at(self) -> datetime | None: ...


class Visits(Protocol):
    """Looks at codes; ``Missing`` for another terminal's."""

    async def whose(self, unit: Unit, visit_id: UUID, terminal_id: UUID | None) -> Shown: ...


class Residents(Protocol):
    """Who they are."""

    async def get(self, unit: Unit, resident_id: UUID) -> ResidentProfile: ...


@dataclass(frozen=True, slots=True)
class Applying:
    """The resident as the one who applies; ``loa`` is 5 with her card in the clerk's hand."""

    resident_id: UUID
    region: str
    loa: int
    mandate: Mandate | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """How an application made at a counter stands."""

    id: UUID
    at: datetime
    case_no: str
    item_name: str
    hall: str
    counter: str
    staff_no: str
    way: Way
    state: State
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A result that was delivered, and the number of the record of it."""

    case_no: str
    document_no: str


class CounterCases:
    """Any item at any counter."""

    def __init__(
        self,
        *,
        visits: Visits,
        cases: Cases,
        residents: Residents,
        audit: Audit,
        wording: Wording,
        form_seconds: int = 300,
        visit_minutes: int = 45,
    ) -> None:
        self._visits = visits
        self._cases = cases
        self._residents = residents
        self._audit = audit
        self._wording = wording
        self._wait = timedelta(seconds=form_seconds)
        self._visit_life = timedelta(minutes=visit_minutes)

    async def begin(
        self,
        unit: Unit,
        clerk: Clerk,
        visit_id: UUID,
        item: str,
        answers: Mapping[str, Any],
        materials: Sequence[tuple[str, UUID]],
        way: Way,
    ) -> Application:
        """A new case from what was filled in at the desk: a whole one, so that she confirms what will be decided on."""
        shown = await self._shown(unit, clerk, visit_id)
        who = await self._applying(unit, shown, way)
        note = self._note(shown, clerk, way)
        ref = await self._cases.submit(unit, who, item, answers, materials, way == "phone", channel=COUNTER, note=note)
        detail = await self._cases.detail(unit, who.resident_id, ref.case_no)
        application_id, pending = new_id(), way == "phone"
        await sql.execute(
            f"INSERT INTO counter_applications ({_COLUMNS})"
            " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)",
            application_id, unit.portal, who.region, unit.now, visit_id, ref.case_no, detail.case.item_name,
            who.resident_id, clerk.terminal_id, shown.hall, shown.counter, clerk.staff_no, way,
            "pending" if pending else "confirmed", unit.now + self._wait,
            None if pending else unit.now,
        )  # fmt: skip
        row = await self._row(unit, application_id)
        await self._record(unit, clerk.actor, "visit.apply", row, f"by_{way}")
        if pending:
            unit.tell(f"resident:{who.resident_id}", "counter-application", id=str(application_id))
        return _application(row, unit.now)

    async def correct(
        self,
        unit: Unit,
        clerk: Clerk,
        visit_id: UUID,
        case_no: str,
        answers: Mapping[str, Any],
        materials: Sequence[tuple[str, UUID]],
    ) -> str:
        """Hand corrections in for her, her card in hand and her signature on paper; the case's state after it."""
        shown = await self._shown(unit, clerk, visit_id)
        who = await self._applying(unit, shown, "paper")
        note = self._note(shown, clerk, "paper")
        ref = await self._cases.correct(unit, who, case_no, answers, materials, note=note)
        await self._looked(unit, clerk, visit_id, shown, "visit.apply", "by_paper")
        return ref.status.value

    async def answer(self, unit: Unit, resident_id: UUID, application_id: UUID, allow: bool) -> Application | Refusal:
        """Her own word on the phone. Yes submits, no withdraws the draft; too late leaves it hers to finish.

        The same answer again is answered the same; another one is refused. A case that cannot be submitted any more
        raises, so that nothing is answered.
        """
        row = await self._row(unit, application_id)
        if sql.uid(row["resident_id"]) != resident_id:
            raise Missing()
        state = "confirmed" if allow else "refused"
        changed = await sql.execute(
            "UPDATE counter_applications SET state = $1, answered_at = $2"
            " WHERE id = $3 AND portal = $4 AND state = 'pending' AND until > $2",
            state, unit.now, application_id, unit.portal,
        )  # fmt: skip
        if not changed:
            stands = _application(await self._row(unit, application_id), unit.now)
            return stands if stands.state in (state, "expired") else AlreadyAnswered(state=stands.state)
        await self._settle(unit, row, allow)
        row = await self._row(unit, application_id)
        await self._record(unit, Actor("resident", resident_id, "resident"), "visit.application", row, state)
        unit.tell(f"terminal:{sql.uid(row['terminal_id'])}", "counter-application", id=str(application_id), state=state)
        return _application(row, unit.now)

    async def waiting(self, unit: Unit, resident_id: UUID) -> list[Application]:
        """What waits for her word now; newest first."""
        rows = await sql.rows(
            f"SELECT {_COLUMNS} FROM counter_applications WHERE portal = $1 AND resident_id = $2"
            " AND state = 'pending' AND until > $3 ORDER BY id DESC LIMIT 5",
            unit.portal, resident_id, unit.now,
        )  # fmt: skip
        return [_application(row, unit.now) for row in rows]

    async def at_terminal(self, unit: Unit, application_id: UUID, clerk: Clerk) -> Application:
        """How it stands, for the terminal that made it."""
        row = await self._row(unit, application_id)
        if sql.uid(row["terminal_id"]) != clerk.terminal_id:
            raise Missing()
        return _application(row, unit.now)

    async def hand_over(self, unit: Unit, clerk: Clerk, visit_id: UUID, case_no: str) -> HandedOver:
        """出件: the result of a concluded case of hers is delivered to her here, whatever department decided it."""
        shown = await self._shown(unit, clerk, visit_id)
        await self._cases.hand_over(unit, clerk, shown.resident_id, case_no)
        detail = await self._cases.detail(unit, shown.resident_id, case_no)
        await self._looked(unit, clerk, visit_id, shown, "visit.hand_over", "done")
        return HandedOver(case_no, detail.documents[-1].document_no)

    async def receipt(self, unit: Unit, who: Applying, case_no: str, document_no: str) -> Document:
        """The record of a delivery of hers; no other paper of the case is shown at a counter."""
        found = await self._cases.document(unit, who.resident_id, case_no, document_no)
        if found.kind is not Paper.SERVICE:
            raise Missing()
        return found

    async def subject(self, unit: Unit, clerk: Clerk, visit_id: UUID) -> Applying:
        """In whose name this terminal may prepare something now: for uploads and for what a form is filled with."""
        return await self._applying(unit, await self._shown(unit, clerk, visit_id), "phone")

    async def expire(self, unit: Unit) -> int:
        """What nobody confirmed in time; how many. The drafts stay."""
        rows = await sql.rows(
            "UPDATE counter_applications SET state = 'expired' WHERE state = 'pending' AND id IN (SELECT id FROM"
            " counter_applications WHERE portal = $1 AND state = 'pending' AND until <= $2 ORDER BY until"
            f" LIMIT {_BATCH}) RETURNING {_COLUMNS}",
            unit.portal, unit.now,
        )  # fmt: skip
        for row in rows:
            await self._record(unit, SYSTEM, "visit.application", row, "expired")
        return len(rows)

    async def _shown(self, unit: Unit, clerk: Clerk, visit_id: UUID) -> Shown:
        shown = await self._visits.whose(unit, visit_id, clerk.terminal_id)
        over = unit.now - shown.at > self._visit_life
        if over or shown.purpose != _PURPOSE or shown.resident_id != shown.acting_id:
            raise NotForApplying()
        return shown

    async def _applying(self, unit: Unit, shown: Shown, way: Way) -> Applying:
        if way == "paper" and shown.card_at is None:
            raise CardNotSeen()
        profile = await self._residents.get(unit, shown.resident_id)
        loa = _CARD_LOA if way == "paper" else profile.loa
        return Applying(shown.resident_id, profile.region, loa)

    async def _settle(self, unit: Unit, row: sql.Row, allow: bool) -> None:
        profile = await self._residents.get(unit, sql.uid(row["resident_id"]))
        who = Applying(profile.id, profile.region, profile.loa)
        if not allow:
            await self._cases.withdraw(unit, who, row["case_no"], "")
            return
        note = self._wording.text("counter_cases.note.phone", counter=row["counter"], staff=row["staff_no"])
        await self._cases.finish_draft(unit, who, row["case_no"], {}, (), note=note)

    def _note(self, shown: Shown, clerk: Clerk, way: Way) -> str:
        return self._wording.text(f"counter_cases.note.{way}", counter=shown.counter, staff=clerk.staff_no)

    async def _row(self, unit: Unit, application_id: UUID) -> sql.Row:
        row = await sql.row(
            f"SELECT {_COLUMNS} FROM counter_applications WHERE id = $1 AND portal = $2", application_id, unit.portal
        )
        if row is None:
            raise Missing()
        return row

    async def _record(self, unit: Unit, actor: Actor, action: str, row: sql.Row, outcome: str) -> None:
        await self._audit.record(
            unit, actor, action, subject_kind="visit", subject=str(sql.uid(row["visit_id"])),
            resident_id=sql.uid(row["resident_id"]), region=row["region"], outcome=outcome, purpose=_PURPOSE,
            place=f"{row['hall']} {row['counter']}"[:128],
        )  # fmt: skip

    async def _looked(self, unit: Unit, clerk: Clerk, visit_id: UUID, shown: Shown, action: str, outcome: str) -> None:
        await self._audit.record(
            unit, clerk.actor, action, subject_kind="visit", subject=str(visit_id), resident_id=shown.resident_id,
            outcome=outcome, purpose=_PURPOSE, place=f"{shown.hall} {shown.counter}"[:128],
        )  # fmt: skip


def _application(row: sql.Row, now: datetime) -> Application:
    state, until = row["state"], sql.instant(row["until"])
    if state == "pending" and until <= now:
        state = "expired"
    return Application(
        sql.uid(row["id"]), sql.instant(row["at"]), row["case_no"], row["item_name"], row["hall"], row["counter"],
        row["staff_no"], row["way"], state, until,
    )  # fmt: skip
