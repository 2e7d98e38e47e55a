"""Everything that is held about one resident, read table by table from the declaration of holdings.

No column is named here: what the schema has and ``holdings`` does not hide is read, sealed values opened. A new column
of a person is in the next copy by itself.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from config.floor import sql
from config.floor.personal import Indexed, Opaque, Personal, Sealed
from config.floor.vault import Vault
from server.domain.privacy.holdings import HOLDINGS, Held, Hidden, hidden_in

Nature = Literal["instant", "day", "json", "flag", "bytes", "plain"]
Schema = Mapping[str, Mapping[str, Nature]]
"""Table → its columns, each with what kind of value it holds."""
_PAGE = 500
Value = str | int | float | bool | list[Any] | dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Copied:
    """Some rows of one table: column → value, as plain data."""

    held: Held
    rows: Sequence[Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column that is not in the copy, and why."""

    table: str
    column: str
    why: Hidden


class Copier:
    """Reads a resident's copy."""

    def __init__(self, vault: Vault, schema: Schema, personal: Sequence[Personal]) -> None:
        self._vault = vault
        self._schema = schema
        self._sealed = {(one.table, one.column): one for one in personal if isinstance(one, Sealed)}
        prints = [one for one in personal if isinstance(one, Indexed | Opaque)]
        self._prints = {(one.table, one.column) for one in prints}
        self._prints |= {(one.table, one.beside) for one in prints if isinstance(one, Indexed) and one.beside}

    def columns(self, held: Held) -> list[str]:
        """The columns that are copied, in the order of the table."""
        if not held.copied:
            return []
        return [column for column in self._schema[held.table] if self._hidden(held, column) is None]

    def schema_columns(self, held: Held) -> list[str]:
        """Every column of the table, copied or not, but our bare bookkeeping."""
        return [c for c in self._schema[held.table] if hidden_in(held, c) != "bookkeeping"]

    def left_out(self) -> list[LeftOut]:
        """Every column that is not copied, and why."""
        found = []
        for held in HOLDINGS:
            for column in self._schema[held.table]:
                why = held.why if not held.copied else self._hidden(held, column)
                if why is not None:
                    found.append(LeftOut(held.table, column, why))
        return found

    async def read(self, portal: str, resident_id: UUID) -> AsyncIterator[Copied]:
        """Table by table, a page at a time; a table without rows is not in it."""
        for held in HOLDINGS:
            columns = self.columns(held)
            if not columns:
                continue
            after: object = None
            while page := await self._page(held, columns, portal, resident_id, after):
                after = page[-1]["the_row"]
                yield Copied(held, [self._plain(held, columns, row) for row in page])
                if len(page) < _PAGE:
                    break
                await asyncio.sleep(0)

    async def _page(
        self, held: Held, columns: Sequence[str], portal: str, resident_id: UUID, after: object
    ) -> list[sql.Row]:
        beside = "".join(f", {one.value} AS {one.name}" for one in held.beside)
        listed = ", ".join(f't."{column}"' for column in columns)
        later = " AND t.id > $3" if after is not None else ""
        return await sql.rows(
            f"SELECT t.id AS the_row, {listed}{beside} FROM {held.table} t"
            f" WHERE ({held.whose}){later} ORDER BY t.id LIMIT {_PAGE}",
            resident_id, portal, *([after] if after is not None else []),
        )  # fmt: skip

    def _plain(self, held: Held, columns: Sequence[str], row: sql.Row) -> dict[str, Value]:
        natures = self._schema[held.table]
        found: dict[str, Value] = {}
        for column in columns:
            sealed = self._sealed.get((held.table, column))
            value = row[column]
            name = column.removesuffix("_sealed")
            found[name] = self._opened(value, sealed.place) if sealed else _said(value, natures[column])
        for one in held.beside:
            found[one.name] = self._opened(row[one.name], one.place)
        return {name: value for name, value in found.items() if value is not None}

    def _opened(self, value: Any, place: str) -> Value:
        if not value:
            return None
        text = self._vault.open(bytes(value), place)
        try:
            return _structured(json.loads(text))
        except ValueError:
            return text

    def _hidden(self, held: Held, column: str) -> Hidden | None:
        if (held.table, column) in self._prints:
            return held.hidden.get(column, "fingerprint")
        return hidden_in(held, column)


def _structured(value: Any) -> Value:
    """A sealed document is data; a sealed text that only looks like a number stays the text it is."""
    if isinstance(value, dict | list):
        return value
    raise ValueError("a text")


def _said(value: Any, nature: Nature) -> Value:
    if value is None:
        return None
    if nature == "instant":
        return sql.instant(value).isoformat(timespec="seconds").replace("+00:00", "Z")
    if nature == "day":
        return sql.day(value).isoformat()
    if nature == "json":
        document: Value = sql.document(value)
        return document
    if nature == "flag":
        return sql.flag(value)
    return value if isinstance(value, int | float | str) else str(value)
