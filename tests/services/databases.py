"""A fresh, migrated database for every test, quickly: copied from one that was migrated once in this process, and on
PostgreSQL, where a copy takes longer than most tests, emptied and handed on to the next."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import tortoise

from server.adapters.migrate import create_from_models, migrate
from server.adapters.schema_mark import fingerprint

KEPT = Path(__file__).parents[2] / ".pytest_cache" / "migrated"
"""Where a migrated SQLite file waits for the next run with the very same models and migrations."""


class Databases(Protocol):
    """Where fresh databases come from."""

    async def fresh(self) -> str:
        """The URL of a new one."""
        ...

    async def drop(self, url: str) -> None:
        """It is not needed any more."""
        ...

    def close(self) -> None: ...


async def _schema(url: str) -> None:
    ready = importlib.util.find_spec("server.domain.migrations") is not None
    await (migrate(url) if ready else create_from_models(url))


def apart(work: Coroutine[Any, Any, None]) -> None:
    """Run ``work`` in a thread with a loop of its own: a session fixture may not touch the tests' loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


class SqliteDatabases:
    """Files beside a migrated one, which is kept for the next run: migrating takes longer than many of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._migrated = folder / "migrated.sqlite3"
        kept = KEPT / f"{tortoise.__version__}-{fingerprint()[:32]}.sqlite3"
        if kept.exists():
            shutil.copyfile(kept, self._migrated)
            return
        apart(_schema(f"sqlite://{self._migrated}"))
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(f".{uuid4().hex}")
        shutil.copyfile(self._migrated, unfinished)
        unfinished.replace(kept)

    async def fresh(self) -> str:
        path = self._folder / f"{uuid4().hex}.sqlite3"
        shutil.copyfile(self._migrated, path)
        return f"sqlite://{path}"

    async def drop(self, url: str) -> None:
        path = Path(url.removeprefix("sqlite://"))
        for tail in ("", "-wal", "-shm"):
            path.with_name(path.name + tail).unlink(missing_ok=True)

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


_KEPT = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1"""
_SHAPE = """
SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
  SELECT concat_ws(',', c.relname, c.relkind, c.relacl::text, c.relchecks, c.relhastriggers, c.relrowsecurity,
    (SELECT string_agg(a.attname || a.atttypid || a.attnotnull, ' ' ORDER BY a.attnum)
     FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped)) AS line
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public') AS shape"""
_EMPTIED = """
DO $$ DECLARE one record; filled boolean; BEGIN
  SET LOCAL session_replication_role = replica;  -- no trigger forbids it, no reference is asked
  FOR one IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> ALL (ARRAY[{kept}]::name[]) LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', one.name) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %s', one.name); END IF;
  END LOOP;
  FOR one IN SELECT format('%I.%I', schemaname, sequencename) AS name FROM pg_sequences
             WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %s RESTART', one.name);
  END LOOP;
END $$"""
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
_USES = 40
"""How often one database is handed on: deleted rows are still read over until somebody sweeps them."""


class PostgresDatabases:
    """Databases made from a migrated template of this process. One that a test gives back as it found it, but for
    rows, is emptied and handed on; one whose tables, rights or own rows were changed is dropped."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._migrated = f"yima_migrated_{uuid4().hex[:12]}"
        self._uses: dict[str, int] = {}
        self._free: list[str] = []
        apart(self._command(f'CREATE DATABASE "{self._migrated}"'))
        apart(_schema(self._named(self._migrated)))
        apart(self._learn())

    def _named(self, database: str) -> str:
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{database}"))

    async def _command(self, statement: str) -> None:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _learn(self) -> None:
        """Which tables are not empty when a database is new, and what a new one looks like."""
        connection = await asyncpg.connect(self._named(self._migrated))
        try:
            names = [row["relname"] for row in await connection.fetch(_KEPT)]
            self._kept = [name for name in names if await connection.fetchval(f'SELECT 1 FROM "{name}" LIMIT 1')]
            self._as_made = await self._look(connection)
        finally:
            await connection.close()

    async def _look(self, connection: Any) -> list[Any]:
        rows = [f"SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM \"{name}\" t" for name in self._kept]
        return [await connection.fetchval(statement) for statement in (_SHAPE, *rows)]

    async def fresh(self) -> str:
        if self._free:
            return self._named(self._free.pop())
        name = f"t_{uuid4().hex}"
        await self._command(f'CREATE DATABASE "{name}" TEMPLATE "{self._migrated}"')
        return self._named(name)

    async def drop(self, url: str) -> None:
        name = urlsplit(url).path.lstrip("/")
        self._uses[name] = self._uses.get(name, 0) + 1
        if self._uses[name] < _USES and await self._emptied(name):
            self._free.append(name)
        else:
            await self._command(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _emptied(self, name: str) -> bool:
        """Whether it is as good as new again."""
        try:
            connection = await asyncpg.connect(self._named(name))
        except asyncpg.PostgresError:  # a test dropped it
            return False
        try:
            await connection.execute(_OTHERS, name)
            try:
                if await self._look(connection) != self._as_made:
                    return False
            except asyncpg.UndefinedTableError:
                return False
            await connection.execute(_EMPTIED.format(kept=", ".join(f"'{one}'" for one in self._kept)))
        finally:
            await connection.close()
        return True

    def close(self) -> None:
        for name in (*self._free, self._migrated):
            apart(self._command(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
