"""Residents for a campaign that is watched: on both databases."""

from __future__ import annotations

import pytest

from config.floor import sql
from tests.journeys.town import Town
from tests.soak import residents


async def test_residents_are_registered_by_the_piece(server: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(residents, "_AT_ONCE", 40)
    assert await residents.register(server.services, 100) == 100
    (found,) = await sql.rows("SELECT COUNT(*) AS n, COUNT(DISTINCT phone_index) AS d FROM residents")
    assert (found["n"], found["d"]) == (100, 100)
