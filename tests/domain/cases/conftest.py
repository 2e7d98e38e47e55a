"""The office of these tests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.floor.vault import Vault
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from tests.domain.cases.office import Office


@pytest.fixture
async def office(database: Database, clock: ShiftedClock, vault: Vault) -> Office:
    """Open on Monday 2 March 2026, nine in the morning."""
    clock.set(datetime(2026, 3, 2, 1, tzinfo=UTC))
    made = Office(database, clock, vault)
    await made.open()
    return made
