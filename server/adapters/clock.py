"""The Clock port's two ways: the database's clock, and one that tests and the demo can shift.

Rules never ask the machine for the time: one instant is read from the database for each unit of work.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from config.floor import sql

_ESTIMATE_SECONDS = 5.0


class DatabaseClock:
    """The database server's clock; on SQLite that is this machine's."""

    def __init__(self) -> None:
        self._read_at = -_ESTIMATE_SECONDS
        self._reading = datetime.min.replace(tzinfo=UTC)

    async def estimate(self) -> datetime:
        """The instant now for a *read*: the last reading, at most five seconds old, carried on by the monotonic
        clock. Saves a round trip where nothing is decided; a machine's wall clock still plays no part."""
        passed = time.monotonic() - self._read_at
        if passed >= _ESTIMATE_SECONDS:
            await self.read()
            passed = time.monotonic() - self._read_at
        return self.adopt(self._reading + timedelta(seconds=passed))

    async def read(self) -> datetime:
        """The instant now, UTC, asked from the database on the current connection."""
        if sql.is_postgres():
            found = await sql.row("SELECT clock_timestamp() AS now")
            assert found is not None
            self._reading = sql.instant(found["now"])
        else:
            self._reading = datetime.now(UTC)
        self._read_at = time.monotonic()
        return self.adopt(self._reading)

    def adopt(self, reading: datetime) -> datetime:
        """The instant that a database reading, made with another statement, stands for."""
        return reading


class ShiftedClock(DatabaseClock):
    """A database clock that the demo and tests may move; it still runs. Never used in production."""

    def __init__(self) -> None:
        super().__init__()
        self._shift = timedelta()
        self._fixed: datetime | None = None

    def adopt(self, reading: datetime) -> datetime:
        return self._fixed or reading + self._shift

    def set(self, instant: datetime | None) -> None:
        """Stand still at ``instant``; None lets it run again from where the shift puts it."""
        self._fixed = instant.astimezone(UTC) if instant else None

    def advance(self, by: timedelta) -> None:
        """Move forward: the fixed instant if one is set, else the shift."""
        if self._fixed:
            self._fixed += by
        else:
            self._shift += by

    def reset(self) -> None:
        self._shift, self._fixed = timedelta(), None
