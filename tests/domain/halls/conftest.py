"""The hall that these tests stand in."""

from __future__ import annotations

import pytest

from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from tests.domain.halls.lobby import MORNING, Lobby


@pytest.fixture
async def lobby(database: Database, clock: ShiftedClock) -> Lobby:
    """It is Monday, nine o'clock."""
    clock.set(MORNING)
    return Lobby(database, clock)
