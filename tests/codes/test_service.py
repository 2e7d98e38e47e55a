"""The codes service on the database: single use, rank of refusals, renewal, taking back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from codes import dynamic
from codes.errors import CodeExpired, CodeMalformed, CodeProblem, CodeRevoked, CodeUnknown, CodeUsed
from codes.keys import MasterKeys
from codes.service import CodeOptions, Codes, Holder, IssuedKey, Redeemed
from config.floor.ids import new_id
from config.floor.unit import Unit
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database

PORTAL = "demo"
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
MASTERS = {"a": b"a" * 32, "b": b"b" * 32}


def a_holder(portal: str = PORTAL) -> Holder:
    someone = new_id()
    return Holder(someone, someone, None, "phone", portal, new_id(), "511602000000")


class Desk:
    """A codes service with its database, one call a unit of work."""

    def __init__(self, database: Database, clock: ShiftedClock) -> None:
        self.database = database
        self.clock = clock
        self.codes = Codes(MasterKeys(MASTERS, "a"))

    async def issue(self, holder: Holder) -> IssuedKey:
        async def work(unit: Unit) -> IssuedKey:
            return await self.codes.issue(unit, holder)

        return await self.database.unit_of_work(PORTAL, work)

    async def redeem(self, text: str, by: str = "counter-1", portal: str = PORTAL) -> Redeemed | CodeProblem:
        async def work(unit: Unit) -> Redeemed | CodeProblem:
            return await self.codes.redeem(unit, text, by=by)

        return await self.database.unit_of_work(portal, work)

    async def revoke(self, holder: Holder) -> int:
        async def work(unit: Unit) -> int:
            return await self.codes.revoke(unit, session_id=holder.session_id)

        return await self.database.unit_of_work(PORTAL, work)

    async def text(self, issued: IssuedKey, scene: str = "03", later: int = 0) -> str:
        step = dynamic.step_of((await self.clock.read()).timestamp()) + later
        return dynamic.compose(issued.key, issued.handle, step, scene)


@pytest.fixture
async def desk(database: Database, clock: ShiftedClock) -> Desk:
    clock.set(NOON)
    return Desk(database, clock)


async def test_a_code_is_accepted_once_and_the_second_look_hears_when_and_by_whom(desk: Desk) -> None:
    holder = a_holder()
    text = await desk.text(await desk.issue(holder))
    first = await desk.redeem(text, "counter-1")
    assert isinstance(first, Redeemed)
    assert (first.holder, first.scene) == (holder, "03")
    desk.clock.advance(timedelta(seconds=5))
    second = await desk.redeem(text, "counter-2")
    assert isinstance(second, CodeUsed)
    assert second.facts == {"used_at": "2026-11-22T04:00:00Z", "used_by": "counter-1"}
    assert second.holder == holder


async def test_used_outranks_expired_and_revoked(desk: Desk) -> None:
    holder = a_holder()
    text = await desk.text(await desk.issue(holder))
    await desk.redeem(text)
    await desk.revoke(holder)
    desk.clock.advance(timedelta(minutes=10))
    assert isinstance(await desk.redeem(text), CodeUsed)


@pytest.mark.parametrize("simultaneous", [2, 40])
async def test_of_simultaneous_scans_exactly_one_is_accepted(desk: Desk, simultaneous: int) -> None:
    text = await desk.text(await desk.issue(a_holder()))
    desk.database._wait = 30
    answers = await asyncio.gather(*(desk.redeem(text, f"counter-{n}") for n in range(simultaneous)))
    accepted = [n for n, one in enumerate(answers) if isinstance(one, Redeemed)]
    assert len(accepted) == 1
    told = {one.facts["used_by"] for one in answers if isinstance(one, CodeUsed)}
    assert told == {f"counter-{accepted[0]}"}


async def test_a_rolled_back_look_uses_nothing(desk: Desk) -> None:
    text = await desk.text(await desk.issue(a_holder()))

    async def fails(unit: Unit) -> None:
        assert isinstance(await desk.codes.redeem(unit, text, by="counter-1"), Redeemed)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await desk.database.unit_of_work(PORTAL, fails)
    assert isinstance(await desk.redeem(text), Redeemed)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-16, CodeExpired),
        (-15, Redeemed),
        (74, Redeemed),
        (75, CodeExpired),
        (24 * 60, CodeExpired),
        (26 * 60, CodeUnknown),
    ],
)
async def test_the_window_holds(desk: Desk, seconds: int, expected: type) -> None:
    text = await desk.text(await desk.issue(a_holder()))
    desk.clock.set(NOON + timedelta(seconds=seconds))
    assert type(await desk.redeem(text)) is expected


async def test_the_next_step_is_a_fresh_code(desk: Desk) -> None:
    issued = await desk.issue(a_holder())
    assert isinstance(await desk.redeem(await desk.text(issued)), Redeemed)
    desk.clock.advance(timedelta(seconds=15))
    assert isinstance(await desk.redeem(await desk.text(issued, later=1)), Redeemed)


async def test_the_scene_is_bound_to_the_code_and_one_step_is_one_use(desk: Desk) -> None:
    issued = await desk.issue(a_holder())
    text = await desk.text(issued, "01")
    assert isinstance(await desk.redeem(text), Redeemed)
    assert isinstance(await desk.redeem(await desk.text(issued, "02")), CodeUsed)


async def test_a_handle_lives_a_day(desk: Desk) -> None:
    issued = await desk.issue(a_holder())
    assert issued.valid_until - issued.valid_from == timedelta(hours=24)
    desk.clock.set(NOON + timedelta(hours=24, seconds=-1))
    assert isinstance(await desk.redeem(await desk.text(issued)), Redeemed)
    desk.clock.set(NOON + timedelta(hours=24))
    assert isinstance(await desk.redeem(await desk.text(issued)), CodeExpired)


async def test_old_and_new_handles_overlap_but_a_session_has_few(desk: Desk) -> None:
    holder = a_holder()
    keys = [await desk.issue(holder) for _ in range(4)]
    assert isinstance(await desk.redeem(await desk.text(keys[0])), CodeRevoked)
    for key in keys[1:]:
        assert isinstance(await desk.redeem(await desk.text(key)), Redeemed)


async def test_a_revoked_session_shows_nothing_any_more(desk: Desk) -> None:
    holder = a_holder()
    issued = await desk.issue(holder)
    assert await desk.revoke(holder) == 1
    refused = await desk.redeem(await desk.text(issued))
    assert isinstance(refused, CodeRevoked)
    assert refused.holder == holder
    assert await desk.revoke(holder) == 0


async def test_everything_of_a_resident_is_taken_back_at_once(desk: Desk) -> None:
    mine = a_holder()
    elsewhere = Holder(mine.subject, mine.acting, None, "tablet", PORTAL, new_id(), "")
    keys = [await desk.issue(mine), await desk.issue(elsewhere)]
    others = await desk.issue(a_holder())

    async def lost(unit: Unit) -> int:
        return await desk.codes.revoke(unit, subject=mine.subject)

    assert await desk.database.unit_of_work(PORTAL, lost) == 2
    for key in keys:
        assert isinstance(await desk.redeem(await desk.text(key)), CodeRevoked)
    assert isinstance(await desk.redeem(await desk.text(others)), Redeemed)


async def test_another_portal_does_not_know_the_code(desk: Desk) -> None:
    text = await desk.text(await desk.issue(a_holder()))
    assert isinstance(await desk.redeem(text, portal="elsewhere"), CodeUnknown)
    assert isinstance(await desk.redeem(text), Redeemed)


async def test_a_key_of_ones_own_opens_nothing(desk: Desk) -> None:
    issued = await desk.issue(a_holder())
    step = dynamic.step_of(NOON.timestamp())
    forged = dynamic.compose(b"x" * 32, issued.handle, step, "03")
    assert isinstance(await desk.redeem(forged), CodeUnknown)
    assert isinstance(await desk.redeem(dynamic.compose(issued.key, "0" * 12, step, "03")), CodeUnknown)


async def test_a_genuine_key_without_its_handle_is_unknown(desk: Desk) -> None:
    key = MasterKeys(MASTERS, "a").handle_key("a", "123456789012")
    step = dynamic.step_of(NOON.timestamp())
    assert isinstance(await desk.redeem(dynamic.compose(key, "123456789012", step, "03")), CodeUnknown)


@pytest.mark.parametrize(("text", "kind"), [("134567890123456789", "wechat_pay"), ("nonsense", ""), ("9" * 34, "")])
async def test_what_is_not_ours_is_named(desk: Desk, text: str, kind: str) -> None:
    problem = await desk.redeem(text)
    assert isinstance(problem, CodeMalformed)
    assert problem.facts == {"looks_like": kind}


async def test_a_rotated_master_key_still_reads_its_handles_until_it_is_dropped(desk: Desk) -> None:
    issued = await desk.issue(a_holder())
    desk.codes = Codes(MasterKeys(MASTERS, "b"))
    assert isinstance(await desk.redeem(await desk.text(issued)), Redeemed)
    newer = await desk.issue(a_holder())
    desk.codes = Codes(MasterKeys({"b": MASTERS["b"]}, "b"))
    assert isinstance(await desk.redeem(await desk.text(issued, later=0)), CodeUnknown)
    assert isinstance(await desk.redeem(await desk.text(newer)), Redeemed)


def rotation(hour: int) -> Codes:
    """A process in the midst of a rotation: the new key is listed, then current, and the old one dropped once its last
    handle (of hour 25) is over."""
    both = {name: MASTERS[name] for name in "ab"}
    if hour < 8:
        return Codes(MasterKeys({"a": MASTERS["a"]}, "a"))
    if hour < 52:
        return Codes(MasterKeys(both, "a" if hour < 24 else "b"))
    return Codes(MasterKeys({"b": MASTERS["b"]}, "b"))


async def test_master_keys_rotate_by_key_id_without_a_dead_code(desk: Desk) -> None:
    """Two processes, the second an hour late in each step; what either issues, both take for its whole day."""
    live: list[tuple[int, IssuedKey]] = []
    refused = []
    for hour in range(0, 76, 4):
        desk.clock.set(NOON + timedelta(hours=hour))
        processes = rotation(hour), rotation(hour - 1)
        desk.codes = processes[hour // 4 % 2]
        live = [*((born, issued) for born, issued in live if hour - born < 24), (hour, await desk.issue(a_holder()))]
        for place, (_, issued) in enumerate(live):
            desk.codes = processes[place % 2]
            if not isinstance(told := await desk.redeem(await desk.text(issued)), Redeemed):
                refused.append((hour, told))
    assert refused == []


async def test_a_taken_handle_is_drawn_again(database: Database, clock: ShiftedClock) -> None:
    clock.set(NOON)
    drawn = iter(["111111111111", "111111111111", "222222222222"])
    desk = Desk(database, clock)
    desk.codes = Codes(MasterKeys(MASTERS, "a"), new_handle=lambda: next(drawn))
    assert [(await desk.issue(a_holder())).handle for _ in range(2)] == ["111111111111", "222222222222"]


async def test_a_front_that_cannot_derive_is_shown_the_same_code_until_it_is_used(desk: Desk) -> None:
    holder = a_holder()

    async def show(unit: Unit) -> str | None:
        shown = await desk.codes.shown(unit, holder, "03")
        return shown.text if shown else None

    assert await desk.database.unit_of_work(PORTAL, show) is None
    issued = await desk.issue(holder)
    text = await desk.database.unit_of_work(PORTAL, show)
    assert text == await desk.text(issued)
    assert isinstance(await desk.redeem(text), Redeemed)
    assert await desk.database.unit_of_work(PORTAL, show) is None
    shown = desk.codes.first(await desk.database.reading(PORTAL), await desk.issue(holder), "03")
    assert (shown.renew_at - NOON, shown.good_until - NOON) == (timedelta(seconds=30), timedelta(seconds=75))
    assert isinstance(await desk.redeem(shown.text), Redeemed)


async def test_a_handle_that_is_nearly_over_is_not_shown(desk: Desk) -> None:
    holder = a_holder()
    await desk.issue(holder)
    desk.clock.set(NOON + timedelta(hours=24, seconds=-60))
    assert await desk.codes.shown(await desk.database.reading(PORTAL), holder, "03") is None


async def test_what_is_over_is_deleted_after_a_week(desk: Desk) -> None:
    issued = await desk.issue(a_holder())
    await desk.redeem(await desk.text(issued))
    desk.clock.advance(timedelta(days=8, hours=1))

    async def purge(unit: Unit) -> int:
        return await desk.codes.purge(unit)

    assert await desk.database.unit_of_work(PORTAL, purge) == 2
    assert await desk.database.unit_of_work(PORTAL, purge) == 0


async def test_revoking_needs_one_whom(desk: Desk) -> None:
    unit = await desk.database.reading(PORTAL)
    with pytest.raises(ValueError, match="by session or by subject"):
        await desk.codes.revoke(unit)
    with pytest.raises(ValueError, match="by session or by subject"):
        await desk.codes.revoke(unit, session_id=uuid4(), subject=uuid4())


async def test_a_broken_source_of_handles_is_noticed(desk: Desk) -> None:
    desk.codes = Codes(MasterKeys(MASTERS, "a"), CodeOptions(), new_handle=lambda: "3" * 12)
    await desk.issue(a_holder())
    with pytest.raises(RuntimeError, match="source of randomness"):
        await desk.issue(a_holder())
