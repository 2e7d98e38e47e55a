"""Who chose 长辈版 is written to in the elder wording: short, the one thing to do first, a number to call."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.refusal import Invalid
from config.floor.unit import Unit
from notify.campaign_record import CampaignRecord
from notify.campaign_rules import CampaignWords, elder_blockers
from notify.channel import Rejected
from notify.channels.console_sms import sent_to
from notify.operator_templates import Said
from notify.service import Notify, NotifyOptions
from notify.templates import _brief
from tests.notify.parts import CASE, PORTAL, REGION, TEMPLATES, WORDS, Room, ScriptedChannel, staff

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


BOTH = replace(WORDS, elder_title="社保卡能在家换", elder_body="((姓名))，换社保卡不用出门。不会办，请打 12345。")


def test_the_elder_wording_is_part_of_what_an_approver_signs() -> None:
    assert BOTH.content_hash != WORDS.content_hash
    assert replace(BOTH, elder_body="别的").content_hash != BOTH.content_hash


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (WORDS, []),
        (BOTH, []),
        (replace(BOTH, elder_title=""), ["elder-half"]),
        (replace(BOTH, elder_body="((日期))来"), ["placeholder-unknown"]),
        (replace(BOTH, elder_body="((姓名"), ["placeholder-broken"]),
    ],
)
def test_an_elder_wording_is_whole_and_its_placeholders_are_known(words: CampaignWords, codes: list[str]) -> None:
    assert [one.code for one in elder_blockers(words, {"事项": "x"})] == codes


async def test_a_notice_to_many_reaches_elders_in_their_wording_and_everybody_else_in_the_normal_one(
    room: Room,
) -> None:
    elder, young = room.people.add(2)
    room.people.elders = {elder}
    run = room.database.unit_of_work
    preview = await room.campaigns.preview(await room.database.reading(PORTAL), BOTH)
    assert not preview.blockers
    assert {one.elder and one.elder[0] for one in preview.examples} == {"社保卡能在家换"}

    async def release(unit: Unit) -> None:
        made = await room.campaigns.draft(unit, staff(1), REGION, BOTH)
        handed = await room.campaigns.submit(unit, staff(1), made.id)
        await room.campaigns.approve(unit, staff(2), made.id, content_hash=handed.content_hash, people=handed.people)

    await run(PORTAL, release)
    while await room.fan_out().step():
        pass
    await room.drain(room.dispatcher())
    title, body, text = await _read(room, elder)
    assert title == "社保卡能在家换" and body.startswith("王*0，换社保卡不用出门") and "12345" in text
    title, body, text = await _read(room, young)
    assert title == WORDS.title and body.startswith("王*1您好") and "12345" not in body + text
    assert len(await sql.rows("SELECT id FROM notify_wordings")) == 2


async def test_a_follow_up_reaches_elders_in_their_own_words_and_without_any_its_writer_is_told(room: Room) -> None:
    elder, young = room.people.add(2)
    room.people.elders = {elder}
    run = room.database.unit_of_work

    async def release(unit: Unit, made: CampaignRecord) -> None:
        handed = await room.campaigns.submit(unit, staff(1), made.id)
        await room.campaigns.approve(unit, staff(2), made.id, content_hash=handed.content_hash, people=handed.people)

    async def first(unit: Unit) -> CampaignRecord:
        made = await room.campaigns.draft(unit, staff(1), REGION, BOTH)
        await release(unit, made)
        return made

    async def send() -> None:
        while await room.fan_out().step():
            pass
        await room.drain(room.dispatcher())

    made = await run(PORTAL, first)
    await send()
    words = CampaignWords("更正", "周日也可以办。", elder_title="改一个时间", elder_body="周日也能办。请打 12345 问。")
    plain = replace(words, elder_title="", elder_body="")

    async def correct(unit: Unit) -> CampaignRecord:
        return await room.campaigns.follow_up(unit, staff(1), made.id, "correction", words)

    correction = await run(PORTAL, correct)
    unit = await room.database.reading(PORTAL)
    without = await room.campaigns.preview(unit, plain, "", correction.id)
    assert "elder-missing" in [one.code for one in without.warnings]
    seen = await room.campaigns.preview(unit, words, "", correction.id)
    assert "elder-missing" not in [one.code for one in seen.warnings] and not seen.blockers
    assert "elder-missing" not in [one.code for one in (await room.campaigns.preview(unit, plain)).warnings]
    await run(PORTAL, lambda unit: release(unit, correction))
    await send()
    page = room.notify.inbox.page
    now = await room.database.reading(PORTAL)
    assert [one.title for one in (await page(now, elder)).notices] == ["改一个时间", "社保卡能在家换"]
    assert [one.title for one in (await page(now, young)).notices] == ["更正", WORDS.title]
    texts = [one.text for one in await sent_to(now, room.vault, room.people.numbers[elder] or "")]
    assert any("周日也能办" in text for text in texts) and not any("周日也可以办" in text for text in texts)


async def test_sending_again_by_another_channel_keeps_the_elder_words(room: Room) -> None:
    (elder,) = room.people.add()
    room.people.elders = {elder}
    run = room.database.unit_of_work

    async def release(unit: Unit) -> UUID:
        made = await room.campaigns.draft(unit, staff(1), REGION, BOTH)
        handed = await room.campaigns.submit(unit, staff(1), made.id)
        await room.campaigns.approve(unit, staff(2), made.id, content_hash=handed.content_hash, people=1)
        return made.id

    made = await run(PORTAL, release)
    email = ScriptedChannel("email", needs_phone=False)
    dispatcher = room.dispatcher(ScriptedChannel(outcomes=[Rejected("no")]), email)
    while await room.fan_out().step():
        pass
    await room.drain(dispatcher)
    await sql.execute("UPDATE notify_deliveries SET state = 'skipped' WHERE channel = 'live'")
    await run(PORTAL, lambda unit: room.campaigns.resend(unit, made, "email"))
    while await room.fan_out().step():
        pass
    await room.drain(dispatcher)
    (parcel,) = email.parcels
    assert parcel.title == "社保卡能在家换" and "换社保卡不用出门" in parcel.text


async def test_a_templates_elder_wording_is_a_version_of_its_own_and_never_half(room: Room) -> None:
    door, run = room.campaigns.templates, room.database.unit_of_work
    said = Said("甲", "您好", "甲短", "请看")
    made = await run(
        PORTAL, lambda unit: door.write(unit, staff(1), REGION, name="提醒", category="service", said=said)
    )
    assert made.said == said
    words = CampaignWords("甲", "您好", elder_title="甲短", elder_body="请看", template=(made.id, 1))
    room.people.add()

    async def use(unit: Unit) -> None:
        campaign = await room.campaigns.draft(unit, staff(1), REGION, words)
        await room.campaigns.submit(unit, staff(1), campaign.id)

    await run(PORTAL, use)
    other = replace(said, elder_body="请点开看")
    again = await run(
        PORTAL, lambda unit: door.rewrite(unit, staff(1), made.id, name="提醒", category="service", said=other)
    )
    versions = await run(PORTAL, lambda unit: door.versions(unit, made.id))
    assert (again.version, [one.elder_body for one in versions]) == (2, ["请点开看", "请看"])
    with pytest.raises(Invalid) as refused:
        await run(
            PORTAL,
            lambda unit: door.write(
                unit, staff(1), REGION, name="x", category="service", said=Said("甲", "您好", "甲短")
            ),
        )
    assert [(one.field, one.code) for one in refused.value.faults] == [("elder_body", "required")]


SAID = [
    ("newborn.changed", {"what": "recorded"}, "等通知"),
    *(("newborn.changed", {"what": "refused", "reason": reason}, "请") for reason in
      ("unreadable", "mismatch", "not_guardian", "at_counter")),
    *(("delegation.changed", {"what": what, "other": "王*山", "side": side}, "授权")
      for side in ("principal", "delegate") for what in ("proposed", "active", "refused", "withdrawn", "expired")),
    ("account.merged", {}, "账号"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "values", "word"), SAID)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_newborns_delegations_and_merged_accounts_are_told_in_elder_words_of_every_kind(
    event: str, values: dict[str, str], word: str, language: str
) -> None:
    template = TEMPLATES.get(event)
    said = template.render(language, values, elder=True, help_phone="12345678901")
    _brief(said)
    assert said.body != template.render(language, values).body and "12345678901" in said.body + said.sms
    assert language == "en" or word in said.body
