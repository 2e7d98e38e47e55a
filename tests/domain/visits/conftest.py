"""The hall that these tests stand in."""

from __future__ import annotations

import pytest

from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from tests.domain.visits.hall import NOON, Hall


@pytest.fixture
async def hall(database: Database, clock: ShiftedClock) -> Hall:
    """It is noon in the hall."""
    clock.set(NOON)
    return Hall(database, clock)
