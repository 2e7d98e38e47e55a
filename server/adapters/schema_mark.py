"""A mark in the database that says which schema was found complete there, so that a start need not look again.

The mark is written after migrating and checking. It is a digest of every model and migration, so the first start of
another version migrates and checks anew.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from pathlib import Path

import asyncpg

from config.floor import schema, sql
from config.floor.ids import new_id
from server.adapters.database import MIGRATIONS, MODEL_APPS, postgres_access

_NAME = "schema"
_ASK = "SELECT value FROM marks WHERE name = 'schema'"
_ROOT = Path(__file__).parents[2]


def fingerprint() -> str:
    """What a complete schema is made from: models, migrations, and how rules become statements."""
    modules = [name for group in MODEL_APPS.values() for name in group]
    files = [_ROOT.joinpath(*name.split(".")).with_suffix(".py") for name in modules]
    for folder in MIGRATIONS.values():
        files += sorted(_ROOT.joinpath(*folder.split(".")).glob("*.py"))
    digest = hashlib.sha256()
    for file in [*files, Path(schema.__file__)]:
        digest.update(file.relative_to(_ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


async def is_marked(url: str) -> bool:
    """Whether this database was found complete for this very schema."""
    wanted = await asyncio.to_thread(fingerprint)
    if url.startswith("sqlite://"):
        return await asyncio.to_thread(_marked_file, Path(url.removeprefix("sqlite://"))) == wanted
    connection = await asyncpg.connect(**postgres_access(url), timeout=5.0)
    try:
        return bool(await connection.fetchval(_ASK) == wanted)
    except asyncpg.UndefinedTableError:
        return False
    finally:
        connection.terminate()


def _marked_file(path: Path) -> str | None:
    if not path.exists():
        return None
    connection = sqlite3.connect(path, timeout=5.0)
    try:
        found = connection.execute(_ASK).fetchone()
    except sqlite3.OperationalError:  # no such table
        return None
    finally:
        connection.close()
    return found[0] if found else None


async def mark() -> None:
    """Write the mark into the open database."""
    now = "clock_timestamp()" if sql.is_postgres() else "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')"
    await sql.execute(
        f"INSERT INTO marks (id, name, value, at) VALUES ($1,$2,$3,{now}) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at",
        new_id(), _NAME, await asyncio.to_thread(fingerprint),
    )  # fmt: skip
