"""Walking over a table of any size and changing many rows by one statement, as gently as it can be done.

A window is a stretch of ids; the database finds in it what is still to be done, so that what is done already costs an
index scan and no transfer. Memory is one window, locks live as long as one statement.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from config.floor import sql
from config.floor.unit import Unit


@dataclass(frozen=True, slots=True)
class Anew:
    """One row: what it held in the columns asked about, and what it is to hold."""

    id: object
    before: tuple[bytes | None, ...]
    after: tuple[bytes | None, ...]


async def windows(table: str, size: int, values: int) -> AsyncIterator[tuple[list[object], str]]:
    """Stretches of ``size`` rows in the order of ids: (values, condition). ``values``: how many placeholders are taken
    before them. Rows that come while it walks lie at the end (ids grow with time) and are met there."""
    after: object = None
    while True:
        begin, given = ("WHERE id > $2", [after]) if after is not None else ("", [])
        last = await sql.row(
            f"SELECT id FROM {table} {begin} ORDER BY id LIMIT 1 OFFSET $1", size - 1, *given
        )  # an index scan: no row is read
        bounds: list[object] = [after] if after is not None else []
        parts = [f"id > ${values + 1}"] if bounds else []
        if last is not None:
            bounds.append(last["id"])
            parts.append(f"id <= ${values + len(bounds)}")
        yield bounds, " AND ".join(parts) or "1 = 1"
        if last is None:
            return
        after = last["id"]


def changing(table: str, columns: Sequence[str], anew: Sequence[Anew]) -> Callable[[Unit], Awaitable[None]]:
    """Change these rows, each only if it still holds what was read of it."""

    async def change(_: Unit) -> None:
        if sql.is_postgres():
            kind = "bigint" if isinstance(anew[0].id, int) else "uuid"
            await sql.execute(_together(table, columns, kind), [one.id for one in anew], *_turned(anew))
        else:
            await sql.execute_many(_one_by_one(table, columns), [(one.id, *one.after, *one.before) for one in anew])

    return change


def _turned(anew: Sequence[Anew]) -> list[list[bytes | None]]:
    """Rows as columns: first what is to be, then what was."""
    width = range(len(anew[0].before))
    return [[one.after[n] for one in anew] for n in width] + [[one.before[n] for one in anew] for n in width]


def _together(table: str, columns: Sequence[str], kind: str) -> str:
    count = len(columns)
    arrays = ", ".join(f"${n}::bytea[]" for n in range(2, 2 + 2 * count))
    names = ", ".join([*(f"a{n}" for n in range(count)), *(f"b{n}" for n in range(count))])
    sets = ", ".join(f"{column} = v.a{n}" for n, column in enumerate(columns))
    same = " AND ".join(f"t.{column} IS NOT DISTINCT FROM v.b{n}" for n, column in enumerate(columns))
    given = f"unnest($1::{kind}[], {arrays}) AS v(id, {names})"
    return f"UPDATE {table} t SET {sets} FROM {given} WHERE t.id = v.id AND {same}"


def _one_by_one(table: str, columns: Sequence[str]) -> str:
    count = len(columns)
    sets = ", ".join(f"{column} = ${n + 2}" for n, column in enumerate(columns))
    same = " AND ".join(f"{column} IS ${n + 2 + count}" for n, column in enumerate(columns))
    return f"UPDATE {table} SET {sets} WHERE id = $1 AND {same}"
