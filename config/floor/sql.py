"""One SQL text for SQLite and PostgreSQL, run on the connection of the current unit of work.

Write ``$1`` placeholders. Values may be UUID, aware datetime, date, bool, int, str, bytes or None. Rows come
back as plain dicts; read instants, ids and flags through ``instant``, ``uid`` and ``flag``, because SQLite
has neither type and answers text and integers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextvars import ContextVar, Token
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connections

Row = dict[str, Any]
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_PLACEHOLDER = re.compile(r"\$(\d+)")


class Straight(Protocol):
    """A PostgreSQL connection that takes ``$1`` and our values as they are."""

    async def rows(self, text: str, values: Sequence[Any]) -> list[Row]: ...

    async def touched(self, text: str, values: Sequence[Any]) -> int: ...


_straight: ContextVar[Straight | None] = ContextVar("straight", default=None)


def go_straight(line: Straight) -> Token[Straight | None]:
    """From here on this task's statements are a unit's: they go to ``line``, past all that a pool would do."""
    return _straight.set(line)


def go_back(way: Token[Straight | None]) -> None:
    """The unit is over."""
    _straight.reset(way)


def connection() -> BaseDBAsyncClient:
    """The current transaction's connection, or the pool where none is open."""
    return get_connections().get("default")


def is_postgres() -> bool:
    return _straight.get() is not None or connection().capabilities.dialect == "postgres"


@lru_cache(maxsize=512)
def _for_sqlite(text: str) -> str:
    return _PLACEHOLDER.sub(r"?\1", text)


def _sqlite_value(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return value


async def rows(text: str, *values: Any) -> list[Row]:
    """Run and return all rows; also the way to run ``… RETURNING``."""
    if line := _straight.get():
        return await line.rows(text, values)
    client = connection()
    if client.capabilities.dialect == "postgres":
        return await client.execute_query_dict(text, list(values))
    return await client.execute_query_dict(_for_sqlite(text), [_sqlite_value(v) for v in values])


async def row(text: str, *values: Any) -> Row | None:
    """The first row, or None."""
    found = await rows(text, *values)
    return found[0] if found else None


async def execute(text: str, *values: Any) -> int:
    """Run a statement without RETURNING; the number of rows it touched."""
    if line := _straight.get():
        return await line.touched(text, values)
    client = connection()
    if client.capabilities.dialect == "postgres":
        count, _ = await client.execute_query(text, list(values))
        return int(count)
    # Tortoise reports len(rows) where nothing changed, which is 0 for a statement without RETURNING.
    count, _ = await client.execute_query(_for_sqlite(text), [_sqlite_value(v) for v in values])
    return int(count)


SWEPT = 2_000
"""Rows that one sweep deletes: short enough for every statement deadline and for whoever waits behind it."""


async def delete_some(table: str, condition: str, *values: Any) -> int:
    """Delete at most ``SWEPT`` rows of ``table`` that meet ``condition``; how many. Sweeps call it until it says 0."""
    return await execute(
        f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {condition} LIMIT {SWEPT})", *values
    )


async def analyse(table: str) -> None:
    """After many rows were written at once: PostgreSQL plans by how the table looks now, not by how it looked before,
    until its own analysis comes a minute later. Does nothing elsewhere, where the role does not own the table, and
    while somebody else looks after it: no unit waits for statistics."""
    if is_postgres():
        await execute(f"ANALYZE (SKIP_LOCKED) {table}")


async def execute_many(text: str, values: Sequence[Sequence[Any]]) -> None:
    """One statement for many rows, inside the current transaction."""
    client = connection()
    if client.capabilities.dialect == "postgres":
        await client.execute_many(text, [list(v) for v in values])
    else:
        await client.execute_many(_for_sqlite(text), [[_sqlite_value(x) for x in v] for v in values])


def instant(value: Any) -> datetime:
    """A timestamp column as an aware UTC datetime."""
    if isinstance(value, datetime):
        return value if value.tzinfo is UTC else value.astimezone(UTC)
    return datetime.fromisoformat(value).astimezone(UTC)


def instant_or_none(value: Any) -> datetime | None:
    return None if value is None else instant(value)


def day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def day_or_none(value: Any) -> date | None:
    return None if value is None else day(value)


def uid(value: Any) -> UUID:
    """A uuid column as a UUID (asyncpg answers a subclass that equals and hashes like one; SQLite text)."""
    return value if isinstance(value, UUID) else UUID(str(value))


def uid_or_none(value: Any) -> UUID | None:
    return None if value is None else uid(value)


def flag(value: Any) -> bool:
    return bool(value)


def document(value: Any) -> Any:
    """A JSON column (asyncpg and SQLite both answer its text)."""
    return json.loads(value) if isinstance(value, str | bytes) else value


def to_json(value: Any) -> str:
    """JSON text for a JSON column; also the encoder that every ``JSONField`` is given."""
    return _to_json(value)


def from_json(text: str | bytes) -> Any:
    """The decoder that every ``JSONField`` is given."""
    return json.loads(text)
