"""Wire shapes of notices and notice preferences."""

from __future__ import annotations

from typing import Literal
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
    category: Literal["statutory", "service", "information"]
    title: str
    body: str
    link: str | None
    read_at: Instant | None
    subject: str


class NoticeList(Wire):
    """A page of the inbox, newest first; ``unread`` counts all pages."""

    notices: list[NoticeShown]
    next_cursor: str | None
    unread: int


class Ways(Wire):
    """Ways beside the inbox, which gets everything."""

    sms: bool
    live: bool


class FixedWays(Ways):
    """What cannot be switched off, because the law has it told."""

    fixed: Literal[True] = True


class NoticePreferencesShown(Wire):
    """What the resident chose; statutory notices have no choice."""

    service: Ways
    information: Ways
    statutory: FixedWays = FixedWays(sms=True, live=True)


class NoticePreferencesChosen(Wire):
    """A choice. A front may send back what it got: ``statutory`` is read over."""

    service: Ways
    information: Ways
    statutory: FixedWays | None = None
