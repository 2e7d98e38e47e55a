"""For how long a reason that was given stands: one full view of a matter opens it for that employee for a while.

Who asked once is not asked again for every file and every paper; each of them is an entry of its own all the same, with
the same reason. The time runs from the moment the reason was given: looking further does not make it longer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit

Matter = Literal["case", "correction"]
_STANDS = (
    "SELECT subject, reason, note_sealed, open_until FROM full_views"
    " WHERE portal = $1 AND staff_id = $2 AND subject_kind = $3 AND open_until > $4 AND subject IN ({holes})"
    " ORDER BY open_until"
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A reason that stands. The note is sealed as it was given."""

    reason: str
    note_sealed: bytes
    until: datetime


class Openings:
    """``minutes``: how long one stands."""

    def __init__(self, minutes: int) -> None:
        self._lasts = timedelta(minutes=minutes)

    def until(self, unit: Unit) -> datetime:
        """When a reason that is given now is over."""
        return unit.now + self._lasts

    async def standing(self, unit: Unit, staff_id: UUID, matter: Matter, subject: UUID) -> Opening | None:
        """This employee's reason for this matter, if one stands."""
        return (await self.of_many(unit, staff_id, matter, [subject])).get(subject)

    async def of_many(
        self, unit: Unit, staff_id: UUID, matter: Matter, subjects: Collection[UUID]
    ) -> dict[UUID, Opening]:
        """Those of these matters that are open to this employee, by one statement."""
        if not subjects:
            return {}
        holes = ",".join(f"${n}" for n in range(5, len(subjects) + 5))
        rows = await sql.rows(
            _STANDS.format(holes=holes), unit.portal, staff_id, matter, unit.now, *[str(one) for one in subjects]
        )
        return {
            UUID(row["subject"]): Opening(row["reason"], bytes(row["note_sealed"]), sql.instant(row["open_until"]))
            for row in rows
        }
