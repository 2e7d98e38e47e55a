"""A campaign under way: tested on a few first, paused, slowed, stopped and resumed without losing anybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from notify.campaign_record import CampaignRecord
from notify.campaign_rules import CampaignWords
from notify.campaigns import Campaigns
from notify.channel import Rejected, Sent
from notify.errors import WrongState
from notify.service import NotifyOptions
from notify.sweeps import Sweeper, alarms
from tests.notify.parts import PORTAL, REGION, WORDS, Room, ScriptedChannel, staff

T = TypeVar("T")
PLAIN = replace(WORDS, body="明早八点至十点停水，请提前储水。")


async def test_the_first_people_are_a_canary_and_the_others_follow(room: Room) -> None:
    campaign_id = await _released(room, 12, canary=4)
    fan_out, dispatcher = room.fan_out(), room.dispatcher(ScriptedChannel())
    assert [await fan_out.step(), await fan_out.step()] == [4, 0]
    assert (await _get(room, campaign_id)).throttle.canary_state == "running"
    await room.drain(dispatcher)
    assert (await _get(room, campaign_id)).throttle.canary_state == "passed"
    assert await fan_out.step() == 8
    await room.drain(dispatcher)
    assert (await _get(room, campaign_id)).status == "done"


async def test_a_canary_that_fails_pauses_and_resuming_goes_on_with_everybody(room: Room) -> None:
    campaign_id = await _released(room, 12, canary=4)
    channel = ScriptedChannel(outcomes=[Rejected("no")] * 4)
    fan_out, dispatcher = room.fan_out(), room.dispatcher(channel)
    await fan_out.step()
    await room.drain(dispatcher)
    paused = await _get(room, campaign_id)
    assert (paused.status, paused.throttle.pause_reason, paused.throttle.canary_state) == ("paused", "canary", "failed")
    assert await fan_out.step() == 0
    await _do(room, lambda unit: room.campaigns.resume(unit, campaign_id))
    assert await fan_out.step() == 8
    await room.drain(dispatcher)
    done = await _get(room, campaign_id)
    assert (done.status, done.progress.failed, len(channel.seen)) == ("done", 4, 12)


async def test_a_canary_that_stays_silent_is_judged_by_the_clock(room: Room) -> None:
    campaign_id = await _released(room, 12, canary=4)
    await room.fan_out().step()
    sweeper = Sweeper(room.database.unit_of_work)
    await sweeper.step()
    room.later(minutes=6)
    assert await sweeper.step() >= 1
    assert (await _get(room, campaign_id)).throttle.pause_reason == "canary"


async def test_too_many_failures_pause_a_campaign(room: Room) -> None:
    campaign_id = await _released(room, 40)
    await room.fan_out().step()
    await room.drain(room.dispatcher(ScriptedChannel(outcomes=[Rejected("no")] * 40), batch=10))
    paused = await _get(room, campaign_id)
    assert (paused.status, paused.throttle.pause_reason) == ("paused", "failures")
    assert paused.progress.failed < 40


async def test_a_pause_holds_at_once_and_resuming_loses_nobody(room: Room) -> None:
    campaign_id = await _released(room, 30)
    await room.fan_out().step()
    channel = ScriptedChannel()
    dispatcher = room.dispatcher(channel, batch=10)
    await dispatcher.step()
    paused = await _do(room, lambda unit: room.campaigns.pause(unit, campaign_id))
    assert isinstance(paused, CampaignRecord)
    assert await dispatcher.step() == 0
    await room.tell(room.people.add()[0], "case")
    assert await room.drain(dispatcher) == 2
    assert isinstance(await _do(room, lambda unit: room.campaigns.pause(unit, campaign_id)), WrongState)
    await _do(room, lambda unit: room.campaigns.resume(unit, campaign_id))
    await room.drain(dispatcher)
    assert (await _get(room, campaign_id)).status == "done"
    assert (len(channel.seen), set(channel.seen.values())) == (31, {1})


async def test_a_slow_campaign_keeps_its_pace_over_all_processes(room: Room) -> None:
    campaign_id = await _released(room, 30)
    await room.fan_out().step()
    await _do(room, lambda unit: room.campaigns.slow(unit, campaign_id, 5))
    one, other = room.dispatcher(ScriptedChannel()), room.dispatcher(ScriptedChannel())
    assert [await one.step(), await other.step()] == [0, 0]
    room.later(seconds=1)
    assert [await one.step(), await other.step()] == [5, 0]
    room.later(seconds=60)
    assert await other.step() == 5
    await _do(room, lambda unit: room.campaigns.slow(unit, campaign_id, 0))
    assert await one.step() == 20


async def test_a_schedule_is_an_instant_and_what_is_overdue_starts(room: Room) -> None:
    campaign_id = await _released(room, 3)
    noon = (await room.database.reading(PORTAL)).now + timedelta(hours=1)
    await _do(room, lambda unit: room.campaigns.schedule(unit, campaign_id, noon))
    assert await room.fan_out().step() == 0
    room.later(hours=30)
    assert await room.fan_out().step() == 3
    assert isinstance(await _do(room, lambda unit: room.campaigns.schedule(unit, campaign_id, None)), WrongState)


async def test_what_a_stop_leaves_is_swept_away_piece_by_piece(room: Room) -> None:
    campaign_id = await _released(room, 10)
    await room.fan_out().step()
    await _do(room, lambda unit: room.campaigns.stop(unit, campaign_id))
    await sql.execute("UPDATE notify_deliveries SET state = 'pending' WHERE channel = 'sms'")
    await Sweeper(room.database.unit_of_work).step()
    assert await room.states() == {"skipped": 10}
    assert await room.dispatcher().step() == 0


async def test_only_the_not_reached_get_it_again_by_another_channel(room: Room) -> None:
    campaign_id = await _released(room, 6, live=False)
    await room.fan_out().step()
    await room.drain(room.dispatcher(ScriptedChannel(outcomes=[Rejected("no"), Sent("ref"), Rejected("no")])))
    mail = ScriptedChannel(name="email", needs_phone=False)
    await _do(room, lambda unit: room.campaigns.resend(unit, campaign_id, "email"))
    fan_out = room.fan_out()
    while await fan_out.step():
        pass
    await room.drain(room.dispatcher(ScriptedChannel(), mail))
    assert len(mail.seen) == 2
    done = await _get(room, campaign_id)
    assert (done.status, done.progress.expanded) == ("done", 6)
    counts = await _do(room, lambda unit: room.campaigns.counts(unit, campaign_id))
    assert {(c.channel, c.state, c.count) for c in counts} >= {("email", "sent", 2), ("sms", "failed", 2)}


async def test_a_correction_goes_to_exactly_those_who_have_the_first(room: Room) -> None:
    campaign_id = await _released(room, 9)
    assert await room.fan_out(chunk=4).step() == 4
    await _do(room, lambda unit: room.campaigns.stop(unit, campaign_id))
    told = {sql.uid(row["recipient"]) for row in await sql.rows("SELECT recipient FROM notify_inbox")}
    room.people.add(5)
    right = replace(PLAIN, title="更正：停水改到后天")

    async def correct(unit: Unit) -> CampaignRecord:
        made = await room.campaigns.follow_up(unit, staff(1), campaign_id, "correction", right)
        return await room.campaigns.submit(unit, staff(1), made.id)

    made = await _do(room, correct)
    assert (made.people, made.follow_kind) == (4, "correction")
    await _approve(room, made)
    await room.fan_out().step()
    rows = await sql.rows("SELECT recipient FROM notify_messages WHERE campaign_id = $1", made.id)
    assert {sql.uid(row["recipient"]) for row in rows} == told


async def test_words_are_kept_once_for_everybody_and_read_as_if_they_were_ones_own(room: Room) -> None:
    people = room.people.add(3)
    campaign_id = await _released(room, 0, words=PLAIN)
    await room.fan_out().step()
    row = await sql.row("SELECT count(DISTINCT wording_id) AS n, max(length(content)) AS own FROM notify_messages")
    assert row is not None and (int(row["n"]), int(row["own"])) == (1, 0)
    page = await room.notify.inbox.page(await room.database.reading(PORTAL), people[1])
    assert [notice.body for notice in page.notices] == [PLAIN.body]
    assert (await _get(room, campaign_id)).progress.expanded == 3


async def test_an_overdue_notice_is_an_alarm(room: Room) -> None:
    await room.tell(room.people.add()[0])
    sweeper = Sweeper(room.database.unit_of_work)
    room.later(minutes=11)
    await sweeper.step()
    assert await _do(room, alarms) == {"overdue": 2, "doubts": 0}


async def _released(
    room: Room, people: int, *, canary: int = 0, words: CampaignWords = PLAIN, live: bool = True
) -> UUID:
    """A campaign to everybody, approved by another person; nobody listens live unless ``live``."""
    room.people.add(people)
    campaigns = Campaigns(audience=room.audience, options=NotifyOptions(canary=canary), lists=room.lists)

    async def decide(unit: Unit) -> CampaignRecord:
        made = await campaigns.draft(unit, staff(1), REGION, words)
        return await campaigns.submit(unit, staff(1), made.id)

    made = await _do(room, decide)
    approved = await _do(
        room,
        lambda unit: campaigns.approve(unit, staff(2), made.id, content_hash=made.content_hash, people=made.people),
    )
    assert isinstance(approved, CampaignRecord)
    for person in list(room.people.numbers):
        await _mute(room, person, live=False)
    return made.id


async def _mute(room: Room, person: UUID, *, live: bool) -> None:
    from notify.ladder import Choice

    await _do(
        room,
        lambda unit: room.notify.preferences.choose(unit, person, REGION, {"service": Choice(sms=True, live=live)}),
    )


async def _approve(room: Room, made: CampaignRecord) -> None:
    approved = await _do(
        room,
        lambda unit: room.campaigns.approve(
            unit, staff(2), made.id, content_hash=made.content_hash, people=made.people
        ),
    )
    assert isinstance(approved, CampaignRecord)


async def _do(room: Room, decide: Callable[[Unit], Awaitable[T]]) -> T:
    return await room.database.unit_of_work(PORTAL, decide)


async def _get(room: Room, campaign_id: UUID) -> CampaignRecord:
    return await room.campaigns.get(await room.database.reading(PORTAL), campaign_id)
