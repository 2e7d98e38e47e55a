"""Importing a list of items from a CSV file, a chunk a unit of work.

A bad line is reported and left out while the good ones go in; the same file again changes nothing. A line
whose item has a written guide leaves that guide in place, whichever came first.
"""

from __future__ import annotations

import asyncio
import csv
import tomllib
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO, TypeVar

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from server.domain.catalogue.errors import ImportFileInvalid
from server.domain.catalogue.importing import HEADER, ImportRow, RowInvalid, read_row

T = TypeVar("T")
CHUNK = 200
THEMES = Path(__file__).resolve().parents[3] / "config" / "sample" / "department_themes.toml"
Progress = Callable[[int, int], None]


class UnitsOfWork(Protocol):
    """What the importer needs of a database."""

    async def unit_of_work(self, portal: str, decide: Callable[[Unit], Awaitable[T]]) -> T: ...


@dataclass(frozen=True, slots=True)
class Remark:
    """A line and what is wrong with it: a column's name, ``columns``, ``characters``, ``twice`` or ``unreadable``."""

    line: int
    reason: str


@dataclass(slots=True)
class ImportReport:
    """What an import did."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[Remark] = field(default_factory=list)
    warned: list[Remark] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return self.added + self.changed + self.unchanged + len(self.refused)


async def import_items(
    database: UnitsOfWork, path: Path, portal: str, progress: Progress, themes: Mapping[str, str] | None = None
) -> ImportReport:
    """Read ``path`` as it streams and put its items into ``portal``; ``progress(done, total)`` after each chunk.

    ``ImportFileInvalid`` if it is no such list at all.
    """
    report = ImportReport()
    themes = themes if themes is not None else await asyncio.to_thread(_read_themes)
    total = await asyncio.to_thread(_count_lines, path)
    with closing(_chunks(path, report, themes)) as chunks:
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            added, changed = await database.unit_of_work(portal, _taking(chunk))
            report.added += added
            report.changed += changed
            report.unchanged += len(chunk) - added - changed
            progress(report.lines, max(total, report.lines))
    return report


async def run_import(database: UnitsOfWork, portal: str, path: Path, out: TextIO) -> int:
    """``import_items`` with a bar on a terminal, else a line each ten per cent, and what it did in words.

    Answers the command's exit status: 0 all lines taken, 1 some refused, 2 no such list.
    """
    bar = _Bar(out)
    try:
        report = await import_items(database, path, portal, bar)
    except (ImportFileInvalid, OSError) as wrong:
        out.write(f"{path.name} was not imported: {wrong}\n")
        return 2
    bar.end()
    out.write(
        f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged, "
        f"{len(report.refused)} refused, {len(report.warned)} warnings\n"
    )
    for remark in report.refused:
        out.write(f"line {remark.line}: refused ({remark.reason})\n")
    if report.warned:
        first = ", ".join(str(remark.line) for remark in report.warned[:10])
        out.write(f"check the implementing body's code on lines {first}{' …' if len(report.warned) > 10 else ''}\n")
    return 1 if report.refused else 0


class _Bar:
    """Progress for a person: one live line on a terminal, few lines in a log."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._live = out.isatty()
        self._told = 0

    def __call__(self, done: int, total: int) -> None:
        part = done * 100 // total if total else 100
        if self._live:
            self._out.write(f"\r[{'#' * (part // 4):<25}] {part:3} %  {done}/{total}")
            self._out.flush()
        elif part // 10 > self._told:
            self._told = part // 10
            self._out.write(f"{part} %  {done}/{total}\n")

    def end(self) -> None:
        if self._live:
            self._out.write("\n")


def _read_themes() -> dict[str, str]:
    tables = tomllib.loads(THEMES.read_text("utf-8"))
    return {department: theme for theme, departments in tables["themes"].items() for department in departments}


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return max(0, sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1)


def _header(reader: Iterator[list[str]]) -> tuple[str, ...]:
    try:
        return tuple(next(reader, ()))
    except csv.Error:
        return ()


def _chunks(path: Path, report: ImportReport, themes: Mapping[str, str]) -> Generator[list[ImportRow], None, None]:
    """Good rows, at most ``CHUNK`` at a time. Bytes that are no UTF-8 spoil their own line only."""
    seen: set[str] = set()
    chunk: list[ImportRow] = []
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, strict=True)
        if _header(reader) != HEADER:
            raise ImportFileInvalid(f"the first line must be {','.join(HEADER)}")
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
                if cells is None:
                    break
                if not cells:
                    continue
                row = read_row(line, cells, themes)
                if row.local_code in seen:
                    raise RowInvalid("twice")
            except csv.Error:
                report.refused.append(Remark(line, "unreadable"))
                continue
            except RowInvalid as wrong:
                report.refused.append(Remark(line, str(wrong)))
                continue
            seen.add(row.local_code)
            if row.warning:
                report.warned.append(Remark(line, row.warning))
            chunk.append(row)
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
    if chunk:
        yield chunk


def _taking(chunk: list[ImportRow]) -> Callable[[Unit], Awaitable[tuple[int, int]]]:
    return lambda unit: take(unit, chunk)


async def take(unit: Unit, chunk: list[ImportRow]) -> tuple[int, int]:
    """Put one chunk in with two statements; how many were added and how many changed."""
    places = ", ".join(f"${at}" for at in range(2, len(chunk) + 2))
    found = await sql.rows(
        f"SELECT local_code, source, content_hash FROM catalogue_items WHERE portal = $1 AND local_code IN ({places})",
        unit.portal,
        *(row.local_code for row in chunk),
    )
    known = {row["local_code"]: row for row in found}
    fresh = [row.columns() for row in chunk if _differs(row, known.get(row.local_code))]
    if fresh:
        await _upsert(unit, fresh)
    changed = sum(1 for row in fresh if row["local_code"] in known)
    return len(fresh) - changed, changed


def _differs(row: ImportRow, known: sql.Row | None) -> bool:
    if known is None:
        return True
    return bool(known["source"] == "import" and known["content_hash"] != row.columns()["content_hash"])


async def _upsert(unit: Unit, fresh: list[dict[str, object]]) -> None:
    names = ["id", "portal", "updated_at", *fresh[0]]
    values = [[new_id(), unit.portal, unit.now, *row.values()] for row in fresh]
    width = len(names)
    rows = ", ".join(
        f"({', '.join(f'${at * width + place}' for place in range(1, width + 1))})" for at in range(len(values))
    )
    kept = ("id", "portal", "local_code", "code", "alias")
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in kept)
    await sql.execute(
        f"INSERT INTO catalogue_items ({', '.join(names)}) VALUES {rows} "
        f"ON CONFLICT (portal, local_code) DO UPDATE SET {changes} WHERE catalogue_items.source = 'import'",
        *(value for row in values for value in row),
    )
