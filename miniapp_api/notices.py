"""消息: what I was told, and how I want to be told."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from miniapp_api.wire.notices import (
    DepartmentChoice,
    MessageAsked,
    MessageChecked,
    NoticeDetail,
    NoticeList,
    NoticePreferencesChosen,
    NoticePreferencesShown,
    NoticeQuery,
    NoticeShown,
    QuietHours,
    Ways,
    WhyShown,
)
from notify import ladders
from notify.errors import NoticeMissing
from notify.inbox import Notice
from notify.ladder import WAYS, Choice, ManyCategory
from notify.preferences import departments, stop
from notify.steps import Quiet
from server.web.operations import AnyCall, Call, NoBody, NoQuery, Open, Operations, Resident
from server.web.why_words import told

operations = Operations(tag="notices")


@operations.get(
    "/api/v1/notices",
    name="listNotices",
    summary="My inbox, newest first",
    access=Resident(),
    query=NoticeQuery,
    answer=NoticeList,
    problems=("invalid-input",),
)
async def list_notices(call: Call[NoBody, NoticeQuery]) -> NoticeList:
    """One page and the number of unread ones."""
    page = await call.services.notify.inbox.page(call.unit, call.resident.resident_id, call.query.cursor)
    return NoticeList(
        notices=[_shown(notice) for notice in page.notices], next_cursor=page.next_cursor, unread=page.unread
    )


@operations.get(
    "/api/v1/notices/{id}",
    name="readNoticeStory",
    summary="One notice, why I got it and how it was brought to me",
    access=Resident(),
    answer=NoticeDetail,
    problems=("notice-not-found",),
)
async def one_notice(call: Call[NoBody, NoQuery]) -> NoticeDetail:
    """Another's is not found."""
    who, notice_id = call.resident.resident_id, call.path_id("id")
    notice = await call.services.notify.inbox.one(call.unit, who, notice_id)
    story = await ladders.why(call.unit, notice_id, who)
    if story is None:
        raise NoticeMissing()
    return NoticeDetail(**_shown(notice).model_dump(), why=WhyShown.model_validate(told(call, story)))


@operations.post(
    "/api/v1/notices/{id}/read",
    name="readNotice",
    summary="Mark one notice as read",
    access=Resident(),
    problems=("notice-not-found",),
)
async def read_notice(call: Call[NoBody, NoQuery]) -> None:
    """Reading is never service of a document; it only stops reminders."""
    await call.services.notify.inbox.read(call.unit, call.resident.resident_id, call.path_id("id"))


@operations.get(
    "/api/v1/notice-preferences",
    name="getNoticePreferences",
    summary="How I want to be told",
    access=Resident(),
    answer=NoticePreferencesShown,
)
async def preferences(call: Call[NoBody, NoQuery]) -> NoticePreferencesShown:
    """My choices; the defaults where I made none."""
    return await _preferences(call)


@operations.put(
    "/api/v1/notice-preferences",
    name="chooseNoticePreferences",
    summary="Choose how I want to be told",
    access=Resident(),
    body=NoticePreferencesChosen,
    answer=NoticePreferencesShown,
)
async def choose(call: Call[NoticePreferencesChosen, NoQuery]) -> NoticePreferencesShown:
    """Both categories at once; what is already on its way is not called back."""
    resident, preferences = call.resident, call.services.notify.preferences
    made = await preferences.of(call.unit, resident.resident_id)
    chosen = {
        "service": _chosen(made["service"], call.body.service),
        "information": _chosen(made["information"], call.body.information),
    }
    await preferences.choose(call.unit, resident.resident_id, resident.region, chosen)
    if "quiet" in call.body.model_fields_set:
        asked = call.body.quiet
        quiet = Quiet(_minute(asked.starts), _minute(asked.ends)) if asked else None
        await preferences.keep_quiet(call.unit, resident.resident_id, resident.region, quiet)
    for one in call.body.departments or ():
        await stop(call.unit, resident.resident_id, resident.region, one.name, stopped=one.stopped)
    return await _preferences(call)


@operations.post(
    "/api/v1/message-checks",
    name="checkMessage",
    summary="Is this text message one of ours?",
    access=Open(),
    body=MessageAsked,
    answer=MessageChecked,
    limit=20,
)
async def check_message(call: Call[MessageAsked, NoQuery]) -> MessageChecked:
    """Nobody need sign in; who asks must have the whole words. Sign-in codes are never confirmed."""
    found = await call.services.notify.check(call.unit, call.body.text)
    name = call.portal.name if call.language == "zh-CN" else call.portal.name_en
    if found is None:
        return MessageChecked(
            known=False, portal=name, category=None, day=None, message=call.text("checks.unknown", portal=name)
        )
    return MessageChecked(
        known=True,
        portal=name,
        category=cast(ManyCategory, found.category),
        day=found.day,
        message=call.text("checks.known", portal=name, kind=call.text(f"checks.kinds.{found.category}")),
    )


def _chosen(made: Choice, ways: Ways) -> Choice:
    return replace(made, **{way: on for way in WAYS if (on := getattr(ways, way)) is not None})


def _minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


async def _preferences(call: AnyCall) -> NoticePreferencesShown:
    notify, who = call.services.notify, call.resident.resident_id
    choices = await notify.preferences.of(call.unit, who)
    ways = {name: Ways(**{way: choice.wants(way) for way in WAYS}) for name, choice in choices.items()}
    quiet = await notify.preferences.quiet(call.unit, who, notify.ladder.quiet)
    known = await departments(call.unit, who)
    return NoticePreferencesShown(
        departments=[DepartmentChoice(name=name, stopped=stopped) for name, stopped in known.items()],
        offered=["live", *(channel for channel in notify.ladder.order if channel in notify.ladder.offered)],
        quiet=QuietHours(starts=_clock(quiet.starts), ends=_clock(quiet.ends)) if quiet else None,
        service=ways["service"],
        information=ways["information"],
    )


def _shown(notice: Notice) -> NoticeShown:
    return NoticeShown(
        id=notice.id,
        at=notice.at,
        category=cast(ManyCategory, notice.category),
        title=notice.title,
        body=notice.body,
        link=notice.link or None,
        read_at=notice.read_at,
        subject=notice.subject,
    )
