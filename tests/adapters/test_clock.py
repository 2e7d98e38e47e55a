"""The instant of a unit: the database's, carried on for half a second, never backwards."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from server.adapters.clock import DatabaseClock

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


class _Readings(DatabaseClock):
    """A database's clock that says what the test wants."""

    def __init__(self, *readings: datetime) -> None:
        super().__init__()
        self.left = list(readings)

    async def read(self) -> datetime:
        self._reading = self.left.pop(0)
        self._read_at = time.monotonic()
        return self._reading


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the monotonic clock shows: its only element."""
    shown = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: shown[0])
    return shown


async def test_a_reading_is_carried_on_for_half_a_second(passing: list[float]) -> None:
    clock = _Readings(BEGUN, BEGUN + timedelta(seconds=1))
    assert await clock.begin() == BEGUN
    passing[0] += 0.25
    assert await clock.begin() == BEGUN + timedelta(seconds=0.25)
    assert len(clock.left) == 1
    passing[0] += 0.5
    assert await clock.begin() == BEGUN + timedelta(seconds=1)


async def test_units_of_a_process_never_go_back(passing: list[float]) -> None:
    clock = _Readings(BEGUN, BEGUN + timedelta(seconds=0.55))
    await clock.begin()
    passing[0] += 0.4
    before = await clock.begin()
    passing[0] += 0.2
    assert await clock.begin() == BEGUN + timedelta(seconds=0.55) > before
    clock.left = [BEGUN + timedelta(seconds=0.5)]
    passing[0] += 0.6
    assert await clock.begin() == BEGUN + timedelta(seconds=0.55), "a slower answer is no earlier time"


async def test_a_clock_that_was_put_right_is_followed(passing: list[float]) -> None:
    clock = _Readings(BEGUN, BEGUN - timedelta(hours=1))
    await clock.begin()
    passing[0] += 1
    assert await clock.begin() == BEGUN - timedelta(hours=1)


async def test_a_database_that_was_away_is_asked_anew(passing: list[float]) -> None:
    clock = _Readings(BEGUN, BEGUN + timedelta(minutes=1))
    await clock.begin()
    clock.forget()
    assert await clock.begin() == BEGUN + timedelta(minutes=1)
