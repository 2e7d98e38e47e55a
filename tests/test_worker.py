"""The timetable: millions of dead rows go in short units, and the end does not wait for long work."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from config.floor import sql
from config.floor.ids import new_id
from config.settings import Settings
from server import worker
from server.domain.sessions import budgets
from server.opening import opened


async def test_a_sweep_takes_many_short_units(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "SWEPT", 40)
    async with opened(settings) as house:
        past = (await house.clock.read()) - timedelta(days=1)
        rows = [(new_id(), "demo", "otp-hour", new_id().bytes, 1, 1, past) for _ in range(100)]
        await sql.execute_many(
            'INSERT INTO budgets (id, portal, name, key, "window", used, expires_at) VALUES ($1,$2,$3,$4,$5,$6,$7)',
            rows,
        )
        assert await house.database.unit_of_work("", budgets.sweep) == 40
        entry = next(one for one in worker.timetable(house) if one.name == "budgets")
        await entry.run()
        assert await sql.rows("SELECT id FROM budgets") == []


async def test_every_sweep_of_the_timetable_runs(settings: Settings) -> None:
    done = []
    async with opened(settings) as house:
        for entry in worker.timetable(house):
            await entry.run()
            done.append(entry.name)
    assert "sessions" in done and len(done) == len(set(done)) >= 7


async def test_the_end_does_not_wait_for_long_work(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    began = asyncio.Event()

    async def long() -> None:
        began.set()
        await asyncio.sleep(60)

    monkeypatch.setattr(worker, "timetable", lambda house: [worker.Entry("long", 0.0, long)])
    monkeypatch.setattr(worker, "_PATIENCE", 0.1)
    async with opened(settings) as house:
        table = worker.Timetable(house)
        await table.start()
        await began.wait()
        begun = time.monotonic()
        await table.stop()
        assert time.monotonic() - begun < 3
