"""Posting: once, whole or not at all, by the channels the resident wants."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from config.floor import sql
from config.floor.refusal import Invalid
from config.floor.unit import Unit
from notify.errors import EventUnknown, NoticeMissing, ValuesMissing
from notify.ladder import DEFAULTS, Choice
from notify.receipt_rows import Outcome
from notify.receipts import Said
from tests.notify.parts import CASE, PORTAL, REGION, Room, ScriptedChannel


async def test_the_same_dedupe_key_tells_once(room: Room) -> None:
    (person,) = room.people.add()
    first = await room.tell(person)
    again = await asyncio.gather(*(room.tell(person) for _ in range(5)))
    assert first is not None
    assert again == [None] * 5
    assert await _count("notify_messages") == await _count("notify_inbox") == 1
    assert await _count("notify_deliveries") == 3


async def test_a_code_posted_twice_is_one_message(room: Room) -> None:
    assert await room.code("13900000000") == await room.code("13900000000")
    assert await _count("notify_deliveries") == 1
    assert await _count("notify_inbox") == 0


async def test_a_hole_is_refused_before_anything_is_stored(room: Room) -> None:
    (person,) = room.people.add()

    async def decide(unit: Unit) -> None:
        with pytest.raises(ValuesMissing) as refused:
            await room.notify.post(
                unit, recipient=person, region=REGION, event="case.accepted", category="statutory", dedupe_key="k",
                values={**CASE, "case_no": " "},
            )  # fmt: skip
        assert refused.value.facts == {"event": "case.accepted", "names": "case_no"}

    await room.database.unit_of_work(PORTAL, decide)
    assert await _count("notify_messages") == 0


async def test_an_unknown_event_is_refused(room: Room) -> None:
    async def decide(unit: Unit) -> None:
        await room.notify.post(
            unit, recipient=uuid4(), region=REGION, event="../otp", category="service", dedupe_key="k", values=CASE
        )

    with pytest.raises(EventUnknown):
        await room.database.unit_of_work(PORTAL, decide)


async def test_a_decision_that_rolls_back_tells_nothing(room: Room) -> None:
    (person,) = room.people.add()

    async def decide(unit: Unit) -> None:
        await room.notify.post(
            unit, recipient=person, region=REGION, event="case.accepted", category="statutory", dedupe_key="k",
            values=CASE,
        )  # fmt: skip
        raise RuntimeError("the decision failed")

    with pytest.raises(RuntimeError):
        await room.database.unit_of_work(PORTAL, decide)
    assert await _count("notify_messages") == 0
    assert await room.tell(person) is not None


async def test_preferences_hold_except_for_what_the_law_has_told(room: Room) -> None:
    (person,) = room.people.add()

    async def choose(unit: Unit) -> None:
        await room.notify.preferences.choose(unit, person, REGION, {"service": Choice(sms=False, live=False)})

    await room.database.unit_of_work(PORTAL, choose)
    await room.database.unit_of_work(PORTAL, choose)
    await room.tell(person, "quiet", "service")
    assert await _channels() == ["inbox"]
    await room.tell(person, "law", "statutory")
    assert await _channels() == ["inbox", "inbox", "live", "sms"]
    unit = await room.database.reading(PORTAL)
    assert await room.notify.preferences.of(unit, person) == {
        "service": Choice(sms=False, live=False),
        "information": DEFAULTS["information"],
    }
    assert (await room.notify.preferences.of(await room.database.reading("other"), person))["service"].sms


async def test_each_reads_in_their_own_language(room: Room) -> None:
    (person,) = room.people.add()
    room.people.english.add(person)
    await room.tell(person)
    page = await room.notify.inbox.page(await room.database.reading(PORTAL), person)
    assert page.notices[0].title == "Application accepted"


async def test_the_inbox_pages_newest_first_and_counts_unread(room: Room) -> None:
    person, other = room.people.add(2)
    ids = []
    for number in range(45):
        ids.append(await room.tell(person, f"n:{number}"))
        if number % 3 == 0:
            room.later(seconds=1)
    await room.tell(other, "other")
    unit = await room.database.reading(PORTAL)
    found, cursor = [], None
    while True:
        page = await room.notify.inbox.page(unit, person, cursor)
        assert page.unread == 45
        found += [notice.id for notice in page.notices]
        if not (cursor := page.next_cursor):
            break
    assert sorted(map(str, found)) == sorted(map(str, ids))
    assert len(found) == 45
    assert found[0] == ids[-1]


async def test_read_is_read_once_and_only_by_its_owner(room: Room) -> None:
    person, other = room.people.add(2)
    notice_id = await room.tell(person)
    assert notice_id is not None

    async def read(unit: Unit) -> None:
        await room.notify.inbox.read(unit, person, notice_id)

    async def steal(unit: Unit) -> None:
        await room.notify.inbox.read(unit, other, notice_id)

    with pytest.raises(NoticeMissing):
        await room.database.unit_of_work(PORTAL, steal)
    with pytest.raises(NoticeMissing):
        await room.database.unit_of_work("elsewhere", read)
    await room.database.unit_of_work(PORTAL, read)
    page = await room.notify.inbox.page(await room.database.reading(PORTAL), person)
    first = page.notices[0].read_at
    room.later(minutes=5)
    await room.database.unit_of_work(PORTAL, read)
    page = await room.notify.inbox.page(await room.database.reading(PORTAL), person)
    assert page.unread == 0
    assert first is not None
    assert page.notices[0].read_at == first


@pytest.mark.parametrize("cursor", ["x", "////", "MjAyNi0xMS0yMw", "é", "A" * 300, "MjAyNi0xMS0yMlQwMDowMDowMHwx"])
async def test_a_cursor_that_is_none_is_refused(room: Room, cursor: str) -> None:
    with pytest.raises(Invalid):
        await room.notify.inbox.page(await room.database.reading(PORTAL), uuid4(), cursor)


async def test_no_personal_value_lies_open_in_the_tables(room: Room) -> None:
    (person,) = room.people.add()
    room.people.numbers[person] = "13912345678"
    await room.tell(person)
    await room.code("13912345678")
    await room.drain(room.dispatcher())
    for table in ("notify_messages", "notify_deliveries", "notify_attempts", "notify_console_outbox"):
        text = "".join(str(value) for row in await sql.rows(f"SELECT * FROM {table}") for value in row.values())
        assert "13912345678" not in text
        assert "482915" not in text


async def test_receipts_come_early_late_doubled_and_foreign(room: Room) -> None:
    (person,) = room.people.add()
    message = await room.tell(person)
    assert message is not None
    key = f"{message.hex}-sms"

    async def take(receipt_id: str, outcome: Outcome, client_msg_id: str = key) -> bool:
        async def decide(unit: Unit) -> bool:
            return await room.notify.receipts.take(unit, "p", [Said(receipt_id, outcome, client_msg_id)]) == 1

        return await room.database.unit_of_work("", decide)

    assert await take("foreign", "delivered", "nobody-knows")
    await room.drain(room.dispatcher(ScriptedChannel()))
    assert await room.states() == {"sent": 1}
    assert await take("r1", "delivered")
    assert not await take("r1", "failed")
    assert await take("r2", "failed")
    assert await room.states() == {"delivered": 1}
    assert await _count("notify_receipts WHERE applied_at IS NULL") == 1


async def _count(table: str) -> int:
    row = await sql.row(f"SELECT count(*) AS n FROM {table}")
    assert row is not None
    return int(row["n"])


async def _channels() -> list[str]:
    return sorted(row["channel"] for row in await sql.rows("SELECT channel FROM notify_deliveries"))
