"""Receipts and doubts are settled a page at a time, and end where the rule of one receipt would end each."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from notify import campaign_ladders, doubts, providers, receipts
from notify.channel import Outcome, Parcel
from notify.queue import Claimed
from notify.receipts import Receipts, Said
from tests.notify.parts import NOON, PORTAL, REGION, Room, ScriptedChannel

OPEN = ("pending", "submitting", "in_doubt")
STATES = (*OPEN, "sent", "sent", "unknown", "delivered", "failed")
_CAMPAIGN = (
    "INSERT INTO campaigns (id, portal, region, title, body, category, audience_region, audience_item, audience_label, "
    "fills, content_hash, status, author_id, author_no, editor_id, approver_no, reason, people, expanded, planned, "
    "reached, failed, skipped, all_expanded, created_at, updated_at) VALUES "
    "($1,$2,$3,'t','b','service','','','','{}','x','sending',$4,'S1',$4,'','',0,0,100000,0,0,0,$5,$6,$6)"
)
_MESSAGE = (
    "INSERT INTO notify_messages (id, portal, region, recipient, event, template_version, category, dedupe_key, "
    "content, language, subject, lane, campaign_id, created_at) "
    "VALUES ($1,$2,$3,$4,'campaign',1,'service',$5,$6,'zh-CN','',2,$7,$8)"
)
_DELIVERY = (
    "INSERT INTO notify_deliveries (id, message_id, portal, region, channel, provider, step, lane, state, attempt, "
    "next_at, expires_at, client_msg_id, provider_ref, reason, campaign_id, updated_at) "
    "VALUES ($1,$2,$3,$4,'wechat',$5,2,2,$6,1,$7,$8,$9,$10,'',$11,$12)"
)
_LADDER = (
    "INSERT INTO notify_ladders (id, portal, region, recipient, category, steps, left_out, at_step, state, reason, "
    "next_at, decided_at, campaign_id) VALUES ($1,$2,$3,$4,'service',$5,'{}',0,'climbing','',$6,$6,$7)"
)


@dataclass
class Told:
    """A delivery, what providers say of it in order, and what the rule makes of that."""

    message: UUID
    provider: str
    state: str
    before: timedelta
    said: list[tuple[str, Said]] = field(default_factory=list)

    @property
    def client(self) -> str:
        return f"{self.message.hex}-wechat"

    def values(self, campaign: UUID) -> tuple[Any, ...]:
        return (
            new_id(), self.message, PORTAL, REGION, self.provider, self.state, NOON, NOON + timedelta(days=3),
            self.client, f"ref-{self.message.hex}", campaign, NOON - self.before,
        )  # fmt: skip

    def model(self) -> tuple[str, dict[str, str]]:
        """The final state, and what each receipt is noted as."""
        state, notes = self.state, dict[str, str]()
        for provider, one in self.said:
            if one.receipt_id in notes:
                continue
            if self.provider not in ("", provider):
                notes[one.receipt_id] = "foreign"
                continue
            after = receipts.after(state, one.outcome)
            notes[one.receipt_id] = "late" if after == state else "applied"
            state = after
        return state, notes


def _told(dice: random.Random) -> Told:
    provider = dice.choice(("one", "one", ""))
    made = Told(new_id(), provider, dice.choice(STATES), timedelta(minutes=dice.choice((1, 9))))
    for number in range(dice.randrange(5)):
        by_reference = provider == "one" and dice.random() < 0.4
        said = Said(
            f"{made.message.hex}-{number}", dice.choice(("delivered", "failed", "read")),
            "" if by_reference else made.client, f"ref-{made.message.hex}" if by_reference else "", f"r{number}",
        )  # fmt: skip
        source = "one" if by_reference or dice.random() < 0.9 else "other"
        made.said += [(source, said)] * (2 if dice.random() < 0.2 else 1)
    return made


async def _campaign() -> UUID:
    made = new_id()
    await sql.execute(_CAMPAIGN, made, PORTAL, REGION, new_id(), True, NOON)
    return made


async def _stored(told: list[Told], campaign: UUID, *, ladders: bool = False) -> None:
    await sql.execute_many(
        _MESSAGE,
        [(t.message, PORTAL, REGION, new_id(), f"c:{t.message}", b"", campaign, NOON) for t in told],
    )
    await sql.execute_many(_DELIVERY, [t.values(campaign) for t in told])
    if ladders:
        steps = sql.to_json([["wechat", 240], ["sms", 240]])
        due = NOON + timedelta(hours=4)
        await sql.execute_many(
            _LADDER, [(t.message, PORTAL, REGION, new_id(), steps, due, campaign) for t in told]
        )  # fmt: skip


async def _figures(campaign: UUID) -> tuple[int, int, int]:
    row = await sql.row("SELECT reached, failed, skipped FROM campaigns WHERE id = $1", campaign)
    assert row is not None
    return row["reached"], row["failed"], row["skipped"]


async def _take(room: Room, provider: str, page: list[Said], door: Receipts | None = None) -> int:
    door = door or room.notify.receipts
    return await room.database.unit_of_work("", lambda unit: door.take(unit, provider, page))


def _pages(told: list[Told], dice: random.Random) -> list[tuple[str, list[Said]]]:
    """All that is said, each delivery's in its order among the others', in bodies of one provider."""
    left = [list(one.said) for one in told if one.said]
    pages: list[tuple[str, list[Said]]] = []
    while left:
        queue = dice.choice(left)
        provider, said = queue.pop(0)
        if not pages or pages[-1][0] != provider or len(pages[-1][1]) == 60:
            pages.append((provider, []))
        pages[-1][1].append(said)
        left = [one for one in left if one]
    return pages


@pytest.mark.parametrize("early", [0.0, 0.4])
async def test_pages_of_receipts_end_where_the_rule_of_one_says(room: Room, early: float) -> None:
    """Doubled, out of order, foreign, by our id or the provider's reference; some before their delivery is known."""
    dice = random.Random(7)
    told = [_told(dice) for _ in range(250)]
    unknown = [one for one in told if dice.random() < early]
    campaign = await _campaign()
    await _stored([one for one in told if one not in unknown], campaign)
    for provider, page in _pages(told, dice):
        await _take(room, provider, page)
        room.later(seconds=1)
    await _stored(unknown, campaign)
    while await room.database.unit_of_work("", lambda unit: receipts.apply_waiting(unit, 20)):
        pass
    states = {sql.uid(r["message_id"]): r["state"] for r in await sql.rows("SELECT * FROM notify_deliveries")}
    notes = {row["receipt_id"]: row["note"] for row in await sql.rows("SELECT * FROM notify_receipts")}
    reached, failed = 0, 0
    for one in told:
        state, noted = one.model()
        assert (one.said, states[one.message]) == (one.said, state)
        assert {name: notes[name] for name in noted} == noted
        reached += one.state in OPEN and state in ("delivered", "read")
        reached -= one.state in ("sent", "unknown") and state == "failed"
        failed += one.state != "failed" and state == "failed"
    assert await _figures(campaign) == (reached, failed, 0)
    assert set(notes.values()) == {"applied", "late", "foreign"}


