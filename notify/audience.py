"""Who a campaign reaches: rules become one SELECT over the rooms that keep the facts; nobody is read into memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from config.floor import sql
from config.floor.selection import Selection
from config.floor.unit import Unit
from notify import segments
from notify.ladder import DEFAULTS
from notify.segments import Group, Leaf, Rule


@dataclass(slots=True)
class Bound:
    """Values of a statement in the making."""

    values: list[Any] = field(default_factory=list)

    def add(self, value: Any) -> str:
        """Bind a value; its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}"


class Residents(Protocol):
    """People of a portal, as SQL over the alias ``r`` with its columns ``id`` and ``region``."""

    def people(self, unit: Unit, bound: Bound) -> str:
        """``<table> r WHERE <lives in this portal>``."""
        ...

    def fact(self, unit: Unit, leaf: Leaf, bound: Bound) -> str:
        """A boolean about ``r``: its region, age, elder mode, or whether a channel can reach it."""
        ...

    async def masked(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]: ...


class Cases(Protocol):
    """Who applied for an item."""

    def applied(self, unit: Unit, leaf: Leaf, bound: Bound) -> str:
        """A boolean about ``r``: it has applied for this item, and a case of it stands in one of the states."""
        ...


class Items(Protocol):
    """Names of items; an unknown code is not in the answer."""

    async def names(self, unit: Unit, codes: list[str]) -> Mapping[str, str]: ...


PlaceName = Callable[[str, str], str]
"""(portal, region or "") → what the place is called."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many, how each channel would reach them, and how many had another notice to many since a moment."""

    people: int
    sms: int
    live: int
    wechat: int
    unreached: int
    again: int


class Audience:
    """Rules → people, and their words."""

    def __init__(self, *, residents: Residents, cases: Cases, items: Items, place: PlaceName) -> None:
        self._residents = residents
        self._cases = cases
        self._items = items
        self._place = place

    def select(self, unit: Unit, rule: Rule) -> Selection:
        """Everybody of the portal for whom the rules hold, each once."""
        bound = Bound()
        people = self._residents.people(unit, bound)
        wanted = segments.condition(rule, self._worder(unit, bound))
        return Selection(f"SELECT r.id AS id FROM {people} AND {wanted}", tuple(bound.values))

    async def count(self, unit: Unit, selection: Selection, category: str, since: datetime) -> Counted:
        """People, reach and overlap: one statement, whatever the size."""
        bound = Bound(list(selection.values))
        portal, kind = bound.add(unit.portal), bound.add(category)
        usual = DEFAULTS.get(category)
        sms = _wanted("sms", usual is None or usual.sms, portal, kind)
        live = _wanted("live", usual is None or usual.live, portal, kind)
        phone = self._residents.fact(unit, Leaf("", "channel", "sms"), bound)
        wechat = self._residents.fact(unit, Leaf("", "channel", "wechat"), bound)
        again = (
            "EXISTS (SELECT 1 FROM campaign_recipients x JOIN campaigns k ON k.id = x.campaign_id "
            f"WHERE x.recipient = r.id AND k.portal = {portal} AND k.decided_at > {bound.add(since)})"
        )
        columns = {
            "people": "count(*)",
            "sms": _many(f"{phone} AND {sms}"),
            "live": _many(live),
            "wechat": _many(f"{wechat} AND {live}"),
            "unreached": _many(f"NOT ({phone} AND {sms}) AND NOT ({wechat} AND {live})"),
            "again": _many(again),
        }
        listed = ", ".join(f"{what} AS {name}" for name, what in columns.items())
        people = self._residents.people(unit, bound)
        row = await sql.row(f"SELECT {listed} FROM {people} AND r.id IN ({selection.text})", *bound.values)
        assert row is not None
        return Counted(**{name: int(row[name]) for name in columns})

    async def why(self, unit: Unit, rule: Group, person: UUID) -> dict[str, bool] | None:
        """Which leaf (by its path) is true of this person; None where the portal does not know them."""
        bound = Bound()
        people = self._residents.people(unit, bound)
        asked = list(segments.leaves(rule))
        word = self._worder(unit, bound)
        columns = [f"(CASE WHEN {word(leaf)} THEN 1 ELSE 0 END) AS c{n}" for n, leaf in enumerate(asked)]
        listed = ", ".join(["r.id AS id", *columns])
        row = await sql.row(f"SELECT {listed} FROM {people} AND r.id = {bound.add(person)}", *bound.values)
        return None if row is None else {leaf.path: bool(row[f"c{n}"]) for n, leaf in enumerate(asked)}

    async def names(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Masked names: one query."""
        return await self._residents.masked(unit, ids) if ids else {}

    async def item_name(self, unit: Unit, item: str) -> str:
        """The item's name, or "" where it is unknown."""
        return (await self._items.names(unit, [item])).get(item, "") if item else ""

    def place_name(self, portal: str, region: str) -> str:
        return self._place(portal, region)

    def _worder(self, unit: Unit, bound: Bound) -> Callable[[Leaf], str]:
        def word(leaf: Leaf) -> str:
            if leaf.kind == "item":
                return self._cases.applied(unit, leaf, bound)
            if leaf.kind == "list":
                wanted = bound.add(UUID(leaf.text))
                return (
                    f"EXISTS (SELECT 1 FROM notify_list_rows l WHERE l.list_id = {wanted} AND l.resident_id = r.id "
                    f"AND l.portal = {bound.add(unit.portal)} AND l.fault = '')"
                )
            if leaf.kind == "channel" and leaf.text == "web_push":
                return "EXISTS (SELECT 1 FROM notify_push_subscriptions w WHERE w.resident_id = r.id)"
            return self._residents.fact(unit, leaf, bound)

        return word


def _many(condition: str) -> str:
    return f"count(CASE WHEN {condition} THEN 1 END)"


def _wanted(column: str, usual: bool, portal: str, category: str) -> str:
    """Whether the person wants this channel: what they chose, or what is usual."""
    chosen = (
        f"EXISTS (SELECT 1 FROM notify_preferences p WHERE p.portal = {portal} AND p.resident_id = r.id "
        f"AND p.category = {category} AND "
    )
    return f"(NOT {chosen}NOT p.{column}))" if usual else f"{chosen}p.{column})"
