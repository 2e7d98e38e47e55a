"""The audit trail's public door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Actor, Unit

_COLUMNS = (
    "id, portal, region, at, actor_kind, actor_id, actor_label, action, subject_kind, subject, "
    "resident_id, outcome, purpose, fields_seen, place"
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
            f"INSERT INTO audit_entries ({_COLUMNS}) "
            "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)",
            new_id(), unit.portal, region, unit.now, actor.kind, actor.id, actor.label, action, subject_kind, subject,
            resident_id, outcome, purpose, sql.to_json(list(fields)), place,
        )  # fmt: skip

    async def of_resident(
        self, unit: Unit, resident_id: UUID, before: str | None = None, limit: int = 50
    ) -> list[AuditLine]:
        """What was done with this resident's data, newest first; ``before`` is the last id already seen."""
        return await self._lines("resident_id = $2", unit.portal, resident_id, before, limit)

    async def of_portal(
        self, unit: Unit, subject: str = "", before: str | None = None, limit: int = 50
    ) -> list[AuditLine]:
        """The auditor's view, newest first; ``subject`` narrows it to one case, visit or campaign."""
        if subject:
            return await self._lines("subject = $2", unit.portal, subject, before, limit)
        return await self._lines("$2 = ''", unit.portal, "", before, limit)

    async def _lines(
        self, condition: str, portal: str, value: object, before: str | None, limit: int
    ) -> list[AuditLine]:
        older = "AND id < $4" if before else ""
        values: list[object] = [portal, value, limit]
        if before:
            values.append(UUID(before))
        found = await sql.rows(
            f"SELECT {_COLUMNS} FROM audit_entries WHERE portal = $1 AND {condition} {older} ORDER BY id DESC LIMIT $3",
            *values,
        )
        return [_line(row) for row in found]


def _line(row: sql.Row) -> AuditLine:
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
    )
