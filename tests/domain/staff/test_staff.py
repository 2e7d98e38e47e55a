"""Staff: passwords, lock-outs, who may use which door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import pytest

from config.floor.refusal import Missing, Refusal
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.adapters.database import Database
from server.demo.device import Device
from server.domain.sessions.errors import SignInLocked, SignInWrong
from server.domain.sessions.service import OpenedSession
from server.domain.staff.errors import RoleMissing
from server.domain.staff.passwords import hash_password, password_fits
from server.domain.staff.service import Candidate, Staff, StaffProfile
from server.domain.terminals.errors import TerminalUnknown
from server.domain.terminals.records import TerminalFacts
from tests.domain.people import PORTAL, REGION, People

T = TypeVar("T")


@pytest.fixture
def people(vault: Vault) -> People:
    return People(vault)


@pytest.fixture
def staff(people: People) -> Staff:
    return people.staff


async def _run(database: Database, decide: Callable[[Unit], Awaitable[T]]) -> T:
    return await database.unit_of_work(PORTAL, decide)


async def _hire(database: Database, staff: Staff, number: str, *roles: str) -> UUID:
    return await _run(
        database,
        lambda unit: staff.hire(
            unit,
            staff_no=number,
            name="张敏",
            department="审批局",
            region=REGION,
            roles=roles,
            password_hash="scrypt$a$b",
        ),
    )


async def _profile(database: Database, staff: Staff, number: str) -> StaffProfile:
    found = await _run(database, lambda unit: staff.candidate(unit, number))
    assert isinstance(found, Candidate) and found.profile is not None
    return found.profile


async def test_a_password_fits_only_itself() -> None:
    stored = await hash_password("one two three")
    assert stored != await hash_password("one two three")
    assert await password_fits("one two three", stored)
    assert not await password_fits("one two four", stored)
    assert not await password_fits("anything", "")


async def test_the_ninth_try_in_a_quarter_of_an_hour_is_locked_out(database: Database, staff: Staff) -> None:
    answers = [await _run(database, lambda unit: staff.candidate(unit, "C1")) for _ in range(9)]
    assert all(isinstance(one, Candidate) and one.profile is None for one in answers[:8])
    assert isinstance(answers[8], SignInLocked)


async def test_right_passwords_do_not_use_the_budget_up_and_do_not_refill_it(database: Database, staff: Staff) -> None:
    await _hire(database, staff, "H1", "handler")

    async def signs_in() -> None:
        profile = await _profile(database, staff, "H1")
        assert isinstance(await _run(database, lambda unit: staff.enter_console(unit, profile)), OpenedSession)

    for _ in range(12):
        await signs_in()
    for turn in range(7):  # somebody else guesses, with a right sign-in in between
        await _run(database, lambda unit: staff.candidate(unit, "H1"))
        if turn == 3:
            await signs_in()
    assert isinstance(await _run(database, lambda unit: staff.candidate(unit, "H1")), Candidate)
    assert isinstance(await _run(database, lambda unit: staff.candidate(unit, "H1")), SignInLocked)


async def test_a_console_session_for_whom_the_password_fitted(database: Database, staff: Staff) -> None:
    await _hire(database, staff, "H1", "handler")
    profile = await _profile(database, staff, "H1")
    opened = await _run(database, lambda unit: staff.enter_console(unit, profile))
    assert isinstance(opened, OpenedSession)
    assert isinstance(await _run(database, lambda unit: staff.enter_console(unit, None)), SignInWrong)


async def test_the_counter_needs_a_role_and_an_enrolled_terminal(database: Database, people: People) -> None:
    staff = people.staff
    await _hire(database, staff, "H1", "handler")
    await _hire(database, staff, "C1", "clerk")
    handler, clerk = await _profile(database, staff, "H1"), await _profile(database, staff, "C1")
    facts = TerminalFacts("一楼", "3", ("apply_here",))
    invited = await _run(database, lambda unit: people.terminals.invite(unit, clerk.actor, REGION, facts))

    async def enter(profile: StaffProfile | None) -> OpenedSession | Refusal:
        return await _run(database, lambda unit: staff.enter_counter(unit, profile, invited.terminal_id))

    assert isinstance(await enter(handler), RoleMissing)
    assert isinstance(await enter(None), SignInWrong)
    with pytest.raises(TerminalUnknown):
        await enter(clerk)
    body = Device.fresh().enrolment(invited.code)
    await _run(
        database,
        lambda unit: people.terminals.enrol(unit, body["code"], body["public_key"], body["proof"], address="a"),
    )
    assert isinstance(await enter(clerk), OpenedSession)


async def test_finding_staff(database: Database, staff: Staff) -> None:
    staff_id = await _hire(database, staff, "H1", "handler")
    unit = await database.reading(PORTAL)
    assert (await staff.by_number(unit, "H1")).id == staff_id
    assert await staff.names(unit, [staff_id]) == {staff_id: "张敏"}
    assert await staff.names(unit, []) == {}
    with pytest.raises(Missing):
        await staff.by_number(unit, "H2")


async def test_marks_of_the_database(database: Database, staff: Staff) -> None:
    assert not await staff.anybody()
    await _run(database, lambda unit: staff.mark(unit, "demo", "seeded"))
    await _run(database, lambda unit: staff.mark(unit, "demo", "again"))
    assert await staff.marked("demo") == "seeded"
    assert await staff.marked("nothing") is None