async def test_a_page_is_counted_once_however_often_and_by_however_many_it_is_applied(room: Room) -> None:
    campaign, told = await _campaign(), [Told(new_id(), "one", "in_doubt", timedelta(minutes=9)) for _ in range(40)]
    page = [Said(f"r{n}", "delivered", one.client) for n, one in enumerate(told)]
    assert await _take(room, "one", page) == 40
    await _stored(told, campaign)
    await asyncio.gather(
        *(room.database.unit_of_work("", receipts.apply_waiting) for _ in range(3)),
        *(_take(room, "one", [*reversed(page), *page]) for _ in range(3)),
    )
    while await room.database.unit_of_work("", receipts.apply_waiting):
        pass
    assert await _figures(campaign) == (40, 0, 0)
    figures = await room.database.unit_of_work("", lambda unit: providers.figures(unit, "wechat"))
    assert (figures["one"].answered, figures["one"].slow) == (40, 40)


async def test_a_process_that_dies_in_a_page_has_applied_nothing_of_it(room: Room) -> None:
    campaign, told = await _campaign(), [Told(new_id(), "one", "sent", timedelta()) for _ in range(20)]
    await _stored(told, campaign, ladders=True)
    page = [Said(f"r{n}", "failed", one.client) for n, one in enumerate(told)]
    door = Receipts(room.vault, campaign_ladders.ended)

    async def dies(unit: Unit) -> None:
        await door.take(unit, "one", page)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await room.database.unit_of_work("", dies)
    assert await sql.rows("SELECT id FROM notify_receipts") == []
    assert await room.states("wechat") == {"sent": 20} and await room.states("sms") == {}
    assert [await _take(room, "one", page, door) for _ in range(2)] == [20, 0]
    assert await room.states("wechat") == {"failed": 20} and await room.states("sms") == {"pending": 20}
    assert await _figures(campaign) == (-20, 0, 20)  # they were counted as reached, and go another way now


