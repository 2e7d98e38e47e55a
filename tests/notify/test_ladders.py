"""A notice climbs its ladder: a step at a time, to paper where nothing else is left, and every step can be told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.unit import Unit
from notify import ladders, paper
from notify.channel import Parcel, Rejected, Sent
from notify.dispatch import Dispatcher
from notify.errors import PaperTaskKept, PaperTaskMissing, PaperTaskOver
from notify.ladder import DEFAULTS, Choice
from notify.paper import PaperChannel, PaperTask
from notify.receipts import Said
from notify.service import Notify, NotifyOptions
from notify.steps import LadderRules, Quiet
from tests.notify.parts import NOON, PORTAL, REGION, TEMPLATES, Room, ScriptedChannel, staff

OFFERED = LadderRules(offered=frozenset({"sms", "wechat"}))


def _house(room: Room, rules: LadderRules = OFFERED) -> None:
    room.notify = Notify(
        vault=room.vault, contacts=room.people, templates=TEMPLATES, options=NotifyOptions(ladder=rules)
    )


def _dispatcher(room: Room, *channels: ScriptedChannel) -> Dispatcher:
    return Dispatcher(
        run=room.database.unit_of_work, vault=room.vault, contacts=room.people,
        channels=[*channels, PaperChannel(room.database.unit_of_work)], ended=ladders.ended,
    )  # fmt: skip


async def _ways(message: UUID) -> list[tuple[str, str]]:
    rows = await sql.rows(
        "SELECT channel, state FROM notify_deliveries WHERE message_id = $1 AND channel NOT IN ('inbox','live') "
        "ORDER BY step",
        message,
    )
    return [(row["channel"], row["state"]) for row in rows]


async def _climb(room: Room) -> int:
    return await room.database.unit_of_work("", ladders.climb)


async def test_the_ladder_is_no_broadcast_and_a_failed_step_is_followed_at_once(room: Room) -> None:
    _house(room)
    (person,) = room.people.add()
    room.people.accounts[person, "wechat"] = "openid"
    wechat = ScriptedChannel("wechat", needs_phone=False, outcomes=[Rejected("43101")])
    message = await room.tell(person)
    assert message and await _ways(message) == [("wechat", "pending")]
    dispatcher = _dispatcher(room, wechat, ScriptedChannel("live", needs_phone=False), ScriptedChannel("sms"))
    await room.drain(dispatcher)
    assert await _ways(message) == [("wechat", "failed"), ("sms", "sent")]


@pytest.mark.parametrize("again", [False, True])
async def test_a_receipt_of_failure_begins_the_next_step_at_once(room: Room, again: bool) -> None:
    _house(room)
    (person,) = room.people.add()
    room.people.accounts[person, "wechat"] = "openid"
    message = await room.tell(person)
    assert message
    live, sms = ScriptedChannel("live", needs_phone=False), ScriptedChannel("sms")
    dispatcher = _dispatcher(room, ScriptedChannel("wechat", needs_phone=False), live, sms)
    await room.drain(dispatcher)
    assert await _ways(message) == [("wechat", "sent")]

    async def failed(unit: Unit) -> bool:
        return await room.notify.receipts.take(unit, "p", [Said("r", "failed", f"{message.hex}-wechat")]) == 1

    for _ in range(1 + again):
        await room.database.unit_of_work("", failed)
    assert await _ways(message) == [("wechat", "failed"), ("sms", "pending")]
    await room.drain(dispatcher)
    assert sms.seen.total() == 1


async def test_a_doubt_that_is_given_up_begins_the_next_step_in_the_same_sweep(room: Room) -> None:
    _house(room)
    (person,) = room.people.add()
    room.people.accounts[person, "wechat"] = "openid"
    message = await room.tell(person)
    assert message
    dispatcher = _dispatcher(room, ScriptedChannel("wechat", needs_phone=False))
    await sql.execute("UPDATE notify_deliveries SET state = 'in_doubt', expires_at = $1 WHERE channel = 'wechat'", NOON)
    await dispatcher.sweep()
    assert await _ways(message) == [("wechat", "failed"), ("sms", "pending")]


async def test_silence_is_followed_after_its_time_and_only_once(room: Room) -> None:
    _house(room)
    (person,) = room.people.add()
    room.people.accounts[person, "wechat"] = "openid"
    message = await room.tell(person)
    assert message
    dispatcher = _dispatcher(
        room, ScriptedChannel("wechat", needs_phone=False), ScriptedChannel("live", needs_phone=False),
        ScriptedChannel("sms", outcomes=[Sent("r", delivered=True)]),
    )  # fmt: skip
    await room.drain(dispatcher)
    assert await _climb(room) == 0
    room.later(minutes=61)
    assert [await _climb(room), await _climb(room)] == [1, 0]
    await room.drain(dispatcher)
    assert await _ways(message) == [("wechat", "sent"), ("sms", "delivered")]
    room.later(days=5)
    await _climb(room)
    story = await ladders.why(Unit(now=await _now(room), portal=PORTAL), message, person)
    assert story and (story.state, story.reason, story.planned) == ("reached", "arrived", ())


async def test_nobody_is_left_in_silence_paper_is_one_task_and_its_end_is_the_deliverys(room: Room) -> None:
    _house(room)
    (person,) = room.people.add()
    room.people.numbers[person] = None
    message = await room.tell(person)
    assert message and await _ways(message) == []
    room.later(hours=25)
    await _climb(room)
    dispatcher = _dispatcher(room, ScriptedChannel("live", needs_phone=False))
    await room.drain(dispatcher)
    assert await _ways(message) == [("paper", "sent")]

    async def clerk(unit: Unit) -> None:
        ((task,), cursor) = await paper.page(unit, "open")
        assert (task.message_id, task.recipient, cursor) == (message, person, None)
        sent = await paper.settle(unit, staff(1), task.id, "letter", "sent")
        assert await paper.settle(unit, staff(2), task.id, "letter", "sent") == sent
        await paper.settle(unit, staff(1), task.id, "letter", "handed")

    await room.database.unit_of_work(PORTAL, clerk)
    assert await _ways(message) == [("paper", "delivered")]

    async def late(unit: Unit) -> None:
        ((task,), _) = await paper.page(unit, "handed")
        try:
            await paper.settle(unit, staff(2), task.id, "letter", "returned")
        except PaperTaskOver:
            pass
        else:
            raise AssertionError("a second result was taken")

    await room.database.unit_of_work(PORTAL, late)


async def test_a_result_is_taken_back_within_half_an_hour_by_whoever_wrote_it(room: Room) -> None:
    (person,) = room.people.add()
    room.people.numbers[person] = None
    message = await room.tell(person)
    assert message
    parcel = Parcel("letter", message, PORTAL, "case.accepted", "statutory", "zh-CN", person, None, "", "")
    await PaperChannel(room.database.unit_of_work).send(parcel)

    async def writes(unit: Unit) -> UUID:
        ((task,), _) = await paper.page(unit, "open", "", REGION)
        assert await paper.waiting(unit) == {REGION: 1}
        await paper.settle(unit, staff(1), task.id, "visit", "returned", "not-home")
        return task.id

    task_id = await room.database.unit_of_work(PORTAL, writes)

    async def undoes(unit: Unit) -> PaperTask:
        return await paper.undo(unit, staff(1), task_id)

    with pytest.raises(PaperTaskKept):
        await room.database.unit_of_work(PORTAL, lambda unit: paper.undo(unit, staff(2), task_id))
    room.later(minutes=29)
    assert (await room.database.unit_of_work(PORTAL, undoes)).state == "open"
    with pytest.raises(PaperTaskKept):
        await room.database.unit_of_work(PORTAL, undoes)
    await room.database.unit_of_work(PORTAL, writes)
    room.later(minutes=31)
    with pytest.raises(PaperTaskKept):
        await room.database.unit_of_work(PORTAL, undoes)

    async def elsewhere(unit: Unit) -> bool:
        try:
            await paper.one(unit, person)
        except PaperTaskMissing:
            return True
        return False

    assert await room.database.unit_of_work(PORTAL, elsewhere)


async def test_reading_in_the_inbox_spares_the_letter(room: Room) -> None:
    _house(room)
    (person,) = room.people.add()
    room.people.numbers[person] = None
    message = await room.tell(person)
    assert message
    await room.database.unit_of_work(PORTAL, lambda unit: room.notify.inbox.read(unit, person, message))
    room.later(hours=25)
    await _climb(room)
    assert await _ways(message) == []


async def test_quiet_hours_hold_until_morning_and_statutory_passes(room: Room) -> None:
    _house(room, LadderRules(quiet=Quiet(11 * 60, 13 * 60)))
    asleep, awake = room.people.add(2)
    await room.database.unit_of_work(PORTAL, lambda unit: room.notify.preferences.keep_quiet(unit, awake, REGION, None))
    for person, key in ((asleep, "a"), (awake, "b")):
        assert await room.tell(person, key, "service")
    assert await room.tell(asleep, "c", "statutory")
    sms, live = ScriptedChannel("sms"), ScriptedChannel("live", needs_phone=False)
    dispatcher = _dispatcher(room, sms, live)
    await room.drain(dispatcher)
    assert (len(sms.parcels), len(live.parcels)) == (2, 3)
    room.later(minutes=61)
    await room.drain(dispatcher)
    assert len(sms.parcels) == 3


async def test_why_tells_what_was_left_out_and_only_to_whom_it_was_sent(room: Room) -> None:
    _house(room)
    person, other = room.people.add(2)
    off = {"service": Choice(sms=False, live=True)}
    await room.database.unit_of_work(PORTAL, lambda unit: room.notify.preferences.choose(unit, person, REGION, off))
    message = await room.tell(person, category="service")
    assert message
    unit = Unit(now=await _now(room), portal=PORTAL)
    assert await ladders.why(unit, message, other) is None
    story = await ladders.why(unit, message, person)
    assert story and story.left_out["sms"] == "switched-off" and story.left_out["wechat"] == "no-address"
    assert [way.channel for way in story.ways] == ["inbox", "live"]
    choices = await room.notify.preferences.of(unit, person)
    assert choices == {"service": off["service"], "information": DEFAULTS["information"]}


async def _now(room: Room) -> datetime:
    return (await room.database.reading(PORTAL)).now
