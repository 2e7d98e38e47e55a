"""The unit of work on both databases: what commits, what rolls back, and what a hang-up cannot break."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from config.floor import sql
from config.floor.refusal import Busy, Missing
from config.floor.unit import Unit
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.adapters.store_embedded import EmbeddedStore

PORTAL = "demo"


async def _make_table() -> None:
    await sql.execute("CREATE TABLE probe (id INTEGER PRIMARY KEY, note TEXT)")


async def _count() -> int:
    found = await sql.row("SELECT count(*) AS n FROM probe")
    assert found is not None
    return int(found["n"])


async def test_a_returned_refusal_commits_and_a_raised_one_rolls_back(database: Database) -> None:
    await _make_table()

    async def counted(unit: Unit) -> Missing:
        await sql.execute("INSERT INTO probe (id) VALUES ($1)", 1)
        return Missing()

    async def broken(unit: Unit) -> None:
        await sql.execute("INSERT INTO probe (id) VALUES ($1)", 2)
        raise Missing

    assert isinstance(await database.unit_of_work(PORTAL, counted), Missing)
    with pytest.raises(Missing):
        await database.unit_of_work(PORTAL, broken)
    assert await _count() == 1


async def test_a_unit_knows_one_instant(database: Database, clock: ShiftedClock) -> None:
    noon = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
    clock.set(noon)

    async def look(unit: Unit) -> tuple[datetime, str]:
        return unit.now, unit.today.isoformat()

    assert await database.unit_of_work(PORTAL, look) == (noon, "2026-11-21")
    clock.advance(timedelta(hours=1))
    assert (await database.reading(PORTAL)).now == noon + timedelta(hours=1)


async def test_a_caller_that_hangs_up_leaves_no_half_unit_and_no_dead_connection(database: Database) -> None:
    await _make_table()

    async def slow(unit: Unit) -> None:
        await sql.execute("INSERT INTO probe (note) VALUES ($1)", "one")
        await asyncio.sleep(0)
        await sql.execute("INSERT INTO probe (note) VALUES ($1)", "two")

    if sql.is_postgres():
        await sql.execute("ALTER TABLE probe ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY")
    for turns in range(40):
        task = asyncio.create_task(database.unit_of_work(PORTAL, slow))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    while database._live:
        await asyncio.wait(database._live)
    await database.unit_of_work(PORTAL, slow)
    assert await _count() % 2 == 0


async def test_a_full_house_says_so_in_time(database_url: str, clock: ShiftedClock, store: EmbeddedStore) -> None:
    database = Database(database_url, clock=clock, publisher=store, units_at_once=1, wait_seconds=0.05)
    await database.open()
    try:
        release = asyncio.Event()

        async def hold(unit: Unit) -> None:
            await release.wait()

        async def quick(unit: Unit) -> int:
            return 1

        holding = asyncio.create_task(database.unit_of_work(PORTAL, hold))
        await asyncio.sleep(0.02)
        with pytest.raises(Busy) as refusal:
            await database.unit_of_work(PORTAL, quick)
        assert refusal.value.retry_after
        release.set()
        await holding
        assert await database.unit_of_work(PORTAL, quick) == 1
    finally:
        await database.close()


async def test_events_are_told_after_the_commit_only(database: Database, store: EmbeddedStore) -> None:
    async def told(unit: Unit) -> None:
        unit.tell("staff:demo", "case", case_no="1")

    async def broken(unit: Unit) -> None:
        unit.tell("staff:demo", "never")
        raise Missing

    async with store.subscribe("staff:demo") as line:
        with pytest.raises(Missing):
            await database.unit_of_work(PORTAL, broken)
        await database.unit_of_work(PORTAL, told)
        event = await line.next(2.0)
        assert event is not None
        assert event.name == "case"
        assert await line.next(0.05) is None