async def test_what_came_early_is_applied_before_what_comes_now(room: Room) -> None:
    (one,), campaign = [Told(new_id(), "one", "sent", timedelta())], await _campaign()
    await _take(room, "one", [Said("early", "delivered", "", f"ref-{one.message.hex}")])
    await _stored([one], campaign)
    await _take(room, "one", [Said("now", "failed", one.client)])
    assert await room.states("wechat") == {"delivered": 1}
    notes = {row["receipt_id"]: row["note"] for row in await sql.rows("SELECT receipt_id, note FROM notify_receipts")}
    assert notes == {"early": "applied", "now": "late"}


async def test_a_page_takes_as_many_statements_as_one(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign, told = await _campaign(), [Told(new_id(), "one", "sent", timedelta()) for _ in range(60)]
    await _stored(told, campaign, ladders=True)
    texts: list[str] = []
    for name in ("rows", "execute", "execute_many"):
        real = getattr(sql, name)

        def noted(text: str, *values: Any, real: Any = real) -> Any:
            texts.append(text)
            return real(text, *values)

        monkeypatch.setattr(sql, name, noted)
    door = Receipts(room.vault, campaign_ladders.ended)

    async def takes(page: list[Told]) -> int:
        said = [Said(one.client, "failed", one.client) for one in page]

        async def decide(unit: Unit) -> int:
            texts.clear()
            await door.take(unit, "one", said)
            return len(texts)

        return await room.database.unit_of_work("", decide)

    assert await takes(told[1:]) == await takes(told[:1]) <= 13
    assert await room.states("sms") == {"pending": 60}


class Silent(ScriptedChannel):
    """A provider that can be asked and does not know."""

    async def lookup(self, parcel: Parcel, since: object) -> Outcome | None:
        return None


async def test_doubts_are_settled_by_pages_and_put_off_in_one_statement(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubts, "PAGE", 4)
    campaign, told = await _campaign(), [Told(new_id(), "", "in_doubt", timedelta()) for _ in range(18)]
    await _stored(told, campaign, ladders=True)
    dispatcher = room.dispatcher(Silent("wechat", needs_phone=False))
    room.later(minutes=1)

    async def asked(unit: Unit) -> list[Claimed]:
        return await doubts.take(unit, ["wechat"], limit=9, lease=timedelta(seconds=30))

    put_off = await room.database.unit_of_work("", asked)
    await room.database.unit_of_work("", lambda unit: doubts.ask_later(unit, put_off, NOON + timedelta(hours=1)))
    later = await sql.rows("SELECT id FROM notify_deliveries WHERE lease_id IS NULL AND next_at > $1", NOON)
    assert len(put_off) == len(later) == 9
    await sql.execute(
        "UPDATE notify_deliveries SET next_at = $1, updated_at = $2, expires_at = CASE WHEN next_at > $1 THEN $1 "
        "ELSE expires_at END",
        NOON, NOON - timedelta(hours=1),
    )  # fmt: skip
    await dispatcher.sweep()
    assert await room.states("wechat") == {"pending": 9, "failed": 9}
    assert await _figures(campaign) == (0, 9, 0)
    assert Counter(r["reason"] for r in await sql.rows("SELECT reason FROM notify_deliveries")) == {
        "": 9,
        "in-doubt": 9,
    }
