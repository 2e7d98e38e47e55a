"""Uploaded lists of people: every row kept, sealed, with what is wrong with it; fixed in place; bad rows given back.

A list belongs to a portal. Once a notice that uses it was handed in, it does not change any more.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.scope import WHOLE, Scope
from config.floor.unit import Actor, Unit
from config.floor.vault import Vault
from notify import cursor as cursors
from notify import list_rows
from notify.errors import ListInUse, ListMissing
from notify.sheet import Sheet, place_of_phone

PAGE = 50
LISTS = 100
_BATCH = 1_000
_PHONE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_NOISE = re.compile(r"[\s\-()（）]")
_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1[3-9])")


class Numbers(Protocol):
    """Whose phone number this is."""

    async def of_phones(self, unit: Unit, phones: Sequence[str]) -> Mapping[str, UUID]:
        """Phone → resident of this portal; one statement."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is shown. ``fault``: list-phone-empty | list-phone-wrong | list-phone-unknown | list-twice |
    list-cell-empty, in that order; ``column`` is where."""

    line: int
    cells: tuple[str, ...]
    fault: str
    column: str


@dataclass(frozen=True, slots=True)
class PeopleList:
    """A list and how good it is."""

    id: UUID
    name: str
    columns: tuple[str, ...]
    total: int
    bad: int
    owner_no: str
    updated_at: datetime


def phone_of(text: str) -> str:
    """A mainland mobile number without what people put between its digits; "" where it is none."""
    bare = _COUNTRY.sub("", _NOISE.sub("", text))
    return bare if _PHONE.fullmatch(bare) else ""


class Lists:
    """The public door of uploaded lists."""

    def __init__(self, vault: Vault, numbers: Numbers) -> None:
        self._vault = vault
        self._numbers = numbers

    async def keep(
        self,
        decide: Callable[[Callable[[Unit], Awaitable[None]]], Awaitable[None]],
        owner: Actor,
        region: str,
        name: str,
        sheet: Sheet,
    ) -> UUID:
        """Store a sheet, a thousand rows a unit of work: a long list holds no lock for long. It counts its rows as it
        goes, so one that was cut off shows how far it came."""
        list_id, seen = new_id(), dict[str, int]()

        async def open_list(unit: Unit) -> None:
            await sql.execute(
                "INSERT INTO notify_lists (id, portal, region, name, columns, total, bad, owner_no, created_at, "
                "updated_at) VALUES ($1,$2,$3,$4,$5,0,0,$6,$7,$7)",
                list_id, unit.portal, region, name[:60], sql.to_json(list(sheet.columns)), owner.label, unit.now,
            )  # fmt: skip

        await decide(open_list)
        for start in range(0, len(sheet.rows), _BATCH):
            batch = sheet.rows[start : start + _BATCH]

            async def store(unit: Unit, batch: Sequence[tuple[int, tuple[str, ...]]] = batch) -> None:
                await self._store(unit, list_id, sheet, batch, seen)

            await decide(store)
        return list_id

    async def _store(
        self,
        unit: Unit,
        list_id: UUID,
        sheet: Sheet,
        batch: Sequence[tuple[int, tuple[str, ...]]],
        seen: dict[str, int],
    ) -> None:
        phones = [phone_of(cells[sheet.phone]) for _, cells in batch]
        known = await self._numbers.of_phones(unit, [phone for phone in phones if phone])
        made, bad = [], 0
        sealed = await asyncio.to_thread(lambda: [list_rows.seal(self._vault, cells) for _, cells in batch])
        for (line, cells), phone, secret in zip(batch, phones, sealed, strict=True):
            first = seen.setdefault(phone, line) if phone else line
            person = known.get(phone)
            fault, column = _judge(sheet.columns, sheet.phone, cells, phone, person, twice=first != line)
            bad += bool(fault)
            made.append((list_id, unit.portal, line, secret, person, fault, column))
        await sql.execute_many(
            "INSERT INTO notify_list_rows (list_id, portal, line, cells, resident_id, fault, fault_column) "
            "VALUES ($1,$2,$3,$4,$5,$6,$7)",
            made,
        )
        await sql.execute(
            "UPDATE notify_lists SET total = total + $1, bad = bad + $2 WHERE id = $3", len(batch), bad, list_id
        )

    async def get(self, unit: Unit, list_id: UUID) -> PeopleList:
        """One list of this portal; ``ListMissing`` otherwise."""
        row = await sql.row(
            f"SELECT {_COLUMNS} FROM notify_lists WHERE id = $1 AND portal = $2 AND discarded_at IS NULL",
            list_id, unit.portal,
        )  # fmt: skip
        if row is None:
            raise ListMissing()
        return _list(row)

    async def page(
        self, unit: Unit, cursor: str | None = None, limit: int = LISTS, *, scope: Scope = WHOLE
    ) -> tuple[list[PeopleList], str | None]:
        """Those changed last first, within this scope, and where the next page begins; one statement."""
        values: list[Any] = [unit.portal, limit + 1]
        inside = scope.where(values, region="region") + cursors.behind(cursor, values, "updated_at")
        rows = await sql.rows(
            f"SELECT {_COLUMNS} FROM notify_lists WHERE portal = $1 AND discarded_at IS NULL{inside} "
            "ORDER BY updated_at DESC, id DESC LIMIT $2",
            *values,
        )
        found = [_list(row) for row in rows[:limit]]
        return found, cursors.after(found[-1].updated_at, found[-1].id) if len(rows) > limit else None

    async def rows(self, unit: Unit, list_id: UUID, *, only_bad: bool, after: int = 0) -> list[Row]:
        """A page of rows in the sheet's order, beginning behind line ``after``."""
        found = await self.get(unit, list_id)
        bad = "AND fault <> '' " if only_bad else ""
        rows = await sql.rows(
            "SELECT line, cells, fault, fault_column FROM notify_list_rows WHERE list_id = $1 AND line > $2 "
            f"{bad}ORDER BY line LIMIT {PAGE}",
            found.id,
            after,
        )
        return [self._row(row) for row in rows]

    async def bad_rows(self, unit: Unit, list_id: UUID) -> tuple[PeopleList, list[Row]]:
        """All bad rows, for a file."""
        found = await self.get(unit, list_id)
        rows = await sql.rows(
            "SELECT line, cells, fault, fault_column FROM notify_list_rows WHERE list_id = $1 AND fault <> '' "
            "ORDER BY line",
            found.id,
        )
        return found, await asyncio.to_thread(lambda: [self._row(row) for row in rows])

    async def row(self, unit: Unit, list_id: UUID, line: int) -> Row:
        """One row; ``ListMissing`` where the sheet has none such."""
        await self.get(unit, list_id)
        row = await sql.row(
            "SELECT line, cells, fault, fault_column FROM notify_list_rows WHERE list_id = $1 AND line = $2",
            list_id, line,
        )  # fmt: skip
        if row is None:
            raise ListMissing()
        return self._row(row)

    async def fix(self, unit: Unit, list_id: UUID, line: int, cells: Sequence[str]) -> Row:
        """Other cells for one row, judged again."""
        found = await self.get(unit, list_id)
        await self._changeable(unit, list_id)
        old = await sql.row("SELECT fault FROM notify_list_rows WHERE list_id = $1 AND line = $2", list_id, line)
        if old is None or len(cells) != len(found.columns):
            raise ListMissing()
        place = place_of_phone(found.columns)
        phone = phone_of(cells[place])
        person = (await self._numbers.of_phones(unit, [phone])).get(phone) if phone else None
        other = await sql.row(
            "SELECT line FROM notify_list_rows WHERE list_id = $1 AND resident_id = $2 AND fault = '' AND line <> $3",
            list_id, person, line,
        ) if person else None  # fmt: skip
        fault, column = _judge(found.columns, place, cells, phone, person, twice=other is not None)
        await sql.execute(
            "UPDATE notify_list_rows SET cells = $1, resident_id = $2, fault = $3, fault_column = $4 "
            "WHERE list_id = $5 AND line = $6",
            list_rows.seal(self._vault, cells), person, fault, column, list_id, line,
        )  # fmt: skip
        change = bool(fault) - bool(old["fault"])
        await sql.execute(
            "UPDATE notify_lists SET bad = bad + $1, updated_at = $2 WHERE id = $3", change, unit.now, list_id
        )
        return Row(line, tuple(cells), fault, column)

    async def discard(self, unit: Unit, list_id: UUID) -> None:
        """Put a list away."""
        await self.get(unit, list_id)
        await self._changeable(unit, list_id)
        await sql.execute("UPDATE notify_lists SET discarded_at = $1 WHERE id = $2", unit.now, list_id)

    async def columns(self, unit: Unit, list_id: UUID) -> tuple[str, ...]:
        """The headings; none where the list is not there."""
        return await list_rows.columns(unit, list_id)

    async def values(self, unit: Unit, list_id: UUID, people: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
        """What these people's rows bring."""
        return await list_rows.values(self._vault, unit, list_id, people)

    async def _changeable(self, unit: Unit, list_id: UUID) -> None:
        used = await sql.row(
            "SELECT id FROM campaigns WHERE portal = $1 AND status NOT IN ('draft','rejected') "
            "AND audience_rules LIKE $2 LIMIT 1",
            unit.portal,
            f"%{list_id}%",
        )
        if used:
            raise ListInUse()

    def _row(self, row: sql.Row) -> Row:
        cells = tuple(list_rows.opened(self._vault, row["cells"]))
        return Row(int(row["line"]), cells, row["fault"], row["fault_column"])


def _judge(
    columns: Sequence[str], place: int, cells: Sequence[str], phone: str, person: UUID | None, *, twice: bool
) -> tuple[str, str]:
    """The first thing that is wrong with a row, and in which column."""
    if not cells[place]:
        return "list-phone-empty", columns[place]
    if not phone:
        return "list-phone-wrong", columns[place]
    if twice:
        return "list-twice", columns[place]
    if person is None:
        return "list-phone-unknown", columns[place]
    empty = next((name for name, cell in zip(columns, cells, strict=True) if not cell), "")
    return ("list-cell-empty", empty) if empty else ("", "")


_COLUMNS = "id, name, columns, total, bad, owner_no, updated_at"


def _list(row: sql.Row) -> PeopleList:
    return PeopleList(
        sql.uid(row["id"]), row["name"], tuple(sql.document(row["columns"])), int(row["total"]), int(row["bad"]),
        row["owner_no"], sql.instant(row["updated_at"]),
    )  # fmt: skip
