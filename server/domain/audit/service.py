"""The audit trail's public door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.scope import WHOLE, Scope
from config.floor.unit import Actor, Unit

COLUMNS = (
    "id, portal, region, at, actor_kind, actor_id, actor_label, action, subject_kind, subject, "
    "resident_id, outcome, purpose, fields_seen, place, delegation_id"
)


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry as people read it."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_label: str
    action: str
    subject_kind: str
    subject: str
    outcome: str
    purpose: str
    fields: tuple[str, ...]
    place: str
    delegation_id: UUID | None = None
    """Under which delegation somebody acted for the resident concerned."""
    actor_id: UUID | None = None
    disputed: bool = False
    """Only where it was asked for: the resident has said about this look that she was not there."""
    resident_id: UUID | None = None


# A resident's look carries whether she has disputed it, without a second statement.
_DISPUTED = (
    "EXISTS (SELECT 1 FROM audit_entries d WHERE d.portal = a.portal AND d.subject = CAST(a.id AS VARCHAR(36))"
    " AND d.action = 'look.disputed') AS disputed"
)

# Somebody else: staff, time, or a resident who acted for her.
_OTHERS = "(a.actor_kind <> 'resident' OR a.delegation_id IS NOT NULL)"


@dataclass(frozen=True, slots=True)
class Sought:
    """What an auditor narrows the record to; empty fields narrow nothing."""

    subject: str = ""
    resident_id: UUID | None = None
    merged: tuple[UUID, ...] = ()
    """Accounts of the same person that were merged into that one: their entries stay under them, sealed."""
    staff_no: str = ""
    action: str = ""
    """How the action begins: ``visit``, ``case.look``."""
    since: datetime | None = None
    until: datetime | None = None
    disputed: bool = False


class Audit:
    """Writes in the deciding transaction; reads for the auditor and for the resident concerned."""

    async def record(
        self,
        unit: Unit,
        actor: Actor,
        action: str,
        *,
        subject_kind: str,
        subject: str,
        resident_id: UUID | None = None,
        region: str = "",
        outcome: str = "done",
        purpose: str = "",
        fields: tuple[str, ...] = (),
        place: str = "",
    ) -> None:
        """One entry. Give ids and field *names*; a personal value here is a fault (a canary test looks for them)."""
        await sql.execute(
            f"INSERT INTO audit_entries ({COLUMNS}) "
            "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)",
            new_id(), unit.portal, region, unit.now, actor.kind, actor.id, actor.label, action, subject_kind, subject,
            resident_id, outcome, purpose, sql.to_json(list(fields)), place, actor.delegation,
        )  # fmt: skip

    async def of_resident(
        self, unit: Unit, resident_id: UUID, before: str | None = None, limit: int = 50
    ) -> list[AuditLine]:
        """What was done with this resident's data, newest first; ``before`` is the last id already seen."""
        return await self._lines("resident_id = $2", unit.portal, resident_id, before, limit)

    async def looks_at(
        self,
        unit: Unit,
        accounts: Sequence[UUID],
        *,
        never: Sequence[str],
        wanted: Sequence[str] = (),
        unwanted: Sequence[str] = (),
        before: str | None = None,
        limit: int = 50,
    ) -> list[AuditLine]:
        """What others did with the data of one person, newest first, without the actions in ``never``; ``wanted`` and
        ``unwanted`` are the beginnings of actions. ``accounts``: hers, those that were merged into it among them."""
        values: list[object] = [unit.portal, limit]
        conditions = [f"a.resident_id IN ({_holes(values, accounts)})", f"a.action NOT IN ({_holes(values, never)})"]
        if wanted:
            conditions.append("(" + " OR ".join(_begins(values, wanted)) + ")")
        conditions += [f"NOT {one}" for one in _begins(values, unwanted)]
        if before:
            conditions.append(f"a.id < {_hole(values, UUID(before))}")
        found = await sql.rows(
            f"SELECT {COLUMNS}, {_DISPUTED} FROM audit_entries a WHERE a.portal = $1"
            f" AND {_OTHERS} AND {' AND '.join(conditions)} ORDER BY a.id DESC LIMIT $2",
            *values,
        )
        return [line_of(row) for row in found]

    async def one_of_resident(
        self, unit: Unit, accounts: Sequence[UUID], entry_id: UUID, never: Sequence[str]
    ) -> AuditLine | None:
        """One entry of ``looks_at``, or None where there is no such look at this person."""
        values: list[object] = [unit.portal, entry_id]
        row = await sql.row(
            f"SELECT {COLUMNS}, {_DISPUTED} FROM audit_entries a WHERE a.portal = $1 AND a.id = $2"
            f" AND a.resident_id IN ({_holes(values, accounts)}) AND {_OTHERS}"
            f" AND a.action NOT IN ({_holes(values, never)})",
            *values,
        )
        return line_of(row) if row else None

    async def under(
        self, unit: Unit, delegation_id: UUID, before: UUID | None = None, limit: int = 50
    ) -> list[AuditLine]:
        """What was done under one delegation, newest first."""
        values: list[object] = [unit.portal, delegation_id, limit]
        older = f" AND id < {_hole(values, before)}" if before else ""
        found = await sql.rows(
            f"SELECT {COLUMNS} FROM audit_entries WHERE portal = $1 AND delegation_id = $2{older}"
            " ORDER BY id DESC LIMIT $3",
            *values,
        )
        return [line_of(row) for row in found]

    async def has_looked(
        self, unit: Unit, actor: Actor, action: str, resident_id: UUID, since: datetime, *, subject: str = ""
    ) -> bool:
        """Whether this person put such a look at this resident on record since then; with ``subject`` one at just
        that."""
        only = " AND subject = $6" if subject else ""
        found = await sql.row(
            "SELECT id FROM audit_entries WHERE portal = $1 AND resident_id = $2 AND action = $3 AND actor_id = $4 "
            f"AND at >= $5{only} ORDER BY id DESC LIMIT 1",
            unit.portal, resident_id, action, actor.id, since, *([subject] if subject else []),
        )  # fmt: skip
        return found is not None

    async def of_portal(
        self, unit: Unit, subject: str = "", before: str | None = None, limit: int = 50
    ) -> list[AuditLine]:
        """The portal's entries, newest first; ``subject`` narrows them to one case, visit or campaign."""
        return await self.search(unit, Sought(subject=subject), before, limit)

    async def search(
        self, unit: Unit, sought: Sought, before: str | None = None, limit: int = 50, *, scope: Scope = WHOLE
    ) -> list[AuditLine]:
        """The auditor's view, newest first. Who audits some regions reads what happened there; what happened nowhere in
        particular is for whoever audits the whole portal."""
        values: list[object] = [unit.portal, limit]
        conditions = ["portal = $1", *_narrowed(sought, values)]
        if before:
            conditions.append(f"id < {_hole(values, UUID(before))}")
        within = scope.where(values, region="region")
        found = await sql.rows(
            f"SELECT {COLUMNS} FROM audit_entries WHERE {' AND '.join(conditions)} {within} ORDER BY id DESC LIMIT $2",
            *values,
        )
        return [line_of(row) for row in found]

    async def _lines(
        self, condition: str, portal: str, value: object, before: str | None, limit: int, scope: Scope = WHOLE
    ) -> list[AuditLine]:
        older = "AND id < $4" if before else ""
        values: list[object] = [portal, value, limit]
        if before:
            values.append(UUID(before))
        older += scope.where(values, region="region")
        found = await sql.rows(
            f"SELECT {COLUMNS} FROM audit_entries WHERE portal = $1 AND {condition} {older} ORDER BY id DESC LIMIT $3",
            *values,
        )
        return [line_of(row) for row in found]


