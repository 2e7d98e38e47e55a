"""Campaigns: never released by their own writers, never other words or people than were read, never twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

import pytest

from config.floor import sql
from config.floor.refusal import Refusal
from config.floor.unit import Actor, Unit
from notify import campaigns
from notify.campaign_preview import Preview
from notify.campaign_record import CampaignRecord
from notify.campaign_rules import CampaignWords
from notify.errors import (
    AudienceChanged,
    CampaignBlocked,
    CampaignMissing,
    ContentChanged,
    SamePerson,
    WrongState,
)
from notify.ladder import Choice
from tests.notify.parts import PORTAL, REGION, WORDS, Room, ScriptedChannel, staff

T = TypeVar("T")
AUTHOR, EDITOR, SUBMITTER, APPROVER = staff(1), staff(2), staff(3), staff(4)


async def test_from_draft_to_done(room: Room) -> None:
    people = room.people.add(12)
    made = await _submitted(room)
    assert (made.status, made.people) == ("submitted", 12)
    assert isinstance(await _approve(room, made), CampaignRecord)
    await _send(room, chunk=5)
    done = await _get(room, made.id)
    assert done.status == "done"
    assert (done.progress.expanded, done.progress.planned, done.progress.reached) == (12, 24, 24)
    page = await room.notify.inbox.page(await room.database.reading(PORTAL), people[3])
    assert [notice.body for notice in page.notices] == ["王*3您好，社保卡换卡现在可以线上办。"]


@pytest.mark.parametrize("people", [1, 3, 4, 6, 7])
async def test_an_audience_is_fixed_whole_whatever_its_pieces(
    room: Room, people: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns, "PIECE", 3)
    ids = room.people.add(people)
    made = await _submitted(room)
    assert isinstance(await _approve(room, made), CampaignRecord)
    rows = await sql.rows("SELECT recipient FROM campaign_recipients WHERE campaign_id = $1", made.id)
    assert sorted(sql.uid(row["recipient"]) for row in rows) == sorted(ids)
    if sql.is_postgres():
        told = await sql.row("SELECT reltuples AS n FROM pg_class WHERE oid = 'campaign_recipients'::regclass")
        assert told is not None
        assert (told["n"] == people) == (people >= 3), "the planner knows of a long list at once"


async def test_whoever_had_another_notice_to_many_these_days_is_counted_before_the_next(room: Room) -> None:
    room.people.add(3)
    unit = await room.database.reading(PORTAL)
    assert (await room.campaigns.preview(unit, WORDS, "")).again == 0
    for _ in range(2):
        assert isinstance(await _approve(room, await _submitted(room)), CampaignRecord)
    room.people.add(2)
    seen = await room.campaigns.preview(await room.database.reading(PORTAL), WORDS, "")
    assert (seen.people, seen.again) == (5, 3)


async def test_fifty_approvals_by_its_own_people_never_succeed(room: Room) -> None:
    room.people.add(3)
    made = await _submitted(room)
    own = [AUTHOR, EDITOR, SUBMITTER]
    answers = await asyncio.gather(*(_approve(room, made, own[n % 3]) for n in range(50)))
    assert {type(answer) for answer in answers} == {SamePerson}
    assert (await _get(room, made.id)).status == "submitted"
    assert await room.fan_out().step() == 0


async def test_the_database_itself_refuses_one_person(room: Room) -> None:
    room.people.add(1)
    made = await _submitted(room)
    for own in (AUTHOR, EDITOR, SUBMITTER):
        with pytest.raises(Exception, match="campaigns_two_people"):
            await sql.execute("UPDATE campaigns SET approver_id = $1 WHERE id = $2", own.id, made.id)
    assert (await _get(room, made.id)).status == "submitted"


async def test_of_many_approvers_one_wins(room: Room) -> None:
    room.people.add(3)
    made = await _submitted(room)
    answers = await asyncio.gather(*(_approve(room, made, staff(10 + n)) for n in range(8)))
    assert sum(isinstance(answer, CampaignRecord) for answer in answers) == 1
    assert {type(answer) for answer in answers} == {CampaignRecord, WrongState}


async def test_an_edit_voids_what_was_submitted_and_what_was_approved(room: Room) -> None:
    room.people.add(3)
    made = await _submitted(room)
    other = replace(WORDS, body="((姓名))您好，今天停办。")
    edited = await _edit(room, made.id, other)
    assert (edited.status, edited.people) == ("draft", 0)
    assert isinstance(await _approve(room, made), WrongState)
    again = await _do(room, lambda unit: room.campaigns.submit(unit, SUBMITTER, made.id))
    assert isinstance(await _approve(room, made), ContentChanged)
    assert isinstance(await _approve(room, again), CampaignRecord)
    assert (await _edit(room, made.id, WORDS)).status == "draft"
    assert await room.fan_out().step() == 0
    assert await sql.rows("SELECT id FROM campaign_recipients") == []


async def test_another_number_of_people_is_refused_and_shown(room: Room) -> None:
    room.people.add(3)
    made = await _submitted(room)
    room.people.add(2)
    refused = await _approve(room, made)
    assert isinstance(refused, AudienceChanged)
    assert refused.facts == {"people": 5}
    now = await _get(room, made.id)
    assert now.people == 5
    assert isinstance(await _approve(room, now), CampaignRecord)


async def test_every_part_of_the_words_is_in_the_hash() -> None:
    changes: list[CampaignWords] = [
        replace(WORDS, title="x"), replace(WORDS, body="x"), replace(WORDS, category="information"),
        replace(WORDS, region="511600000000"), replace(WORDS, item="card"), replace(WORDS, fills={"日期": "今天"}),
    ]  # fmt: skip
    assert len({WORDS.content_hash, *(change.content_hash for change in changes)}) == 7


async def test_a_rejected_one_goes_back_with_its_reason(room: Room) -> None:
    room.people.add(1)
    made = await _submitted(room)
    refused = await _do(room, lambda unit: room.campaigns.reject(unit, AUTHOR, made.id, "no"))
    assert isinstance(refused, SamePerson)
    back = await _do(room, lambda unit: room.campaigns.reject(unit, APPROVER, made.id, "缺少日期"))
    assert isinstance(back, CampaignRecord)
    assert (back.status, back.reason) == ("rejected", "缺少日期")
    assert (await _edit(room, made.id, WORDS)).status == "draft"


async def test_whoever_gave_one_back_finds_it_among_their_own_also_after_it_was_handed_in_again(room: Room) -> None:
    room.people.add(1)
    made = await _submitted(room)
    other = staff(9)

    async def mine(who: Actor) -> list[UUID]:
        page = await _do(room, lambda unit: room.campaigns.page(unit, show="mine", who=who.id))
        assert page.count == len(page.campaigns)
        return [one.id for one in page.campaigns]

    assert await mine(APPROVER) == await mine(other) == []
    await _do(room, lambda unit: room.campaigns.reject(unit, APPROVER, made.id, "缺少日期"))
    assert await mine(APPROVER) == [made.id]
    await _edit(room, made.id, WORDS)
    await _do(room, lambda unit: room.campaigns.submit(unit, SUBMITTER, made.id))
    await _do(room, lambda unit: room.campaigns.reject(unit, other, made.id, "还是缺少日期"))
    assert await mine(APPROVER) == await mine(other) == await mine(AUTHOR) == [made.id]
    assert await mine(staff(10)) == []


async def test_another_portal_sees_nothing(room: Room) -> None:
    made = await _submitted_of(room, 1)
    with pytest.raises(CampaignMissing):
        await room.database.unit_of_work("other", lambda unit: room.campaigns.get(unit, made.id))
    page = await room.database.unit_of_work("other", lambda unit: room.campaigns.page(unit))
    assert page.campaigns == ()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (replace(WORDS, title=""), "title-empty"),
        (replace(WORDS, body="((手机号))"), "placeholder-unknown"),
        (replace(WORDS, body="((事项))"), "placeholder-empty"),
        (replace(WORDS, body="((姓名)您好"), "placeholder-broken"),
        (replace(WORDS, body="字" * 600), "too-long"),
        (replace(WORDS, item="nothing"), "item-unknown"),
        (replace(WORDS, item="card"), "audience-empty"),
    ],
)
async def test_what_blocks_is_named_and_cannot_be_submitted(room: Room, words: CampaignWords, code: str) -> None:
    room.people.add(2)
    preview = await _preview(room, words)
    assert code in {remark.code for remark in preview.blockers}
    made = await _do(room, lambda unit: room.campaigns.draft(unit, AUTHOR, REGION, words))
    with pytest.raises(CampaignBlocked):
        await _do(room, lambda unit: room.campaigns.submit(unit, SUBMITTER, made.id))


async def test_a_preview_shows_people_reach_parts_and_real_examples(room: Room) -> None:
    people = room.people.add(10)
    room.people.names[people[0]] = ""
    room.people.applicants["card"] = people[:6]

    async def mute(unit: Unit) -> None:
        await room.notify.preferences.choose(unit, people[1], REGION, {"service": Choice(sms=False, live=True)})
        await room.notify.preferences.choose(unit, people[9], REGION, {"service": Choice(sms=False, live=False)})

    await room.database.unit_of_work(PORTAL, mute)
    words = replace(
        WORDS, body="((姓名))您好，((地区))的((事项))在((日期))可以办。", item="card", fills={"日期": "周二"}
    )
    preview = await _preview(room, words)
    assert preview.blockers == ()
    assert (preview.people, preview.parts) == (6, 1)
    assert (preview.reach.inbox, preview.reach.most["sms"], preview.reach.live) == (6, 5, 6)
    assert [example.body for example in preview.examples][:2] == [
        "居民朋友您好，示范区的社保卡换卡在周二可以办。",
        "王*1您好，示范区的社保卡换卡在周二可以办。",
    ]
    assert preview.examples[1].sms.startswith("【一码通办】王*1")
    informed = await _preview(room, replace(words, category="information"))
    assert informed.reach.most == {"sms": 0}
    long = await _preview(room, replace(WORDS, body="字" * 80))
    assert [remark.code for remark in long.warnings] == ["many-parts"]


async def test_stopping_leaves_out_what_was_not_sent(room: Room) -> None:
    room.people.add(30)
    made = await _submitted(room)
    await _approve(room, made)
    fan_out, channel = room.fan_out(chunk=10), ScriptedChannel()
    assert await fan_out.step() == 10
    dispatcher = room.dispatcher(channel, batch=4)
    await dispatcher.step()
    stopped = await _do(room, lambda unit: room.campaigns.stop(unit, made.id))
    assert isinstance(stopped, CampaignRecord)
    assert await fan_out.step() == 0
    await room.drain(dispatcher)
    now = await _get(room, made.id)
    assert now.status == "stopped"
    assert (now.progress.expanded, now.progress.planned) == (10, 20)
    assert now.progress.reached + now.progress.skipped == 20
    assert now.progress.skipped == 16
    assert isinstance(await _do(room, lambda unit: room.campaigns.stop(unit, made.id)), WrongState)


async def test_a_retry_that_comes_due_after_the_stop_is_left_out(room: Room) -> None:
    room.people.add(1)
    made = await _submitted(room)
    await _approve(room, made)
    await room.fan_out().step()
    claimed_then_back = room.dispatcher(channel := ScriptedChannel(), batch=5)
    await sql.execute("UPDATE notify_deliveries SET lease_until = $1", (await _now(room)).replace(hour=23))
    await _do(room, lambda unit: room.campaigns.stop(unit, made.id))
    await sql.execute("UPDATE notify_deliveries SET lease_until = NULL")
    await room.drain(claimed_then_back)
    assert not channel.seen
    assert await room.states() == {"skipped": 1}


async def test_two_processes_and_many_cuts_make_every_notice_once(room: Room) -> None:
    people = room.people.add(57)
    made = await _submitted(room)
    await _approve(room, made)
    runners = [room.fan_out(chunk=5) for _ in range(3)]
    for _ in range(30):
        await asyncio.gather(*(runner.step() for runner in runners))
    rows = await sql.rows("SELECT recipient FROM notify_inbox")
    assert sorted(str(sql.uid(row["recipient"])) for row in rows) == sorted(map(str, people))
    now = await _get(room, made.id)
    assert (now.progress.expanded, now.progress.planned) == (57, 114)
    await room.drain(room.dispatcher(channel := ScriptedChannel()))
    assert set(channel.seen.values()) == {1}
    assert len(channel.seen) == 57
    assert (await _get(room, made.id)).status == "done"


async def test_a_chunk_that_fails_is_done_again_whole(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.people.add(6)
    made = await _submitted(room)
    await _approve(room, made)
    fan_out = room.fan_out(chunk=4)

    async def broken(unit: Unit, ids: object) -> dict[UUID, str]:
        raise ConnectionError("lost")

    with monkeypatch.context() as patch:
        patch.setattr(room.people, "masked", broken)
        with pytest.raises(ConnectionError):
            await fan_out.step()
    assert (await _get(room, made.id)).progress.expanded == 0
    await _send(room, chunk=4)
    assert (await _get(room, made.id)).progress.expanded == 6


async def test_the_list_pages_newest_first(room: Room) -> None:
    room.people.add(1)
    ids = []
    for _ in range(25):
        ids.append((await _do(room, lambda unit: room.campaigns.draft(unit, AUTHOR, REGION, WORDS))).id)
        room.later(seconds=1)
    first = await _do(room, lambda unit: room.campaigns.page(unit))
    second = await _do(room, lambda unit: room.campaigns.page(unit, first.next_cursor))
    assert [one.id for one in (*first.campaigns, *second.campaigns)] == ids[::-1]
    assert second.next_cursor is None


async def test_what_is_not_there_is_missing(room: Room) -> None:
    with pytest.raises(CampaignMissing):
        await _do(room, lambda unit: room.campaigns.approve(unit, APPROVER, uuid4(), content_hash="x", people=1))


async def _do(room: Room, decide: Callable[[Unit], Awaitable[T]]) -> T:
    return await room.database.unit_of_work(PORTAL, decide)


async def _submitted(room: Room, words: CampaignWords = WORDS) -> CampaignRecord:
    """Written by one, edited by another, submitted by a third."""

    async def decide(unit: Unit) -> CampaignRecord:
        made = await room.campaigns.draft(unit, AUTHOR, REGION, words)
        await room.campaigns.edit(unit, EDITOR, made.id, words)
        return await room.campaigns.submit(unit, SUBMITTER, made.id)

    return await room.database.unit_of_work(PORTAL, decide)


async def _submitted_of(room: Room, people: int) -> CampaignRecord:
    room.people.add(people)
    return await _submitted(room)


async def _approve(room: Room, made: CampaignRecord, who: Actor = APPROVER) -> CampaignRecord | Refusal:
    async def decide(unit: Unit) -> CampaignRecord | Refusal:
        return await room.campaigns.approve(unit, who, made.id, content_hash=made.content_hash, people=made.people)

    return await room.database.unit_of_work(PORTAL, decide)


async def _edit(room: Room, campaign_id: UUID, words: CampaignWords) -> CampaignRecord:
    return await room.database.unit_of_work(PORTAL, lambda unit: room.campaigns.edit(unit, EDITOR, campaign_id, words))


async def _get(room: Room, campaign_id: UUID) -> CampaignRecord:
    return await room.campaigns.get(await room.database.reading(PORTAL), campaign_id)


async def _preview(room: Room, words: CampaignWords) -> Preview:
    return await room.campaigns.preview(await room.database.reading(PORTAL), words)


async def _send(room: Room, *, chunk: int) -> None:
    fan_out = room.fan_out(chunk)
    while await fan_out.step():
        pass
    await room.drain(room.dispatcher())


async def _now(room: Room) -> datetime:
    return (await room.database.reading(PORTAL)).now
