"""Ladders of campaigns are judged many at once, silent ones and those whose step failed, as the rule of one notice
would judge each."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from notify import campaign_ladders, ladders
from notify.campaign_ladders import CampaignWork, climb_silent
from notify.verdicts import Ending
from tests.notify.parts import NOON, PORTAL, REGION, Room

WAYS = ("wechat", "alipay", "oa", "webpush", "sms", "email", "paper")
STATES = ("pending", "submitting", "in_doubt", "sent", "unknown", "delivered", "read", "failed", "skipped")
STATUSES = ("sending", "done", "paused", "stopped")
_MESSAGE = (
    "INSERT INTO notify_messages (id, portal, region, recipient, event, template_version, category, dedupe_key, "
    "content, language, subject, lane, campaign_id, created_at) "
    "VALUES ($1,$2,$3,$4,'campaign',1,$5,$6,$7,'zh-CN','',2,$8,$9)"
)
_INBOX = "INSERT INTO notify_inbox (id, portal, region, recipient, at, read_at) VALUES ($1,$2,$3,$4,$5,$6)"
_LADDER = (
    "INSERT INTO notify_ladders (id, portal, region, recipient, category, steps, left_out, held_until, at_step, "
    "state, reason, next_at, decided_at, campaign_id) VALUES ($1,$2,$3,$4,$5,$6,'{}',$7,$8,'climbing','',$9,$10,$11)"
)
_DELIVERY = (
    "INSERT INTO notify_deliveries (id, message_id, portal, region, channel, step, lane, state, attempt, next_at, "
    "expires_at, client_msg_id, provider_ref, reason, campaign_id, updated_at) "
    "VALUES ($1,$2,$3,$4,$5,$6,2,$7,0,$8,$9,$10,'','',$11,$12)"
)


async def _campaign(status: str) -> UUID:
    made = new_id()
    await sql.execute(
        "INSERT INTO campaigns (id, portal, region, title, body, category, audience_region, audience_item, "
        "audience_label, fills, content_hash, status, author_id, author_no, editor_id, approver_no, reason, people, "
        "expanded, planned, reached, failed, skipped, all_expanded, created_at, updated_at) VALUES "
        "($1,$2,$3,'t','b','service','','','','{}','x',$4,$5,'S1',$5,'','',0,0,0,0,0,0,$6,$7,$7)",
        made, PORTAL, REGION, status, new_id(), True, NOON,
    )  # fmt: skip
    return made


class _Histories:
    """Ladders as a campaign leaves them, each twice: one that is judged with the others, one that is judged alone."""

    def __init__(self, seed: int, *, ahead: bool = False) -> None:
        self.dice, self.ahead = random.Random(seed), ahead
        self.rows: dict[str, list[tuple[Any, ...]]] = {text: [] for text in (_MESSAGE, _INBOX, _LADDER, _DELIVERY)}
        self.twins: list[tuple[UUID, UUID]] = []
        self.campaigns: list[tuple[UUID, UUID]] = []

    async def make(self, count: int) -> None:
        self.campaigns = [(await _campaign(status), await _campaign(status)) for status in STATUSES]
        for _ in range(count):
            self._one()
        for text, values in self.rows.items():
            await sql.execute_many(text, values)

    def _one(self) -> None:
        dice = self.dice
        chosen = [way for way in WAYS if dice.random() < 0.45] or ["sms"]
        steps = [[way, dice.choice((30, 60, 240))] for way in chosen]
        at_step = dice.randrange(-1, len(steps))
        category, read = dice.choice(("service", "information", "statutory")), dice.random() < 0.2
        due = NOON + (NOON - self._ago()) if self.ahead and dice.random() < 0.7 else self._ago()
        held = NOON + timedelta(minutes=45) if dice.random() < 0.2 else None
        tried = [(way, number) for number, (way, _) in enumerate(steps[: at_step + 1])]
        if dice.random() < 0.2:  # an operator sent it again by another way, or by one whose turn had not come
            tried += [(way, 90) for way in dice.sample(WAYS[:-1], 1) if way not in dict(tried)]
        lost = dice.random() < 0.05  # a step without its delivery
        made = [(*one, dice.choice(STATES), self._ago(), self._ago()) for one in tried[lost:]]
        pair = (new_id(), new_id())
        self.twins.append(pair)
        for message, campaign_id, many in zip(pair, dice.choice(self.campaigns), (True, False), strict=True):
            person = new_id()
            self.rows[_MESSAGE].append(
                (message, PORTAL, REGION, person, category, f"c:{message}", b"", campaign_id, NOON)
            )
            self.rows[_INBOX].append((message, PORTAL, REGION, person, NOON, NOON if read else None))
            self.rows[_LADDER].append(
                (message, PORTAL, REGION, person, category, sql.to_json(steps), held, at_step, due, NOON,
                 campaign_id if many else None)
            )  # fmt: skip
            for way, number, state, next_at, updated in made:
                self.rows[_DELIVERY].append(
                    (new_id(), message, PORTAL, REGION, way, number + 2, state, next_at, NOON + timedelta(days=3),
                     f"{message.hex}-{way}", campaign_id, updated)
                )  # fmt: skip

    def _ago(self) -> datetime:
        return NOON - timedelta(minutes=self.dice.choice((1, 29, 30, 31, 59, 60, 61, 239, 241, 500)))


async def _stands(message: UUID) -> Any:
    (ladder,) = await sql.rows("SELECT at_step, state, reason, next_at FROM notify_ladders WHERE id = $1", message)
    ladder["next_at"] = sql.instant_or_none(ladder["next_at"])
    ways = await sql.rows(
        "SELECT channel, step, lane, state, attempt, next_at, expires_at FROM notify_deliveries WHERE message_id = $1 "
        "ORDER BY channel",
        message,
    )
    return ladder, [{**way, **{at: sql.instant(way[at]) for at in ("next_at", "expires_at")}} for way in ways]


async def _counts(campaign_id: UUID) -> Any:
    return await sql.row("SELECT status, planned FROM campaigns WHERE id = $1", campaign_id)


async def _rounds(room: Room, seed: int, count: int) -> _Histories:
    made = _Histories(seed)
    await made.make(count)
    for minutes in (0, 31, 30, 200, 300):
        room.later(minutes=minutes)
        while await room.database.unit_of_work("", lambda unit: climb_silent(unit, 50)):
            pass
        while await room.database.unit_of_work("", ladders.climb):
            pass
    return made


@pytest.mark.parametrize("seed", [1, 2])
async def test_many_at_once_end_where_one_by_one_would(room: Room, seed: int) -> None:
    made = await _rounds(room, seed, 150)
    for many, one in made.twins:
        assert await _stands(many) == await _stands(one)
    for many, one in made.campaigns:
        assert await _counts(many) == await _counts(one)
    ends = await sql.rows("SELECT DISTINCT reason FROM notify_ladders WHERE campaign_id IS NOT NULL")
    assert {row["reason"] for row in ends} >= {
        "arrived", "read", "stopped", "paper", "no-answer", "nothing-left", "",
    }  # fmt: skip


async def test_a_piece_that_is_cut_off_moves_nobody_and_two_at_it_move_each_once(room: Room) -> None:
    made = _Histories(3)
    await made.make(40)
    before = [await _stands(many) for many, _ in made.twins]

    async def dies(unit: Unit) -> None:
        assert await climb_silent(unit)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await room.database.unit_of_work("", dies)
    assert [await _stands(many) for many, _ in made.twins] == before

    async def works() -> None:
        while await room.database.unit_of_work("", lambda unit: climb_silent(unit, 7)):
            pass

    await asyncio.gather(works(), works())
    await room.database.unit_of_work("", ladders.climb)
    for many, one in made.twins:
        assert await _stands(many) == await _stands(one)
    doubled = await sql.rows(
        "SELECT message_id FROM notify_deliveries GROUP BY message_id, channel HAVING count(*) > 1"
    )
    assert doubled == []


async def test_campaigns_work_is_a_chunk_of_people_and_a_piece_of_ladders(room: Room) -> None:
    class Nothing:
        async def step(self) -> int:
            return 0

    await _Histories(4).make(10)
    work = CampaignWork(Nothing(), room.database.unit_of_work)
    assert (await work.step(), await work.step()) == (10, 0)


async def _endings(pairs: list[tuple[UUID, UUID]]) -> tuple[list[Ending], list[Ending]]:
    """Every delivery of these ladders as if it had ended just now: of those that know their campaign, and of their
    twins, of whom nobody says that they belong to one."""
    many: list[Ending] = []
    one: list[Ending] = []
    for told, twin in pairs:
        for message, made, campaign in ((told, many, True), (twin, one, False)):
            rows = await sql.rows(
                "SELECT id, channel, state, campaign_id FROM notify_deliveries WHERE message_id = $1 ORDER BY channel",
                message,
            )
            made += [
                Ending(sql.uid(row["id"]), message, row["channel"], row["state"], "x",
                       sql.uid(row["campaign_id"]) if campaign else None)
                for row in rows
            ]  # fmt: skip
    return many, one


@pytest.mark.parametrize("seed", [5, 6])
async def test_failed_steps_of_a_batch_climb_as_one_by_one_would(room: Room, seed: int) -> None:
    made = _Histories(seed, ahead=True)
    await made.make(150)
    many, one = await _endings(made.twins)
    went_on = await room.database.unit_of_work("", lambda unit: campaign_ladders.ended(unit, many))
    expected = await room.database.unit_of_work("", lambda unit: ladders.ended(unit, one))
    assert {told in went_on for told, _ in made.twins} == {True, False}
    for told, twin in made.twins:
        assert await _stands(told) == await _stands(twin)
        assert (told in went_on) == (twin in expected)
    for told, twin in made.campaigns:
        assert await _counts(told) == await _counts(twin)


async def test_ladders_begun_before_they_knew_their_campaign_climb_with_the_others(room: Room) -> None:
    made = _Histories(7, ahead=True)
    await made.make(60)
    await sql.execute("UPDATE notify_ladders SET campaign_id = NULL")
    many, one = await _endings(made.twins)
    await room.database.unit_of_work("", lambda unit: campaign_ladders.ended(unit, many))
    await room.database.unit_of_work("", lambda unit: ladders.ended(unit, one))
    for told, twin in made.twins:
        assert await _stands(told) == await _stands(twin)
    known = await sql.rows(
        "SELECT l.id FROM notify_ladders l JOIN notify_messages m ON m.id = l.id AND m.campaign_id = l.campaign_id"
    )
    failed = {ending.message_id for ending in many if ending.state in ladders.FAILED}
    assert {sql.uid(row["id"]) for row in known} == failed


async def test_a_batch_of_failures_takes_as_many_statements_as_one(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _Histories(8)
    await made.make(80)
    texts: list[str] = []
    for name in ("rows", "execute"):
        real = getattr(sql, name)

        def noted(text: str, *values: Any, real: Any = real) -> Any:
            texts.append(text)
            return real(text, *values)

        monkeypatch.setattr(sql, name, noted)

    async def takes(endings: list[Ending]) -> int:
        async def decide(unit: Unit) -> int:
            texts.clear()
            await campaign_ladders.ended(unit, endings)
            return len([text for text in texts if "UPDATE campaigns" not in text])

        return await room.database.unit_of_work("", decide)

    failed = [one for one in (await _endings(made.twins))[0] if one.state in ladders.FAILED]
    assert len({one.message_id for one in failed}) > 30
    assert await takes(failed) <= 3
    assert await takes(failed[:1]) <= 3
    assert await takes([]) == 0


async def test_of_two_batches_with_the_same_failures_one_moves_each_ladder(room: Room) -> None:
    made = _Histories(9)
    await made.make(40)
    many, one = await _endings(made.twins)
    both = await asyncio.gather(
        *(room.database.unit_of_work("", lambda unit: campaign_ladders.ended(unit, many)) for _ in range(2))
    )
    expected = await room.database.unit_of_work("", lambda unit: ladders.ended(unit, one))
    assert {told for told, twin in made.twins if twin in expected} <= both[0] | both[1]
    doubled = await sql.rows(
        "SELECT message_id FROM notify_deliveries GROUP BY message_id, channel HAVING count(*) > 1"
    )
    assert doubled == []
