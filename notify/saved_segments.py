"""Segments: rules about people, kept under a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Actor, Unit
from notify import cursor as cursors
from notify import segments
from notify.errors import SegmentMissing

PAGE = 100
_COLUMNS = "id, name, rules, owner_no, updated_at"


@dataclass(frozen=True, slots=True)
class Segment:
    """One saved segment."""

    id: UUID
    name: str
    rules: Mapping[str, Any]
    owner_no: str
    updated_at: datetime


class Segments:
    """The public door."""

    async def page(self, unit: Unit, cursor: str | None = None, limit: int = PAGE) -> tuple[list[Segment], str | None]:
        """Those changed last first, and where the next page begins; one statement."""
        values: list[Any] = [unit.portal, limit + 1]
        behind = cursors.behind(cursor, values, "updated_at")
        rows = await sql.rows(
            f"SELECT {_COLUMNS} FROM notify_segments WHERE portal = $1 AND discarded_at IS NULL{behind} "
            "ORDER BY updated_at DESC, id DESC LIMIT $2",
            *values,
        )
        found = [_segment(row) for row in rows[:limit]]
        return found, cursors.after(found[-1].updated_at, found[-1].id) if len(rows) > limit else None

    async def get(self, unit: Unit, segment_id: UUID) -> Segment:
        """One of this portal that was not put away; ``SegmentMissing`` otherwise."""
        row = await sql.row(
            f"SELECT {_COLUMNS} FROM notify_segments WHERE id = $1 AND portal = $2 AND discarded_at IS NULL",
            segment_id, unit.portal,
        )  # fmt: skip
        if row is None:
            raise SegmentMissing()
        return _segment(row)

    async def keep(self, unit: Unit, owner: Actor, region: str, name: str, rules: Mapping[str, Any]) -> Segment:
        """A new one; ``RulesWrong`` where the rules are not of the closed form."""
        segments.read(rules)
        row = await sql.row(
            "INSERT INTO notify_segments (id, portal, region, name, rules, owner_no, created_at, updated_at) "
            f"VALUES ($1,$2,$3,$4,$5,$6,$7,$7) RETURNING {_COLUMNS}",
            new_id(), unit.portal, region, name, sql.to_json(rules), owner.label, unit.now,
        )  # fmt: skip
        assert row is not None
        return _segment(row)

    async def change(self, unit: Unit, segment_id: UUID, name: str, rules: Mapping[str, Any]) -> Segment:
        """Other rules under this name. A notice keeps the rules that it was written with."""
        segments.read(rules)
        row = await sql.row(
            "UPDATE notify_segments SET name=$1, rules=$2, updated_at=$3 WHERE id=$4 AND portal=$5 "
            f"AND discarded_at IS NULL RETURNING {_COLUMNS}",
            name, sql.to_json(rules), unit.now, segment_id, unit.portal,
        )  # fmt: skip
        if row is None:
            raise SegmentMissing()
        return _segment(row)

    async def discard(self, unit: Unit, segment_id: UUID) -> None:
        """Put it away."""
        gone = await sql.execute(
            "UPDATE notify_segments SET discarded_at=$1 WHERE id=$2 AND portal=$3 AND discarded_at IS NULL",
            unit.now, segment_id, unit.portal,
        )  # fmt: skip
        if not gone:
            raise SegmentMissing()


def _segment(row: sql.Row) -> Segment:
    return Segment(
        sql.uid(row["id"]), row["name"], sql.document(row["rules"]), row["owner_no"], sql.instant(row["updated_at"])
    )
