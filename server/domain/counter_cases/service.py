"""The room's only door: begin a case at a counter, confirm it on the phone, correct one, hand over a result.

A new case is a draft of hers from the start: nothing is submitted in her name before she has confirmed it on her
phone, or the clerk has her card in hand and her signature on paper. A draft that she does not confirm in time stays
hers to finish; one that she refuses is withdrawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Missing, Refusal
from config.floor.unit import SYSTEM, Actor, Unit
from config.wording import Wording
from server.domain.audit.service import Audit
from server.domain.cases.documents import Document
from server.domain.cases.service import CaseDetail, Cases
from server.domain.cases.submission import applicant
from server.domain.cases.workflow import Paper
from server.domain.counter_cases.bearer import (
    PURPOSE,
    Applying,
    Bearer,
    Bearers,
    Clerk,
    Mandates,
    Residents,
    Shown,
    Visits,
    Way,
)
from server.domain.counter_cases.errors import AlreadyAnswered

State = Literal["pending", "confirmed", "refused", "expired", "withdrawn"]
"""``withdrawn``: nobody can answer any more, the delegation under which somebody was asked has ended."""
COUNTER = "counter"
_BATCH = 200
_COLUMNS = (
    "id, portal, region, at, visit_id, case_no, item_name, resident_id, terminal_id, hall, counter, staff_no, way,"
    " state, until, answered_at, acting_id, delegation_id"
)
# Whoever showed the code answers: the resident, or the person who acts for them.
_MINE = "(acting_id = $2 OR (acting_id IS NULL AND resident_id = $2))"


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
    resident_id: UUID
    delegation_id: UUID | None
    """Whose it is, and under which delegation somebody else is asked for their word."""


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
        mandates: Mandates,
        form_seconds: int = 300,
        visit_minutes: int = 45,
    ) -> None:
        self._bearers = Bearers(visits, residents, mandates, timedelta(minutes=visit_minutes))
        self._cases = cases
        self._residents = residents
        self._audit = audit
        self._wording = wording
        self._wait = timedelta(seconds=form_seconds)

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
        """A new case from what was filled in at the desk: a whole one, so that she confirms what will be decided on.

        On a code that was shown for somebody else the case is that person's, begun as A for B: within the delegation's
        items (``BeyondBearer``), at the level of the bearer, who confirms it on her own phone.
        """
        bearer = await self._bearers.of(unit, clerk, visit_id)
        bearer.must_begin(item)
        who, shown = await self._bearers.applying(unit, bearer, way), bearer.shown
        note = self._note(bearer, clerk, way)
        ref = await self._cases.submit(unit, who, item, answers, materials, way == "phone", channel=COUNTER, note=note)
        detail = await self._cases.detail(unit, who.resident_id, ref.case_no)
        application_id, pending = new_id(), way == "phone"
        await sql.execute(
            f"INSERT INTO counter_applications ({_COLUMNS})"
            " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18)",
            application_id, unit.portal, who.region, unit.now, visit_id, ref.case_no, detail.case.item_name,
            who.resident_id, clerk.terminal_id, shown.hall, shown.counter, clerk.staff_no, way,
            "pending" if pending else "confirmed", unit.now + self._wait,
            None if pending else unit.now, shown.acting_id if who.mandate else None,
            who.mandate.delegation_id if who.mandate else None,
        )  # fmt: skip
        row = await self._row(unit, application_id)
        await self._record(unit, clerk.actor, "visit.apply", row, f"by_{way}")
        if pending:
            unit.tell(f"resident:{shown.acting_id}", "counter-application", id=str(application_id))
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
        """Hand corrections in for her, with the bearer's card in hand and signature on paper; the case's state then."""
        bearer = await self._bearers.of(unit, clerk, visit_id)
        who = await self._bearers.applying(unit, bearer, "paper")
        await self._reached(unit, bearer, case_no)
        note = self._note(bearer, clerk, "paper")
        ref = await self._cases.correct(unit, who, case_no, answers, materials, note=note)
        await self._looked(unit, clerk.actor, visit_id, bearer.shown, "visit.apply", "by_paper")
        return ref.status.value

    async def answer(self, unit: Unit, resident_id: UUID, application_id: UUID, allow: bool) -> Application | Refusal:
        """The word on the phone of whoever showed the code. Yes submits, no withdraws the draft; too late leaves it the
        applicant's to finish. A delegation that has ended meanwhile (``DelegationOver``) answers nothing.

        The same answer again is answered the same; another one is refused. A case that cannot be submitted any more
        raises, so that nothing is answered.
        """
        row = await self._row(unit, application_id)
        if resident_id != (sql.uid_or_none(row["acting_id"]) or sql.uid(row["resident_id"])):
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
        who = await self._settle(unit, row, allow)
        row = await self._row(unit, application_id)
        await self._record(unit, applicant(who), "visit.application", row, state)
        unit.tell(f"terminal:{sql.uid(row['terminal_id'])}", "counter-application", id=str(application_id), state=state)
        return _application(row, unit.now)

    async def waiting(self, unit: Unit, resident_id: UUID) -> list[Application]:
        """What waits for her word now, also as somebody's delegate while that stands; newest first."""
        rows = await sql.rows(
            f"SELECT {_COLUMNS} FROM counter_applications WHERE portal = $1 AND {_MINE}"
            " AND state = 'pending' AND until > $3 ORDER BY id DESC LIMIT 5",
            unit.portal, resident_id, unit.now,
        )  # fmt: skip
        found = [_application(row, unit.now) for row in rows]
        under = {one.delegation_id for one in found}
        over = {one for one in under if not await self._bearers.stands(unit, one)}
        return [one for one in found if one.delegation_id not in over]

    async def at_terminal(self, unit: Unit, application_id: UUID, clerk: Clerk) -> Application:
        """How it stands, for the terminal that made it."""
        row = await self._row(unit, application_id)
        if sql.uid(row["terminal_id"]) != clerk.terminal_id:
            raise Missing()
        found = _application(row, unit.now)
        waits = found.state == "pending" and not await self._bearers.stands(unit, found.delegation_id)
        return replace(found, state="withdrawn") if waits else found

    async def hand_over(self, unit: Unit, clerk: Clerk, visit_id: UUID, case_no: str) -> HandedOver:
        """出件: the result of a concluded case of hers is delivered here, whatever department decided: to herself, or
        to whoever acts for her, who is named beside her on the record and the receipt. On a paper only
        with the card."""
        bearer = await self._bearers.of(unit, clerk, visit_id)
        bearer.must_be_compared()
        shown, mandate, actor = bearer.shown, bearer.mandate, clerk.actor
        await self._reached(unit, bearer, case_no)
        note = ""
        if mandate:
            actor = replace(actor, delegation=mandate.delegation_id)
            note = self._wording.text(
                "counter_cases.note.collected", counter=shown.counter, pair=await self._pair(unit, shown)
            )
        receiver = shown.acting_id if mandate else None
        await self._cases.hand_over(unit, clerk, shown.resident_id, case_no, receiver=receiver, note=note)
        detail = await self._cases.detail(unit, shown.resident_id, case_no)
        await self._looked(unit, actor, visit_id, shown, "visit.hand_over", "done")
        return HandedOver(case_no, detail.documents[-1].document_no)

    async def case(self, unit: Unit, clerk: Clerk, visit_id: UUID, case_no: str) -> CaseDetail:
        """A case of the person whom the code is about, within what the bearer may have done with it."""
        return await self._reached(unit, await self._bearers.of(unit, clerk, visit_id), case_no)

    async def _reached(self, unit: Unit, bearer: Bearer, case_no: str) -> CaseDetail:
        detail = await self._cases.detail(unit, bearer.shown.resident_id, case_no)
        bearer.must_allow(case_no, detail.case.item_code, detail.case.organisation_id)
        return detail

    async def _pair(self, unit: Unit, shown: Shown) -> str:
        names = await self._residents.masked(unit, [shown.acting_id, shown.resident_id])
        return self._wording.text("delegations.pair", acting=names[shown.acting_id], principal=names[shown.resident_id])

    async def receipt(self, unit: Unit, clerk: Clerk, visit_id: UUID, case_no: str, document_no: str) -> Document:
        """The record of a delivery of hers; no other paper of the case is shown at a counter."""
        bearer = await self._bearers.of(unit, clerk, visit_id)
        found = await self._cases.document(unit, bearer.shown.resident_id, case_no, document_no, bearer.mandate)
        if found.kind is not Paper.SERVICE:
            raise Missing()
        return found

    async def subject(self, unit: Unit, clerk: Clerk, visit_id: UUID, item: str | None = None) -> Applying:
        """In whose name this terminal may prepare something now (of this item): for uploads and for what a form is
        filled with."""
        bearer = await self._bearers.of(unit, clerk, visit_id)
        if item is not None:
            bearer.must_begin(item)
        return await self._bearers.applying(unit, bearer, "phone")

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

    async def _settle(self, unit: Unit, row: sql.Row, allow: bool) -> Applying:
        delegation = sql.uid_or_none(row["delegation_id"])
        mandate = await self._bearers.mandate(unit, delegation) if delegation else None
        who = await self._bearers.person(unit, sql.uid(row["resident_id"]), mandate)
        if allow:
            way = "phone_for" if mandate else "phone"
            note = self._wording.text(f"counter_cases.note.{way}", counter=row["counter"], staff=row["staff_no"])
            await self._cases.finish_draft(unit, who, row["case_no"], {}, (), note=note)
        else:
            await self._cases.withdraw(unit, who, row["case_no"], "")
        return who

    def _note(self, bearer: Bearer, clerk: Clerk, way: Way) -> str:
        text = f"counter_cases.note.{way}" + ("_for" if bearer.mandate else "")
        return self._wording.text(text, counter=bearer.shown.counter, staff=clerk.staff_no)

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
            resident_id=sql.uid(row["resident_id"]), region=row["region"], outcome=outcome, purpose=PURPOSE,
            place=f"{row['hall']} {row['counter']}"[:128],
        )  # fmt: skip

    async def _looked(self, unit: Unit, actor: Actor, visit_id: UUID, shown: Shown, action: str, outcome: str) -> None:
        await self._audit.record(
            unit, actor, action, subject_kind="visit", subject=str(visit_id), resident_id=shown.resident_id,
            outcome=outcome, purpose=PURPOSE, place=f"{shown.hall} {shown.counter}"[:128],
        )  # fmt: skip


def _application(row: sql.Row, now: datetime) -> Application:
    state, until = row["state"], sql.instant(row["until"])
    if state == "pending" and until <= now:
        state = "expired"
    return Application(
        sql.uid(row["id"]), sql.instant(row["at"]), row["case_no"], row["item_name"], row["hall"], row["counter"],
        row["staff_no"], row["way"], state, until, sql.uid(row["resident_id"]), sql.uid_or_none(row["delegation_id"]),
    )  # fmt: skip
