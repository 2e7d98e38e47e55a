"""A fresh, migrated database for every test, quickly: copied from one that was migrated once in this process, and on
PostgreSQL, where a copy takes longer than most tests, emptied and handed on to the next."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import tortoise

from server.adapters.migrate import create_from_models, migrate
from server.adapters.schema_mark import fingerprint

T = TypeVar("T")
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


def migrated_file() -> Path:
    """A migrated SQLite file to copy from, kept for the next run: migrating takes longer than many of them."""
    kept = KEPT / f"{tortoise.__version__}-{fingerprint()[:32]}.sqlite3"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(f".{uuid4().hex}")
        with TemporaryDirectory() as folder:
            made = Path(folder) / "migrated.sqlite3"
            apart(_schema(f"sqlite://{made}"))
            shutil.copyfile(made, unfinished)
        unfinished.replace(kept)
    return kept


class SqliteDatabases:
    """Files copied from a migrated one."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._migrated = folder, migrated_file()

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


_TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1"""
# Whoever changes a table, a right or a rule writes a row of the catalogue anew, and a row names who wrote it (xmin).
# The copies of one template have the template's. A sequence that starts again is none of it. 16384: the first of ours.
_CATALOGUE = "".join(
    f"(SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM {table} WHERE {ours} >= 16384{but}), "
    for table, ours, but in (
        ("pg_class", "oid", " AND relkind <> 'S'"), ("pg_attribute", "attrelid", ""), ("pg_index", "indrelid", ""),
        ("pg_constraint", "oid", ""), ("pg_trigger", "oid", ""), ("pg_proc", "oid", ""),
    )
)  # fmt: skip
_ROWS = "(SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM \"{name}\" t), "
_EMPTIED = """
DO $$ DECLARE one record; BEGIN
  SET LOCAL session_replication_role = replica;  -- no trigger forbids it, no reference is asked
  FOR one IN SELECT c.oid::regclass AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
             AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0 AND c.relname <> ALL (ARRAY[{kept}]::name[]) LOOP
    EXECUTE format('DELETE FROM %s', one.name);
  END LOOP;
  FOR one IN SELECT format('%I.%I', schemaname, sequencename) AS name FROM pg_sequences
             WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %s RESTART', one.name);
  END LOOP;
END $$"""
_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_USES = 40
"""How often one database is handed on: deleted rows are still read over until somebody sweeps them."""


class Beside:
    """A loop in a thread of its own: a connection that it keeps outlives the loops of the tests."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Let ``work`` run there."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class PostgresDatabases:
    """Databases made from a migrated template of this process. One that a test gives back as it found it, but for
    rows, is emptied and handed on; one whose tables, rights or own rows were changed is dropped."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._migrated = f"yima_migrated_{uuid4().hex[:12]}"
        self._uses: dict[str, int] = {}
        self._free: list[str] = []
        self._lines: dict[str, Any] = {}
        self._beside = Beside()
        self._beside.begin(self._command(f'CREATE DATABASE "{self._migrated}"')).result()
        apart(_schema(self._named(self._migrated)))
        self._beside.begin(self._learn()).result()

    def _named(self, database: str) -> str:
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{database}"))

    async def _line(self, database: str) -> Any:
        """The connection to it that is kept: each new one reads the catalogue of all its tables first."""
        line = self._lines.get(database)
        if line is None or line.is_closed():
            line = self._lines[database] = await asyncpg.connect(self._named(database))
        return line

    async def _command(self, statement: str) -> None:
        await (await self._line(urlsplit(self._url).path.lstrip("/"))).execute(statement)

    async def _learn(self) -> None:
        """Which tables are not empty when a database is new, and what a new one looks like."""
        connection = await self._line(self._migrated)
        names = [row["relname"] for row in await connection.fetch(_TABLES)]
        kept = [name for name in names if await connection.fetchval(f'SELECT 1 FROM "{name}" LIMIT 1')]
        self._look = f"SELECT concat_ws(' ', {_CATALOGUE}{''.join(_ROWS.format(name=name) for name in kept)}'')"
        self._emptying = _EMPTIED.format(kept=", ".join(f"'{one}'" for one in kept))
        self._as_made = await connection.fetchval(self._look)
        await self._lines.pop(self._migrated).close()  # nobody may be in a template that is copied

    async def fresh(self) -> str:
        if self._free:
            return self._named(self._free.pop())
        name = f"t_{uuid4().hex}"
        made = self._command(f'CREATE DATABASE "{name}" TEMPLATE "{self._migrated}"')
        await asyncio.wrap_future(self._beside.begin(made))
        return self._named(name)

    async def drop(self, url: str) -> None:
        await asyncio.wrap_future(self._beside.begin(self._given_back(urlsplit(url).path.lstrip("/"))))

    async def _given_back(self, name: str) -> None:
        self._uses[name] = self._uses.get(name, 0) + 1
        if self._uses[name] < _USES and await self._emptied(name):
            self._free.append(name)
        else:
            await self._dropped(name)

    async def _emptied(self, name: str) -> bool:
        """Whether it is as good as new again."""
        try:
            connection = await self._line(name)
            await connection.execute(_OTHERS)
            if await connection.fetchval(self._look) != self._as_made:
                return False
            await connection.execute(self._emptying)
        except (asyncpg.InvalidCatalogNameError, asyncpg.UndefinedTableError, asyncpg.PostgresConnectionError):
            return False  # a test dropped it, or a table of it
        return True

    async def _dropped(self, name: str) -> None:
        if line := self._lines.pop(name, None):
            line.terminate()
        await self._command(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def close(self) -> None:
        for name in (*self._free, self._migrated):
            self._beside.begin(self._dropped(name)).result()
        self._beside.begin(self._lines.pop(urlsplit(self._url).path.lstrip("/")).close()).result()
        self._beside.close()
