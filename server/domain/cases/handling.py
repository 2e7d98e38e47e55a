"""What staff do with a case, and what time does with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import SYSTEM, Unit
from server.domain.cases import clock, records, workflow
from server.domain.cases.clock import Pause
from server.domain.cases.documents import PaperRow
from server.domain.cases.errors import ChangedMeanwhile
from server.domain.cases.ports import Desk
from server.domain.cases.progress import CaseRef, Change, Progress
from server.domain.cases.records import COLUMNS, DECISION, REASON, CaseRecord
from server.domain.cases.workflow import SYSTEM as TIME
from server.domain.cases.workflow import Action, Doer, Given, Move, Outcome


@dataclass(frozen=True, slots=True)
class CorrectionRequest:
    """One thing to correct: ``target`` is ``field:<code>`` or ``material:<code>``."""

    target: str
    label: str
    reason: str


class Handling:
    """The desk's side."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    async def transition(
        self,
        unit: Unit,
        desk: Desk,
        case_no: str,
        action: Action,
        *,
        version: int,
        opinion: str = "",
        corrections: Sequence[CorrectionRequest] = (),
        outcome: Outcome | None = None,
    ) -> CaseRef:
        """Do ``action`` to the version of the case that the person saw.

        ``CaseMissing`` beyond the desk's scope; ``ChangedMeanwhile`` if the version is not the case's any more;
        ``WrongState`` and the guards of the workflow otherwise.
        """
        case = await records.of_staff(unit, case_no, desk.scope)
        if case.version != version:
            raise ChangedMeanwhile(version=case.version)
        doer = Doer(desk.staff_id, desk.roles)
        move = workflow.move(case.standing(), action, doer, Given(opinion, outcome, len(corrections)))
        change = self._change(unit, case, move, desk, opinion, corrections, outcome)
        actor = records.staff_actor(desk.staff_id, desk.staff_no)
        ref = await self._progress.carry_out(unit, case, move, actor, change)
        if action is Action.REQUEST_CORRECTION:
            await self._write_corrections(unit, case, corrections)
        return ref

    async def hand_over(
        self, unit: Unit, desk: Desk, resident_id: UUID, case_no: str, *, receiver: UUID | None = None, note: str = ""
    ) -> CaseRef:
        """Serve the result of this resident's own case at any counter of the portal, whatever department decided it.

        ``receiver``: who takes it for the resident; the record of the delivery names both.

        ``CaseMissing`` for anybody else's; ``WrongState`` unless it is concluded and not yet served.
        """
        case = await records.of_resident(unit, resident_id, case_no)
        move = workflow.move(case.standing(), Action.SERVE, Doer(desk.staff_id, desk.roles), Given())
        actor = records.staff_actor(desk.staff_id, desk.staff_no)
        return await self._progress.carry_out(unit, case, move, actor, Change(note=note, receiver=receiver))

    def _change(
        self,
        unit: Unit,
        case: CaseRecord,
        move: Move,
        desk: Desk,
        opinion: str,
        corrections: Sequence[CorrectionRequest],
        outcome: Outcome | None,
    ) -> Change:
        """The columns, the note and the paper's text of one action."""
        opinion = opinion.strip()
        columns: dict[str, Any] = {"handler_id": desk.staff_id, "handler_label": desk.staff_no}
        reason = opinion
        match move.action:
            case Action.RECEIVE:
                columns["received_at"] = unit.now
            case Action.REQUEST_CORRECTION:
                return self._correction(unit, case, columns, corrections)
            case Action.ACCEPT:
                columns["accepted_on"] = unit.today
            case Action.NOT_ACCEPT:
                columns["decision"] = self._sealed(opinion)
            case Action.SUSPEND:
                columns["pauses"] = (*case.pauses, Pause(unit.today))
            case Action.RESUME:
                columns["pauses"] = (*case.pauses[:-1], replace(case.pauses[-1], end=unit.today))
            case Action.PROPOSE:
                columns |= {"proposed_by": desk.staff_id, "proposed_outcome": outcome}
                columns["decision"] = self._sealed(opinion)
            case Action.REJECT_PROPOSAL:
                columns = {"proposed_by": None, "proposed_outcome": None, "decision": None}
            case Action.APPROVE_PROPOSAL:
                columns = {"outcome": move.outcome}
                reason = opinion = self._opened(case)
            case Action.SERVE:
                columns = {}
        return Change(columns=columns, note=opinion, reason=reason)

    def _correction(
        self, unit: Unit, case: CaseRecord, columns: dict[str, Any], corrections: Sequence[CorrectionRequest]
    ) -> Change:
        due = self._progress.calendar.after(unit.today, case.correction_days)
        rows = [PaperRow(one.label, one.reason) for one in corrections]
        columns |= {"corrections_requested": 1, "corrections_due": due.day}
        reason = "；".join(f"{row.label}：{row.reason}" for row in rows)
        return Change(columns=columns, reason=reason, due=due.day, provisional=due.provisional, rows=rows)

    def _sealed(self, text: str) -> bytes:
        return self._progress.vault.seal(text, DECISION)

    def _opened(self, case: CaseRecord) -> str:
        return self._progress.vault.open(case.decision, DECISION) if case.decision else ""

    async def _write_corrections(self, unit: Unit, case: CaseRecord, corrections: Sequence[CorrectionRequest]) -> None:
        await sql.execute_many(
            "INSERT INTO case_corrections (id, case_id, portal, region, target, label, reason)"
            " VALUES ($1,$2,$3,$4,$5,$6,$7)",
            [
                (new_id(), case.id, unit.portal, case.region, one.target, one.label,
                 self._progress.vault.seal(one.reason, REASON))
                for one in corrections
            ],
        )  # fmt: skip

    async def return_overdue(self, unit: Unit, limit: int = 50) -> list[CaseRef]:
        """Send back cases whose corrections never came. A provisional date decides nothing: those wait."""
        rows = await sql.rows(
            f"SELECT {COLUMNS} FROM cases c WHERE c.portal = $1 AND c.status = 'correction' AND c.corrections_due < $2"
            " ORDER BY c.corrections_due, c.id LIMIT $3",
            unit.portal, unit.today, limit,
        )  # fmt: skip
        done = []
        for row in rows:
            case = records.record(row)
            if self._is_guessed(case):
                continue
            move = workflow.move(case.standing(), Action.RETURN_OVERDUE, Doer(None, frozenset({TIME})), Given())
            try:
                done.append(await self._progress.carry_out(unit, case, move, SYSTEM, Change()))
            except ChangedMeanwhile:
                continue
        return done

    def _is_guessed(self, case: CaseRecord) -> bool:
        due = case.corrections_due
        return due is None or self._progress.calendar.is_working(due)[1]

    async def flag_unchecked(self, unit: Unit, limit: int = 100) -> list[str]:
        """Mark applications that nobody checked within the five days, for a person to look at; their numbers.

        In law they may count as accepted (行政许可法 art. 32); that is said by a person, never by this sweep.
        """
        rows = await sql.rows(
            "UPDATE cases SET flagged_on = $1 WHERE id IN (SELECT id FROM cases WHERE portal = $2"
            " AND status IN ('submitted','received') AND due_on < $1 AND flagged_on IS NULL LIMIT $3)"
            " AND flagged_on IS NULL RETURNING case_no, department",
            unit.today, unit.portal, limit,
        )  # fmt: skip
        for row in rows:
            unit.tell(f"staff:{unit.portal}", "case-flagged", case_no=row["case_no"], department=row["department"])
        return [str(row["case_no"]) for row in rows]

    async def recount(self, unit: Unit, limit: int = 200) -> list[str]:
        """Count provisional dates anew, after a year's table was loaded; the numbers of cases whose date moved."""
        rows = await sql.rows(
            f"SELECT {COLUMNS} FROM cases c WHERE c.portal = $1 AND c.provisional = $2 AND c.closed_at IS NULL"
            " ORDER BY c.id LIMIT $3",
            unit.portal, True, limit,
        )  # fmt: skip
        moved = []
        for row in rows:
            case = records.record(row)
            reading = clock.read(case.clock_facts, unit.today, self._progress.calendar, self._progress.options.clock)
            changes = {
                "due_on": reading.due,
                "legal_due": reading.legal_due,
                "promised_due": reading.promised_due,
                "provisional": reading.provisional,
            }
            if all(getattr(case, name) == value for name, value in changes.items()):
                continue
            await records.compare_and_set(case, changes)
            unit.tell(f"resident:{case.resident_id}", "case", case_no=case.case_no, status=case.status.value)
            if reading.due != case.due_on:
                moved.append(case.case_no)
        return moved

    def offered(self, desk: Desk, case: CaseRecord) -> list[workflow.Step]:
        """The steps this person could take now, the usual one first."""
        return workflow.offered(case.standing(), Doer(desk.staff_id, desk.roles))

    def is_usual(self, case: CaseRecord, step: workflow.Step) -> bool:
        """Whether most cases in this state take this step next."""
        return workflow.is_usual(case.standing(), step)
