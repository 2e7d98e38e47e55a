"""What a campaign's rules may ask about residents, as SQL over the alias ``r``."""

from __future__ import annotations

from typing import Protocol

from config.floor.scope import Placed
from config.floor.unit import Unit

PLACED = Placed("residents")


class Asked(Protocol):
    """One fact that is asked for: ``kind`` region, age, elder or channel."""

    @property
    def kind(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def low(self) -> int: ...

    @property
    def high(self) -> int: ...


class Binding(Protocol):
    """Binds a value and answers its placeholder."""

    def add(self, value: object, /) -> str: ...


def people(unit: Unit, bound: Binding) -> str:
    """Everybody who has an account in this portal."""
    return f"residents r WHERE r.portal = {bound.add(unit.portal)} AND r.closed_at IS NULL"


def fact(unit: Unit, leaf: Asked, bound: Binding, year_shift: int) -> str:
    """One boolean. Ages count whole calendar years: the day of birth is sealed, its year alone may be asked for."""
    if leaf.kind == "region":
        return f"r.region LIKE {bound.add(region_prefix(leaf.text))} || '%'"
    if leaf.kind == "age":
        year = unit.today.year - year_shift
        return f"r.birth_year BETWEEN {bound.add(year - leaf.high)} AND {bound.add(year - leaf.low)}"
    if leaf.kind == "elder":
        return "NOT r.elder" if leaf.text == "no" else "r.elder"
    if leaf.text == "sms":
        return "r.phone_sealed IS NOT NULL"
    provider = bound.add(leaf.text)
    return f"EXISTS (SELECT 1 FROM resident_bindings b WHERE b.resident_id = r.id AND b.provider = {provider})"


def region_prefix(region: str) -> str:
    """What every region inside this one begins with: GB/T 2260 codes end in pairs of zeros above their own level."""
    while len(region) > 2 and region.endswith("00"):
        region = region[:-2]
    return region
