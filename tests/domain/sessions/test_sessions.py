"""Sessions: hashed tokens, idle and absolute limits, ended ones stay ended, portals apart."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from config.floor import sql
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.domain.sessions.callers import ResidentCaller, StaffCaller
from server.domain.sessions.service import Lifetimes, OpenedSession, Sessions, resident_facts
from tests.domain.people import PORTAL, REGION


@pytest.fixture
def sessions(vault: Vault) -> Sessions:
    return Sessions(Lifetimes(resident=timedelta(days=2), resident_idle=timedelta(hours=6)))


async def _open(database: Database, sessions: Sessions) -> OpenedSession:
    async def decide(unit: Unit) -> OpenedSession:
        facts = resident_facts(loa=2, language="zh-CN")
        return await sessions.open(unit, "resident", uuid4(), region=REGION, facts=facts, device="phone")

    return await database.unit_of_work(PORTAL, decide)


async def test_the_token_finds_its_resident_and_is_not_stored(database: Database, sessions: Sessions) -> None:
    opened = await _open(database, sessions)
    found = await sessions.find(await database.reading(PORTAL), "resident", opened.token)
    assert isinstance(found, ResidentCaller)
    assert (found.session_id, found.loa, found.region) == (opened.id, 2, REGION)
    stored = await sql.rows("SELECT * FROM sessions")
    assert opened.token not in repr(stored)


async def test_a_token_is_good_for_one_portal_and_one_kind(database: Database, sessions: Sessions) -> None:
    opened = await _open(database, sessions)
    assert await sessions.find(await database.reading("other"), "resident", opened.token) is None
    assert await sessions.find(await database.reading(PORTAL), "console", opened.token) is None


async def test_an_ended_session_stays_ended(database: Database, sessions: Sessions) -> None:
    opened = await _open(database, sessions)

    async def end(unit: Unit) -> bool:
        return await sessions.end(unit, opened.id)

    assert await database.unit_of_work(PORTAL, end)
    assert not await database.unit_of_work(PORTAL, end)
    assert await sessions.find(await database.reading(PORTAL), "resident", opened.token) is None


@pytest.mark.parametrize(("step", "steps", "alive"), [(5, 4, True), (7, 1, False), (5, 10, False)])
async def test_idle_and_absolute_limits(
    database: Database, sessions: Sessions, clock: ShiftedClock, step: int, steps: int, alive: bool
) -> None:
    opened = await _open(database, sessions)
    found = None
    for _ in range(steps):
        clock.advance(timedelta(hours=step))
        found = await sessions.find(await database.reading(PORTAL), "resident", opened.token)
    assert (found is not None) is alive


async def test_what_a_session_says_is_renewed(database: Database, sessions: Sessions) -> None:
    opened = await _open(database, sessions)
    before = await sessions.find(await database.reading(PORTAL), "resident", opened.token)
    assert isinstance(before, ResidentCaller)
    await sessions.refresh(before.resident_id, resident_facts(loa=3, language="en"))
    after = await sessions.find(await database.reading(PORTAL), "resident", opened.token)
    assert isinstance(after, ResidentCaller) and (after.loa, after.language) == (3, "en")


async def test_staff_facts_become_a_staff_caller(database: Database, sessions: Sessions) -> None:
    terminal = uuid4()

    async def decide(unit: Unit) -> OpenedSession:
        facts = {"staff_no": "C1", "name": "张敏", "roles": ["clerk"], "department": "审批局"}
        return await sessions.open(unit, "counter", uuid4(), region=REGION, facts=facts, terminal_id=terminal)

    opened = await database.unit_of_work(PORTAL, decide)
    found = await sessions.find(await database.reading(PORTAL), "counter", opened.token)
    assert isinstance(found, StaffCaller)
    assert (found.staff_no, found.roles, found.terminal_id) == ("C1", frozenset({"clerk"}), terminal)
    assert found.actor.label == "C1"


async def test_everywhere_at_once(database: Database, sessions: Sessions) -> None:
    opened = await _open(database, sessions)
    found = await sessions.find(await database.reading(PORTAL), "resident", opened.token)
    assert isinstance(found, ResidentCaller)

    async def end_all(unit: Unit) -> int:
        return await sessions.end_all(unit, found.resident_id)

    assert await database.unit_of_work(PORTAL, end_all) == 1


async def test_old_ones_are_forgotten(database: Database, sessions: Sessions, clock: ShiftedClock) -> None:
    await _open(database, sessions)
    clock.advance(timedelta(days=33))
    assert await database.unit_of_work(PORTAL, sessions.sweep) == 1
