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
    "fill": "{column} IS NOT NULL AND {beside} IS NULL",
    "turn": "{beside} IS NOT NULL AND {column} <> {beside}",
    "empty": "{beside} IS NOT NULL",
}
_SET: dict[Work, str] = {"turn": "{column} = {beside}", "empty": "{beside} = NULL"}


class Run(Protocol):
    """The database's unit of work."""

    def __call__(self, portal: str, decide: Callable[[Unit], Awaitable[T]], /) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class Turned:
    """How far one column came: rows changed, and rows whose value does not open."""

    place: str
    changed: int
    closed: int = 0


class SearchChange:
    """The three pieces of work; which of them is due is for the phase to say."""

    def __init__(
        self, run: Run, vault: Vault, personal: Sequence[Personal], *, batch: int = 1_000, share: float = 0.8
    ) -> None:
        self._run, self._vault, self._batch, self._share = run, vault, batch, share
        self.columns = [one for one in personal if isinstance(one, Indexed) and one.of]
        self._sealed = {(one.table, one.column): one for one in personal if isinstance(one, Sealed)}

    async def left(self, work: Work) -> int:
        """How many rows are still to be done."""
        found = 0
        for one in self.columns:
            row = await sql.row(f"SELECT count(*) AS n FROM {one.table} WHERE {_condition(work, one)}")
            found += int(row["n"]) if row else 0
        return found

    async def done(self, work: Work) -> AsyncIterator[Turned]:
        """Go through every column once; a step after each stretch."""
        for one in self.columns:
            changed = closed = 0
            async for bounds, holes in windows(one.table, self._batch, 0):
                begun = time.monotonic()
                some, shut = await (
                    self._fill(one, bounds, holes) if work == "fill" else self._set(one, work, bounds, holes)
                )
                changed, closed = changed + some, closed + shut
                yield Turned(f"{one.table}.{one.column}", changed, closed)
                if some:
                    await asyncio.sleep((time.monotonic() - begun) * (1 / self._share - 1))

    async def _set(self, one: Indexed, work: Work, bounds: Sequence[object], holes: str) -> tuple[int, int]:
        text = (
            f"UPDATE {one.table} SET {_SET[work].format(column=one.column, beside=one.beside)}"
            f" WHERE {holes} AND {_condition(work, one)}"
        )
        return await self._run("", lambda _: sql.execute(text, *bounds)), 0

    async def _fill(self, one: Indexed, bounds: Sequence[object], holes: str) -> tuple[int, int]:
        """Each row only if it still holds the index that was read: who changes the value writes both columns."""
        names = ", ".join(dict.fromkeys((one.column, one.of, *one.needs)))
        rows = await sql.rows(
            f"SELECT id, {names} FROM {one.table} WHERE {holes} AND {_condition('fill', one)}", *bounds
        )
        anew, closed = [], 0
        for row in rows:
            beside = self._beside(one, row)
            if beside is None:
                closed += 1
                continue
            here = bytes(row[one.column])
            anew.append(Anew(row["id"], (here, None), (here, beside)))
        if anew:
            await self._run("", changing(one.table, (one.column, one.beside), anew))
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


def _condition(work: Work, one: Indexed) -> str:
    return _LEFT[work].format(column=one.column, beside=one.beside)
