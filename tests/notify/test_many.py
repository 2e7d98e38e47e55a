"""Notices to many climb the ladder of a single one; an emergency needs two people, a region and an end."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.refusal import Refusal
from config.floor.selection import listed
from config.floor.unit import Actor, Unit
from notify import campaign_ladders, ladders
from notify.bound import Bound
from notify.campaign_ladders import climb_silent
from notify.campaign_record import CampaignRecord
from notify.campaign_rules import EXERCISE, CampaignWords, basis_blockers
from notify.campaigns import Campaigns
from notify.channel import Channel, Rejected
from notify.channels.console_sms import sent_to
from notify.dispatch import Dispatcher
from notify.errors import CampaignBlocked, SamePerson, SecondPersonNeeded, WrongState
from notify.fanout import CampaignFanOut
from notify.ladder import DEFAULTS, Choice
from notify.paper import PaperChannel
from notify.service import NotifyOptions
from notify.steps import PAPER, LadderRules, Quiet, make_plan
from notify.ways import Ways
from tests.notify.parts import NOON, PORTAL, REGION, WORDS, Room, ScriptedChannel, staff

OFFERED = LadderRules(offered=frozenset({"sms", "wechat", "alipay"}))
AUTHOR, FIRST, SECOND = staff(1), staff(4), staff(5)
URGENT = CampaignWords(
    title="暴雨红色预警", body="请远离河道，待在室内。", category="emergency", region=REGION,
    expires_at=NOON + timedelta(hours=3),
)  # fmt: skip


def _house(room: Room, rules: LadderRules) -> NotifyOptions:
    options = NotifyOptions(ladder=rules)
    room.campaigns = Campaigns(audience=room.audience, options=options, lists=room.lists)
    return options


def _dispatcher(room: Room, *channels: Channel) -> Dispatcher:
    live = ScriptedChannel("live", needs_phone=False)
    return Dispatcher(
        run=room.database.unit_of_work, vault=room.vault, contacts=room.people, ended=campaign_ladders.ended,
        channels=[*channels, live, PaperChannel(room.database.unit_of_work)], dice=random.Random(1),
    )  # fmt: skip


async def _submitted(room: Room, words: CampaignWords, department: str = "") -> CampaignRecord:
    async def decide(unit: Unit) -> CampaignRecord:
        made = await room.campaigns.draft(unit, AUTHOR, REGION, words, department)
        return await room.campaigns.submit(unit, AUTHOR, made.id)

    return await room.database.unit_of_work(PORTAL, decide)


async def _approve(room: Room, made: CampaignRecord, who: Actor) -> CampaignRecord | Refusal:
    async def decide(unit: Unit) -> CampaignRecord | Refusal:
        return await room.campaigns.approve(unit, who, made.id, content_hash=made.content_hash, people=made.people)

    return await room.database.unit_of_work(PORTAL, decide)


async def _released(room: Room, words: CampaignWords, rules: LadderRules = OFFERED, department: str = "") -> UUID:
    """Fanned out, nothing sent yet."""
    options = _house(room, rules)
    made = await _submitted(room, words, department)
    for who in (FIRST, SECOND)[: 2 if words.category == "emergency" else 1]:
        assert isinstance(await _approve(room, made, who), CampaignRecord)
    runner = CampaignFanOut(
        run=room.database.unit_of_work, vault=room.vault, audience=room.audience, options=options, chunk=3
    )
    while await runner.step():
        pass
    return made.id


async def _get(room: Room, campaign_id: UUID) -> CampaignRecord:
    return await room.campaigns.get(await room.database.reading(PORTAL), campaign_id)


async def _ways(person: UUID) -> list[tuple[str, str]]:
    rows = await sql.rows(
        "SELECT d.channel, d.state FROM notify_deliveries d JOIN notify_messages m ON m.id = d.message_id "
        "WHERE m.recipient = $1 AND d.channel NOT IN ('inbox','live') ORDER BY d.step",
        person,
    )
    return [(row["channel"], row["state"]) for row in rows]


async def _why(room: Room, person: UUID) -> ladders.Why:
    (row,) = await sql.rows("SELECT id FROM notify_messages WHERE recipient = $1", person)
    story = await ladders.why(await room.database.reading(PORTAL), sql.uid(row["id"]), person)
    assert story
    return story


@pytest.mark.parametrize("category", ["service", "information", "statutory"])
async def test_many_take_the_very_ways_that_one_would(room: Room, category: str) -> None:
    dice, rules = random.Random(7), replace(OFFERED, quiet=Quiet(11 * 60, 13 * 60 + 30))
    people, made = room.people.add(60), {}
    channels = ("sms", "wechat", "alipay")
    for person in people:
        room.people.numbers[person] = room.people.numbers[person] if dice.random() < 0.7 else None
        for way in channels[1:]:
            if dice.random() < 0.5:
                room.people.accounts[person, way] = "account"
        hours: Quiet | None = dice.choice(
            [Quiet(12 * 60, 14 * 60), Quiet(23 * 60, 6 * 60), Quiet(20 * 60, 12 * 60 + 1)]
        )
        choice = Choice(sms=dice.random() < 0.5, live=dice.random() < 0.5, wechat=dice.random() < 0.5)

        async def choose(
            unit: Unit, person: UUID = person, choice: Choice = choice, hours: Quiet | None = hours
        ) -> None:
            kept = room.notify.preferences
            if dice.random() < 0.6 and category != "statutory":
                await kept.choose(unit, person, REGION, {category: choice})
            if dice.random() < 0.6:
                await kept.keep_quiet(unit, person, REGION, hours if dice.random() < 0.8 else None)
            wanted = DEFAULTS["service"] if category == "statutory" else await kept.choice(unit, person, category)
            quiet = None if category == "statutory" else await kept.quiet(unit, person, rules.quiet)
            made[person] = make_plan(category, wanted, await room.people.reach(person), rules, quiet, unit.now)

        await room.database.unit_of_work(PORTAL, choose)

    ways, unit, bound = Ways(category, rules), await room.database.reading(PORTAL), Bound()
    everybody = listed(people)
    chosen = f"({everybody.text.replace('$1', bound.add(everybody.values[0]))})"
    who = ways.statement(
        unit, bound, f"(SELECT id AS recipient FROM {chosen} AS c) k", room.audience.reach(unit, bound, ways)
    )
    rows = await sql.rows(
        f"SELECT x.*, {ways.steps_text()} AS steps, {ways.left_out_text()} AS left_out FROM ({who}) AS x", *bound.values
    )
    assert len(rows) == 60
    for row in rows:
        plan = made[sql.uid(row["recipient"])]
        assert sql.document(row["steps"]) == [[step.channel, step.wait] for step in plan.steps]
        reasons = {way: why for way, why in plan.left_out.items() if way in channels}
        assert sql.document(row["left_out"]) == reasons
        assert sql.flag(row["live"]) == plan.live
        if any(step.channel != PAPER for step in plan.steps):
            assert int(row["hold"]) == (0 if plan.held_until is None else (plan.held_until - unit.now).seconds // 60)


async def test_a_campaign_climbs_the_ladder(room: Room) -> None:
    refused, silent, plain = room.people.add(3)
    for person in (refused, silent):
        room.people.accounts[person, "wechat"] = "openid"
    campaign = await _released(room, WORDS)
    assert [await _ways(one) for one in (refused, silent, plain)] == [
        [("wechat", "pending")], [("wechat", "pending")], [("sms", "pending")],
    ]  # fmt: skip
    wechat = ScriptedChannel("wechat", needs_phone=False, outcomes=[Rejected("43101")])
    sms = ScriptedChannel("sms")
    dispatcher = _dispatcher(room, wechat, sms)
    await room.drain(dispatcher)
    done = await _get(room, campaign)
    assert Counter([tuple(await _ways(one)) for one in (refused, silent)]) == Counter(
        [(("wechat", "failed"), ("sms", "sent")), (("wechat", "sent"),)]
    )
    assert (done.status, done.progress.planned, done.progress.reached, done.progress.failed) == ("done", 7, 6, 0)
    room.later(minutes=241)
    assert await room.database.unit_of_work("", climb_silent) == 2
    assert (await _get(room, campaign)).status == "sending"
    await room.drain(dispatcher)
    again = await _get(room, campaign)
    assert (again.status, again.progress.planned, again.progress.reached) == ("done", 8, 7)
    assert sms.seen.total() == 3


async def test_a_stopped_campaign_climbs_no_further(room: Room) -> None:
    (person,) = room.people.add()
    room.people.accounts[person, "wechat"] = "openid"
    campaign = await _released(room, WORDS)
    await room.drain(_dispatcher(room, ScriptedChannel("wechat", needs_phone=False), ScriptedChannel("sms")))
    await sql.execute("UPDATE campaigns SET status = 'stopped' WHERE id = $1", campaign)
    room.later(minutes=241)
    await room.database.unit_of_work("", climb_silent)
    assert await _ways(person) == [("wechat", "sent")]
    assert (await _why(room, person)).reason == "stopped"


async def test_a_statutory_campaign_names_its_law_and_ends_on_paper(room: Room) -> None:
    (person,) = room.people.add()
    room.people.numbers[person] = None
    words = replace(WORDS, category="statutory", body="请按期年审。")
    assert [one.code for one in basis_blockers(words, NOON)] == ["law-missing"]
    await _released(room, replace(words, law="《老年人权益保障法》第三十三条"))
    assert await _ways(person) == []
    room.later(hours=25)
    await room.database.unit_of_work("", climb_silent)
    await room.drain(_dispatcher(room, ScriptedChannel("sms")))
    assert await _ways(person) == [("paper", "sent")]
    assert len(await sql.rows("SELECT id FROM notify_paper_tasks WHERE recipient = $1", person)) == 1


async def test_quiet_hours_hold_a_campaign_and_not_an_emergency(room: Room) -> None:
    rules = replace(OFFERED, quiet=Quiet(11 * 60, 13 * 60))
    room.people.add(2)
    await _released(room, WORDS, rules)
    rows = await sql.rows("SELECT next_at FROM notify_deliveries WHERE channel = 'sms'")
    assert {sql.instant(row["next_at"]) for row in rows} == {NOON + timedelta(hours=1)}
    await _released(room, URGENT, rules)
    sms = ScriptedChannel("sms")
    await room.drain(_dispatcher(room, sms))
    assert [parcel.category for parcel in sms.parcels] == ["emergency", "emergency"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (replace(URGENT, region=""), "region-missing"),
        (replace(URGENT, expires_at=None), "end-missing"),
        (replace(URGENT, expires_at=NOON), "end-wrong"),
        (replace(URGENT, expires_at=NOON + timedelta(hours=25)), "end-wrong"),
    ],
)
async def test_an_emergency_has_a_region_and_an_end(room: Room, words: CampaignWords, code: str) -> None:
    room.people.add()
    _house(room, OFFERED)
    assert [one.code for one in basis_blockers(words, NOON)] == [code]
    with pytest.raises(CampaignBlocked):
        await _submitted(room, words)


async def test_an_emergency_is_released_by_two_people_who_did_not_write_it(room: Room) -> None:
    room.people.add(3)
    _house(room, OFFERED)
    made = await _submitted(room, URGENT)
    assert isinstance(await _approve(room, made, AUTHOR), SamePerson)
    first = await _approve(room, made, FIRST)
    assert isinstance(first, CampaignRecord) and (first.status, first.seconder) == ("submitted", FIRST.id)
    assert isinstance(await _approve(room, made, FIRST), SecondPersonNeeded)
    second = await _approve(room, made, SECOND)
    assert isinstance(second, CampaignRecord) and second.status == "approved"
    assert second.throttle.canary == 0


async def test_fifty_parallel_approvals_by_one_writer_and_one_approver_never_release(room: Room) -> None:
    room.people.add(2)
    _house(room, OFFERED)
    made = await _submitted(room, URGENT)
    answers = await asyncio.gather(*(_approve(room, made, (AUTHOR, FIRST)[n % 2]) for n in range(50)))
    assert sum(isinstance(one, CampaignRecord) for one in answers) == 1  # the first half of the approval
    assert {type(one) for one in answers} <= {CampaignRecord, SamePerson, SecondPersonNeeded, WrongState}
    assert (await _get(room, made.id)).status == "submitted"


async def test_the_database_itself_refuses_one_approver_and_a_writer(room: Room) -> None:
    room.people.add()
    _house(room, OFFERED)
    made = await _submitted(room, URGENT)
    with pytest.raises(Exception, match="campaigns_emergency"):
        await sql.execute("UPDATE campaigns SET approver_id = $1 WHERE id = $2", FIRST.id, made.id)
    with pytest.raises(Exception, match="campaigns_seconder"):
        await sql.execute("UPDATE campaigns SET seconder_id = $1 WHERE id = $2", AUTHOR.id, made.id)
    await _approve(room, made, FIRST)
    with pytest.raises(Exception, match="campaigns_emergency"):
        await sql.execute("UPDATE campaigns SET approver_id = $1 WHERE id = $2", FIRST.id, made.id)


async def test_an_edit_voids_the_first_of_two_approvals(room: Room) -> None:
    room.people.add()
    _house(room, OFFERED)
    made = await _submitted(room, URGENT)
    await _approve(room, made, FIRST)

    async def again(unit: Unit) -> CampaignRecord:
        await room.campaigns.edit(unit, AUTHOR, made.id, replace(URGENT, body="请转移到高处。"))
        return await room.campaigns.submit(unit, AUTHOR, made.id)

    anew = await room.database.unit_of_work(PORTAL, again)
    assert anew.seconder is None
    one = await _approve(room, anew, SECOND)
    assert isinstance(one, CampaignRecord) and one.status == "submitted"


async def test_nothing_is_sent_after_an_emergencys_end(room: Room) -> None:
    people = room.people.add(4)
    _house(room, OFFERED)
    made = await _submitted(room, URGENT)
    for who in (FIRST, SECOND):
        await _approve(room, made, who)
    runner = room.fan_out(chunk=2)
    assert await runner.step() == 2
    room.later(hours=3)
    while await runner.step():
        pass
    sms = ScriptedChannel("sms")
    await room.drain(_dispatcher(room, sms))
    assert not sms.parcels
    assert Counter(await room.states()) == Counter({"failed": 2})
    assert (await _get(room, made.id)).status == "done"
    assert sum([len(await _ways(one)) for one in people]) == 2


async def test_an_emergency_goes_every_way_at_once_and_before_other_campaigns(room: Room) -> None:
    (person,) = room.people.add()
    room.people.accounts[person, "wechat"] = "openid"
    await _released(room, WORDS)
    await _released(room, URGENT)
    wechat, sms = ScriptedChannel("wechat", needs_phone=False), ScriptedChannel("sms")
    await _dispatcher(room, wechat, sms).step()
    assert [one.category for one in (*wechat.parcels, *sms.parcels)] == ["emergency", "emergency"]


async def test_an_exercise_says_so_everywhere(room: Room) -> None:
    (person,) = room.people.add()
    await _released(room, replace(URGENT, exercise=True))
    await room.drain(_dispatcher(room, room.console()))
    page = await room.notify.inbox.page(await room.database.reading(PORTAL), person)
    (said,) = await sent_to(await room.database.reading(PORTAL), room.vault, room.people.numbers[person] or "")
    for text in (page.notices[0].title, page.notices[0].body, said.text):
        assert EXERCISE in text
    assert said.text.endswith(EXERCISE)


async def test_more_than_the_limit_rings_at_nobody_and_says_why(room: Room) -> None:
    (person,) = room.people.add()
    room.people.accounts[person, "wechat"] = "openid"
    rules = replace(OFFERED, caps={"information": 2}, cap_days=7)
    words = replace(WORDS, category="information")
    for n in range(3):
        await _released(room, replace(words, title=f"第 {n} 条"), rules)
    assert [way for way, _ in await _ways(person)] == ["wechat", "wechat"]
    rows = await sql.rows("SELECT left_out, reason FROM notify_ladders ORDER BY id DESC LIMIT 1")
    assert sql.document(rows[0]["left_out"])["wechat"] == rows[0]["reason"] == "often-enough"
    for other in (WORDS, URGENT):  # other bases pass
        await _released(room, other, rules)
    assert len(await _ways(person)) == 5
    room.later(days=7)
    await _released(room, words, rules)
    assert len(await _ways(person)) == 6
