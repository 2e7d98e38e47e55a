"""Watching what is sent: today, one campaign under way and its result, failed ones, providers, the schedule, one
message, one resident. Pages are drawn whole; their script asks for them again and exchanges what is marked live."""

from __future__ import annotations

import json
from calendar import Calendar
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from config.floor.refusal import FieldFault, Invalid
from config.floor.unit import LEGAL_ZONE
from notify import failed, grants, ladders
from notify.board import Minute
from notify.campaign_record import CampaignRecord
from notify.campaign_result import ChannelCount
from notify.failed import Standing
from notify.ladder import Category
from notify.steps import Plan
from server.domain.staff.permissions import may
from server.edges.console.climb_words import climbed, ended, foreseen
from server.edges.console.pages import SIGN_IN, PageCall, frame, on_trial, pages
from server.edges.console.watch_api import LOOK, state_of
from server.edges.console.watch_words import Speaker, funnel, share
from server.web.operations import Staff
from server.web.pages import Page

_TABS = (
    ("today", "/console/notices", "notices.watch"),
    ("failed", "/console/notices/failed", "notices.follow"),
    ("calendar", "/console/notices/calendar", "campaigns.read"),
    ("providers", "/console/notices/providers", "notices.watch"),
    ("resident", "/console/notices/resident", "notices.follow"),
    ("teams", "/console/notices/teams", "teams.read"),
    ("record", "/console/notices/record", "notices.record"),
)
_COUNTED_LIVE = 20_000
"""Up to so many people a running campaign's causes are counted with every look; beyond, when somebody asks."""
_LOOKS_FOR = timedelta(minutes=30)
REASONS = ("asked", "not-received", "complaint", "inspection")
RESEND_BY = ("sms", "wechat", "oa", "alipay", "email", "webpush", "live")
_OVER = ("done", "stopped")
_FORESEEN: tuple[Category, ...] = ("statutory", "service", "information")


async def watched(call: PageCall, name: str, tab: str, title: str = "", every: int = 0, **more: Any) -> Page:
    """One page of this part, with its tabs."""
    roles = call.staff.roles
    tabs = [
        {"href": href, "label": call.text(f"watch.tabs.{key}"), "here": key == tab}
        for key, href, permission in _TABS
        if may(roles, permission)
    ]
    context = {
        "page": "watch",
        "title": title or call.text(f"watch.titles.{name}"),
        **frame(call, "notices"),
        "facts": {
            "every": every,
            "hears": "1" if may(roles, "notices.follow") else "",
            "labels": json.dumps(call.services.wording.group("watch.script", call.language)),
        },
        "tabs": tabs,
        "say": Speaker(call),
        "share": share,
        "state_of": state_of,
        "may": partial(may, roles),
        "trial": await on_trial(call),
        **more,
    }
    return Page(f"watch_{name}.html", context)


@pages.get("/console/notices", access=Staff("notices.watch"), sign_in=SIGN_IN)
async def notices_today(call: PageCall) -> Page:
    """What is late, what is under way, how the providers are."""
    board, unit = call.services.board, call.unit
    lanes, doubtful = await board.lanes(unit), await board.doubtful(unit)
    running, providers = await board.under_way(unit), await board.providers(unit)
    over = await board.ended(unit)
    return await watched(
        call, "today", "today", every=5_000, lanes=lanes, doubtful=doubtful, running=running, providers=providers,
        ended=over,
        answered=await board.answered(unit, [one.id for one in over]),
        alarms=_alarms(call, lanes, doubtful, running, providers),
    )  # fmt: skip


def _alarms(call: PageCall, lanes: Any, doubtful: Any, running: Any, providers: Any) -> list[tuple[str, str, str]]:
    """(tone, sentence, where this reader may go) of everything that is not well, the worst first."""
    now, say = call.unit.now, Speaker(call)
    follows, reads = (may(call.staff.roles, one) for one in ("notices.follow", "campaigns.read"))
    found = [
        ("bad", call.text("watch.alarms.late", lane=say.word("lanes", str(one.lane)), age=say.age(one.oldest)), "")
        for one in lanes
        if one.is_late(now)
    ]
    if doubtful.oldest is not None:
        long = now - doubtful.oldest > timedelta(minutes=15)
        sentence = call.text(
            "watch.alarms.doubt" if long else "watch.alarms.doubt_new",
            count=say.many(doubtful.count), age=say.age(doubtful.oldest),
        )  # fmt: skip
        found.append(("bad" if long else "warn", sentence, "/console/notices/failed" if follows else ""))
    for one in running:
        if one.status == "paused" and one.throttle.pause_reason != "operator":
            sentence = call.text(f"watch.alarms.{one.throttle.pause_reason or 'failures'}", title=one.words.title)
            found.append(("bad", sentence, f"/console/notices/campaigns/{one.id}" if reads else ""))
    for one in providers:
        health = one.health(now)
        if health != "fine":
            said = {"provider": say.word("providers", one.provider), "channel": say.channel(one.channel)}
            tone, name = ("bad", "circuit") if health == "open" else ("warn", "shaky")
            found.append((tone, call.text(f"watch.alarms.{name}", **said), "/console/notices/providers"))
    return sorted(found, key=lambda one: one[0] != "bad")


