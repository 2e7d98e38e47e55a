"""Bringing a database to this program's schema, and proving that it got there.

Tortoise 1.1 can lose constraints and indexes without a word, so the real schema is read after every migrate.
"""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.exceptions import BaseORMException
from tortoise.fields import BinaryField, BooleanField, DateField, DatetimeField, Field, JSONField
from tortoise.migrations.api import migrate as run_migrations
from tortoise.models import Model

from config.floor import sql
from config.floor.personal import Personal, Sealed
from config.floor.schema import Check, Index, Rule
from server.adapters.database import MODEL_APPS, postgres_access, tortoise_config
from server.adapters.schema_mark import is_marked, mark
from server.domain.privacy.copying import Nature

_LOCK = 727_118_940  # an arbitrary number of ours for pg_advisory_lock
DATABASE_ERRORS: tuple[type[Exception], ...] = (
    BaseORMException,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    sqlite3.Error,
    OSError,
)
"""What a database that is away, closed to us or in another state raises, whichever it is."""
APPEND_ONLY = ("audit_entries", "audit_seals", "audit_sealed")
"""Tables that the application's role may neither change nor shorten."""


class SchemaWrong(Exception):
    """The schema after migrating is not what this program needs; the message names what is missing."""


def rules() -> Iterator[Rule]:
    """Every rule that every room's models declare."""
    for modules in MODEL_APPS.values():
        for name in modules:
            yield from getattr(importlib.import_module(name), "RULES", ())


def personal() -> Iterator[Personal]:
    """What every room's models declare about their columns of personal data."""
    for modules in MODEL_APPS.values():
        for name in modules:
            yield from getattr(importlib.import_module(name), "PERSONAL", ())


_NATURES: tuple[tuple[type[Field[Any]], Nature], ...] = (
    (DatetimeField, "instant"), (DateField, "day"), (JSONField, "json"), (BooleanField, "flag"), (BinaryField, "bytes"),
)  # fmt: skip


def schema() -> dict[str, dict[str, Nature]]:
    """Every table with its columns, and what kind of value each holds."""
    models = [model for modules in MODEL_APPS.values() for name in modules for model in _models(name)]
    return {model._meta.db_table: _columns(model) for model in models}


def _columns(model: type[Model]) -> dict[str, Nature]:
    meta = model._meta
    return {
        column: next((nature for kind, nature in _NATURES if isinstance(meta.fields_map[name], kind)), "plain")
        for name, column in meta.fields_db_projection.items()
    }


def sealed_columns() -> list[Sealed]:
    """Every column of sealed values."""
    return [one for one in personal() if isinstance(one, Sealed)]


async def migrate(url: str, *, application: str = "") -> None:
    """Run the migrations that are missing, then check the schema. There is no way back but a copy of the database.

    ``application``: the URL of the role that will serve; where it is another role than the one that migrates, it
    is granted what it needs and no more. Two at once: one waits for the other. Where this very schema was migrated
    and checked before (``schema_mark``), there is nothing to do.
    """
    if not _is_another_role(url, application) and await is_marked(url):
        return
    config = tortoise_config(url, pool_size=4, statement_seconds=120.0)
    if url.startswith("sqlite://"):
        Path(url.removeprefix("sqlite://")).parent.mkdir(parents=True, exist_ok=True)
    try:
        async with _alone(url):
            await run_migrations(config=config)
            await _grant(url, application)
        missing = await missing_from_schema()
        if missing:
            raise SchemaWrong("missing after migrating: " + ", ".join(missing))
        await mark()
    finally:
        await Tortoise.close_connections()


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """No other process migrates this PostgreSQL database meanwhile; a dead one's lock ends with its connection."""
    if url.startswith("sqlite://"):
        yield
        return
    connection = await asyncpg.connect(**postgres_access(url), timeout=5.0)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        yield
    finally:
        connection.terminate()


def _is_another_role(url: str, application: str) -> bool:
    role = unquote(urlsplit(application).username or "")
    return not url.startswith("sqlite://") and bool(role) and role != unquote(urlsplit(url).username or "")


async def _grant(url: str, application: str) -> None:
    """Let the application's role read and write rows, but never change the schema or what was recorded."""
    if not _is_another_role(url, application):
        return
    role = unquote(urlsplit(application).username or "")
    quoted = '"' + role.replace('"', '""') + '"'
    found = await sql.row("SELECT current_schema() AS name")
    schema = '"' + str(found["name"] if found else "public").replace('"', '""') + '"'
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {quoted}",
        *(f"REVOKE UPDATE, DELETE ON {table} FROM {quoted}" for table in APPEND_ONLY),
    ):
        await sql.execute(statement)


async def missing_from_schema() -> list[str]:
    """Tables, columns and rules that the models want and the open database lacks."""
    have = await (_postgres_names() if sql.is_postgres() else _sqlite_names())
    wanted = set()
    for modules in MODEL_APPS.values():
        for name in modules:
            for model in _models(name):
                table = model._meta.db_table
                wanted |= {f"{table}.{column}" for column in model._meta.fields_db_projection.values()}
    for rule in rules():
        if isinstance(rule, Check) and not sql.is_postgres():
            wanted |= {f"{rule.name}_insert", f"{rule.name}_update"}
        elif isinstance(rule, Index | Check):
            wanted.add(rule.name)
    return sorted(wanted - have)


def _models(module: str) -> Iterator[type[Model]]:
    for value in vars(importlib.import_module(module)).values():
        if (
            isinstance(value, type)
            and issubclass(value, Model)
            and value.__module__ == module
            and not value._meta.abstract
        ):
            yield value


async def _postgres_names() -> set[str]:
    columns = await sql.rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
    )
    indexes = await sql.rows("SELECT indexname AS name FROM pg_indexes WHERE schemaname = current_schema()")
    checks = await sql.rows("SELECT conname AS name FROM pg_constraint")
    return {f"{c['table_name']}.{c['column_name']}" for c in columns} | {r["name"] for r in [*indexes, *checks]}


async def _sqlite_names() -> set[str]:
    found = await sql.rows("SELECT name, type FROM sqlite_master")
    names = {row["name"] for row in found}
    for table in [row["name"] for row in found if row["type"] == "table"]:
        columns = await sql.rows(f"SELECT name FROM pragma_table_info('{table}')")
        names |= {f"{table}.{column['name']}" for column in columns}
    return names


async def apply_rules() -> None:
    """Make every rule on the open database: what the migrations' second step does."""
    dialect = "postgres" if sql.is_postgres() else "sqlite"
    for rule in rules():
        for statement in rule.create(dialect):
            await sql.execute(statement)


async def create_from_models(url: str) -> None:
    """The schema straight from the models: for tests of single rooms while they grow, never for a real database."""
    await Tortoise.init(config=tortoise_config(url, pool_size=4))
    try:
        await Tortoise.generate_schemas()
        await apply_rules()
    finally:
        await Tortoise.close_connections()
