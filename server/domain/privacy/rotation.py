"""Sealing everything again under the current keys, while the house is open.

A value names the key that sealed it, so old and new open side by side and a reader never notices. Each row is changed
only if it still holds what was read, so a writer who came between is not undone. Nothing remembers how far it came:
begun again after a death, what is done already is passed over by the database itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

from config.floor import sql
from config.floor.personal import Sealed
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.domain.keys.rows import Anew, changing, windows

T = TypeVar("T")
CONTENT = "material_files.content"


class Run(Protocol):
    """The database's unit of work."""

    def __call__(self, portal: str, decide: Callable[[Unit], Awaitable[T]], /) -> Awaitable[T]: ...


class Files(Protocol):
    """Where sealed uploads lie, under the ids of their rows."""

    async def put(self, name: str, content: bytes) -> None: ...

    async def get(self, name: str) -> bytes: ...

    async def head(self, name: str, size: int) -> bytes: ...

    async def delete(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """How far it came in one place: values looked at so far that the current key has not sealed, how many of them were
    sealed anew, and how many do not open."""

    place: str
    seen: int
    changed: int
    closed: int = 0


class Rotation:
    """Every sealed value of the house, table by table, then the uploads.

    ``share``: the part of the time that it works; the rest is left to those who wait behind it.
    """

    def __init__(
        self,
        run: Run,
        vault: Vault,
        columns: Sequence[Sealed],
        files: Files,
        *,
        batch: int = 1_000,
        share: float = 0.8,
    ) -> None:
        self._run, self._vault, self._files, self._batch, self.share = run, vault, files, batch, share
        tables: dict[str, list[Sealed]] = {}
        for one in columns:
            tables.setdefault(one.table, []).append(one)
        self._tables = list(tables.items())

    async def total(self) -> int:
        """How many values the current keys have not sealed; uploads are counted whole."""
        found = 0
        for table, columns in self._tables:
            values: list[object] = []
            counted = " + ".join(f"count(CASE WHEN {self._old(one, values)} THEN 1 END)" for one in columns)
            row = await sql.row(f"SELECT {counted} AS n FROM {table}", *values)
            found += int(row["n"]) if row else 0
        row = await sql.row("SELECT count(*) AS n FROM material_files")
        return found + (int(row["n"]) if row else 0)

    async def turned(self) -> AsyncIterator[Step]:
        """Go through everything once; a step after each batch. Whoever needs certainty goes through it again: where
        another process still sealed with the old key meanwhile, the second pass finds it."""
        for table, columns in self._tables:
            async for step in self._table(table, columns):
                yield step
        async for step in self._uploads():
            yield step

    def _old(self, column: Sealed, values: list[object]) -> str:
        """SQL: this column holds a value that another key sealed, or another suite."""
        header = self._vault.header(column.place)
        values.append(header)
        name = column.column
        return f"({name} IS NOT NULL AND substr({name}, 1, {len(header)}) <> ${len(values)})"

    async def _table(self, table: str, columns: Sequence[Sealed]) -> AsyncIterator[Step]:
        counts = {one.place: [0, 0, 0] for one in columns}
        values: list[object] = []
        old = " OR ".join(self._old(one, values) for one in columns)
        names = ", ".join(one.column for one in columns)
        async for bounds, holes in windows(table, self._batch, len(values)):
            begun = time.monotonic()
            rows = await sql.rows(f"SELECT id, {names} FROM {table} WHERE {holes} AND ({old})", *values, *bounds)
            anew = [one for row in rows if (one := self._row(row, columns, counts))]
            if anew:
                await self._run("", changing(table, [one.column for one in columns], anew))
            for place, (seen, changed, closed) in counts.items():
                yield Step(place, seen, changed, closed)
            if rows:
                await asyncio.sleep((time.monotonic() - begun) * (1 / self.share - 1))

    def _row(self, row: sql.Row, columns: Sequence[Sealed], counts: dict[str, list[int]]) -> Anew | None:
        """What a row holds and is to hold instead; None where nothing of it can be changed."""
        before: list[bytes | None] = []
        after: list[bytes | None] = []
        for one in columns:
            held = None if row[one.column] is None else bytes(row[one.column])
            before.append(held)
            header = self._vault.header(one.place)
            if held is None or held[: len(header)] == header:
                after.append(held)
                continue
            count = counts[one.place]
            count[0] += 1
            try:
                after.append(self._vault.seal_bytes(self._vault.open_bytes(held, one.place), one.place))
                count[1] += 1
            except ValueError:
                after.append(held)
                count[2] += 1
        return None if after == before else Anew(row["id"], tuple(before), tuple(after))

    async def _uploads(self) -> AsyncIterator[Step]:
        seen = changed = closed = 0
        async for bounds, holes in windows("material_files", self._batch, 0):
            for row in await sql.rows(f"SELECT id FROM material_files WHERE {holes}", *bounds):
                outcome = await self._upload(sql.uid(row["id"]))
                seen, changed, closed = seen + 1, changed + (outcome is True), closed + (outcome is None)
            yield Step(CONTENT, seen, changed, closed)

    async def _upload(self, file_id: UUID) -> bool | None:
        """Whether it was sealed anew; None where no listed key opens it."""
        name, header = str(file_id), self._vault.header(CONTENT)
        try:
            if await self._files.head(name, len(header)) == header:
                return False
            before = await self._files.get(name)
        except FileNotFoundError:  # thrown away meanwhile
            return False
        try:
            content = self._vault.open_bytes(before, CONTENT)
        except ValueError:
            return None
        await self._files.put(name, self._vault.seal_bytes(content, CONTENT))
        if not await sql.row("SELECT id FROM material_files WHERE id = $1", file_id):
            await self._files.delete(name)  # its row went while we wrote
        return True
