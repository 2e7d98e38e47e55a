"""Who chose 长辈版 is written to in the elder wording: short, the one thing to do first, a number to call."""

from __future__ import annotations

from uuid import UUID

from config.floor.unit import Unit
from notify.channels.console_sms import sent_to
from notify.service import Notify, NotifyOptions
from tests.notify.parts import CASE, PORTAL, REGION, TEMPLATES, Room

HELP = NotifyOptions(help_phones={PORTAL: "12345"})


async def _correct(room: Room, person: UUID, *, sensitive: bool = False) -> None:
    notify = Notify(vault=room.vault, contacts=room.people, templates=TEMPLATES, options=HELP)

    async def decide(unit: Unit) -> None:
        await notify.post(
            unit, recipient=person, region=REGION, event="case.correction", category="statutory",
            dedupe_key=f"k{person}", values=CASE, sensitive=sensitive,
        )  # fmt: skip

    await room.database.unit_of_work(PORTAL, decide)


async def _read(room: Room, person: UUID) -> tuple[str, str, str]:
    """Title and text in the inbox, and the text message."""
    unit = await room.database.reading(PORTAL)
    page = await room.notify.inbox.page(unit, person)
    number = room.people.numbers[person]
    (text,) = await sent_to(unit, room.vault, number or "")
    return page.notices[0].title, page.notices[0].body, text.text


async def test_who_chose_the_elder_mode_gets_the_elder_wording_and_others_the_normal_one(room: Room) -> None:
    elder, young, english = room.people.add(3)
    room.people.elders = {elder, english}
    room.people.english = {english}
    for person in (elder, young, english):
        await _correct(room, person)
    room.people.elders = set()  # what was posted is frozen: a change of mind concerns the next one
    await room.drain(room.dispatcher())
    title, body, text = await _read(room, elder)
    assert title == "请补材料" and body.startswith("请点开这条消息") and "12345" in body and "12345" in text
    title, body, text = await _read(room, english)
    assert title == "Please send more" and "call 12345" in body and "call 12345" in text
    title, body, text = await _read(room, young)
    assert title == "请补正材料" and "12345" not in body + text


async def test_a_sensitive_item_is_not_named_outside_the_inbox_in_the_elder_wording_either(room: Room) -> None:
    (elder,) = room.people.add()
    room.people.elders = {elder}
    await _correct(room, elder, sensitive=True)
    await room.drain(room.dispatcher())
    _, body, text = await _read(room, elder)
    assert CASE["item"][:6] in body
    assert CASE["item"][:6] not in text and "点“消息”看" in text and "12345" in text
