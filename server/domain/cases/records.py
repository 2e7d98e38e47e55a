"""One case as the rules see it, and the compare-and-set that every change goes through."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from config.floor import sql
from config.floor.scope import Scope
from config.floor.unit import Actor, Unit
from server.domain.cases.clock import ClockOptions, Facts, Limit, LimitUnit, Pause
from server.domain.cases.errors import CaseMissing, ChangedMeanwhile
from server.domain.cases.ports import Acting
from server.domain.cases.workflow import Outcome, Standing, Status
from server.domain.sessions.mandate import SINGLE_CASE, Mandate

ANSWERS = "cases.answers"
DECISION = "cases.decision"
NOTE = "case_timeline.note"
DOCUMENT = "case_documents.data"
REASON = "case_corrections.reason"
COMMENT = "case_reviews.comment"
FILE_NAME = "case_materials.file_name"


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A row of ``cases``, typed; field names are column names."""

    id: UUID
    portal: str
    region: str
    case_no: str
    item_code: str
    item_version: int
    item_name: str
    department: str
    resident_id: UUID
    on_behalf_of: UUID | None
    acting_id: UUID | None
    organisation_id: UUID | None
    status: Status
    version: int
    handler_id: UUID | None
    handler_label: str
    proposed_by: UUID | None
    proposed_outcome: Outcome | None
    outcome: Outcome | None
    decision: bytes | None
    answers: bytes
    submitted_at: datetime | None
    received_at: datetime | None
    check_from: date | None
    accepted_on: date | None
    stopped_on: date | None
    pauses: tuple[Pause, ...]
    legal_days: int | None
    legal_unit: LimitUnit
    promised_days: int | None
    promised_unit: LimitUnit
    legal_due: date | None
    promised_due: date | None
    due_on: date | None
    provisional: bool
    correction_days: int
    two_person: bool
    corrections_requested: int
    corrections_due: date | None
    flagged_on: date | None
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    channel: str | None

    @property
    def legal(self) -> Limit | None:
        return None if self.legal_days is None else Limit(self.legal_days, self.legal_unit)

    @property
    def promised(self) -> Limit | None:
        return None if self.promised_days is None else Limit(self.promised_days, self.promised_unit)

    @property
    def clock_facts(self) -> Facts:
        """What the clock reads of it."""
        return Facts(
            status=self.status,
            check_from=self.check_from,
            accepted_on=self.accepted_on,
            stopped_on=self.stopped_on,
            pauses=self.pauses,
            legal=self.legal,
            promised=self.promised,
            corrections_due=self.corrections_due,
        )

    def limit_days(self, options: ClockOptions) -> int:
        """How long the limit is that ends on ``due_on``: the check, the promise or the law, the service."""
        if self.status in (Status.SUBMITTED, Status.RECEIVED):
            return options.check_days
        if self.status is Status.CONCLUDED:
            return options.serve_days
        return (self.promised_days if self.due_on == self.promised_due else self.legal_days) or 0

    def standing(self, *, reviewed: bool = False) -> Standing:
        """What the workflow must know of it."""
        return Standing(
            status=self.status,
            corrections_requested=self.corrections_requested,
            proposed_by=self.proposed_by if self.two_person else None,
            proposed_outcome=self.proposed_outcome,
            reviewed=reviewed,
        )


_FIELDS = tuple(field.name for field in fields(CaseRecord))
COLUMNS = ", ".join(f"c.{name}" for name in _FIELDS)
LISTED = COLUMNS.replace("c.answers", "NULL AS answers").replace("c.decision", "NULL AS decision")
"""The columns of a list: without the sealed texts."""
_INSTANTS = ("submitted_at", "received_at", "closed_at", "created_at", "updated_at")
_DAYS = (
    "check_from", "accepted_on", "stopped_on", "legal_due", "promised_due", "due_on", "corrections_due", "flagged_on",
)  # fmt: skip
_IDS = ("id", "resident_id", "handler_id", "proposed_by", "on_behalf_of", "acting_id", "organisation_id")


def _pauses(value: Any) -> tuple[Pause, ...]:
    return tuple(Pause(date.fromisoformat(start), sql.day_or_none(end)) for start, end in sql.document(value))


def _outcome(value: Any) -> Outcome | None:
    return None if value is None else Outcome(value)


def record(row: sql.Row) -> CaseRecord:
    """The record of a row that was read with ``COLUMNS``."""
    known = {name: row[name] for name in _FIELDS}
    known |= {name: sql.instant_or_none(row[name]) for name in _INSTANTS}
    known |= {name: sql.day_or_none(row[name]) for name in _DAYS}
    known |= {name: sql.uid_or_none(row[name]) for name in _IDS}
    return CaseRecord(
        **known
        | {
            "status": Status(row["status"]),
            "outcome": _outcome(row["outcome"]),
            "proposed_outcome": _outcome(row["proposed_outcome"]),
            "pauses": _pauses(row["pauses"]),
            "provisional": sql.flag(row["provisional"]),
            "two_person": sql.flag(row["two_person"]),
            "legal_unit": cast(LimitUnit, row["legal_unit"]),
            "promised_unit": cast(LimitUnit, row["promised_unit"]),
            "answers": bytes(row["answers"] or b""),
            "decision": None if row["decision"] is None else bytes(row["decision"]),
        }
    )


