"""Who a campaign reaches: the ports to residents, cases and items, and the two questions asked of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from config.floor.selection import Selection
from config.floor.unit import Unit


class Residents(Protocol):
    """People of a portal."""

    def selection(self, unit: Unit, *, region: str | None, within: Selection | None) -> Selection: ...

    async def masked(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]: ...


class Cases(Protocol):
    """Who applied for an item."""

    def applied(self, unit: Unit, item_code: str) -> Selection: ...


class Items(Protocol):
    """Names of items; an unknown code is not in the answer."""

    async def names(self, unit: Unit, codes: list[str]) -> Mapping[str, str]: ...


PlaceName = Callable[[str, str], str]
"""(portal, region or "") → what the place is called."""


class Audience:
    """Region and item → people, and their words."""

    def __init__(self, *, residents: Residents, cases: Cases, items: Items, place: PlaceName) -> None:
        self._residents = residents
        self._cases = cases
        self._items = items
        self._place = place

    def people(self, unit: Unit, region: str, item: str) -> Selection:
        """Everybody of the region, narrowed to who applied for the item; each once. Nobody is read for it."""
        within = self._cases.applied(unit, item) if item else None
        return self._residents.selection(unit, region=region or None, within=within)

    async def names(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Masked names: one query."""
        return await self._residents.masked(unit, ids) if ids else {}

    async def item_name(self, unit: Unit, item: str) -> str:
        """The item's name, or "" where it is unknown."""
        return (await self._items.names(unit, [item])).get(item, "") if item else ""

    def place_name(self, portal: str, region: str) -> str:
        return self._place(portal, region)
