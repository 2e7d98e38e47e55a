"""Turning the key of search while the house is open: fill the column beside, turn the column, empty the one beside.

Every table of the classification that keeps the value an index is made from takes part; nothing is listed here, so a
new column cannot be forgotten. Begun again after a death, the database itself finds what is left.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from config.floor import sql
from config.floor.personal import Indexed, Personal, Sealed
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.domain.keys.rows import Anew, changing, windows

T = TypeVar("T")
Work = Literal["fill", "turn", "empty"]
_LEFT: dict[Work, str] = {
    "fill": "({column} IS NOT NULL AND {beside} IS NULL)",
    "turn": "({beside} IS NOT NULL AND {column} <> {beside})",
    "empty": "{beside} IS NOT NULL",
}
_SET: dict[Work, str] = {"turn": "{column} = coalesce({beside}, {column})", "empty": "{beside} = NULL"}


class Run(Protocol):
    """The database's unit of work."""

    def __call__(self, portal: str, decide: Callable[[Unit], Awaitable[T]], /) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class Turned:
    """How far one table came: rows changed, and values that do not open."""

    table: str
    changed: int
    closed: int = 0


class SearchChange:
    """The three pieces of work; which of them is due is for the phase to say. ``share``: the part of the time that it
    works; the rest is left to those who wait behind it."""

    def __init__(
        self, run: Run, vault: Vault, personal: Sequence[Personal], *, batch: int = 1_000, share: float = 0.8
    ) -> None:
        self._run, self._vault, self._batch, self.share = run, vault, batch, share
        self.tables: dict[str, list[Indexed]] = {}
        for one in personal:
            if isinstance(one, Indexed) and one.of:
                self.tables.setdefault(one.table, []).append(one)
        self._sealed = {(one.table, one.column): one for one in personal if isinstance(one, Sealed)}

    async def left(self, work: Work) -> int:
        """How many rows are still to be done."""
        found = 0
        for table, columns in self.tables.items():
            row = await sql.row(f"SELECT count(*) AS n FROM {table} WHERE {_left(work, columns)}")
            found += int(row["n"]) if row else 0
        return found

    async def done(self, work: Work) -> AsyncIterator[Turned]:
        """Go through every table once; a step after each stretch."""
        for table, columns in self.tables.items():
            changed = closed = 0
            async for bounds, holes in windows(table, self._batch, 0):
                begun = time.monotonic()
                if work == "fill":
                    some, shut = await self._fill(table, columns, bounds, holes)
                else:
                    some, shut = await self._set(table, columns, work, bounds, holes), 0
                changed, closed = changed + some, closed + shut
                yield Turned(table, changed, closed)
                if some:
                    await asyncio.sleep((time.monotonic() - begun) * (1 / self.share - 1))

    async def _set(
        self, table: str, columns: Sequence[Indexed], work: Work, bounds: Sequence[object], holes: str
    ) -> int:
        sets = ", ".join(_SET[work].format(column=one.column, beside=one.beside) for one in columns)
        text = f"UPDATE {table} SET {sets} WHERE {holes} AND ({_left(work, columns)})"
        return await self._run("", lambda _: sql.execute(text, *bounds))

    async def _fill(
        self, table: str, columns: Sequence[Indexed], bounds: Sequence[object], holes: str
    ) -> tuple[int, int]:
        """Each row only if it still holds the indexes that were read: who changes a value writes both columns."""
        pairs = [name for one in columns for name in (one.column, one.beside)]
        names = dict.fromkeys([*pairs, *(name for one in columns for name in (one.of, *one.needs))])
        rows = await sql.rows(
            f"SELECT id, {', '.join(names)} FROM {table} WHERE {holes} AND ({_left('fill', columns)})", *bounds
        )
        anew, closed = [], 0
        for row in rows:
            before = tuple(None if row[name] is None else bytes(row[name]) for name in pairs)
            after = list(before)
            for place, one in enumerate(columns):
                if row[one.column] is not None and row[one.beside] is None:
                    after[2 * place + 1] = beside = self._beside(one, row)
                    closed += beside is None
            if tuple(after) != before:
                anew.append(Anew(row["id"], before, tuple(after)))
        if anew:
            await self._run("", changing(table, pairs, anew))
        return len(anew), closed

    def _beside(self, one: Indexed, row: sql.Row) -> bytes | None:
        sealed = row[one.of]
        if sealed is None:
            return None
        try:
            value = self._vault.open(bytes(sealed), self._sealed[one.table, one.of].place)
        except ValueError:
            return None
        return self._vault.search(one.said(value, row), one.place).beside


def _left(work: Work, columns: Sequence[Indexed]) -> str:
    return " OR ".join(_LEFT[work].format(column=one.column, beside=one.beside) for one in columns)
