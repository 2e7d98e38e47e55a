"""What operators watch and decide about failed deliveries: figures that add up, groups by cause, nothing done twice."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.unit import Unit
from notify import failed
from notify.board import Board
from notify.channel import Rejected, Sent
from notify.errors import FailedCountChanged, MessageMissing, ShareCannotMove
from notify.history import History, masked
from notify.receipts import Said
from tests.notify.parts import PORTAL, Room, ScriptedChannel
from tests.notify.test_campaigns import _approve, _get, _submitted

REFUSED = "isv.MOBILE_NUMBER_ILLEGAL"


async def _with_failures(room: Room, count: int) -> UUID:
    """A campaign to six people, some of whose short messages were refused."""
    room.people.add(6)
    made = await _submitted(room)
    await _approve(room, made)
    while await room.fan_out().step():
        pass
    await room.drain(room.dispatcher(ScriptedChannel(outcomes=[Rejected(REFUSED)] * count)))
    return made.id


async def test_a_group_is_tried_again_or_given_up_only_at_its_typed_size(room: Room) -> None:
    campaign = await _with_failures(room, 3)
    unit = await room.database.reading(PORTAL)
    (cause,) = await failed.causes(unit)
    assert (cause.channel, cause.state, cause.reason, cause.count) == ("sms", "failed", REFUSED, 3)
    page = await failed.page(unit, "sms", "failed", REFUSED)
    assert len(page.deliveries) == 3
    assert {one.campaign_id for one in page.deliveries} == {campaign}

    async def again(unit: Unit, count: int) -> int:
        return await failed.try_again(unit, "sms", "failed", REFUSED, count)

    with pytest.raises(FailedCountChanged):
        await room.database.unit_of_work(PORTAL, lambda unit: again(unit, 2))
    assert await room.database.unit_of_work(PORTAL, lambda unit: again(unit, 3)) == 3
    assert (await _get(room, campaign)).status == "sending"
    await room.drain(room.dispatcher(ScriptedChannel(outcomes=[Sent("a"), Rejected(REFUSED), Sent("b")])))
    done = await _get(room, campaign)
    assert (done.status, done.progress.reached, done.progress.failed) == ("done", done.progress.planned - 1, 1)

    async def give_up(unit: Unit) -> int:
        return await failed.give_up(unit, "sms", "failed", REFUSED, 1)

    assert await room.database.unit_of_work(PORTAL, give_up) == 1
    after = await _get(room, campaign)
    assert (after.progress.failed, after.progress.skipped) == (0, 1)
    assert await failed.causes(await room.database.reading(PORTAL)) == []
    with pytest.raises(FailedCountChanged):
        await room.database.unit_of_work(PORTAL, give_up)


async def test_what_was_stopped_stays_stopped(room: Room) -> None:
    campaign = await _with_failures(room, 2)
    await sql.execute("UPDATE campaigns SET status = 'stopped' WHERE id = $1", campaign)

    async def again(unit: Unit) -> int:
        return await failed.try_again(unit, "sms", "failed", REFUSED, 2)

    assert await room.database.unit_of_work(PORTAL, again) == 0


async def test_a_doubtful_delivery_given_up_settles_its_campaign(room: Room) -> None:
    campaign = await _with_failures(room, 1)
    await sql.execute("UPDATE notify_deliveries SET state = 'in_doubt', reason = 'lost' WHERE state = 'failed'")
    await sql.execute("UPDATE campaigns SET failed = 0, status = 'sending' WHERE id = $1", campaign)
    board = Board()
    assert (await board.doubtful(await room.database.reading(PORTAL))).count == 1
    assert [one.id for one in await board.under_way(await room.database.reading(PORTAL))] == [campaign]

    async def give_up(unit: Unit) -> int:
        return await failed.give_up(unit, "sms", "in_doubt", "lost", 1)

    assert await room.database.unit_of_work(PORTAL, give_up) == 1
    assert (await _get(room, campaign)).status == "done"
    assert [one.id for one in await board.ended(await room.database.reading(PORTAL))] == [campaign]


async def test_a_page_of_failed_ones_goes_on_where_it_ended(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failed, "PAGE", 2)
    await _with_failures(room, 3)
    unit = await room.database.reading(PORTAL)
    first = await failed.page(unit, "sms", "failed", REFUSED)
    second = await failed.page(unit, "sms", "failed", REFUSED, first.next_cursor)
    assert (len(first.deliveries), len(second.deliveries), second.next_cursor) == (2, 1, None)
    assert len({one.id for one in first.deliveries + second.deliveries}) == 3


async def test_a_queue_is_late_after_ten_minutes(room: Room) -> None:
    (person,) = room.people.add()
    await room.tell(person)
    room.later(minutes=11)
    unit = await room.database.reading(PORTAL)
    codes, cases = await Board().lanes(unit)
    assert (codes.due, codes.is_late(unit.now)) == (0, False)
    assert (cases.due, cases.is_late(unit.now)) == (2, True)


async def test_the_schedule_shows_what_begins_in_its_days(room: Room) -> None:
    room.people.add(1)
    made = await _submitted(room)
    unit = await room.database.reading(PORTAL)
    at = unit.now + timedelta(days=2)
    await room.database.unit_of_work(PORTAL, lambda unit: room.campaigns.schedule(unit, made.id, at))
    board = Board()
    assert [one.id for one in await board.scheduled(unit, unit.now, at + timedelta(seconds=1))] == [made.id]
    assert await board.scheduled(unit, unit.now, at) == []


async def test_points_move_by_hand_only_where_they_are(room: Room) -> None:
    console = room.console()
    console.provider = "one"
    other = ScriptedChannel()
    other.provider = "two"  # type: ignore[attr-defined]
    (person,) = room.people.add()
    await room.tell(person)
    await room.drain(room.dispatcher(console, other))
    board = Board()

    async def move(unit: Unit, giver: str, taker: str, points: int) -> None:
        await board.move(unit, "sms", giver, taker, points)

    async def move_as(asked: tuple[str, str, int], unit: Unit) -> None:
        await move(unit, *asked)

    await room.database.unit_of_work(PORTAL, lambda unit: move(unit, "one", "two", 20))
    found = await board.providers(await room.database.reading(PORTAL))
    assert {one.provider: one.share for one in found} == {"one": 30, "two": 70}
    assert sum(one.sent for one in found) == 1
    assert [one.taken_share for one in found if one.tried] == [100]
    assert sum(m.sent for m in (await board.minutes(await room.database.reading(PORTAL)))["sms"]) == 1
    for wrong in (("one", "two", 31), ("one", "three", 1), ("one", "one", 1)):
        with pytest.raises(ShareCannotMove):
            await room.database.unit_of_work(PORTAL, partial(move_as, wrong))


async def test_one_message_tells_its_tries_and_its_receipts_masked(room: Room) -> None:
    (person,) = room.people.add()
    message_id = await room.tell(person)
    assert message_id is not None
    await room.drain(room.dispatcher())
    unit = await room.database.reading(PORTAL)
    client = (await sql.rows("SELECT client_msg_id FROM notify_deliveries WHERE channel = 'sms'"))[0]["client_msg_id"]

    async def hear(unit: Unit) -> bool:
        said = Said("r1", "read", client, payload='{"phone": "13800000000", "ok": true}')
        return await room.notify.receipts.take(unit, "console", [said]) == 1

    await room.database.unit_of_work(PORTAL, hear)
    history = History(room.vault)
    story = await history.of_message(unit, message_id)
    assert story.steps[0].channel == "inbox"
    assert {one.outcome for one in story.tries} >= {"delivered"}
    (receipt,) = story.receipts
    assert "13800000000" not in receipt.payload
    assert '"ok": true' in receipt.payload
    page = await history.of_resident(unit, person)
    assert [head.id for head, _ in page.messages] == [message_id]
    assert story.head.title
    with pytest.raises(MessageMissing):
        await history.of_message(await room.database.reading("linshi"), message_id)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("to 13800000000 ok", "to *********00 ok"),
        ("oGZUI0egBJY1zhBYw2KhdUfwVJJE", "oGZ…"),
        ('{"a":"short"}', '{\n "a": "short"\n}'),
        ("43101", "43101"),
    ],
)
def test_a_raw_answer_points_to_nobody(raw: str, shown: str) -> None:
    assert masked(raw) == shown
