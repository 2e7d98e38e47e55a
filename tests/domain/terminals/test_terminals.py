"""Terminals: enrolled once, heard only with their own key, handed over from shift to shift, dead when withdrawn."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from config.floor import sql
from config.floor.refusal import Missing
from config.floor.unit import SYSTEM, Actor, Unit
from server.adapters.clock import ShiftedClock
from server.demo.device import Device
from server.domain.sessions.callers import StaffCaller, TerminalPlace
from server.domain.sessions.service import OpenedSession
from server.domain.staff.service import StaffProfile
from server.domain.terminals.errors import (
    EnrolmentRefused,
    EnrolmentTooMany,
    TerminalClock,
    TerminalNonceUsed,
    TerminalState,
    TerminalUnknown,
)
from tests.domain.people import NEIGHBOUR, REGION
from tests.domain.terminals.desks import FACTS, Desks, request_of

ZHANG = StaffProfile(uuid4(), "C1003", "张敏", "大厅", REGION, frozenset({"clerk"}))
LIU = StaffProfile(uuid4(), "C1004", "刘洋", "大厅", REGION, frozenset({"agent"}))


async def _shift(desks: Desks, profile: StaffProfile, device: Device) -> OpenedSession:
    opened = await desks.run(lambda unit: desks.people.staff.enter_counter(unit, profile, device.terminal_id))
    assert isinstance(opened, OpenedSession)
    return opened


async def _holds(desks: Desks, session: OpenedSession) -> bool:
    return isinstance(
        await desks.run(lambda unit: desks.people.sessions.find(unit, "counter", session.token)), StaffCaller
    )


async def _actions(desks: Desks, subject: str) -> list[str]:
    lines = await desks.run(lambda unit: desks.people.audit.of_portal(unit, subject))
    return [one.action for one in reversed(lines)]


async def test_a_device_is_enrolled_with_a_code_and_is_heard_from_then_on(desks: Desks) -> None:
    invited, device = await desks.invite(), Device.fresh()
    place = await desks.enrol(device, invited.code)
    assert isinstance(place, TerminalPlace)
    assert (place.id, place.counter, place.purposes) == (invited.terminal_id, "3 号窗口", ("apply_here",))
    assert await desks.signer(request_of(device, await desks.now())) == place
    record = await desks.run(lambda unit: desks.terminals.record(unit, place.id))
    assert (record.state, record.enrolled_at is not None, record.seen_at is not None) == ("enrolled", True, True)
    assert await _actions(desks, str(place.id)) == ["terminal.invite", "terminal.enrol"]
    stored = await sql.row("SELECT invitation_hash FROM terminals WHERE id = $1", place.id)
    assert stored is not None and invited.code.replace("-", "").encode() not in bytes(stored["invitation_hash"])


async def test_two_at_once_enrol_one_code_and_one_wins(desks: Desks) -> None:
    invited, devices = await desks.invite(), [Device.fresh() for _ in range(4)]
    answers = await asyncio.gather(*(desks.enrol(device, invited.code) for device in devices))
    assert sorted(type(one).__name__ for one in answers) == ["EnrolmentRefused"] * 3 + ["TerminalPlace"]
    winner = devices[next(at for at, one in enumerate(answers) if isinstance(one, TerminalPlace))]
    assert (await desks.signer(request_of(winner, await desks.now()))).id == invited.terminal_id


async def test_the_winner_may_ask_again_after_a_lost_answer(desks: Desks) -> None:
    invited, device = await desks.invite(), Device.fresh()
    first = await desks.enrol(device, invited.code)
    assert await desks.enrol(device, invited.code) == first
    assert await _actions(desks, str(invited.terminal_id)) == ["terminal.invite", "terminal.enrol"]


async def test_a_code_is_refused_without_saying_why(desks: Desks, clock: ShiftedClock) -> None:
    invited, device = await desks.invite(), Device.fresh()
    body = device.enrolment(invited.code)
    foreign = Device.fresh().enrolment(invited.code)["proof"]
    for code, proof in (("AAAA-AAAA", body["proof"]), ("", ""), (body["code"], foreign)):
        found = await desks.run(
            lambda unit, code=code, proof=proof: desks.terminals.enrol(  # type: ignore[misc]
                unit, code, body["public_key"], proof, address="a"
            )
        )
        assert isinstance(found, EnrolmentRefused)
    clock.advance(timedelta(minutes=16))
    assert isinstance(await desks.enrol(device, invited.code), EnrolmentRefused)


async def test_guessing_codes_is_counted_in_rows(desks: Desks) -> None:
    device = Device.fresh()
    answers = [await desks.enrol(device, "ABCD-EFGH", address="10.9.9.9") for _ in range(21)]
    assert {type(one) for one in answers[:20]} == {EnrolmentRefused}
    assert isinstance(answers[20], EnrolmentTooMany)
    assert isinstance(await desks.enrol(device, "ABCD-EFGH", address="10.9.9.8"), EnrolmentRefused)


async def test_a_fresh_code_ends_the_earlier_one_and_none_is_given_to_a_device_in_use(desks: Desks) -> None:
    invited, device = await desks.invite(), Device.fresh()
    again = await desks.run(lambda unit: desks.terminals.invite_again(unit, SYSTEM, invited.terminal_id))
    assert isinstance(await desks.enrol(device, invited.code), EnrolmentRefused)
    assert isinstance(await desks.enrol(device, again.code), TerminalPlace)
    with pytest.raises(TerminalState):
        await desks.run(lambda unit: desks.terminals.invite_again(unit, SYSTEM, invited.terminal_id))
    with pytest.raises(Missing):
        await desks.run(lambda unit: desks.terminals.invite_again(unit, SYSTEM, uuid4()))


async def test_only_its_own_key_in_its_own_portal_is_a_terminals_signature(desks: Desks) -> None:
    device, other = await desks.enrolled(), await desks.enrolled()
    invited = await desks.invite()
    time = await desks.now()
    signed = request_of(device, time)
    waiting = Device.fresh()
    waiting.terminal_id = invited.terminal_id
    for wrong in (
        replace(signed, terminal_id=other.terminal_id),  # another terminal's name over this key
        replace(signed, signature=request_of(other, time).signature),
        replace(signed, terminal_id=uuid4()),
        request_of(waiting, time),  # invited, not enrolled
    ):
        with pytest.raises(TerminalUnknown):
            await desks.signer(wrong)
    with pytest.raises(TerminalUnknown):
        await desks.signer(signed, NEIGHBOUR)


@pytest.mark.parametrize("off", [-61, 61, 3_600])
async def test_a_wrong_clock_is_told_by_how_much_and_only_to_a_terminal(desks: Desks, off: int) -> None:
    device, time = await desks.enrolled(), await desks.now()
    with pytest.raises(TerminalClock) as told:
        await desks.signer(request_of(device, time + off + (2 if off > 0 else -2)))
    seconds = told.value.facts["seconds"]
    assert isinstance(seconds, int) and abs(seconds - abs(off)) <= 3
    assert told.value.facts["way"] == ("fast" if off > 0 else "slow")
    with pytest.raises(TerminalUnknown):
        await desks.signer(replace(request_of(device, time + off), signature=bytes(64)))
    assert (await desks.signer(request_of(device, time + (55 if off > 0 else -55)))).id == device.terminal_id


async def test_a_nonce_is_used_once_for_each_terminal_and_swept_when_its_time_is_over(
    desks: Desks, clock: ShiftedClock
) -> None:
    one, other = await desks.enrolled(), await desks.enrolled()
    await desks.run(lambda unit: desks.terminals.spend(unit, one.terminal_id, "n" * 22))
    await desks.run(lambda unit: desks.terminals.spend(unit, other.terminal_id, "n" * 22))
    with pytest.raises(TerminalNonceUsed):
        await desks.run(lambda unit: desks.terminals.spend(unit, one.terminal_id, "n" * 22))
    assert await desks.run(desks.terminals.sweep) == 0
    clock.advance(timedelta(minutes=11))
    assert await desks.run(desks.terminals.sweep) == 2


async def test_a_shift_is_handed_over_and_both_clerks_are_on_record(desks: Desks) -> None:
    device = await desks.enrolled()
    first = await _shift(desks, ZHANG, device)
    second = await _shift(desks, LIU, device)
    assert (await _holds(desks, first), await _holds(desks, second)) == (False, True)
    shift = await desks.run(lambda unit: desks.terminals.shift(unit, device.terminal_id))
    assert shift is not None and (shift.staff_no, shift.name) == ("C1004", "刘洋")
    assert await _actions(desks, "C1003") == ["shift.hand_over"]
    begun = ["terminal.invite", "terminal.enrol", "shift.begin", "shift.begin"]
    assert await _actions(desks, str(device.terminal_id)) == begun


async def test_two_clerks_at_once_leave_one_shift(desks: Desks) -> None:
    device = await desks.enrolled()
    sessions = await asyncio.gather(*(_shift(desks, one, device) for one in (ZHANG, LIU, ZHANG, LIU)))
    assert sum([await _holds(desks, one) for one in sessions]) == 1


async def test_a_clerk_ends_the_shift_and_an_idle_one_is_over(desks: Desks, clock: ShiftedClock) -> None:
    device = await desks.enrolled()
    place = await desks.run(lambda unit: desks.terminals.get(unit, device.terminal_id))
    session = await _shift(desks, ZHANG, device)
    await desks.run(lambda unit: desks.terminals.end_shift(unit, place, ZHANG.actor))
    assert not await _holds(desks, session)
    await desks.run(lambda unit: desks.terminals.end_shift(unit, place, ZHANG.actor))  # twice is no fault
    assert (await _actions(desks, str(device.terminal_id)))[-1] == "shift.end"
    await _shift(desks, ZHANG, device)
    clock.advance(timedelta(minutes=61))
    assert await desks.run(lambda unit: desks.terminals.shift(unit, device.terminal_id)) is None


async def test_a_withdrawn_terminal_is_dead_at_its_next_request(desks: Desks) -> None:
    device = await desks.enrolled()
    session = await _shift(desks, ZHANG, device)
    administrator = Actor("staff", uuid4(), "A1")
    for _ in range(2):
        await desks.run(lambda unit: desks.terminals.withdraw(unit, administrator, device.terminal_id))
    with pytest.raises(TerminalUnknown):
        await desks.signer(request_of(device, await desks.now()))
    assert not await _holds(desks, session)
    with pytest.raises(TerminalUnknown):
        await _shift(desks, ZHANG, device)
    with pytest.raises(TerminalUnknown):
        await desks.run(lambda unit: desks.terminals.get(unit, device.terminal_id))
    with pytest.raises(Missing):
        await desks.run(lambda unit: desks.terminals.change(unit, administrator, device.terminal_id, FACTS))
    assert (await _actions(desks, str(device.terminal_id))).count("terminal.withdraw") == 1


async def test_what_is_changed_holds_at_the_next_request_and_pages_are_in_order(desks: Desks) -> None:
    device = await desks.enrolled()
    await _shift(desks, ZHANG, device)
    facts = replace(FACTS, counter="5 号窗口", name="左侧电脑", purposes=("hall_queue",), failures=3)
    await desks.run(lambda unit: desks.terminals.change(unit, ZHANG.actor, device.terminal_id, facts))
    place = await desks.signer(request_of(device, await desks.now()))
    assert (place.counter, place.name, place.purposes, place.failures) == (
        "5 号窗口", "左侧电脑", ("hall_queue",), 3,
    )  # fmt: skip
    others = [await desks.invite() for _ in range(2)]
    first = await desks.run(lambda unit: desks.terminals.page(unit, None, 2))
    assert [one.place.id for one in first] == [others[1].terminal_id, others[0].terminal_id]
    (last,) = await desks.run(lambda unit: desks.terminals.page(unit, first[-1].place.id, 2))
    assert (last.state, last.shift and last.shift.staff_no) == ("enrolled", "C1003")
    assert await desks.run(lambda unit: desks.terminals.page(unit, None, 2), NEIGHBOUR) == []
    oldest = await desks.run(desks.terminals.first)
    assert oldest is not None and oldest.id == device.terminal_id
    assert await desks.run(desks.terminals.first, NEIGHBOUR) is None


async def test_browsers_of_the_demonstration_that_nobody_came_back_with_are_withdrawn(
    desks: Desks, clock: ShiftedClock
) -> None:
    invited, device = await desks.invite(), Device.fresh()
    place = await desks.enrol(device, invited.code)
    assert isinstance(place, TerminalPlace)

    async def retire(unit: Unit) -> int:
        return await desks.terminals.retire(unit, SYSTEM, place.name, timedelta(days=1))

    assert await desks.run(retire) == 0
    clock.advance(timedelta(days=1, minutes=1))
    assert (await desks.run(retire), await desks.run(retire)) == (1, 0)
    assert (await desks.run(lambda unit: desks.terminals.record(unit, place.id))).state == "withdrawn"
