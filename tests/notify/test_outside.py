"""What may be seen of a notice outside the inbox; which addresses it may name; whether a text message is ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.refusal import Invalid
from config.floor.unit import Unit
from notify import ladders, said
from notify.campaign_rules import CampaignWords
from notify.campaigns import Campaigns
from notify.channel import Channel, Parcel
from notify.channels.console_sms import sent_to
from notify.dispatch import Dispatcher, DispatchOptions
from notify.fanout import CampaignFanOut
from notify.operator_templates import Said
from notify.preferences import departments, stop
from notify.safety import SafetyRules, strange
from notify.service import Notify, NotifyOptions
from notify.steps import LadderRules
from tests.notify.parts import CASE, NOON, PORTAL, REGION, TEMPLATES, WORDS, Room, ScriptedChannel, staff

WAYS = ("wechat", "alipay", "oa", "webpush", "sms", "email")
RULES = {PORTAL: SafetyRules(domains=("gov.cn",))}


async def _told(room: Room, options: NotifyOptions, *, values: dict[str, str], sensitive: bool, english: bool) -> UUID:
    notify = Notify(vault=room.vault, contacts=room.people, templates=TEMPLATES, options=options)
    (person,) = room.people.add()
    room.people.english |= {person} if english else set()

    async def decide(unit: Unit) -> None:
        await notify.post(
            unit, recipient=person, region=REGION, event="case.decided", category="service",
            dedupe_key=f"k{person}", values=values, sensitive=sensitive,
        )  # fmt: skip

    await room.database.unit_of_work(PORTAL, decide)
    return person


async def _sent(room: Room, channel: str, domains: tuple[str, ...] | None = None) -> list[Parcel]:
    """Everything that waits, by one channel."""
    await sql.execute("UPDATE notify_deliveries SET channel = $1 WHERE state = 'pending'", channel)
    scripted = ScriptedChannel(channel, needs_phone=channel == "sms")
    channels: list[Channel] = [scripted]
    options = DispatchOptions(domains=None if domains is None else {PORTAL: domains})
    await room.drain(
        Dispatcher(
            run=room.database.unit_of_work, vault=room.vault, contacts=room.people, channels=channels, options=options
        )
    )
    return scripted.parcels


@pytest.mark.parametrize("english", [False, True])
async def test_a_sensitive_item_is_named_in_the_inbox_and_by_no_channel(room: Room, english: bool) -> None:
    options = NotifyOptions(ladder=LadderRules(offered=frozenset(WAYS)))
    values = {
        **CASE,
        "item": "社区矫正请假",
        "outcome": "准予",
        "reason": "家中有事",
        "link": "/m/#/pages/case/case?no=1",
    }
    for channel in WAYS:
        person = await _told(room, options, values=values, sensitive=True, english=english)
        parcels = await _sent(room, channel)
        assert parcels
        for parcel in parcels:
            seen = " ".join([parcel.title, parcel.text, parcel.link, parcel.event, *parcel.values.values()])
            assert not [word for word in ("社区矫正请假", "准予", "家中有事", "5116", "case") if word in seen], channel
            assert parcel.link == "/m/#/pages/notices/notices"
            assert ("new message" in parcel.text) == english
        page = await room.notify.inbox.page(await room.database.reading(PORTAL), person)
        assert "社区矫正请假" in page.notices[0].body
        assert page.notices[0].link == values["link"]


async def test_a_campaign_about_a_sensitive_item_says_only_that_there_is_a_message(room: Room) -> None:
    (person,) = room.people.add()
    room.people.applicants["printing"] = [person]
    words = replace(WORDS, item="printing", body="((姓名))您好，((事项))可以领取了。")
    preview = await room.campaigns.preview(await room.database.reading(PORTAL), words)
    assert "印刷" not in preview.examples[0].sms
    await _release(room, words, NotifyOptions())
    await room.drain(room.dispatcher())
    (text,) = await sent_to(await room.database.reading(PORTAL), room.vault, room.people.numbers[person] or "")
    assert text.text == "【一码通办】您有一条新消息，登录后才能看到内容。请打开一码通办，在“消息”里查看。"
    page = await room.notify.inbox.page(await room.database.reading(PORTAL), person)
    assert page.notices[0].body == "王*0您好，印刷经营许可证核发可以领取了。"


async def _release(room: Room, words: CampaignWords, options: NotifyOptions, team: str = "") -> UUID:
    campaigns = Campaigns(audience=room.audience, options=options, lists=room.lists)

    async def decide(unit: Unit) -> UUID:
        made = await campaigns.draft(unit, staff(1), REGION, words, team)
        asked = await campaigns.submit(unit, staff(1), made.id)
        await campaigns.approve(unit, staff(2), made.id, content_hash=asked.content_hash, people=asked.people)
        return made.id

    campaign_id = await room.database.unit_of_work(PORTAL, decide)
    runner = CampaignFanOut(run=room.database.unit_of_work, vault=room.vault, audience=room.audience, options=options)
    while await runner.step():
        pass
    return campaign_id


def test_addresses_are_found_with_and_without_a_scheme() -> None:
    text = "请看 https://www.gaj.gov.cn/x 或 evil.com，www.gov.cn.evil.top"
    assert strange(text, ("gov.cn",)) == ["evil.com", "gov.cn.evil.top"]


async def test_an_unlisted_address_is_refused_when_an_operator_saves(room: Room) -> None:
    options = NotifyOptions(safety=RULES)
    campaigns = Campaigns(audience=room.audience, options=options, lists=room.lists)
    unit = await room.database.reading(PORTAL)
    bad = replace(WORDS, body="请点 http://evil.com 领取。")
    with pytest.raises(Invalid) as refused:
        await campaigns.draft(unit, staff(1), REGION, bad)
    assert [(fault.field, fault.code) for fault in refused.value.faults] == [("body", "link-not-listed")]
    with pytest.raises(Invalid):
        await campaigns.templates.write(
            unit, staff(1), REGION, name="x", category="service", said=Said("见 evil.com", "您好")
        )


async def test_an_address_that_is_listed_no_more_is_not_sent(room: Room) -> None:
    room.people.add()
    await _release(room, replace(WORDS, body="请看 www.gov.cn。"), NotifyOptions(safety=RULES))
    assert await _sent(room, "sms", ()) == []
    rows = await sql.rows("SELECT state, reason FROM notify_deliveries WHERE channel = 'sms'")
    assert {(row["state"], row["reason"]) for row in rows} == {("failed", "link-not-listed")}


async def test_a_case_notice_with_a_strange_address_arrives_without_it(room: Room) -> None:
    values = {**CASE, "reason": "请到 evil.com 补交"}
    person = await _told(room, NotifyOptions(safety=RULES), values=values, sensitive=False, english=False)
    (parcel, *_) = await _sent(room, "sms", ("gov.cn",))
    assert "新消息" in parcel.text
    page = await room.notify.inbox.page(await room.database.reading(PORTAL), person)
    assert "evil.com" in page.notices[0].body


async def test_a_text_message_can_be_checked_and_tells_of_nobody(room: Room) -> None:
    room.people.add(3)
    await _release(room, replace(WORDS, body="社保卡换卡可以线上办。"), NotifyOptions())
    await room.code("13800009999")
    await room.drain(room.dispatcher())
    unit = await room.database.reading(PORTAL)

    async def asked(text: str) -> said.Said | None:
        return await room.notify.check(unit, text)

    assert await asked("【一码通办】社保卡换卡可以 线上办。") == said.Said("service", unit.today)
    assert await asked("社保卡换卡可以线上办。【一码通办】") == await asked("社保卡换卡可以线上办。")
    assert await asked("社保卡换卡可以线上办，请点 evil.com") is None
    (code,) = await sent_to(unit, room.vault, "13800009999")
    assert await asked(code.text) is None  # a sign-in code is confirmed to nobody
    assert len(await sql.rows("SELECT id FROM notify_said")) == 1  # three people, one message
    other = await room.database.reading("other")
    assert await room.notify.check(other, "社保卡换卡可以线上办。") is None
    room.clock.set(NOON + timedelta(days=7))
    assert await room.notify.check(await room.database.reading(PORTAL), "社保卡换卡可以线上办。") is None
    assert await room.database.unit_of_work("", said.forget) == 1


async def test_a_department_that_a_resident_stopped_rings_no_more(room: Room) -> None:
    (person,) = room.people.add()
    words = replace(WORDS, category="information")
    options = NotifyOptions(ladder=LadderRules(offered=frozenset({"wechat"})))
    room.people.accounts[person, "wechat"] = "openid"
    await _release(room, words, options, "区文旅局")
    assert await departments(await room.database.reading(PORTAL), person) == {"区文旅局": False}
    await room.database.unit_of_work(PORTAL, lambda unit: stop(unit, person, REGION, "区文旅局", stopped=True))
    second = await _release(room, replace(words, title="又一条"), options, "区文旅局")
    await _release(room, replace(words, title="别的部门"), options, "区人社局")
    await _release(room, WORDS, options, "区文旅局")  # only information can be stopped
    rows = await sql.rows("SELECT id FROM notify_deliveries WHERE channel = 'wechat'")
    assert len(rows) == 3
    (row,) = await sql.rows("SELECT id FROM notify_messages WHERE campaign_id = $1", second)
    why = await ladders.why(await room.database.reading(PORTAL), sql.uid(row["id"]), person)
    assert why and why.left_out == {"wechat": "stopped-department"} and why.reason == "stopped-department"
    await room.database.unit_of_work(PORTAL, lambda unit: stop(unit, person, REGION, "区文旅局", stopped=False))
    assert (await departments(await room.database.reading(PORTAL), person))["区文旅局"] is False
