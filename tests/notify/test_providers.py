"""Providers: asked about lost answers, split by share, cut off when they fail, kept within budget, believed once."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.floor import sql
from config.floor.unit import Unit
from notify import providers, receipt_rows
from notify.channel import Outcome, Parcel, Rejected, Retry, Sent, Unknown
from notify.channels.inbox import InboxChannel
from notify.dispatch import Dispatcher, DispatchOptions
from notify.ladder import Category
from notify.providers import ProviderOptions
from notify.receipts import Said
from notify.shares import Move
from tests.notify.parts import Room, ScriptedChannel


@dataclass
class Vendor(ScriptedChannel):
    """A channel of a provider that can be asked."""

    provider: str = "one"
    known: list[Outcome | None] = field(default_factory=list)
    asked: int = 0

    async def lookup(self, parcel: Parcel, sent_at: datetime) -> Outcome | None:
        self.asked += 1
        return self.known.pop(0) if self.known else None


async def test_an_answer_that_was_lost_is_asked_for_before_anything_is_sent_again(room: Room) -> None:
    for known, state, sends in (
        (Sent("late", delivered=True), "delivered", 1),
        (Rejected("number"), "failed", 1),
        (Retry("not-sent-before"), "sent", 2),
    ):
        vendor = Vendor(outcomes=[Unknown("timeout")], known=[None, known])
        dispatcher = await _told(room, state, vendor)
        assert (await room.states())["in_doubt"] == 1
        await dispatcher.sweep()
        assert vendor.asked == 0
        for _ in range(2):
            room.later(seconds=31)
            await dispatcher.sweep()
        room.later(seconds=31)
        await room.drain(dispatcher)
        assert ((await room.states())[state], sum(vendor.seen.values()), vendor.asked) == (1, sends, 2)


async def test_where_nobody_can_tell_a_notice_goes_again_and_a_code_is_dropped(room: Room) -> None:
    vendor = Vendor(outcomes=[Unknown("timeout"), Unknown("timeout")])
    dispatcher = await _told(room, "k", vendor)
    await room.code("13900000000")
    await room.drain(dispatcher)
    assert (await room.states())["in_doubt"] == 2
    room.later(minutes=2)
    await dispatcher.sweep()
    assert await room.states() == {"in_doubt": 1, "failed": 1}
    room.later(minutes=9)
    await dispatcher.sweep()
    await room.drain(dispatcher)
    assert await room.states() == {"sent": 1, "failed": 1}


async def test_a_provider_that_fails_is_cut_off_and_the_other_takes_all(room: Room) -> None:
    bad = Vendor(provider="bad", outcomes=[Retry("down")] * 99)
    good = Vendor(provider="good")
    dispatcher = _dispatcher(room, bad, good)
    for number, person in enumerate(room.people.add(60)):
        await room.tell(person, f"k:{number}", "service")
    await sql.execute("DELETE FROM notify_deliveries WHERE channel = 'live'")
    await room.drain(dispatcher)
    assert 10 <= sum(bad.seen.values()) < 40
    room.later(seconds=1)
    sent, tried = len(good.seen), sum(bad.seen.values())
    assert sent > 20
    await room.drain(dispatcher)
    assert sum(bad.seen.values()) <= tried + 1
    named = await sql.rows("SELECT DISTINCT provider FROM notify_deliveries WHERE state = 'sent'")
    assert [row["provider"] for row in named] == ["good"]
    moved = await room.database.unit_of_work("", lambda unit: _errors(unit, 51))
    assert [(channel, move.giver, move.taker, move.points) for channel, move in moved] == [("sms", "bad", "good", 10)]
    assert await room.database.unit_of_work("", providers.rebalance) == []


async def test_a_budget_of_a_day_is_never_passed_and_goes_on_tomorrow(room: Room) -> None:
    vendor = Vendor()
    dispatcher = _dispatcher(room, vendor, options=ProviderOptions(daily={"one": 3}))
    for number, person in enumerate(room.people.add(5)):
        await room.tell(person, f"k:{number}")
    await sql.execute("DELETE FROM notify_deliveries WHERE channel = 'live'")
    await room.drain(dispatcher)
    assert len(vendor.seen) == 3
    room.later(hours=13)
    await room.drain(dispatcher)
    assert (len(vendor.seen), set(vendor.seen.values())) == (5, {1})


async def test_a_receipt_counts_by_reference_but_not_from_another_provider(room: Room) -> None:
    dispatcher = await _told(room, "k", Vendor(outcomes=[Sent("ref-1")]))
    assert await _receipt(room, "other", "a") == "foreign"
    assert await room.states() == {"sent": 1}
    assert await _receipt(room, "one", "b") == "applied"
    assert await _receipt(room, "one", "c", "failed") == "late"
    assert await _receipt(room, "one", "d", "read") == "applied"
    assert await room.states() == {"read": 1}
    figures = await room.database.unit_of_work("", lambda unit: providers.figures(unit, "sms"))
    assert figures["one"].answered == 3
    await dispatcher.sweep()


async def _receipt(room: Room, provider: str, number: str, outcome: receipt_rows.Outcome = "delivered") -> str:
    async def take(unit: Unit) -> bool:
        ours = "" if provider == "one" else await _any()
        said = Said(number, outcome, ours, "ref-1")
        return await room.notify.receipts.take(unit, provider, [said]) == 1

    assert await room.database.unit_of_work("", take)
    row = await sql.row("SELECT note FROM notify_receipts WHERE receipt_id = $1", number)
    assert row is not None
    return str(row["note"])


async def _any() -> str:
    row = await sql.row("SELECT client_msg_id FROM notify_deliveries WHERE channel = 'sms'")
    assert row is not None
    return str(row["client_msg_id"])


async def _errors(unit: Unit, count: int) -> list[tuple[str, Move]]:
    """What a minute of so many errors makes of the shares."""
    await sql.execute("UPDATE notify_provider_minutes SET errors = $1 WHERE provider = 'bad'", count)
    later = Unit(now=unit.now + timedelta(seconds=61), portal="")
    await sql.execute("UPDATE notify_provider_minutes SET minute = $1", later.now.replace(second=0, microsecond=0))
    return await providers.rebalance(later)


async def _told(room: Room, key: str, vendor: Vendor, category: Category = "service") -> Dispatcher:
    """One notice, sent once."""
    await sql.execute("DELETE FROM notify_attempts")
    await sql.execute("DELETE FROM notify_deliveries")
    await room.tell(room.people.add()[0], key, category)
    await sql.execute("DELETE FROM notify_deliveries WHERE channel = 'live'")
    dispatcher = _dispatcher(room, vendor)
    await room.drain(dispatcher)
    return dispatcher


def _dispatcher(room: Room, *vendors: Vendor, options: ProviderOptions | None = None) -> Dispatcher:
    assert not Counter(v.provider for v in vendors) - Counter({v.provider: 1 for v in vendors})
    return Dispatcher(
        run=room.database.unit_of_work, vault=room.vault, contacts=room.people, channels=[InboxChannel(), *vendors],
        options=DispatchOptions(providers=options or ProviderOptions()), dice=random.Random(1),
    )  # fmt: skip
