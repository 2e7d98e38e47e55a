"""The Clock port's two ways: the database's clock, and one that tests and the demo can shift.

Rules never ask the machine for the time: one instant is read from the database for each unit of work.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from config.floor import sql


class DatabaseClock:
    """The database server's clock; on SQLite that is this machine's."""

    async def read(self) -> datetime:
        """The instant now, UTC, asked from the database on the current connection."""
        if not sql.is_postgres():
            return self.adopt(datetime.now(UTC))
        found = await sql.row("SELECT clock_timestamp() AS now")
        assert found is not None
        return self.adopt(sql.instant(found["now"]))

    def adopt(self, reading: datetime) -> datetime:
        """The instant that a database reading, made with another statement, stands for."""
        return reading


class ShiftedClock(DatabaseClock):
    """A database clock that the demo and tests may move; it still runs. Never used in production."""

    def __init__(self) -> None:
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
