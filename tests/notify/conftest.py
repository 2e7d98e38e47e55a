"""The room, open."""

from __future__ import annotations

import pytest

from config.floor.vault import Vault
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.adapters.store_embedded import EmbeddedStore
from tests.notify import parts


@pytest.fixture
def room(database: Database, store: EmbeddedStore, vault: Vault, clock: ShiftedClock) -> parts.Room:
    """Everything of this room over an empty database, at a fixed noon."""
    return parts.room(database, store, vault, clock)
