"""Many values in one statement: an array each on PostgreSQL, one JSON text on SQLite, written once for both.

The text names its placeholders; the values that belong to them come from the function beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from config.floor import sql


def among(column: str, number: int, kind: str = "uuid") -> str:
    """The condition that ``column`` is one of the values of ``$number``, which are ``listed``. ``kind``: their type."""
    if sql.is_postgres():
        return f"{column} = ANY(${number}::{kind}[])"
    return f"{column} IN (SELECT value FROM json_each(${number}))"


def listed(values: Iterable[Any]) -> Any:
    """Ids or texts as the one value that ``among`` asks for."""
    return list(values) if sql.is_postgres() else sql.to_json([_plain(value) for value in values])


def table(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]], first: int) -> tuple[str, tuple[Any, ...]]:
    """``rows``, at least one, as a table ``v`` of these columns (name and type); and its values, from ``$first`` on."""
    if sql.is_postgres():
        arrays = ", ".join(f"${number}::{kind}[]" for number, (_, kind) in enumerate(columns, start=first))
        names = ", ".join(name for name, _ in columns)
        return f"unnest({arrays}) AS v({names})", tuple(list(column) for column in zip(*rows, strict=True))
    parts = ", ".join(f"json_extract(value,'$[{place}]') AS {name}" for place, (name, _) in enumerate(columns))
    plain = sql.to_json([[_plain(value) for value in row] for row in rows])
    return f"(SELECT {parts} FROM json_each(${first})) AS v", (plain,)


def _plain(value: Any) -> Any:
    """As JSON, and as SQLite's columns hold it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ")
    return str(value) if isinstance(value, UUID) else value
