"""A PostgreSQL that freezes or throws us out: bounded waits, plain errors, and a pool that is whole afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database, tortoise_config
from server.adapters.store_embedded import EmbeddedStore
from tests.conftest import DATABASE_URL

on_postgres = pytest.mark.skipif(not DATABASE_URL, reason="python -m tests.services -- pytest")


class Wire:
    """Stands between us and the database; ``flowing`` cleared = nothing passes, and nobody is told."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._tasks: set[asyncio.Task[None]] = set()
        self.flowing = asyncio.Event()
        self.flowing.set()

    async def open(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._to)
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._carry(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                await self.flowing.wait()
                sink.write(data)
        except ConnectionError:
            pass
        finally:
            sink.close()


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[tuple[Wire, str]]:
    parts = urlsplit(database_url)
    made = Wire(parts.hostname or "", parts.port or 0)
    port = await made.open()
    yield made, urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}"))
    made.flowing.set()
    await made.close()


@pytest.fixture
async def small(wire: tuple[Wire, str], clock: ShiftedClock, store: EmbeddedStore) -> AsyncIterator[Database]:
    """Two connections, half a second for a statement."""
    made = Database(wire[1], clock=clock, publisher=store, pool_size=2, units_at_once=2, statement_seconds=0.5)
    await made.open()
    yield made
    await made.close()


async def _one(unit: Unit) -> int:
    row = await sql.row("SELECT 1 AS one")
    assert row is not None
    return int(row["one"])


@on_postgres
async def test_a_frozen_database_costs_no_connection(wire: tuple[Wire, str], small: Database) -> None:
    assert await small.unit_of_work("demo", _one) == 1
    wire[0].flowing.clear()
    for _ in range(2):
        answers = await asyncio.gather(*(small.unit_of_work("demo", _one) for _ in range(2)), return_exceptions=True)
        assert all(isinstance(one, TimeoutError | ConnectionError) for one in answers), answers
    wire[0].flowing.set()
    assert await asyncio.gather(*(small.unit_of_work("demo", _one) for _ in range(4))) == [1] * 4


@on_postgres
async def test_reads_do_not_wait_for_ever_for_a_connection(wire: tuple[Wire, str], small: Database) -> None:
    await small.unit_of_work("demo", _one)
    wire[0].flowing.clear()
    begun = time.monotonic()
    reads = (sql.rows("SELECT 1 AS one") for _ in range(8))
    answers = await asyncio.gather(*reads, return_exceptions=True)
    assert all(isinstance(one, TimeoutError | ConnectionError) for one in answers), answers
    assert time.monotonic() - begun < 8


@on_postgres
async def test_being_thrown_out_is_a_connection_error_and_heals(small: Database) -> None:
    async def thrown_out(unit: Unit) -> None:
        await sql.rows("SELECT pg_terminate_backend(pg_backend_pid())")

    for _ in range(4):
        with pytest.raises(ConnectionError):
            await small.unit_of_work("demo", thrown_out)
    assert await small.unit_of_work("demo", _one) == 1


@on_postgres
async def test_a_statement_that_takes_too_long_is_ended_at_the_server_too(small: Database) -> None:
    async def sleeps(unit: Unit) -> None:
        await sql.rows("SELECT pg_sleep(30)")

    async def asleep(unit: Unit) -> int:
        text = "SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep(30%'"
        return int((await sql.rows(text))[0]["n"])

    with pytest.raises(ConnectionError):
        await small.unit_of_work("demo", sleeps)
    assert await small.unit_of_work("demo", asleep) == 0


@on_postgres
async def test_whoever_waits_for_a_connection_is_served_in_turn(small: Database) -> None:
    rows = await asyncio.gather(*(sql.row("SELECT pg_sleep(0.01), $1::int AS number", number) for number in range(12)))
    assert [row["number"] for row in rows if row] == list(range(12))


@on_postgres
async def test_a_reader_who_leaves_in_the_middle_leaves_no_broken_connection(small: Database) -> None:
    for _ in range(6):
        reader = asyncio.create_task(sql.rows("SELECT pg_sleep(5)"))
        await asyncio.sleep(0.02)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
    assert await asyncio.gather(*(small.unit_of_work("demo", _one) for _ in range(4))) == [1] * 4


@on_postgres
async def test_a_part_of_a_unit_may_fail_by_itself(small: Database) -> None:
    async def decide(unit: Unit) -> int:
        await sql.execute("INSERT INTO marks (id, name, value, at) VALUES ($1,'whole','',$2)", new_id(), unit.now)
        for part in ("failed", "failed", "kept"):
            with contextlib.suppress(IntegrityError):
                async with in_transaction("default"):
                    values = (new_id(), part, unit.now)
                    await sql.execute("INSERT INTO marks (id, name, value, at) VALUES ($1,$2,'',$3)", *values)
                    if part == "failed":
                        await sql.execute("INSERT INTO marks (id, name, value, at) VALUES ($1,$2,'',$3)", *values)
        return await sql.execute("UPDATE marks SET value = 'x' WHERE name IN ('whole', 'failed', 'kept')")

    assert await small.unit_of_work("demo", decide) == 2


@pytest.mark.parametrize("url", ["mysql://a@b/c", "postgres://a@b/c?sslmod=require"])
def test_a_url_that_would_be_misread_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="postgres://"):
        tortoise_config(url)


def test_the_tls_mode_reaches_the_driver() -> None:
    made = tortoise_config("postgres://a@b/c?sslmode=verify-full")
    assert made["connections"]["default"]["credentials"]["ssl"] == "verify-full"
