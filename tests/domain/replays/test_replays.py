"""One effect and one answer for a key."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from config.floor import sql
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.domain.replays.service import KeyReused, Replays, StoredAnswer

PORTAL = "demo"


@pytest.fixture
def replays(vault: Vault) -> Replays:
    return Replays(vault, hours=24)


class _Second(Exception):
    """Somebody else was first."""


async def _once(
    database: Database, replays: Replays, body: bytes = b"a", effects: list[int] | None = None
) -> StoredAnswer:
    """As the door does: decide, keep last, and roll back where another was first."""

    async def decide(unit: Unit) -> StoredAnswer:
        answer = StoredAnswer(201, '{"case_no":"身份"}'.encode())
        if not await replays.keep(unit, "resident:1", "submitCase", "key", body, answer):
            raise _Second
        if effects is not None:
            effects.append(1)
        return answer

    try:
        return await database.unit_of_work(PORTAL, decide)
    except _Second:
        stored = await replays.find(await database.reading(PORTAL), "resident:1", "submitCase", "key", body)
        assert stored is not None
        return stored


async def test_twenty_at_once_have_one_effect_and_equal_answers(database: Database, replays: Replays) -> None:
    effects: list[int] = []
    answers = await asyncio.gather(*(_once(database, replays, effects=effects) for _ in range(12)))
    assert len(effects) == 1
    assert len(set(answers)) == 1


async def test_another_body_under_the_same_key_is_refused(database: Database, replays: Replays) -> None:
    await _once(database, replays)
    with pytest.raises(KeyReused):
        await _once(database, replays, body=b"b")


async def test_the_stored_answer_is_sealed(database: Database, replays: Replays) -> None:
    await _once(database, replays)
    assert "case_no" not in repr(await sql.rows("SELECT * FROM replays"))


async def test_after_a_day_the_key_is_free_again(database: Database, replays: Replays, clock: ShiftedClock) -> None:
    effects: list[int] = []
    await _once(database, replays, effects=effects)
    clock.advance(timedelta(hours=25))
    await _once(database, replays, body=b"b", effects=effects)
    assert len(effects) == 2
    clock.advance(timedelta(hours=25))
    assert await database.unit_of_work(PORTAL, replays.sweep) == 1
