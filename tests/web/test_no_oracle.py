"""No oracle: what is known and what is not get one answer, by the same work. The time: ``make soak-privacy``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from config.floor import sql
from config.settings import Settings
from tests.journeys.town import Town
from tests.soak.oracle import pairs, unlimited
from tests.soak.pairs import Found, Pair, asked

TURNS = 20


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return unlimited(settings)


class Statements:
    """Counts what is asked of the database."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.count = 0
        for name in ("row", "rows", "execute"):
            patch.setattr(sql, name, self._counting(getattr(sql, name)))

    def _counting(self, real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def counted(*given: Any) -> Any:
            self.count += 1
            return await real(*given)

        return counted

    async def of(self, side: Callable[[], Awaitable[Any]]) -> int:
        before = self.count
        await side()
        return self.count - before


async def test_what_is_known_is_answered_like_what_is_not(server: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    all_pairs = await pairs(server)
    await server.house.engine.stop()  # what it does in between belongs to nobody's answer
    statements = Statements(monkeypatch)
    for pair in all_pairs:
        turns = TURNS if pair.share == 1 else 1
        await _same_work(statements, pair)
        _tells_nothing(await asked(pair, turns))


async def _same_work(statements: Statements, pair: Pair) -> None:
    # The least of three: now and then the database's clock is read anew on the way.
    there = min([await statements.of(lambda: pair.there(1)) for _ in range(3)])
    nowhere = min([await statements.of(lambda: pair.nowhere(1)) for _ in range(3)])
    assert nowhere == there > 0, pair.name


def _tells_nothing(found: Found) -> None:
    assert found.alike, (found.name, found.looks)
    if len(found.took[0]) >= TURNS:  # a whole hash or a question to somebody else more would be 0 or 1 here
        assert 0.05 < found.slower < 0.95, (found.name, found.medians)


def test_a_measure_that_tells_two_things_apart() -> None:
    """What the comparison above would show, if one side did more."""
    found = Found("told", took=([3.0, 3.1, 3.2, 2.9], [1.0, 1.1, 1.2, 0.9]))
    assert found.slower == 1.0
    assert found.medians == (3.05, 1.05)
    found.looks[0].add((404, 10, "not-found"))
    assert found.alike
    found.looks[1].add((404, 11, "not-found"))
    assert not found.alike
