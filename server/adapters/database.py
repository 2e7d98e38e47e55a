"""The database: opening, closing, and the unit of work that every decision runs in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from tortoise import Tortoise
from tortoise.transactions import in_transaction

from config.floor.refusal import Busy, Refusal
from config.floor.unit import Event, Unit
from server.adapters.clock import DatabaseClock

T = TypeVar("T")
MODEL_APPS: dict[str, tuple[str, ...]] = {
    "codes": ("codes.models", "codes.credential_models"),
    "notify": (
        "notify.models",
        "notify.channel_models",
        "notify.compose_models",
        "notify.engine_models",
        "notify.ladder_models",
        "notify.team_models",
    ),
    "domain": (
        "server.domain.audit.models",
        "server.domain.residents.models",
        "server.domain.proving.models",
        "server.domain.sessions.models",
        "server.domain.staff.models",
        "server.domain.terminals.models",
        "server.domain.catalogue.models",
        "server.domain.cases.models",
        "server.domain.materials.models",
        "server.domain.visits.models",
        "server.domain.visits.read_models",
        "server.domain.credentials.models",
        "server.domain.halls.models",
        "server.domain.replays.models",
        "server.domain.counter_cases.models",
        "server.domain.delegations.models",
        "server.domain.keys.models",
        "server.domain.consents.models",
        "server.domain.privacy.models",
    ),
}
MIGRATIONS = {"codes": "codes.migrations", "notify": "notify.migrations", "domain": "server.domain.migrations"}
_log = logging.getLogger("yima.database")


class Publisher(Protocol):
    """Where events go after a commit."""

    def publish_soon(self, events: Sequence[Event]) -> None: ...


def tortoise_config(
    url: str, *, pool_size: int = 20, statement_seconds: float = 10.0, outlasts_power: bool = True
) -> dict[str, Any]:
    """Tortoise's configuration for a ``sqlite://path`` or ``postgres://…`` URL."""
    apps = {
        label: {"models": list(models), "default_connection": "default", "migrations": MIGRATIONS[label]}
        for label, models in MODEL_APPS.items()
    }
    connection = _connection(url, pool_size, statement_seconds, outlasts_power)
    return {"connections": {"default": connection}, "apps": apps, "use_tz": True}


def _connection(url: str, pool_size: int, statement_seconds: float, outlasts_power: bool) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = url.removeprefix("sqlite://")
        # With NORMAL a power cut takes the last commits along (https://www.sqlite.org/pragma.html#pragma_synchronous).
        synchronous = "FULL" if outlasts_power else "NORMAL"
        credentials = {"file_path": path, "busy_timeout": 5000, "synchronous": synchronous}
        return {"engine": "server.adapters.sqlite_engine", "credentials": credentials}
    given = {**postgres_access(url), "maxsize": pool_size, "statement_seconds": statement_seconds}
    return {"engine": "server.adapters.postgres_engine", "credentials": given}


def postgres_access(url: str) -> dict[str, Any]:
    """A ``postgres://…`` URL as what ``asyncpg.connect`` takes; a setting that would be overlooked is refused."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if parts.scheme not in ("postgres", "postgresql") or set(query) - {"host", "port", "sslmode"}:
        raise ValueError("a database is postgres://user@host/name, with ?host=, ?port= and ?sslmode= at the most")
    return {
        "host": query.get("host", parts.hostname or "127.0.0.1"),
        "port": int(query.get("port", parts.port or 5432)),
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password or "") or None,
        "database": parts.path.lstrip("/"),
        "ssl": query.get("sslmode"),
    }


class Database:
    """One database of one process. ``open`` before use, ``close`` in a ``finally`` (SQLite's thread outlives us)."""

    def __init__(
        self,
        url: str,
        *,
        clock: DatabaseClock,
        publisher: Publisher,
        pool_size: int = 20,
        units_at_once: int = 16,
        wait_seconds: float = 2.0,
        statement_seconds: float = 10.0,
        outlasts_power: bool = True,
    ) -> None:
        self.url = url
        self._clock = clock
        self._publisher = publisher
        self._config = tortoise_config(
            url, pool_size=pool_size, statement_seconds=statement_seconds, outlasts_power=outlasts_power
        )
        self._gate = asyncio.Semaphore(units_at_once)
        self._wait = wait_seconds
        self._live: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        if self.url.startswith("sqlite://"):
            Path(self.url.removeprefix("sqlite://")).parent.mkdir(parents=True, exist_ok=True)
        # With one model, because it insists: no query goes through them, and making all costs a tenth of a start.
        one = {"domain": {"models": ["server.domain.replays.models"], "default_connection": "default"}}
        await Tortoise.init(config={**self._config, "apps": one}, _enable_global_fallback=True)

    async def close(self) -> None:
        """Wait for open units, then close every connection."""
        while self._live:
            await asyncio.wait(self._live)
        await Tortoise.close_connections()

    async def reading(self, portal: str) -> Unit:
        """A unit for reads only: one instant (estimated from a recent reading), no transaction."""
        return Unit(now=await self._clock.estimate(), portal=portal)

    async def unit_of_work(self, portal: str, decide: Callable[[Unit], Awaitable[T]]) -> T:
        """Run ``decide`` in one transaction of its own task and commit, also when it *returns* a refusal.

        An exception rolls back. A caller that is cancelled does not cancel the transaction: it ends by
        itself and its outcome stands. ``Busy`` if no place was free in time. Never nests.
        """
        if self._gate.locked():
            try:
                await asyncio.wait_for(self._gate.acquire(), self._wait)
            except TimeoutError:
                raise Busy(retry_after=1) from None
        else:
            await self._gate.acquire()  # no waiting, and no timer for it
        task = asyncio.create_task(self._run(portal, decide))
        self._live.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def _run(self, portal: str, decide: Callable[[Unit], Awaitable[T]]) -> T:
        try:
            async with in_transaction("default"):
                unit = Unit(now=await self._clock.begin(), portal=portal)
                answer = await decide(unit)
        except OSError:
            self._clock.forget()
            raise
        finally:
            self._gate.release()
        if unit.events:
            self._publisher.publish_soon(unit.events)
        return answer

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._live.discard(task)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, Refusal):
            _log.debug("unit of work rolled back: %s", type(error).__name__)
