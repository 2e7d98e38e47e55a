"""The Clock port's two ways: the database's clock, and one that tests and the demo can shift.

Rules never ask the machine for the time: each unit of work has one instant of the database's clock.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from config.floor import sql

_ESTIMATE_SECONDS = 5.0
_UNIT_SECONDS = 0.5
"""How long a reading is carried on by the monotonic clock: for reads, and for units of work. A machine's monotonic
clock may be wrong by 500 parts in a million at the very most (the kernel's limit for its discipline), so a unit's
instant is within a quarter of a millisecond of what the database would say: less than the way there and back."""


class DatabaseClock:
    """The database server's clock; on SQLite that is this machine's."""

    def __init__(self) -> None:
        self._read_at = -_ESTIMATE_SECONDS
        self._reading = datetime.min.replace(tzinfo=UTC)
        self._latest = self._reading

    async def estimate(self) -> datetime:
        """The instant now for a *read*: the last reading, at most five seconds old, carried on by the monotonic
        clock. Saves a round trip where nothing is decided; a machine's wall clock still plays no part."""
        return self.adopt(await self._carried(_ESTIMATE_SECONDS))

    async def begin(self) -> datetime:
        """The instant of a unit of work, asked on its connection if the last reading is half a second old. Never
        earlier than that of a unit of this process that began before."""
        now = await self._carried(_UNIT_SECONDS)
        if not now < self._latest < now + timedelta(seconds=_UNIT_SECONDS):  # else two readings differ by their way
            self._latest = now
        return self.adopt(self._latest)

    async def _carried(self, most: float) -> datetime:
        passed = time.monotonic() - self._read_at
        if not 0 <= passed < most:
            await self.read()
            passed = time.monotonic() - self._read_at
        return self._reading + timedelta(seconds=passed)

    def forget(self) -> None:
        """The database was away: another machine may answer for it next."""
        self._read_at = -_ESTIMATE_SECONDS

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
