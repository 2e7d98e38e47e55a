"""Teams: a trial reaches nobody but its list, two people end it, a day's limit holds also where two release at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Refusal
from config.floor.unit import Unit
from notify.board import Board
from notify.campaign_record import CampaignRecord
from notify.errors import (
    FirstUnderWay,
    FollowExists,
    TeamLimitReached,
    TeamMissing,
    TestersFull,
    TrialNotAsked,
    TrialSamePerson,
)
from notify.teams import TESTERS, Team, Used
from tests.notify.parts import PORTAL, REGION, WORDS, Room, staff

TEAM = "区行政审批局"
AUTHOR, OTHER, THIRD = staff(1), staff(2), staff(3)


async def _known(room: Room, *, people_a_day: int = 0, cost_a_day: int = 0) -> Team:
    teams = room.campaigns.teams
    return await room.database.unit_of_work(
        PORTAL, lambda unit: teams.limit(unit, OTHER, TEAM, people_a_day=people_a_day, cost_a_day=cost_a_day)
    )


async def _submitted(room: Room, title: str = WORDS.title) -> CampaignRecord:
    async def write(unit: Unit) -> CampaignRecord:
        made = await room.campaigns.draft(unit, AUTHOR, REGION, replace(WORDS, title=title), TEAM)
        return await room.campaigns.submit(unit, AUTHOR, made.id)

    return await room.database.unit_of_work(PORTAL, write)


async def _released(room: Room, made: CampaignRecord) -> CampaignRecord | Refusal:
    return await room.database.unit_of_work(
        PORTAL,
        lambda unit: room.campaigns.approve(unit, OTHER, made.id, content_hash=made.content_hash, people=made.people),
    )


async def test_while_on_trial_only_the_test_list_is_reached(room: Room) -> None:
    people = room.people.add(9)
    team, teams = await _known(room), room.campaigns.teams

    async def trial(unit: Unit) -> None:
        await teams.put_on_trial(unit, OTHER, team.id)
        for one in people[2:4]:
            await teams.add_tester(unit, AUTHOR, team.id, one)
            await teams.add_tester(unit, AUTHOR, team.id, one)
        await teams.remove_tester(unit, team.id, people[3])

    await room.database.unit_of_work(PORTAL, trial)
    unit = await room.database.reading(PORTAL)
    assert (await room.campaigns.preview(unit, WORDS, TEAM)).people == 1
    assert (await room.campaigns.preview(unit, WORDS, "another")).people == 9
    made = await _submitted(room)
    assert (made.people, made.trial) == (1, True)
    assert isinstance(await _released(room, made), CampaignRecord)
    rows = await sql.rows("SELECT recipient FROM campaign_recipients WHERE campaign_id = $1", made.id)
    assert [sql.uid(row["recipient"]) for row in rows] == [people[2]]


async def test_a_trial_is_ended_by_two_people(room: Room) -> None:
    team, teams = await _known(room), room.campaigns.teams

    async def story(unit: Unit) -> None:
        await teams.put_on_trial(unit, OTHER, team.id)
        with pytest.raises(TrialNotAsked):
            await teams.end_trial(unit, THIRD, team.id)
        await teams.ask_end(unit, OTHER, team.id)
        with pytest.raises(TrialSamePerson):
            await teams.end_trial(unit, OTHER, team.id)
        assert await teams.on_trial(unit, TEAM)
        await teams.end_trial(unit, THIRD, team.id)
        assert not await teams.on_trial(unit, TEAM)
        with pytest.raises(TrialNotAsked):
            await teams.ask_end(unit, OTHER, team.id)
        with pytest.raises(TeamMissing):
            await teams.get(unit, new_id())

    await room.database.unit_of_work(PORTAL, story)


async def test_a_days_limit_holds_where_two_release_at_once(room: Room) -> None:
    room.people.add(4)
    team = await _known(room, people_a_day=6)
    first, second = await _submitted(room), await _submitted(room, "另一条")
    answers = await asyncio.gather(_released(room, first), _released(room, second), return_exceptions=True)
    assert sorted(type(one).__name__ for one in answers) == ["CampaignRecord", "TeamLimitReached"]
    unit = await room.database.reading(PORTAL)
    assert await room.campaigns.teams.used(unit, [team], unit.today) == {team.id: Used(4, 0)}
    refused = await _released(room, first if isinstance(answers[1], CampaignRecord) else second)
    assert isinstance(refused, TeamLimitReached) and refused.facts == {"what": "people", "used": 4, "most": 6}
    room.later(days=1)
    again = await _released(room, first if isinstance(answers[1], CampaignRecord) else second)
    assert isinstance(again, CampaignRecord)


async def test_the_cost_of_short_messages_is_a_limit_too(room: Room) -> None:
    room.people.add(2)
    await _known(room, cost_a_day=100)
    made = await _submitted(room)
    await sql.execute("UPDATE campaigns SET sms_cost = 101 WHERE id = $1", made.id)
    refused = await _released(room, made)
    assert isinstance(refused, TeamLimitReached) and refused.facts["what"] == "cost"


async def test_a_test_list_is_short(room: Room) -> None:
    team, people = await _known(room), room.people.add(TESTERS + 1)

    async def fill(unit: Unit) -> None:
        for one in people[:TESTERS]:
            await room.campaigns.teams.add_tester(unit, AUTHOR, team.id, one)
        with pytest.raises(TestersFull):
            await room.campaigns.teams.add_tester(unit, AUTHOR, team.id, people[-1])

    await room.database.unit_of_work(PORTAL, fill)


async def test_a_correction_goes_once_and_only_when_its_people_are_known(room: Room) -> None:
    people = room.people.add(5)
    first = await _submitted(room)
    assert isinstance(await _released(room, first), CampaignRecord)
    await room.fan_out(chunk=2).step()

    async def correct(unit: Unit) -> CampaignRecord:
        return await room.campaigns.follow_up(unit, AUTHOR, first.id, "correction", WORDS)

    asked = await asyncio.gather(
        *(room.database.unit_of_work(PORTAL, correct) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in asked) == ["CampaignRecord", "FollowExists"]
    (made,) = [one for one in asked if isinstance(one, CampaignRecord)]
    with pytest.raises(FirstUnderWay):
        await room.database.unit_of_work(PORTAL, lambda unit: room.campaigns.submit(unit, AUTHOR, made.id))
    await room.database.unit_of_work(PORTAL, lambda unit: room.campaigns.stop(unit, first.id))
    ready = await room.database.unit_of_work(PORTAL, lambda unit: room.campaigns.submit(unit, AUTHOR, made.id))
    unit = await room.database.reading(PORTAL)
    assert ready.people == 2
    assert (await room.campaigns.preview(unit, WORDS, "", made.id)).people == 2
    assert isinstance(await _released(room, ready), CampaignRecord)
    rows = await sql.rows("SELECT recipient FROM campaign_recipients WHERE campaign_id = $1", made.id)
    assert sorted(sql.uid(row["recipient"]) for row in rows) == sorted(people)[:2]
    assert await Board().answered(unit, [first.id, made.id]) == {first.id: "correction"}
    await room.database.unit_of_work(PORTAL, lambda unit: room.campaigns.stop(unit, made.id))
    again = await room.database.unit_of_work(PORTAL, correct)

    async def put_away_and_back(unit: Unit) -> Refusal | CampaignRecord:
        await room.campaigns.discard(unit, again.id)
        await room.campaigns.follow_up(unit, AUTHOR, first.id, "correction", WORDS)
        return await room.campaigns.discard(unit, again.id, back=True)

    assert isinstance(await room.database.unit_of_work(PORTAL, put_away_and_back), FollowExists)
