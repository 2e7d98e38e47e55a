"""Notices to many in the past, one in every state: sent, sent with failures, held half-way, going out with one answer
lost, waiting for tomorrow, withdrawn, waiting for its approver, sent back, a draft."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Literal

from config.floor.refusal import Refusal
from config.floor.unit import Unit
from notify.campaign_record import CampaignRecord
from notify.campaign_rules import CampaignWords
from notify.operator_templates import Said
from server.demo.desk import Days, Desk
from server.domain.catalogue.guide import Guide

Add = Callable[[datetime, Callable[[], Awaitable[None]]], None]
_SENT, _WAITING, _BACK, _DRAFT = "sent", "waiting", "back", "draft"
_FAILED, _WRONG, _BACKED, _DOUBT, _HELD, _LATER = "failed", "wrong", "backed", "doubt", "held", "later"
_FRESH = "区文化广电旅游局"
"""A department that has begun to send only now."""
_SLOW = 8
"""Deliveries a second of the one that is held half-way."""
_MORE: dict[str, tuple[str, str]] = {
    _FAILED: ("大厅三楼窗口搬到一楼", "((姓名))您好：((地区))大厅三楼的窗口从下周一起搬到一楼，办事请到一楼取号。"),
    _WRONG: ("周五大厅停办一天", "((姓名))您好：((地区))大厅本周五停办一天，请改天来。"),
    _BACKED: ("撤回：周五大厅停办一天", "((姓名))您好：昨天那条“周五停办”发错了，已撤回。大厅本周五照常办理。"),
    _DOUBT: ("结果可以免费寄到家", "((姓名))您好：在((地区))办的事，结果可以免费寄到家，提交时选“邮寄”即可。"),
    _HELD: ("补办材料请看清单", "((姓名))您好：((地区))大厅更新了补办材料的清单，来之前请先在手机上看一遍。"),
    _LATER: ("明天起可以预约周末", "((姓名))您好：((地区))大厅的周末时段，从今天起可以在手机上预约。"),
}
_ELDER: dict[str, tuple[str, str]] = {
    _WRONG: ("周五大厅不办事", "周五大厅停办一天。请改天来。有事打 12345。"),
    _BACKED: ("周五大厅照常办事", "昨天说周五停办，发错了。周五照常来办。有事打 12345。"),
}
_TEXTS: dict[str, tuple[str, str, Literal["service", "information"]]] = {
    _SENT: (
        "办件进度可以在手机上看了",
        "((姓名))您好：您在((地区))办的事，现在打开手机就能看到办到哪一步、最晚哪天答复。",
        "service",
    ),
    _WAITING: (
        "印刷经营许可承诺 2 个工作日办结",
        "((姓名))您好：您办过的“((事项))”，现在承诺 2 个工作日办结，结果免费寄到家。",
        "service",
    ),
    _BACK: (
        "大厅周末延时服务",
        "((姓名))您好：政务服务大厅周六上午照常受理，请带好证件。",
        "information",
    ),
    _DRAFT: ("年底集中办理提醒", "((姓名))您好：年底办件较多，请尽早在手机上提交申请。", "information"),
}


def add_campaigns(desk: Desk, days: Days, guide: Guide, add: Add) -> None:
    """Written, submitted, released or returned, by two people."""
    region = desk.portal.region
    texts = {
        key: CampaignWords(title, body, category, region, guide.code if key == _WAITING else "")
        for key, (title, body, category) in _TEXTS.items()
    }
    made: dict[str, CampaignRecord] = {}
    add(days.at(10, "13:30"), _teams(desk))
    add(days.at(10, "14:00"), _templates(desk))
    add(days.at(10, "15:10"), _segments(desk, guide.code))
    for number, (key, words) in enumerate(texts.items()):
        ago = 9 - 2 * number
        add(days.at(ago, "09:30"), _write(desk, made, key, words, submit=key != _DRAFT))
    add(days.at(8, "10:15"), _release(desk, made))
    add(days.at(4, "16:20"), _send_back(desk, made))
    _under_way(desk, days, made, add)


def _under_way(desk: Desk, days: Days, made: dict[str, CampaignRecord], add: Add) -> None:
    """What is not simply over. The stand-in refuses some numbers and once never answers (``config/demo``)."""
    region, tomorrow = desk.portal.region, days.at(0, "09:00") + timedelta(days=1)
    plans = ((_FAILED, 5, None), (_WRONG, 4, None), (_DOUBT, 2, None), (_HELD, 1, None), (_LATER, 1, tomorrow))
    for key, ago, begins in plans:
        words = _words(key, region, begins)
        add(days.at(ago, "09:20"), _write(desk, made, key, words, submit=True, rate=_SLOW if key == _HELD else 0))
        add(days.at(ago, "10:00"), _release(desk, made, key))
    second = days.at(1, "10:00") + timedelta(seconds=1)
    add(second, _nothing)  # a second's worth of it goes out
    add(second, _hold(desk, made))
    add(days.at(4, "11:00"), _withdraw(desk, made))
    add(days.at(4, "11:10"), _release(desk, made, _BACKED))


def _words(key: str, region: str, begins: datetime | None = None) -> CampaignWords:
    (title, body), (elder_title, elder_body) = _MORE[key], _ELDER.get(key, ("", ""))
    return CampaignWords(
        title, body, "service", region, schedule_at=begins, elder_title=elder_title, elder_body=elder_body
    )


Decision = Callable[[Unit], Awaitable[CampaignRecord | Refusal]]


async def _recorded(desk: Desk, who: str, action: str, step: Decision) -> CampaignRecord:
    """One step and its line in the record, as the console writes it."""
    return await desk.decide(lambda unit: _on_record(desk, unit, who, action, step))


async def _on_record(desk: Desk, unit: Unit, who: str, action: str, step: Decision) -> CampaignRecord | Refusal:
    made = await step(unit)
    if not isinstance(made, Refusal):
        await desk.services.audit.record(
            unit, desk.staff[who].actor, action, subject_kind="campaign", subject=str(made.id),
            region=desk.portal.region,
        )  # fmt: skip
    return made


async def _nothing() -> None:
    """What is due is sent after every step."""


def _hold(desk: Desk, made: dict[str, CampaignRecord]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        campaigns = desk.services.campaigns
        await _recorded(desk, "operator", "campaign.pause", lambda unit: campaigns.pause(unit, made[_HELD].id))

    return run


def _withdraw(desk: Desk, made: dict[str, CampaignRecord]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        campaigns, actor, first = desk.services.campaigns, desk.staff["operator"].actor, made[_WRONG]
        words = _words(_BACKED, desk.portal.region)
        draft = await _recorded(
            desk, "operator", "campaign.draft",
            lambda unit: campaigns.follow_up(unit, actor, first.id, "withdrawal", words),
        )  # fmt: skip
        made[_BACKED] = await _recorded(
            desk, "operator", "campaign.submit", lambda unit: campaigns.submit(unit, actor, draft.id)
        )

    return run


def _teams(desk: Desk) -> Callable[[], Awaitable[None]]:
    """The operators' department has limits; another one is new and on trial, its end asked for by one person."""

    async def run() -> None:
        teams, chief = desk.services.campaigns.teams, desk.staff["administrator"].actor
        own = desk.staff["operator"].department

        async def keep(unit: Unit) -> None:
            await teams.limit(unit, chief, own, people_a_day=50_000, cost_a_day=500_000)
            fresh = await teams.limit(unit, chief, _FRESH, people_a_day=1_000, cost_a_day=50_000)
            await teams.put_on_trial(unit, chief, fresh.id)
            for key in ("agent", "n01"):
                await teams.add_tester(unit, chief, fresh.id, desk.residents[key].resident_id)
            await teams.ask_end(unit, chief, fresh.id)
            for team in (own, _FRESH):
                found = await teams.named(unit, team)
                assert found is not None
                await desk.services.audit.record(
                    unit, chief, "team.limit", subject_kind="team", subject=str(found.id), region=desk.portal.region
                )

        await desk.decide(keep)

    return run


