"""How far somebody's work reaches inside a portal: whose departments, which regions. Beyond it nothing is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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


def _hole(values: list[Any], value: object) -> str:
    values.append(value)
    return f"${len(values)}"