@pages.get("/console/notices/campaigns/{campaign_id}", access=Staff("campaigns.read"), sign_in=SIGN_IN)
async def sending(call: PageCall) -> Page:
    """One campaign from its release on: how far, how fast, what failed, what may be done; in the end its result."""
    found = await call.services.campaigns.get(call.unit, call.path_id("campaign_id"))
    over, asked = found.status in _OVER, call.request.query.get("count") == "1"
    counted = asked or found.people <= _COUNTED_LIVE
    counts = await call.services.campaigns.counts(call.unit, found.id) if counted else ()
    followers = await call.services.board.followers(call.unit, found.id)
    answered = await call.services.board.answered(call.unit, [found.id])
    progress = found.progress
    counters = {
        "at": call.unit.now.timestamp() * 1000, "settled": progress.reached + progress.failed + progress.skipped,
        "planned": progress.planned, "expanded": progress.expanded, "people": found.people, "state": state_of(found),
    }  # fmt: skip
    return await watched(
        call, "sending", "today", title=found.words.title, every=0 if over else 1_000, found=found, over=over,
        counted=counted, funnel=funnel(found, counts) if counted else None, followers=followers,
        answered=answered.get(found.id, ""),
        prefix=_prefix(call, found.words.title),
        counters=json.dumps(counters), resend_by=_resend_by(call, counts), consequences=_consequences(call, found),
    )  # fmt: skip


def _prefix(call: PageCall, title: str) -> str:
    """What a correction's title begins with, in the language of the residents who read it, not of whoever writes."""
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in title)
    return call.services.wording.text("watch.follow.prefix", "zh-CN" if chinese else call.language)


def _resend_by(call: PageCall, counts: Sequence[ChannelCount]) -> list[str]:
    """The channels that are connected here, those first that this one has not gone by."""
    used = {one.channel for one in counts}
    offered = call.services.notify.ladder.offered
    return sorted((name for name in RESEND_BY if name in offered), key=lambda name: name in used)


def _consequences(call: PageCall, found: CampaignRecord) -> dict[str, str]:
    """What each step will do, in words with today's figures."""
    say, progress = Speaker(call), found.progress
    left = progress.planned - progress.reached - progress.failed - progress.skipped
    facts = {"left": say.count(max(0, left)), "people": say.count(found.people), "told": say.count(progress.expanded)}
    return {step: call.text(f"watch.consequences.{step}", **facts) for step in ("pause", "resume", "pace", "stop")}


@pages.get("/console/notices/failed", access=Staff("notices.follow"), sign_in=SIGN_IN)
async def failed_groups(call: PageCall) -> Page:
    """By cause, the largest first."""
    return await watched(call, "failed", "failed", every=10_000, causes=await failed.causes(call.unit))


@pages.get("/console/notices/failed/list", access=Staff("notices.follow"), sign_in=SIGN_IN)
async def failed_list(call: PageCall) -> Page:
    """One group, fifty at a time."""
    query = call.request.query
    channel, reason = query.get("channel", "")[:24], query.get("reason", "")[:64]
    state: Standing = "in_doubt" if query.get("state") == "in_doubt" else "failed"
    found = await failed.page(call.unit, channel, state, reason, query.get("cursor") or None)
    return await watched(
        call, "failed_list", "failed", channel=channel, reason=reason, state=state, found=found,
        title=call.text("watch.titles.failed_list", channel=Speaker(call).channel(channel)),
    )  # fmt: skip


@pages.get("/console/notices/calendar", access=Staff("campaigns.read"), sign_in=SIGN_IN)
async def calendar(call: PageCall) -> Page:
    """A month of scheduled campaigns, weeks from Monday."""
    first = _month(call.request.query.get("month", ""), call.unit.today)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    begin, end = _dawn(weeks[0][0]), _dawn(weeks[-1][-1] + timedelta(days=1))
    found = await call.services.board.scheduled(call.unit, begin, end)
    by_day: dict[date, list[CampaignRecord]] = {}
    for one in found:
        assert one.schedule_at is not None
        by_day.setdefault(one.schedule_at.astimezone(LEGAL_ZONE).date(), []).append(one)
    return await watched(
        call, "calendar", "calendar", weeks=weeks, by_day=by_day, month=first, today=call.unit.today, found=found,
        before=(first - timedelta(days=1)).strftime("%Y-%m"), after=(first + timedelta(days=31)).strftime("%Y-%m"),
        zone=LEGAL_ZONE,
    )  # fmt: skip


