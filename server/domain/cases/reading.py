"""Reads of cases: the resident's, the desk's, other rooms'. A few statements each, whatever the length."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from config.floor import sql
from config.floor.refusal import FieldFault, Invalid
from config.floor.unit import Unit
from server.domain.cases import clock, records, workflow
from server.domain.cases.clock import ClockOptions, Light, Lights
from server.domain.cases.errors import CaseMissing
from server.domain.cases.numbers import parse_case_no
from server.domain.cases.ports import Desk
from server.domain.cases.progress import Progress
from server.domain.cases.records import (
    ANSWERS,
    COLUMNS,
    COMMENT,
    DECISION,
    FILE_NAME,
    LISTED,
    NOTE,
    REASON,
    CaseRecord,
)
from server.domain.cases.views import (
    CaseDetail,
    CaseInHand,
    CasePage,
    CaseSummary,
    CorrectionLine,
    GrantedResult,
    MaterialLine,
    NextStep,
    PaperLine,
    QueuePage,
    QueueRow,
    ReviewLine,
    TimelineLine,
    View,
    next_step,
)
from server.domain.cases.workflow import RESIDENT, Doer, Paper, Status
from server.domain.sessions.mandate import Mandate

_DECIDED = (Status.CONCLUDED, Status.DELIVERED, Status.NOT_ACCEPTED)
_STANDING = "'submitted','received','correction','accepted','in_progress','suspended','proposed','concluded'"
_FAR = date(9999, 12, 31)
_LIGHTS: tuple[Light, ...] = ("overdue", "red", "yellow", "green", "none")


def _light_sql(lights: Lights, options: ClockOptions) -> str:
    """``Lights.light`` in SQL; $2 is today and the next ones are the dates of ``until``."""
    limit = (
        f"CASE WHEN c.status IN ('submitted','received') THEN {options.check_days}"
        f" WHEN c.status = 'concluded' THEN {options.serve_days}"
        " WHEN c.due_on = c.promised_due THEN c.promised_days ELSE c.legal_days END"
    )
    text = "CASE WHEN c.due_on IS NULL THEN 'none' WHEN c.due_on < $2 THEN 'overdue' WHEN c.due_on <= $3 THEN 'red'"
    for left in range(1, len(lights.until)):
        light = "red" if left <= lights.red_days else "yellow"
        text += f" WHEN c.due_on <= ${left + 3} AND {left} <= ({limit}) / 2 THEN '{light}'"
    return text + " ELSE 'green' END"


def _cursor(*parts: str) -> str:
    return base64.urlsafe_b64encode("|".join(parts).encode()).decode().rstrip("=")


def _parts(cursor: str, count: int) -> list[str]:
    try:
        parts = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").split("|")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        parts = []
    if len(parts) != count:
        raise Invalid(faults=[FieldFault("cursor", "invalid")])
    return parts


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(faults=[FieldFault("cursor", "invalid")]) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(faults=[FieldFault("cursor", "invalid")]) from None


class Binding(Protocol):
    """Binds a value and answers its placeholder."""

    def add(self, value: object, /) -> str: ...


class AppliedFor(Protocol):
    """An item's code (``text``) and the states that count; none = all."""

    @property
    def text(self) -> str: ...

    @property
    def states(self) -> tuple[str, ...]: ...


