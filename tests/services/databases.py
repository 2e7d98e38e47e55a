"""A fresh, migrated database for every test, quickly: copied from one that was migrated once in this process."""

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

from server.adapters.migrate import create_from_models, migrate


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
    """Files beside a migrated one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._migrated = folder / "migrated.sqlite3"
        apart(_schema(f"sqlite://{self._migrated}"))

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


class PostgresDatabases:
    """Databases made from a migrated template of this process."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._migrated = f"yima_migrated_{uuid4().hex[:12]}"
        apart(self._command(f'CREATE DATABASE "{self._migrated}"'))
        apart(_schema(self._named(self._migrated)))

    def _named(self, database: str) -> str:
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{database}"))

    async def _command(self, statement: str) -> None:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def fresh(self) -> str:
        name = f"t_{uuid4().hex}"
        await self._command(f'CREATE DATABASE "{name}" TEMPLATE "{self._migrated}"')
        return self._named(name)

    async def drop(self, url: str) -> None:
        name = urlsplit(url).path.lstrip("/")
        await self._command(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def close(self) -> None:
        apart(self._command(f'DROP DATABASE IF EXISTS "{self._migrated}" WITH (FORCE)'))