def line_of(row: sql.Row) -> AuditLine:
    """A row of ``COLUMNS``."""
    return AuditLine(
        id=sql.uid(row["id"]),
        at=sql.instant(row["at"]),
        actor_kind=row["actor_kind"],
        actor_label=row["actor_label"],
        action=row["action"],
        subject_kind=row["subject_kind"],
        subject=row["subject"],
        outcome=row["outcome"],
        purpose=row["purpose"],
        fields=tuple(sql.document(row["fields_seen"])),
        place=row["place"],
        delegation_id=sql.uid_or_none(row["delegation_id"]),
        actor_id=sql.uid_or_none(row["actor_id"]),
        disputed=bool(row["disputed"]) if "disputed" in row else False,
        resident_id=sql.uid_or_none(row["resident_id"]),
    )


def _narrowed(sought: Sought, values: list[object]) -> list[str]:
    """Conditions, each of which an index serves or the instant in an id bounds (RFC 9562 §5.7)."""
    found = []
    if sought.subject:
        found.append(f"subject = {_hole(values, sought.subject)}")
    if sought.resident_id:
        found.append(f"resident_id IN ({_holes(values, (sought.resident_id, *sought.merged))})")
    if sought.staff_no:
        found.append(f"actor_kind = 'staff' AND actor_label = {_hole(values, sought.staff_no)}")
    if sought.action:
        found.append(f"substr(action, 1, {len(sought.action)}) = {_hole(values, sought.action)}")
    if sought.since:
        first = UUID(int=int(sought.since.timestamp() * 1000) << 80)
        found.append(f"at >= {_hole(values, sought.since)} AND id >= {_hole(values, first)}")
    if sought.until:
        found.append(f"at < {_hole(values, sought.until)}")
    if sought.disputed:  # literally, because that is what the index holds
        found.append("action = 'look.disputed'")
    return found


def _hole(values: list[object], value: object) -> str:
    """Puts a value at the end of the statement's values; the place it is named by."""
    values.append(value)
    return f"${len(values)}"


def _holes(values: list[object], given: Sequence[object]) -> str:
    return ", ".join(_hole(values, one) for one in given)


def _begins(values: list[object], prefixes: Sequence[str]) -> list[str]:
    """One condition for each beginning of an action."""
    return [f"substr(a.action, 1, {len(one)}) = {_hole(values, one)}" for one in prefixes]
