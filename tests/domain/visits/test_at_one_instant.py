"""A code is taken back in the very instant in which it is looked at, or made: one of the two comes first, and what
hangs on the code ends with it. PostgreSQL lets both decide before either commits; SQLite has one writer at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from codes.errors import CodeRevoked
from codes.service import Holder
from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from server.domain.audit.service import Audit
from server.domain.delegations.mandates import Mandates
from server.domain.sessions.callers import StaffCaller
from server.domain.sessions.errors import Unauthenticated
from server.domain.sessions.mandate import Mandate
from server.domain.sessions.service import Lifetimes, Sessions
from server.domain.visits.service import Visits
from server.domain.visits.views import CounterVisit
from tests.domain.visits.hall import PORTAL, REGION, Hall

Work = Callable[[Unit], Awaitable[Any]]
_WAITING = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def at_one_instant(hall: Hall, first: Work, second: Work) -> list[Any]:
    """``first`` has decided and is held back from committing until ``second`` is through or waits for it."""
    decided, may_commit = asyncio.Event(), asyncio.Event()

    async def held_back(unit: Unit) -> Any:
        answer = await first(unit)
        decided.set()
        if sql.is_postgres():
            await may_commit.wait()
        return answer

    one = asyncio.create_task(hall.run(held_back))
    await decided.wait()
    two = asyncio.create_task(hall.run(second))
    for _ in range(1_000 if sql.is_postgres() else 0):
        waiting = await sql.row(_WAITING)
        if two.done() or (waiting and waiting["n"]):
            break
        await asyncio.sleep(0.01)
    may_commit.set()
    return list(await asyncio.gather(one, two, return_exceptions=True))


@dataclass
class Scene:
    """One code on a phone, a clerk who looks at it, and a way in which it is taken back."""

    hall: Hall
    clerk: StaffCaller
    session: UUID
    text: str
    take_back: Work

    async def look(self, unit: Unit) -> Any:
        return await self.hall.visits.receive(unit, self.clerk, self.text, "apply_here")

    async def open_questions(self) -> int:
        row = await sql.row("SELECT count(*) AS n FROM visits WHERE consent_state = 'pending'")
        assert row is not None
        return int(row["n"])


class _OneDelegation(Mandates):
    """She may show every code of his."""

    def __init__(self, mandate: Mandate) -> None:
        super().__init__()
        self._only = mandate

    async def under(self, unit: Unit, delegation: UUID) -> Mandate:
        return self._only


@pytest.fixture(params=["signed out", "reported lost", "phone changed", "delegation withdrawn"])
async def scene(hall: Hall, request: pytest.FixtureRequest) -> Scene:
    wang, helper, session, under = hall.person(), hall.person(), new_id(), new_id()
    withdrawn = request.param == "delegation withdrawn"
    if withdrawn:
        everything: frozenset[str] = frozenset()
        mandate = Mandate(
            under, "general", "father", wang, helper, None, REGION, True, everything, True, everything, None,
            await hall.clock.read() + timedelta(days=1),
        )  # fmt: skip
        hall.visits = Visits(
            hall.codes, hall.purposes, hall.town, hall.town, Audit(), hall.town, mandates=_OneDelegation(mandate)
        )
    holder = Holder(wang, helper if withdrawn else wang, under if withdrawn else None, "phone", PORTAL, session, REGION)
    issued = await hall.run(lambda unit: hall.codes.issue(unit, holder))
    text = hall.codes.first(await hall.database.reading(PORTAL), issued, "00").text
    withdrawing = hall.visits.withdrawing
    ways: dict[str, Work] = {
        "signed out": lambda unit: withdrawing.revoke(unit, session_id=session),
        "reported lost": lambda unit: withdrawing.revoke(unit, subject=wang),
        "phone changed": lambda unit: withdrawing.revoke_elsewhere(unit, wang, new_id()),
        "delegation withdrawn": lambda unit: withdrawing.revoke_under(unit, under),
    }
    return Scene(hall, hall.counter("3 号窗口"), session, text, ways[request.param])


async def test_a_look_in_flight_when_its_code_is_taken_back_leaves_no_question_open(scene: Scene) -> None:
    visit, codes = await at_one_instant(scene.hall, scene.look, scene.take_back)
    assert isinstance(visit, CounterVisit), visit
    assert codes == 1
    assert await scene.open_questions() == 0
    seen = await scene.hall.look_again(visit.id, scene.clerk)
    assert seen.consent is not None
    assert seen.consent.state in ("revoked", "withdrawn")


async def test_a_look_that_comes_while_its_code_is_being_taken_back_finds_it_dead(scene: Scene) -> None:
    codes, refused = await at_one_instant(scene.hall, scene.take_back, scene.look)
    assert codes == 1
    assert isinstance(refused, CodeRevoked), refused
    assert refused.holder is not None
    assert await scene.open_questions() == 0


async def signed_in(hall: Hall, sessions: Sessions) -> tuple[Work, Work]:
    """A phone: how it fetches a code, and how it is signed out."""
    wang = hall.person()
    opened = await hall.run(lambda unit: sessions.open(unit, "resident", wang, region=REGION, facts={}))
    holder = Holder(wang, wang, None, "phone", PORTAL, opened.id, REGION)

    async def fetch(unit: Unit) -> None:
        await sessions.hold(unit, opened.id)
        await hall.codes.issue(unit, holder)

    async def sign_out(unit: Unit) -> None:
        await sessions.end(unit, opened.id)
        await hall.visits.withdrawing.revoke(unit, session_id=opened.id)

    return fetch, sign_out


async def test_a_phone_that_is_signed_out_while_it_fetches_a_code_has_no_live_code_afterwards(hall: Hall) -> None:
    """Either order: the code dies with its session, or none is made."""
    sessions = Sessions(Lifetimes())
    for signs_out_first in (False, True):
        fetch, sign_out = await signed_in(hall, sessions)
        ended = await at_one_instant(hall, *((sign_out, fetch) if signs_out_first else (fetch, sign_out)))
        assert isinstance(ended[1], Unauthenticated) == signs_out_first, ended
        row = await sql.row("SELECT count(*) AS n FROM code_handles WHERE revoked_at IS NULL")
        assert row is not None
        assert row["n"] == 0
