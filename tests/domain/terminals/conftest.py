"""The terminals room for these tests."""

from __future__ import annotations

import pytest

from config.floor.vault import Vault
from server.adapters.database import Database
from tests.domain.people import People
from tests.domain.terminals.desks import Desks


@pytest.fixture
def desks(database: Database, vault: Vault) -> Desks:
    return Desks(database, People(vault))