def _month(text: str, today: date) -> date:
    if not text:
        return today.replace(day=1)
    try:
        found = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        raise Invalid(faults=(FieldFault("month", "invalid"),)) from None
    return min(max(found, date(2000, 1, 1)), date(2100, 1, 1))


def _dawn(day: date) -> datetime:
    return datetime.combine(day, time(), LEGAL_ZONE)


@pages.get("/console/notices/providers", access=Staff("notices.watch"), sign_in=SIGN_IN)
async def providers(call: PageCall) -> Page:
    """Shares, circuits, the last hour; moves made by hand."""
    found = await call.services.board.providers(call.unit)
    minutes = await call.services.board.minutes(call.unit)
    lines = {channel: json.dumps(_hour(call.unit.now, made)) for channel, made in minutes.items()}
    by_channel: dict[str, list[Any]] = {}
    for one in found:
        by_channel.setdefault(one.channel, []).append(one)
    audit = call.services.audit
    moves = {name: await audit.of_portal(call.unit, f"provider:{name}", limit=10) for name in by_channel}
    return await watched(
        call, "providers", "providers", every=10_000, by_channel=by_channel, lines=lines, now=call.unit.now,
        moves=moves,
    )  # fmt: skip


def _hour(now: datetime, made: list[Minute]) -> list[list[int]]:
    """Instants, taken and failed of each of the last sixty minutes; a minute without a row is a quiet one."""
    by_minute = {int(one.at.timestamp()) // 60: one for one in made}
    last = int(now.timestamp()) // 60
    span = range(last - 59, last + 1)
    return [
        [minute * 60 for minute in span],
        [by_minute[minute].sent if minute in by_minute else 0 for minute in span],
        [by_minute[minute].errors if minute in by_minute else 0 for minute in span],
    ]


@pages.get("/console/notices/messages/{message_id}", access=Staff("notices.follow"), sign_in=SIGN_IN)
async def message(call: PageCall) -> Page:
    """One message: each step, each try, each receipt. Who got it is not named here."""
    story = await call.services.history.of_message(call.unit, call.path_id("message_id"))
    why = await ladders.why(call.unit, story.head.id)
    return await watched(
        call, "message", "failed", story=story, lines=_timeline(story), reasons=REASONS,
        climbed=climbed(call, story, why), climb_end=ended(call, why), held=why.held_until if why else None,
    )  # fmt: skip


def _timeline(story: Any) -> list[tuple[datetime, str, Any, Any]]:
    """(instant, kind, what, its delivery) in order of time."""
    steps = {step.id: step for step in story.steps}
    by_client = {step.client_msg_id: step for step in story.steps}
    lines = [(one.at, "try", one, steps[one.delivery_id]) for one in story.tries]
    lines += [(one.received_at, "receipt", one, by_client.get(one.client_msg_id)) for one in story.receipts]
    return sorted(lines, key=lambda line: line[0])


@pages.get("/console/notices/resident", access=Staff("notices.follow"), sign_in=SIGN_IN)
async def find_resident(call: PageCall) -> Page:
    """Whose notices, and why."""
    return await watched(call, "resident", "resident", person=None, reasons=REASONS)


@pages.get("/console/notices/residents/{resident_id}", access=Staff("notices.follow"), sign_in=SIGN_IN)
async def resident(call: PageCall) -> Page:
    """What one resident was sent, for half an hour after a reason was put on record."""
    resident_id = call.path_id("resident_id")
    person = await call.services.residents.get(call.unit, resident_id)
    since = call.unit.now - _LOOKS_FOR
    if not await call.services.audit.has_looked(call.unit, call.actor, LOOK, resident_id, since):
        return await watched(call, "resident", "resident", person=None, reasons=REASONS)
    history = await call.services.history.of_resident(call.unit, resident_id, call.request.query.get("cursor") or None)
    notify = call.services.notify
    plans: dict[str, Plan] = {
        category: await notify.foresee(call.unit, resident_id, category) for category in _FORESEEN
    }
    return await watched(
        call, "resident", "resident", person=person, reasons=REASONS, history=history,
        preferences=await notify.preferences.of(call.unit, resident_id),
        grants=await grants.left(call.unit, resident_id),
        foreseen=foreseen(call, plans),
        title=call.text("watch.titles.one_resident", name=person.masked_name or person.phone_masked),
    )  # fmt: skip


__all__ = ["pages"]
