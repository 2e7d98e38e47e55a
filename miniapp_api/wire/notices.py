"""Wire shapes of notices and notice preferences."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from server.web.shapes import Instant, Wire


class NoticeQuery(Wire):
    """Which page of the inbox."""

    cursor: str | None = Field(None, max_length=200)


class NoticeShown(Wire):
    """One notice. ``link`` is a path in the residents' front."""

    id: UUID
    at: Instant
    category: Literal["emergency", "statutory", "service", "information"]
    title: str
    body: str
    link: str | None
    read_at: Instant | None
    subject: str


class MessageAsked(Wire):
    """A text message that somebody got, word for word."""

    text: str = Field(min_length=6, max_length=600)


class MessageChecked(Wire):
    """Whether it is one of ours. ``known`` false says only that it is not among the last week's: never that it is a
    fraud. Nothing about anybody."""

    known: bool
    portal: str = Field(description="the portal that was asked, by name")
    category: Literal["emergency", "statutory", "service", "information"] | None
    day: date | None = Field(description="when it was sent last")
    message: str


class DepartmentChoice(Wire):
    """A department that told me something, and whether I want its information to ring."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    stopped: bool


class WayWorded(Wire):
    """One way a notice went or did not go, in words."""

    channel: str
    label: str
    text: str
    at: Instant | None = None


class WhyShown(Wire):
    """为什么收到、怎么发给我的: why it was sent, each way it went, and which it did not and why."""

    because: str
    ways: list[WayWorded]
    left_out: list[WayWorded]
    held: str | None
    end: str | None


class NoticeDetail(NoticeShown):
    """One notice with its story."""

    why: WhyShown


class NoticeList(Wire):
    """A page of the inbox, newest first; ``unread`` counts all pages."""

    notices: list[NoticeShown]
    next_cursor: str | None
    unread: int


class Ways(Wire):
    """Ways beside the inbox, which gets everything. One left out of a choice stays as it is."""

    sms: bool
    live: bool
    wechat: bool | None = None
    oa: bool | None = None
    alipay: bool | None = None
    webpush: bool | None = None
    email: bool | None = None


class FixedWays(Ways):
    """What cannot be switched off, because the law has it told."""

    fixed: Literal[True] = True


class QuietHours(Wire):
    """From when until when nothing but the inbox is told, Asia/Shanghai; over midnight where it ends earlier."""

    starts: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    ends: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")


class NoticePreferencesShown(Wire):
    """What the resident chose; statutory notices have no choice. ``offered``: the ways there are here."""

    offered: list[str]
    quiet: QuietHours | None

    departments: list[DepartmentChoice]
    service: Ways
    information: Ways
    statutory: FixedWays = FixedWays(sms=True, live=True, wechat=True, oa=True, alipay=True, webpush=True, email=True)


class NoticePreferencesChosen(Wire):
    """A choice. A front may send back what it got: ``statutory`` and ``offered`` are read over. ``quiet``: left out, it
    stays as it is; null ends it. ``departments``: those not named stay as they are."""

    service: Ways
    information: Ways
    statutory: FixedWays | None = None
    offered: list[Annotated[str, Field(max_length=24)]] | None = Field(None, max_length=20)
    quiet: QuietHours | None = None
    departments: list[DepartmentChoice] | None = Field(None, max_length=100)
