"""Stand-ins of vendors, open for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.adapters.wire import HttpWire
from tests.notify.standins.letters import Letters
from tests.notify.standins.vendors import Vendors


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    made = Vendors()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def letters() -> AsyncIterator[Letters]:
    made = Letters()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def wire() -> AsyncIterator[HttpWire]:
    made = HttpWire(["127.0.0.1"])
    await made.open()
    yield made
    await made.close()
