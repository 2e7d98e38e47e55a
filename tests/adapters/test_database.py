"""The unit of work: commits, rolls back, survives its caller, bounds its queue, tells after the commit."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Busy, Missing, Refusal
from config.floor.unit import Unit
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.adapters.store_embedded import EmbeddedStore

PORTAL = "demo"


async def _mark(unit: Unit, name: str) -> None:
    await sql.execute("INSERT INTO marks (id, name, value, at) VALUES ($1,$2,'',$3)", new_id(), name, unit.now)


async def _marks() -> list[str]:
    return [row["name"] for row in await sql.rows("SELECT name FROM marks WHERE name <> 'schema' ORDER BY name")]


async def test_a_returned_refusal_commits_and_a_raised_one_does_not(database: Database) -> None:
    async def returns(unit: Unit) -> Refusal:
        await _mark(unit, "returned")
        return Missing()

    async def raises(unit: Unit) -> None:
        await _mark(unit, "raised")
        raise Missing()

    assert isinstance(await database.unit_of_work(PORTAL, returns), Missing)
    with pytest.raises(Missing):
        await database.unit_of_work(PORTAL, raises)
    assert await _marks() == ["returned"]


async def test_a_caller_who_leaves_does_not_break_the_transaction(database: Database) -> None:
    async def slow(unit: Unit) -> None:
        await _mark(unit, "done")
        await asyncio.sleep(0.05)

    for _ in range(3):
        task = asyncio.create_task(database.unit_of_work(PORTAL, slow))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.1)
        assert await _marks() == ["done"]
        await sql.execute("DELETE FROM marks")


async def test_news_goes_out_after_the_commit_only(database: Database, store: EmbeddedStore) -> None:
    async def tells(unit: Unit) -> None:
        unit.tell("t", "told")

    async def fails(unit: Unit) -> None:
        unit.tell("t", "never")
        raise Missing()

    async with store.subscribe("t") as line:
        with pytest.raises(Missing):
            await database.unit_of_work(PORTAL, fails)
        await database.unit_of_work(PORTAL, tells)
        heard = await line.next(1.0)
        assert heard is not None and heard.name == "told"


async def test_waiting_for_a_place_is_bounded(database_url: str, clock: ShiftedClock, store: EmbeddedStore) -> None:
    small = Database(database_url, clock=clock, publisher=store, units_at_once=1, wait_seconds=0.05)
    await small.open()
    release = asyncio.Event()

    async def holds(unit: Unit) -> None:
        await release.wait()

    async def quick(unit: Unit) -> int:
        return 1

    try:
        holder = asyncio.create_task(small.unit_of_work(PORTAL, holds))
        await asyncio.sleep(0.02)
        with pytest.raises(Busy):
            await small.unit_of_work(PORTAL, quick)
        release.set()
        await holder
        assert await small.unit_of_work(PORTAL, quick) == 1
    finally:
        await small.close()


async def test_sixty_departures_leak_no_connection(database: Database) -> None:
    async def quick(unit: Unit) -> int:
        return 1

    for turns in range(60):
        task = asyncio.create_task(database.unit_of_work(PORTAL, quick))
        for _ in range(turns % 12):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await database.unit_of_work(PORTAL, quick) == 1


async def test_a_commit_on_sqlite_outlasts_a_power_cut(
    tmp_path: Path, clock: ShiftedClock, store: EmbeddedStore
) -> None:
    """2 is FULL: the log is on the disk before a commit is said to be done."""
    lasting = Database(f"sqlite://{tmp_path / 'yima.sqlite3'}", clock=clock, publisher=store)
    await lasting.open()
    try:
        assert await sql.row("PRAGMA synchronous") == {"synchronous": 2}
        assert await sql.row("PRAGMA journal_mode") == {"journal_mode": "wal"}
    finally:
        await lasting.close()