def _templates(desk: Desk) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        door, actor, region = desk.services.campaigns.templates, desk.staff["operator"].actor, desk.portal.region

        async def write(unit: Unit) -> None:
            reminder = await door.write(
                unit, actor, region, name="办理提醒", category="service",
                said=Said(
                    "((事项))可以办了",
                    "((姓名))您好：((地区))的“((事项))”已经可以在手机上办。((要带原件??请带好原件。))",
                    "能在手机上办了",
                    f"请打开一码通办，点“办事”。办的是“((事项))”。不会办，请打 {desk.portal.help_phone}。",
                ),
            )  # fmt: skip
            await door.write(
                unit, actor, region, name="大厅时间变动", category="information",
                said=Said("办事大厅时间变动", "((姓名))您好：((日期))大厅的办理时间改为((时间))，请安排好时间。"),
            )  # fmt: skip
            await door.set_approval(
                unit, actor, kind="sms_template", template=reminder.id, version=1, label="", code="SMS_000000001",
                state="approved", note="样例",
            )  # fmt: skip
            await door.set_approval(
                unit, actor, kind="wechat_template", template=reminder.id, version=1, label="", code="",
                state="waiting", note="样例",
            )  # fmt: skip
            await door.set_approval(
                unit, actor, kind="sms_signature", template=None, version=0, label=desk.portal.name, code="",
                state="approved", note="样例",
            )  # fmt: skip

        await desk.decide(write)

    return run


