"""Conflicts between reads of credentials, laid before an administrator, and what was decided about each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from codes.credentials import Credentials, HeldCredential
from config.floor import sql
from config.floor.refusal import FieldFault, Invalid, Missing
from config.floor.scope import WHOLE, Placed, Scope
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit
from server.domain.credentials.service import ResidentCredentials
from server.domain.visits.reads import ConflictKind

Settlement = Literal["seen", "suspended"]
_PAGE = 30
PLACED = Placed("read_conflicts")
_READ = ("at", "hall", "counter", "staff_no", "offline", "card_in_hand", "list_age", "received_at")
_SELECT = (
    "SELECT k.id, k.kind, k.credential_id, k.region, k.found_at, k.settled_at, k.settled_by, k.settlement, "
    + ", ".join(f"{one}.{name} AS {one}_{name}" for one in ("a", "b") for name in _READ)
    + " FROM read_conflicts k JOIN credential_reads a ON a.id = k.read_id"
    " LEFT JOIN credential_reads b ON b.id = k.other_read_id WHERE k.portal = $1"
)


@dataclass(frozen=True, slots=True)
class ReadAt:
    """One of the reads: where, when, by whom, and how old the list was that the terminal judged by."""

    at: datetime
    hall: str
    counter: str
    staff_no: str
    offline: bool
    card_in_hand: bool
    list_age: int | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """What does not fit together. ``other`` is None where one read came after the credential was taken back."""

    id: UUID
    kind: ConflictKind
    credential: HeldCredential
    found_at: datetime
    settled_at: datetime | None
    settled_by: str
    settlement: Settlement | None
    read: ReadAt
    other: ReadAt | None


class Conflicts:
    """Read by administrators; settling one is a decision of its own."""

    def __init__(self, credentials: Credentials, residents: ResidentCredentials, audit: Audit) -> None:
        self._credentials = credentials
        self._residents = residents
        self._audit = audit

    async def page(
        self, unit: Unit, *, waiting: bool, cursor: str = "", scope: Scope = WHOLE
    ) -> tuple[list[Conflict], str | None]:
        """Newest first; ``waiting``: only those nobody has looked at. And the cursor of the next page."""
        values: list[object] = [unit.portal, _PAGE + 1]
        narrower = " AND k.settled_at IS NULL" if waiting else ""
        if cursor:
            values.append(_cursor(cursor))
            narrower += " AND k.id < $3"
        narrower += scope.where(values, region="k.region")
        rows = await sql.rows(f"{_SELECT}{narrower} ORDER BY k.id DESC LIMIT $2", *values)
        found = await self._conflicts(unit, rows[:_PAGE])
        return found, str(found[-1].id) if len(rows) > _PAGE else None

    async def waiting(self, unit: Unit, *, scope: Scope = WHOLE) -> int:
        """How many nobody has looked at."""
        values: list[Any] = [unit.portal]
        inside = scope.where(values, region="region")
        row = await sql.row(
            f"SELECT count(*) AS n FROM read_conflicts WHERE portal = $1 AND settled_at IS NULL{inside}", *values
        )
        assert row is not None
        return int(row["n"])

    async def settle(self, unit: Unit, actor: Actor, conflict_id: UUID, settlement: Settlement) -> Conflict:
        """Mark it as looked at, or suspend the credential. Doing the same again changes nothing; suspending after it
        was only looked at is allowed."""
        before = await self._one(unit, conflict_id)
        if settlement == "suspended" and before.credential.state != "suspended":
            await self._residents.suspend(unit, actor, before.credential.id)
        settled = await sql.execute(
            "UPDATE read_conflicts SET settled_at = $1, settled_by = $2, settlement = $3"
            " WHERE id = $4 AND portal = $5 AND settlement <> $3 AND settlement <> 'suspended'",
            unit.now, actor.label[:64], settlement, conflict_id, unit.portal,
        )  # fmt: skip
        if settled:
            await self._audit.record(
                unit, actor, "credential.conflict", subject_kind="credential", subject=str(before.credential.id),
                resident_id=before.credential.resident, region=before.credential.region, outcome=settlement,
            )  # fmt: skip
            unit.tell(f"staff:{unit.portal}", "credential-conflict")
        return await self._one(unit, conflict_id)

    async def _one(self, unit: Unit, conflict_id: UUID) -> Conflict:
        rows = await sql.rows(f"{_SELECT} AND k.id = $2", unit.portal, conflict_id)
        if not rows:
            raise Missing()
        return (await self._conflicts(unit, rows))[0]

    async def _conflicts(self, unit: Unit, rows: list[sql.Row]) -> list[Conflict]:
        held = await self._credentials.named(unit, {sql.uid(row["credential_id"]) for row in rows})
        return [_conflict(row, held[sql.uid(row["credential_id"])]) for row in rows]


def _conflict(row: sql.Row, held: HeldCredential) -> Conflict:
    return Conflict(
        id=sql.uid(row["id"]),
        kind=row["kind"],
        credential=held,
        found_at=sql.instant(row["found_at"]),
        settled_at=sql.instant_or_none(row["settled_at"]),
        settled_by=row["settled_by"],
        settlement=row["settlement"] or None,
        read=_read(row, "a"),
        other=_read(row, "b") if row["b_at"] is not None else None,
    )


def _read(row: sql.Row, which: str) -> ReadAt:
    age = row[f"{which}_list_age"]
    return ReadAt(
        at=sql.instant(row[f"{which}_at"]),
        hall=row[f"{which}_hall"],
        counter=row[f"{which}_counter"],
        staff_no=row[f"{which}_staff_no"],
        offline=sql.flag(row[f"{which}_offline"]),
        card_in_hand=sql.flag(row[f"{which}_card_in_hand"]),
        list_age=None if age is None else int(age),
        received_at=sql.instant(row[f"{which}_received_at"]),
    )


def _cursor(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(faults=[FieldFault("cursor", "cursor-unknown")]) from None
