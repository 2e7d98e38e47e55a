"""消息: what I was told, and how I want to be told."""

from __future__ import annotations

from typing import Literal, cast

from miniapp_api.wire.notices import (
    NoticeList,
    NoticePreferencesChosen,
    NoticePreferencesShown,
    NoticeQuery,
    NoticeShown,
    Ways,
)
from notify.inbox import Notice
from notify.ladder import Choice
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

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
    return _preferences(await call.services.notify.preferences.of(call.unit, call.resident.resident_id))


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
    chosen = {
        "service": Choice(sms=call.body.service.sms, live=call.body.service.live),
        "information": Choice(sms=call.body.information.sms, live=call.body.information.live),
    }
    resident = call.resident
    await call.services.notify.preferences.choose(call.unit, resident.resident_id, resident.region, chosen)
    return _preferences(chosen)


def _preferences(choices: dict[str, Choice]) -> NoticePreferencesShown:
    ways = {name: Ways(sms=choice.sms, live=choice.live) for name, choice in choices.items()}
    return NoticePreferencesShown(service=ways["service"], information=ways["information"])


def _shown(notice: Notice) -> NoticeShown:
    return NoticeShown(
        id=notice.id,
        at=notice.at,
        category=cast(Literal["statutory", "service", "information"], notice.category),
        title=notice.title,
        body=notice.body,
        link=notice.link or None,
        read_at=notice.read_at,
        subject=notice.subject,
    )