def _segments(desk: Desk, item: str) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        segments, actor, region = desk.services.campaigns.segments, desk.staff["operator"].actor, desk.portal.region
        elders = {"all": [{"region": region}, {"any": [{"age": {"from": 60}}, {"elder": True}]}]}
        applied = {"all": [{"item": item}, {"channel": "sms"}]}

        async def keep(unit: Unit) -> None:
            await segments.keep(unit, actor, region, "老年人", elders)
            await segments.keep(unit, actor, region, "办过印刷许可、能收短信", applied)

        await desk.decide(keep)

    return run


def _write(
    desk: Desk,
    made: dict[str, CampaignRecord],
    key: str,
    words: CampaignWords,
    *,
    submit: bool,
    rate: int = 0,
) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        campaigns, actor = desk.services.campaigns, desk.staff["operator"].actor
        team = desk.staff["operator"].department
        made[key] = await _recorded(
            desk, "operator", "campaign.draft",
            lambda unit: campaigns.draft(unit, actor, desk.portal.region, words, team),
        )  # fmt: skip
        if rate:
            await desk.decide(lambda unit: campaigns.slow(unit, made[key].id, rate))
        if submit:
            made[key] = await _recorded(
                desk, "operator", "campaign.submit", lambda unit: campaigns.submit(unit, actor, made[key].id)
            )

    return run


def _release(desk: Desk, made: dict[str, CampaignRecord], key: str = _SENT) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        actor, found = desk.staff["publisher"].actor, made[key]
        await _recorded(
            desk, "publisher", "campaign.approve",
            lambda unit: desk.services.campaigns.approve(
                unit, actor, found.id, content_hash=found.content_hash, people=found.people
            ),
        )  # fmt: skip

    return run


def _send_back(desk: Desk, made: dict[str, CampaignRecord]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        actor, found = desk.staff["publisher"].actor, made[_BACK]
        why = "没有写清是哪几个大厅，请补充后再提交。"
        await _recorded(
            desk, "publisher", "campaign.reject",
            lambda unit: desk.services.campaigns.reject(unit, actor, found.id, why),
        )  # fmt: skip

    return run
