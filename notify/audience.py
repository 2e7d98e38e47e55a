"""Who a campaign reaches: rules become one SELECT over the rooms that keep the facts; nobody is read into memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from config.floor import sql
from config.floor.selection import Selection
from config.floor.unit import Unit
from notify import segments
from notify.bound import Bound as Bound
from notify.segments import Group, Leaf, Rule
from notify.ways import Ways, counted, within


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

    async def sensitive(self, unit: Unit, codes: Sequence[str]) -> bool: ...


Refused = Callable[[Bound], str]
"""A boolean about ``r``: this person wants no information sent to many."""
PlaceName = Callable[[str, str], str]
"""(portal, region or "") → what the place is called."""


_ADDRESSES = {"oa": "wechat_oa", "webpush": "web_push"}
"""What an address of these ways is called in a rule about people."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many, for how many nothing but the inbox is left, how many had another notice to many since a moment; and by
    way: how many take it first, and how many may come to it."""

    people: int
    live: int
    unreached: int
    again: int
    first: Mapping[str, int] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)


class Audience:
    """Rules → people, and their words."""

    def __init__(
        self, *, residents: Residents, cases: Cases, items: Items, place: PlaceName, refused: Refused | None = None
    ) -> None:
        self._refused = refused
        self._residents = residents
        self._cases = cases
        self._items = items
        self._place = place

    def select(self, unit: Unit, rule: Rule, category: str) -> Selection:
        """Everybody of the portal for whom the rules hold, each once; of mere information nobody who refused it."""
        bound = Bound()
        people = self._residents.people(unit, bound)
        if category == "information" and self._refused is not None:
            people += f" AND NOT {self._refused(bound)}"
        wanted = segments.condition(rule, self._worder(unit, bound))
        return Selection(f"SELECT r.id AS id FROM {people} AND {wanted}", tuple(bound.values))

    async def count(self, unit: Unit, selection: Selection, ways: Ways, since: datetime) -> Counted:
        """People and reach by way by one statement, the overlap by another, whatever the size."""
        bound = Bound(list(selection.values))
        chosen = f"(SELECT id AS recipient FROM ({selection.text}) AS chosen) k"
        who = ways.statement(unit, bound, chosen, self.reach(unit, bound, ways))
        columns = [("people", "TRUE"), ("live", "x.live"), ("unreached", f"NOT {ways.any()}")]
        columns += [(f"first_{way}", ways.begins(way)) for way in ways.order]
        columns += [(f"most_{way}", f"x.go_{way}") for way in ways.order]
        row = await sql.row(f"SELECT {counted(columns)} FROM ({who}) AS x", *bound.values)
        assert row is not None
        return Counted(
            **{name: int(row[name]) for name in ("people", "live", "unreached")},
            again=await _again(unit, selection, since),
            first={way: int(row[f"first_{way}"]) for way in ways.order},
            most={way: int(row[f"most_{way}"]) for way in ways.order},
        )

    def reach(self, unit: Unit, bound: Bound, ways: Ways, after: UUID | None = None, upto: UUID | None = None) -> str:
        """SELECT of everybody (or a piece of them) and whether each way has an address of theirs (``Ways``)."""
        word = self._worder(unit, bound)
        columns = [f"({word(Leaf('', 'channel', _ADDRESSES.get(way, way)))}) AS has_{way}" for way in ways.order]
        people = self._residents.people(unit, bound)
        listed = ", ".join(["r.id AS person", *columns])
        return f"SELECT {listed} FROM {people}{within('r.id', bound, after, upto)}"

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

    async def sensitive(self, unit: Unit, rule: Rule) -> bool:
        """Whether the rules ask for an item that is not named outside the inbox."""
        return await self._items.sensitive(unit, [leaf.text for leaf in segments.leaves(rule) if leaf.kind == "item"])

    def elders(self, unit: Unit, bound: Bound) -> str:
        """SELECT of the ids of everybody in this portal who chose 长辈版."""
        people = self._residents.people(unit, bound)
        return f"SELECT r.id FROM {people} AND {self._residents.fact(unit, Leaf('', 'elder'), bound)}"

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


async def _again(unit: Unit, selection: Selection, since: datetime) -> int:
    """How many of them had a notice to many since. Few are looked up one by one, many read with all who had one: the
    database chooses, by statistics that every approval of a long list leaves up to date."""
    bound = Bound(list(selection.values))
    sent = (
        "FROM campaigns c JOIN campaign_recipients z ON z.campaign_id = c.id "
        f"WHERE c.portal = {bound.add(unit.portal)} AND c.decided_at > {bound.add(since)}"
    )
    row = await sql.row(
        f"SELECT count(*) AS n FROM ({selection.text}) AS k WHERE k.id IN (SELECT z.recipient {sent})", *bound.values
    )
    assert row is not None
    return int(row["n"])
