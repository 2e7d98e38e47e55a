"""Sending: once, forward only, and safe when the sender dies in the middle."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.unit import Unit
from notify import queue, verdicts
from notify.channel import Outcome, Rejected, Retry, Sent, Unknown
from notify.channels.console_sms import sent_to
from notify.ladder import LANE_CASE, Category, Patience, settle_doubt
from notify.queue import Claimed
from notify.receipts import Said
from notify.verdicts import Verdict
from tests.notify.parts import PORTAL, Room, ScriptedChannel

BACKWARD = {"delivered", "failed", "skipped"}


async def test_a_notice_reaches_inbox_page_and_phone(room: Room) -> None:
    (person,) = room.people.add()
    async with room.store.subscribe(f"resident:{person}") as line:
        notice_id = await room.tell(person)
        await room.drain(room.dispatcher())
        heard = await line.next(1)
    unit = await room.database.reading(PORTAL)
    page = await room.notify.inbox.page(unit, person)
    messages = await sent_to(unit, room.vault, room.people.numbers[person] or "")
    assert heard is not None
    assert (heard.name, dict(heard.data)) == ("notice", {"id": str(notice_id)})
    assert [notice.id for notice in page.notices] == [notice_id]
    assert [message.text for message in messages] == [
        "【一码通办】您的“印刷经营许可证核发”申请已受理。11月24日 周二 前作出决定。"
    ]
    assert await room.states("inbox") == {"delivered": 1}
    assert await room.states("sms") == {"delivered": 1}
    assert await room.states("live") == {"sent": 1}


async def test_codes_go_first_and_campaigns_never_stand_in_the_way(room: Room) -> None:
    people = room.people.add(30)
    for number, person in enumerate(people):
        await room.tell(person, f"case:{number}")
    await sql.execute("UPDATE notify_deliveries SET lane = 2 WHERE channel = 'sms'")
    await room.tell(people[0], "urgent")
    await room.code("13900000000")
    channel = ScriptedChannel()
    express = room.dispatcher(channel)
    while await express.step(LANE_CASE):
        pass
    assert [parcel.event for parcel in channel.parcels] == ["otp", "case.accepted"]
    channel.parcels.clear()
    await room.code("13900000001", "otp:2")
    await express.step()
    assert channel.parcels[0].event == "otp"
    assert len(channel.parcels) == 20


async def test_two_senders_never_share_a_delivery(room: Room) -> None:
    for number, person in enumerate(room.people.add(60)):
        await room.tell(person, f"case:{number}")
    channel = ScriptedChannel()
    await asyncio.gather(*(room.drain(room.dispatcher(channel, batch=7)) for _ in range(4)))
    assert len(channel.seen) == 60
    assert set(channel.seen.values()) == {1}
    assert await room.states() == {"sent": 60}


async def test_a_claim_that_died_before_its_commit_is_simply_taken_again(room: Room) -> None:
    (person,) = room.people.add()
    await room.tell(person)
    dispatcher = room.dispatcher(channel := ScriptedChannel())
    with pytest.raises(ConnectionError):
        await room.database.unit_of_work("", _claim_and_die)
    assert await dispatcher.step() == 2
    assert list(channel.seen.values()) == [1]


async def test_a_reservation_is_taken_once_and_by_anybody_when_it_ends(room: Room) -> None:
    (person,) = room.people.add()
    await room.tell(person)
    dispatcher = room.dispatcher(channel := ScriptedChannel())
    until = timedelta(seconds=3)

    async def reserve(unit: Unit) -> tuple[UUID, int]:
        return await queue.reserve(unit, lanes=LANE_CASE, limit=20, until=until, campaign=None)

    lost, count = await room.database.unit_of_work("", reserve)
    assert count == 2
    assert await dispatcher.step() == 0
    room.later(seconds=4)
    again, count = await room.database.unit_of_work("", reserve)
    assert (await dispatcher.job(lost), count) == (0, 2)
    assert [await dispatcher.job(again), await dispatcher.job(again)] == [2, 0]
    assert list(channel.seen.values()) == [1]


async def _claim_and_die(unit: Unit) -> None:
    assert len(await queue.claim(unit, lanes=2, limit=20, lease=timedelta(seconds=30))) == 2
    raise ConnectionError("killed")


@pytest.mark.parametrize(
    ("category", "harmless", "after"),
    [
        ("statutory", False, {"pending": 1}),
        ("service", False, {"in_doubt": 1}),
        ("service", True, {"pending": 1}),
    ],
)
async def test_a_sender_killed_while_submitting_leaves_a_doubt(
    room: Room, category: Category, harmless: bool, after: dict[str, int]
) -> None:
    (person,) = room.people.add()
    await room.tell(person, category=category)
    channel = ScriptedChannel(harmless_again=harmless)
    await _die_while_submitting(room)
    dispatcher = room.dispatcher(channel)
    assert await dispatcher.step() == 0
    assert await dispatcher.sweep() == 0
    room.later(seconds=31)
    await dispatcher.sweep()
    assert await room.states() == after
    room.later(minutes=11)
    await dispatcher.sweep()
    await room.drain(dispatcher)
    assert await room.states() == {"sent": 1}
    assert list(channel.seen.values()) == [1]


async def test_a_code_in_doubt_is_dropped(room: Room) -> None:
    await room.code("13900000000")
    await _die_while_submitting(room)
    room.later(seconds=31)
    await room.dispatcher(channel := ScriptedChannel()).sweep()
    assert await room.states() == {"failed": 1}
    assert not channel.seen


async def test_who_lost_the_lease_changes_nothing(room: Room) -> None:
    (person,) = room.people.add()
    await room.tell(person)
    stale = await _die_while_submitting(room)
    room.later(seconds=31)
    dispatcher = room.dispatcher(ScriptedChannel())
    await dispatcher.sweep()
    room.later(seconds=5)
    await room.drain(dispatcher)
    late = [Verdict(claimed, "failed", "rejected", "late") for claimed in stale]

    async def finish(unit: Unit) -> list[Verdict]:
        return await verdicts.finish(unit, late)

    assert await room.database.unit_of_work("", finish) == []
    assert await room.states() == {"sent": 1}
    noted = await sql.rows("SELECT outcome FROM notify_attempts WHERE outcome LIKE 'late-%'")
    assert len(noted) == len(stale)


async def test_a_delivery_erased_while_it_was_sent_takes_no_others_try_with_it(room: Room) -> None:
    for number, person in enumerate(room.people.add(2)):
        await room.tell(person, f"case:{number}")
    gone, stays = tried = await _die_while_submitting(room)
    await sql.execute("DELETE FROM notify_deliveries WHERE id = $1", gone.id)
    sent = [Verdict(claimed, "sent", "sent") for claimed in tried]

    async def finish(unit: Unit) -> list[Verdict]:
        return await verdicts.finish(unit, sent)

    assert [verdict.claimed.id for verdict in await room.database.unit_of_work("", finish)] == [stays.id]
    tries = await sql.rows("SELECT outcome FROM notify_attempts WHERE delivery_id = $1", stays.id)
    assert [one["outcome"] for one in tries] == ["sent"]


async def test_temporary_refusals_are_tried_again_with_growing_waits(room: Room) -> None:
    (person,) = room.people.add()
    await room.tell(person)
    channel = ScriptedChannel(outcomes=[Retry("busy"), Retry("busy"), Sent("ref")])
    dispatcher = room.dispatcher(channel)
    await room.drain(dispatcher)
    assert await room.states() == {"pending": 1}
    for _ in range(2):
        room.later(minutes=3)
        await room.drain(dispatcher)
    assert await room.states() == {"sent": 1}
    assert list(channel.seen.values()) == [3]
    rows = await sql.rows(
        "SELECT a.outcome FROM notify_attempts a JOIN notify_deliveries d ON d.id = a.delivery_id "
        "WHERE d.channel = 'sms' ORDER BY a.number"
    )
    assert [row["outcome"] for row in rows] == ["retry", "retry", "sent"]


async def test_a_final_refusal_is_not_tried_again(room: Room) -> None:
    (person,) = room.people.add()
    await room.tell(person)
    channel = ScriptedChannel(outcomes=[Rejected("number-unknown")])
    dispatcher = room.dispatcher(channel)
    await room.drain(dispatcher)
    room.later(hours=5)
    await room.drain(dispatcher)
    assert await room.states() == {"failed": 1}
    assert list(channel.seen.values()) == [1]


async def test_an_answer_that_never_came_is_a_doubt(room: Room) -> None:
    (person,) = room.people.add()
    await room.tell(person, category="service")
    await room.drain(room.dispatcher(ScriptedChannel(delay=0.2, timeout=0.05)))
    assert await room.states() == {"in_doubt": 1}


async def test_a_channel_that_breaks_is_a_doubt_too(room: Room) -> None:
    (person,) = room.people.add()
    await room.tell(person, category="service")
    await room.drain(room.dispatcher(ScriptedChannel(outcomes=[RuntimeError("boom")])))
    assert await room.states() == {"in_doubt": 1}


async def test_nobody_is_called_without_a_number_or_after_the_life_of_a_code(room: Room) -> None:
    (person,) = room.people.add()
    await room.tell(person)
    room.people.numbers[person] = None  # given up since
    await room.code("13900000000")
    room.later(minutes=6)
    await room.drain(room.dispatcher(channel := ScriptedChannel()))
    assert await room.states() == {"skipped": 1, "failed": 1}
    assert not channel.seen


async def test_one_message_that_cannot_be_opened_does_not_hold_up_the_others(room: Room) -> None:
    first, second = room.people.add(2)
    broken = await room.tell(first, "a")
    await room.tell(second, "b")
    await sql.execute("UPDATE notify_messages SET content = $1 WHERE id = $2", b"\x01\x02", broken)
    await room.drain(room.dispatcher(ScriptedChannel()))
    assert await room.states() == {"failed": 1, "sent": 1}


async def test_states_only_move_forward_whatever_the_channel_answers(room: Room) -> None:
    dice = random.Random(7)
    for number, person in enumerate(room.people.add(12)):
        await room.tell(person, f"n:{number}", "service" if number % 2 else "statutory")
    answers: list[Outcome] = [Sent("r"), Sent("r", delivered=True), Retry("busy"), Rejected("no"), Unknown("lost")]
    channel = ScriptedChannel(outcomes=[dice.choice(answers) for _ in range(200)])
    dispatcher = room.dispatcher(channel, batch=3)
    before: dict[str, str] = {}
    for _ in range(25):
        await dispatcher.step()
        await dispatcher.sweep()
        if dice.random() < 0.5:
            await _receipt(room, dice)
        room.later(seconds=dice.choice([1, 40, 700]))
        now = {
            r["client_msg_id"]: r["state"] for r in await sql.rows("SELECT client_msg_id, state FROM notify_deliveries")
        }
        for key, state in before.items():
            assert state not in BACKWARD or now[key] == state
            assert state != "sent" or now[key] in {"sent", "delivered", "failed"}
        before = now


async def test_a_lease_must_outlast_the_channels(room: Room) -> None:
    with pytest.raises(ValueError, match="lease"):
        room.dispatcher(ScriptedChannel(timeout=20.0))


def test_waits_grow_and_are_spread() -> None:
    patience, dice = Patience(), random.Random(3)
    for attempt, longest in ((1, 1), (3, 30), (6, 1800), (40, 1800)):
        waits = [patience.wait(attempt, dice).total_seconds() for _ in range(200)]
        assert 0.5 <= min(waits) <= max(waits) <= max(0.5, longest)
        assert longest <= 1 or max(waits) > longest / 2
    assert patience.wait(9, dice, urgent=True).total_seconds() <= 30


def test_a_doubt_is_settled_by_category_and_channel() -> None:
    assert settle_doubt("code", harmless=True) == "again"
    assert settle_doubt("code", harmless=False) == "drop"
    assert settle_doubt("statutory", harmless=False) == "again"
    assert settle_doubt("information", harmless=False) == "wait"


async def _claim(room: Room) -> list[Claimed]:
    lease = room.dispatcher(ScriptedChannel())._options.lease

    async def claim(unit: Unit) -> list[Claimed]:
        return await queue.claim(unit, lanes=2, limit=20, lease=lease)

    return await room.database.unit_of_work("", claim)


async def _die_while_submitting(room: Room) -> list[Claimed]:
    """What a process leaves that is killed after the commit of its claim, for the sms delivery; live ones are done."""
    await sql.execute("UPDATE notify_deliveries SET state = 'sent' WHERE channel = 'live'")
    return await _claim(room)


async def _receipt(room: Room, dice: random.Random) -> None:
    rows = await sql.rows("SELECT client_msg_id FROM notify_deliveries WHERE channel = 'sms' ORDER BY client_msg_id")
    chosen = dice.choice(rows)["client_msg_id"]

    async def take(unit: Unit) -> bool:
        said = Said(str(dice.random()), "delivered" if dice.random() < 0.7 else "failed", chosen)
        return await room.notify.receipts.take(unit, "p", [said]) == 1

    await room.database.unit_of_work("", take)