def staff_actor(staff_id: UUID, staff_no: str) -> Actor:
    """A member of staff as an actor, by number."""
    return Actor(kind="staff", id=staff_id, label=staff_no)


async def of_resident(unit: Unit, resident_id: UUID, case_no: str) -> CaseRecord:
    """The resident's own case; ``CaseMissing`` for anybody else's."""
    found = await sql.row(
        f"SELECT {COLUMNS} FROM cases c WHERE c.portal = $1 AND c.case_no = $2 AND c.resident_id = $3",
        unit.portal, case_no, resident_id,
    )  # fmt: skip
    if found is None:
        raise CaseMissing
    return record(found)


async def of_acting(unit: Unit, who: Acting, case_no: str) -> CaseRecord:
    """The case, for its applicant or for whoever may act for them in it; ``CaseMissing`` for anybody else."""
    case = await of_resident(unit, who.resident_id, case_no)
    must_allow(who.mandate, case)
    return case


def must_allow(mandate: Mandate | None, case: CaseRecord) -> None:
    """Beyond a mandate a case is not there."""
    if mandate and not mandate.allows_case(case.case_no, case.item_code, case.organisation_id):
        raise CaseMissing


def covered_by(mandate: Mandate | None, values: list[Any]) -> str:
    """``must_allow`` in SQL, for a list; what it compares with is added to ``values``."""
    if mandate is None:
        return ""
    if mandate.kind == SINGLE_CASE:
        values.append(mandate.case_no or "")
        return f" AND c.case_no = ${len(values)}"
    where = " AND c.organisation_id IS NULL"
    if mandate.organisation_id is not None:
        values.append(mandate.organisation_id)
        where = f" AND c.organisation_id = ${len(values)}"
    if mandate.all_items:
        return where
    values += sorted(mandate.items)
    places = ", ".join(f"${at}" for at in range(len(values) - len(mandate.items) + 1, len(values) + 1))
    return f"{where} AND c.item_code IN ({places})" if mandate.items else " AND 1 = 0"


async def named(unit: Unit, resident_id: UUID, ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Case number and item of those of these cases that are the applicant's."""
    if not ids:
        return {}
    holes = ",".join(f"${n}" for n in range(3, len(ids) + 3))
    found = await sql.rows(
        f"SELECT id, case_no, item_name FROM cases WHERE portal = $1 AND resident_id = $2 AND id IN ({holes})",
        unit.portal, resident_id, *ids,
    )  # fmt: skip
    return {sql.uid(row["id"]): (row["case_no"], row["item_name"]) for row in found}


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Under which material of which published form a file was handed in."""

    item_code: str
    item_version: int
    material: str


async def handed_in(unit: Unit, files: Collection[UUID]) -> dict[UUID, HandedIn]:
    """As what these files were handed in, superseded ones too, by one statement; those that are not kept any more are
    left out."""
    if not files:
        return {}
    holes = ",".join(f"${n}" for n in range(2, len(files) + 2))
    found = await sql.rows(
        "SELECT m.file_id, m.code, c.item_code, c.item_version FROM case_materials m JOIN cases c ON c.id = m.case_id"
        f" WHERE m.portal = $1 AND m.file_id IN ({holes})",
        unit.portal, *files,
    )  # fmt: skip
    return {sql.uid(row["file_id"]): HandedIn(row["item_code"], int(row["item_version"]), row["code"]) for row in found}


def within(scope: Scope, values: list[Any]) -> str:
    """A desk's scope as a condition on cases; what it compares with is added to ``values``."""
    return scope.where(values, department="c.department", region="c.region")


async def of_staff(unit: Unit, case_no: str, scope: Scope) -> CaseRecord:
    """A submitted case within this scope; beyond it a case is not there, and that is said the same way."""
    values: list[Any] = [unit.portal, case_no]
    inside = within(scope, values)
    found = await sql.row(
        f"SELECT {COLUMNS} FROM cases c WHERE c.portal = $1 AND c.case_no = $2 AND c.submitted_at IS NOT NULL{inside}",
        *values,
    )
    if found is None:
        raise CaseMissing
    return record(found)


def _plain(value: Any) -> Any:
    if isinstance(value, Status | Outcome):
        return value.value
    if isinstance(value, tuple):
        return sql.to_json([[pause.start.isoformat(), pause.end and pause.end.isoformat()] for pause in value])
    return value


async def compare_and_set(case: CaseRecord, changes: Mapping[str, Any]) -> None:
    """Write ``changes`` if nobody changed the case since it was read; ``ChangedMeanwhile`` otherwise."""
    names = [*changes]
    texts = ", ".join(f"{name} = ${at}" for at, name in enumerate(names, start=1))
    count = len(names)
    touched = await sql.execute(
        f"UPDATE cases SET {texts} WHERE id = ${count + 1} AND status = ${count + 2} AND version = ${count + 3}",
        *(_plain(changes[name]) for name in names), case.id, case.status.value, case.version,
    )  # fmt: skip
    if touched != 1:
        raise ChangedMeanwhile(version=case.version)
