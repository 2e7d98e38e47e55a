"""How far somebody's work reaches inside a portal: whose departments, which regions. Beyond it nothing is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from config.floor import sql
from config.floor.refusal import Missing, Refusal
from config.floor.unit import Unit

EVERYWHERE = "*"
_LEVELS = (2, 4, 6, 9, 12)


def prefix(region: str) -> str:
    """What every region inside this one begins with (GB/T 2260 and its statistical code: province 2, city 4, county 6,
    town 9, village 12 digits, filled up with zeros)."""
    for length in _LEVELS:
        if not region[length:].strip("0"):
            return region[:length]
    return region


def covers(regions: Sequence[str], place: str) -> bool:
    """Whether one of the regions is this place or holds it."""
    return any(place.startswith(prefix(one)) for one in regions)


@dataclass(frozen=True, slots=True)
class Scope:
    """None = all that the portal has; an empty tuple = nothing."""

    departments: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None

    def where(self, values: list[Any], *, department: str = "", region: str = "") -> str:
        """The condition on these columns, beginning with AND, or ""; what it compares with is added to ``values``."""
        text = ""
        if department and self.departments is not None:
            named = [_hole(values, one) for one in self.departments]
            text += f" AND {department} IN ({', '.join(named)}) AND {department} <> ''" if named else " AND 1 = 0"
        if region and self.regions is not None:
            inside = [f"{region} LIKE {_hole(values, prefix(one) + '%')}" for one in self.regions]
            text += f" AND ({' OR '.join(inside)})" if inside else " AND 1 = 0"
        return text

    def holds(self, *, department: str | None = None, region: str | None = None) -> bool:
        """Whether something of this department, at this place, is inside."""
        if department is not None and self.departments is not None and department not in self.departments:
            return False
        return region is None or self.regions is None or covers(self.regions, region)


WHOLE = Scope()


@dataclass(frozen=True, slots=True)
class Placed:
    """The rows of one room's table, each in a region; ``missing`` is how that room says that there is none."""

    table: str
    missing: type[Refusal] = Missing
    key: str = "id"
    shared: bool = False
    """Everybody reads it; only whoever works where it stands changes it."""

    async def inside(self, unit: Unit, key: str, scope: Scope) -> bool:
        """Whether the row stands inside the scope. What is no row at all stands nowhere."""
        values: list[Any] = [unit.portal, key]
        if self.key == "id":
            try:
                values[1] = UUID(key)
            except ValueError:
                return False
        reach = scope.where(values, region="region")
        row = await sql.row(f"SELECT 1 AS one FROM {self.table} WHERE portal = $1 AND {self.key} = $2{reach}", *values)
        return row is not None


def _hole(values: list[Any], value: object) -> str:
    values.append(value)
    return f"${len(values)}"
