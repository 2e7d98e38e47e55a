"""Sealing everything again under the current key, while the house is open.

A value names the key that sealed it, so old and new open side by side and a reader never notices. Each row is changed
only if it still holds what was read, so a writer who came between is not undone. Nothing remembers how far it came:
begun again after a death, what is done already is passed over.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

from config.floor import sql
from config.floor.personal import Sealed
from config.floor.unit import Unit
from config.floor.vault import Vault

T = TypeVar("T")
CONTENT = "material_files.content"


class Run(Protocol):
    """The database's unit of work."""

    def __call__(self, portal: str, decide: Callable[[Unit], Awaitable[T]], /) -> Awaitable[T]: ...


class Files(Protocol):
    """Where sealed uploads lie, under the ids of their rows."""

    async def put(self, name: str, content: bytes) -> None: ...

    async def get(self, name: str) -> bytes: ...

    async def delete(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """How far it came: the column, values looked at so far, and how many of them were sealed anew or do not open."""

    place: str
    seen: int
    changed: int
    closed: int = 0


class Rotation:
    """Every sealed value of the house, column by column, then the uploads."""

    def __init__(self, run: Run, vault: Vault, columns: Sequence[Sealed], files: Files, *, batch: int = 500) -> None:
        self._run, self._vault, self._columns, self._files, self._batch = run, vault, columns, files, batch

    async def total(self) -> int:
        """About how many values there are."""
        found = 0
        for one in self._columns:
            row = await sql.row(f"SELECT count({one.column}) AS n FROM {one.table}")
            found += int(row["n"]) if row else 0
        row = await sql.row("SELECT count(*) AS n FROM material_files")
        return found + (int(row["n"]) if row else 0)

    async def turned(self) -> AsyncIterator[Step]:
        """Go through everything once; a step after each batch. Whoever needs certainty goes through it again: where
        another process still sealed with the old key meanwhile, the second pass finds it."""
        for column in self._columns:
            async for step in self._column(column):
                yield step
        async for step in self._uploads():
            yield step

    async def _column(self, column: Sealed) -> AsyncIterator[Step]:
        after: object = None
        seen = changed = closed = 0
        while True:
            rows = await self._page(column.table, column.column, after)
            if not rows:
                return
            after = rows[-1]["id"]
            anew = []
            for row in rows:
                before = bytes(row["value"])
                if self._vault.is_current(before):
                    continue
                try:
                    content = self._vault.open_bytes(before, column.place)
                except ValueError:
                    closed += 1
                    continue
                anew.append((self._vault.seal_bytes(content, column.place), row["id"], before))
            if anew:
                await self._run("", self._writing(column, anew))
            seen, changed = seen + len(rows), changed + len(anew)
            yield Step(column.place, seen, changed, closed)

    async def _page(self, table: str, column: str, after: object) -> list[sql.Row]:
        newer, values = ("AND id > $2", [self._batch, after]) if after is not None else ("", [self._batch])
        return await sql.rows(
            f"SELECT id, {column} AS value FROM {table} WHERE {column} IS NOT NULL {newer} ORDER BY id LIMIT $1",
            *values,
        )

    def _writing(self, column: Sealed, anew: list[tuple[bytes, object, bytes]]) -> Callable[[Unit], Awaitable[None]]:
        text = f"UPDATE {column.table} SET {column.column} = $1 WHERE id = $2 AND {column.column} = $3"
        return lambda _: sql.execute_many(text, anew)

    async def _uploads(self) -> AsyncIterator[Step]:
        after: object = None
        seen = changed = closed = 0
        while rows := await self._page("material_files", "name", after):
            after = rows[-1]["id"]
            for row in rows:
                outcome = await self._upload(sql.uid(row["id"]))
                changed, closed = changed + (outcome is True), closed + (outcome is None)
            seen += len(rows)
            yield Step(CONTENT, seen, changed, closed)

    async def _upload(self, file_id: UUID) -> bool | None:
        """Whether it was sealed anew; None where no listed key opens it."""
        name = str(file_id)
        try:
            before = await self._files.get(name)
        except FileNotFoundError:  # thrown away meanwhile
            return False
        if self._vault.is_current(before):
            return False
        try:
            content = self._vault.open_bytes(before, CONTENT)
        except ValueError:
            return None
        await self._files.put(name, self._vault.seal_bytes(content, CONTENT))
        if not await sql.row("SELECT id FROM material_files WHERE id = $1", file_id):
            await self._files.delete(name)  # its row went while we wrote
        return True