class Reading:
    """Every read is scoped by portal, and by owner or by a desk's department and region in the query itself."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._vault = progress.vault

    def _light(self, lights: Lights, case: CaseRecord) -> Light:
        return lights.light(case.due_on, case.limit_days(self._progress.options.clock))

    def _lights(self, unit: Unit) -> Lights:
        return Lights.on(unit.today, self._progress.calendar, self._progress.options.clock)

    async def of_resident(
        self, unit: Unit, resident_id: UUID, cursor: str | None = None, mandate: Mandate | None = None
    ) -> CasePage:
        """The resident's cases, newest first, drafts included; with a mandate those that it covers."""
        limit = self._progress.options.page
        before = _id(_parts(cursor, 1)[0]) if cursor else UUID(int=2**128 - 1)
        values: list[Any] = [unit.portal, resident_id, before, limit + 1]
        covered = records.covered_by(mandate, values)
        rows = await sql.rows(
            f"SELECT {LISTED}, (SELECT count(*) FROM case_corrections k"
            " WHERE k.case_id = c.id AND k.resolved_at IS NULL) AS todo,"
            " (SELECT count(*) FROM case_reviews v WHERE v.case_id = c.id) AS reviews FROM cases c"
            f" WHERE c.portal = $1 AND c.resident_id = $2 AND c.id < $3{covered} ORDER BY c.id DESC LIMIT $4",
            *values,
        )
        found = self._summaries(unit, rows[:limit])
        more = len(rows) > limit
        return CasePage(found, _cursor(str(found[-1].case.id)) if more else None)

    def _summaries(self, unit: Unit, rows: list[sql.Row]) -> list[CaseSummary]:
        lights = self._lights(unit)
        found = []
        for row in rows:
            case = records.record(row)
            todo = int(row["todo"]) if case.status is Status.CORRECTION else 0
            to_review = not row["reviews"] and case.status in workflow.TABLE[workflow.Action.REVIEW].sources
            found.append(CaseSummary(case, self._light(lights, case), self._next(unit, case), todo, to_review))
        return found

    def _next(self, unit: Unit, case: CaseRecord) -> NextStep:
        return next_step(case, self._progress.due_provisional(case, unit.today))

    async def open_count(self, unit: Unit, resident_id: UUID) -> list[CaseInHand]:
        """The resident's cases that still stand somewhere, for a counter that may see them; at most twenty."""
        rows = await sql.rows(
            "SELECT case_no, item_code, item_name, status, department, organisation_id FROM cases"
            f" WHERE portal = $1 AND resident_id = $2 AND status IN ({_STANDING}) ORDER BY id DESC LIMIT 20",
            unit.portal, resident_id,
        )  # fmt: skip
        return [CaseInHand(**{**row, "organisation_id": sql.uid_or_none(row["organisation_id"])}) for row in rows]

    async def held(self, unit: Unit, resident_id: UUID, items: Sequence[str]) -> set[str]:
        """Those of the items that this resident was granted here."""
        if not items:
            return set()
        places = ", ".join(f"${at}" for at in range(3, 3 + len(items)))
        rows = await sql.rows(
            "SELECT DISTINCT item_code FROM cases WHERE portal = $1 AND resident_id = $2 AND outcome = 'grant'"
            f" AND status IN ('concluded','delivered') AND item_code IN ({places})",
            unit.portal, resident_id, *items,
        )  # fmt: skip
        return {str(row["item_code"]) for row in rows}

    async def granted(self, unit: Unit, resident_id: UUID) -> list[GrantedResult]:
        """What this resident was granted here, newest first; at most fifty."""
        rows = await sql.rows(
            "SELECT c.case_no, c.item_code, c.item_name, c.department, d.document_no, d.issued_on FROM cases c"
            " JOIN case_documents d ON d.case_id = c.id AND d.kind = 'decision_granted'"
            " WHERE c.portal = $1 AND c.resident_id = $2 AND c.outcome = 'grant'"
            " AND c.status IN ('concluded','delivered') ORDER BY c.id DESC LIMIT 50",
            unit.portal, resident_id,
        )  # fmt: skip
        return [
            GrantedResult(
                row["case_no"], row["item_code"], row["item_name"], row["department"], row["document_no"],
                sql.day(row["issued_on"]),
            )
            for row in rows
        ]  # fmt: skip

    def applied(self, unit: Unit, leaf: AppliedFor, bound: Binding) -> str:
        """For campaigns, as SQL over ``r``: has applied for this item here, and a case of it stands in such a state."""
        states = f" AND c.status IN ({', '.join(bound.add(state) for state in leaf.states)})" if leaf.states else ""
        return (
            f"EXISTS (SELECT 1 FROM cases c WHERE c.portal = {bound.add(unit.portal)} AND c.resident_id = r.id "
            f"AND c.item_code = {bound.add(leaf.text)} AND c.submitted_at IS NOT NULL{states})"
        )

    async def detail(self, unit: Unit, resident_id: UUID, case_no: str, mandate: Mandate | None = None) -> CaseDetail:
        """The resident's own case: three statements, four while it is being corrected; one more for the names where
        somebody acts for them. Beyond a mandate it is not there."""
        row = await sql.row(
            f"SELECT {COLUMNS}, v.grade, v.comment FROM cases c LEFT JOIN case_reviews v ON v.case_id = c.id"
            " WHERE c.portal = $1 AND c.case_no = $2 AND c.resident_id = $3",
            unit.portal, case_no, resident_id,
        )  # fmt: skip
        if row is None:
            raise CaseMissing
        case = records.record(row)
        records.must_allow(mandate, case)
        return await self._detail(unit, row, case, Doer(resident_id, frozenset({RESIDENT})), internal=False)

    async def staff_detail(self, unit: Unit, desk: Desk, case_no: str) -> CaseDetail:
        """A case within the desk's scope, deliberation included."""
        values: list[Any] = [unit.portal, case_no]
        inside = records.within(desk.scope, values)
        row = await sql.row(
            f"SELECT {COLUMNS}, v.grade, v.comment FROM cases c LEFT JOIN case_reviews v ON v.case_id = c.id"
            f" WHERE c.portal = $1 AND c.case_no = $2 AND c.submitted_at IS NOT NULL{inside}",
            *values,
        )
        if row is None:
            raise CaseMissing
        return await self._detail(unit, row, records.record(row), Doer(desk.staff_id, desk.roles), internal=True)

    async def _detail(self, unit: Unit, row: sql.Row, case: CaseRecord, doer: Doer, *, internal: bool) -> CaseDetail:
        timeline, papers = await self._timeline(case, internal=internal)
        options = self._progress.options.clock
        return CaseDetail(
            case=case,
            reading=clock.read(case.clock_facts, unit.today, self._progress.calendar, options),
            light=self._light(self._lights(unit), case),
            next=self._next(unit, case),
            timeline=timeline,
            documents=papers,
            corrections=await self._corrections(case) if case.status is Status.CORRECTION else [],
            materials=await self.materials(case),
            answers=self._answers(case),
            decision=self._decision(case) if internal or case.status in _DECIDED else "",
            review=self._review(row),
            steps=workflow.offered(case.standing(reviewed=row["grade"] is not None), doer),
            people=await self._people(unit, case, timeline),
        )

    async def _people(self, unit: Unit, case: CaseRecord, lines: Sequence[TimelineLine]) -> dict[UUID, str]:
        acting = {line.acting_id for line in lines if line.acting_id} | ({case.acting_id} if case.acting_id else set())
        if not acting:
            return {}
        return await self._progress.applicants.masked(unit, [case.resident_id, *sorted(acting)])

    def _answers(self, case: CaseRecord) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._vault.open(case.answers, ANSWERS))
        return found

    def _decision(self, case: CaseRecord) -> str:
        return self._vault.open(case.decision, DECISION) if case.decision else ""

    def _review(self, row: sql.Row) -> ReviewLine | None:
        if row["grade"] is None:
            return None
        return ReviewLine(int(row["grade"]), self._vault.open(bytes(row["comment"]), COMMENT) if row["comment"] else "")

    async def _timeline(self, case: CaseRecord, *, internal: bool) -> tuple[list[TimelineLine], list[PaperLine]]:
        rows = await sql.rows(
            "SELECT t.seq, t.at, t.event, t.actor_kind, t.actor_label, t.note, t.document_no, t.public, d.kind,"
            " t.delegation_id, t.actor_id,"
            " d.issued_on, d.served_at FROM case_timeline t LEFT JOIN case_documents d ON d.document_no = t.document_no"
            " WHERE t.case_id = $1 ORDER BY t.seq",
            case.id,
        )  # fmt: skip
        lines, papers = [], []
        for row in rows:
            if not (internal or sql.flag(row["public"])):
                continue
            note = self._vault.open(bytes(row["note"]), NOTE) if row["note"] else ""
            lines.append(
                TimelineLine(
                    int(row["seq"]), sql.instant(row["at"]), row["event"], row["actor_kind"], row["actor_label"], note,
                    row["document_no"], sql.flag(row["public"]),
                    sql.uid_or_none(row["actor_id"]) if row["delegation_id"] else None,
                )
            )  # fmt: skip
            if row["kind"] is not None:
                papers.append(
                    PaperLine(
                        row["document_no"], Paper(row["kind"]), sql.day(row["issued_on"]),
                        sql.instant_or_none(row["served_at"]),
                    )
                )  # fmt: skip
        return lines, papers

    async def _corrections(self, case: CaseRecord) -> list[CorrectionLine]:
        rows = await sql.rows(
            "SELECT target, label, reason FROM case_corrections WHERE case_id = $1 AND resolved_at IS NULL ORDER BY id",
            case.id,
        )  # fmt: skip
        return [
            CorrectionLine(row["target"], row["label"], self._vault.open(bytes(row["reason"]), REASON)) for row in rows
        ]

    async def materials(self, case: CaseRecord) -> list[MaterialLine]:
        """The files that count: those that no correction replaced."""
        rows = await sql.rows(
            "SELECT code, file_id, file_name, media_type, size FROM case_materials"
            " WHERE case_id = $1 AND superseded_at IS NULL ORDER BY id",
            case.id,
        )  # fmt: skip
        return [
            MaterialLine(
                row["code"], sql.uid(row["file_id"]), self._vault.open(bytes(row["file_name"]), FILE_NAME),
                row["media_type"], int(row["size"]),
            )
            for row in rows
        ]  # fmt: skip

    async def queue(
        self,
        unit: Unit,
        desk: Desk,
        *,
        view: View = "department",
        status: Status | None = None,
        light: Light | None = None,
        q: str = "",
        cursor: str | None = None,
        limit: int = 50,
    ) -> QueuePage:
        """What waits at this desk, the most urgent first: the page, the masked names, and the lights of the view."""
        lights = self._lights(unit)
        worded = _light_sql(lights, self._progress.options.clock)
        values: list[Any] = [unit.portal, lights.today, *lights.until]
        where = self._scope(desk, values, view, status, q) + f" AND {worded} <> ''"
        shown, chosen = list(values), where
        if light is not None:
            shown.append(light)
            chosen += f" AND {worded} = ${len(shown)}"
        shown.append(_FAR)
        far = f"${len(shown)}"
        if cursor:
            day, last = _parts(cursor, 2)
            shown += [_day(day), _id(last)]
            chosen += f" AND (COALESCE(c.due_on, {far}), c.id) > (${len(shown) - 1}, ${len(shown)})"
        shown.append(limit + 1)
        rows = await sql.rows(
            f"SELECT {LISTED} FROM cases c WHERE {chosen} ORDER BY COALESCE(c.due_on, {far}), c.id LIMIT ${len(shown)}",
            *shown,
        )
        found = [records.record(row) for row in rows[:limit]]
        names = await self._progress.applicants.masked(unit, list({case.resident_id for case in found}))
        last_case = found[-1] if len(rows) > limit else None
        return QueuePage(
            rows=[
                QueueRow(
                    case,
                    names.get(case.resident_id, ""),
                    self._light(lights, case),
                    case.due_on is not None and self._progress.due_provisional(case, unit.today),
                )
                for case in found
            ],
            counts=await self._counts(worded, where, values),
            next_cursor=_cursor((last_case.due_on or _FAR).isoformat(), str(last_case.id)) if last_case else None,
        )

    def _scope(self, desk: Desk, values: list[Any], view: View, status: Status | None, q: str) -> str:
        """The condition of a view; what it compares with is added to ``values``, which begin with the portal."""
        where = "c.portal = $1 AND c.submitted_at IS NOT NULL" + records.within(desk.scope, values)
        if view == "mine":
            values.append(desk.staff_id)
            where += f" AND c.handler_id = ${len(values)}"
        where += f" AND c.status = '{status.value}'" if status else f" AND c.status IN ({_STANDING})"
        if text := q.strip():
            number = parse_case_no(text)
            values.append(number or "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
            at = len(values)
            where += f" AND c.case_no = ${at}" if number else f" AND c.item_name LIKE ${at} ESCAPE '\\'"
        return where

    async def _counts(self, worded: str, where: str, values: list[Any]) -> dict[Light, int]:
        rows = await sql.rows(
            f"SELECT {worded} AS light, count(*) AS cases FROM cases c WHERE {where} GROUP BY 1", *values
        )
        found = {row["light"]: int(row["cases"]) for row in rows}
        return {light: found.get(light, 0) for light in _LIGHTS}
