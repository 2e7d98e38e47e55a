"""The inbox: what a resident was told, newest first. It is the record; other channels only point to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import cursor as cursors
from notify.errors import NoticeMissing
from notify.outbox import Words
from notify.wordings import Wordings, worded

PAGE = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of the inbox, opened for its reader."""

    id: UUID
    at: datetime
    category: str
    title: str
    body: str
    link: str
    read_at: datetime | None
    subject: str


@dataclass(frozen=True, slots=True)
class NoticePage:
    """A page, where the next one begins, and how many notices of all are unread."""

    notices: tuple[Notice, ...]
    next_cursor: str | None
    unread: int


class Inbox:
    """Reading and marking as read, always of one resident in one portal."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._wordings = Wordings(vault)

    async def page(self, unit: Unit, resident_id: UUID, cursor: str | None = None, limit: int = PAGE) -> NoticePage:
        """Two statements, whatever the length; a third where shared words are met for the first time."""
        where, values = "", [unit.portal, resident_id, limit + 1]
        if cursor:
            at, last = cursors.read(cursor)
            where, values = "AND (i.at < $4 OR (i.at = $4 AND i.id < $5)) ", [*values, at, last]
        rows = await sql.rows(
            "SELECT i.id, i.at, i.read_at, m.category, m.content, m.subject, m.wording_id FROM notify_inbox i "
            f"JOIN notify_messages m ON m.id = i.id WHERE i.portal = $1 AND i.recipient = $2 {where}"
            "ORDER BY i.at DESC, i.id DESC LIMIT $3",
            *values,
        )
        shared = await self._wordings.load(sql.uid_or_none(row["wording_id"]) for row in rows[:limit])
        notices = tuple(self._notice(row, shared) for row in rows[:limit])
        more = len(rows) > limit
        next_cursor = cursors.after(notices[-1].at, notices[-1].id) if more else None
        return NoticePage(notices, next_cursor, await self.unread(unit, resident_id))

    async def one(self, unit: Unit, resident_id: UUID, notice_id: UUID) -> Notice:
        """One notice of this resident; ``NoticeMissing``."""
        row = await sql.row(
            "SELECT i.id, i.at, i.read_at, m.category, m.content, m.subject, m.wording_id FROM notify_inbox i "
            "JOIN notify_messages m ON m.id = i.id WHERE i.id = $1 AND i.portal = $2 AND i.recipient = $3",
            notice_id, unit.portal, resident_id,
        )  # fmt: skip
        if row is None:
            raise NoticeMissing()
        shared = await self._wordings.load([sql.uid_or_none(row["wording_id"])])
        return self._notice(row, shared)

    async def unread(self, unit: Unit, resident_id: UUID) -> int:
        """How many are unread; an index of unread rows only answers it."""
        found = await sql.row(
            "SELECT count(*) AS n FROM notify_inbox WHERE portal = $1 AND recipient = $2 AND read_at IS NULL",
            unit.portal,
            resident_id,
        )
        return int(found["n"]) if found else 0

    async def read(self, unit: Unit, resident_id: UUID, notice_id: UUID) -> None:
        """Mark as read; again does nothing. ``NoticeMissing`` where it is not in this resident's inbox."""
        found = await sql.row(
            "UPDATE notify_inbox SET read_at = COALESCE(read_at, $1) WHERE id = $2 AND portal = $3 AND recipient = $4 "
            "RETURNING id",
            unit.now, notice_id, unit.portal, resident_id,
        )  # fmt: skip
        if found is None:
            raise NoticeMissing()

    def _notice(self, row: sql.Row, shared: Mapping[UUID, Words]) -> Notice:
        wording_id = sql.uid_or_none(row["wording_id"])
        words = worded(self._vault, bytes(row["content"]), shared[wording_id] if wording_id else None)
        return Notice(
            id=sql.uid(row["id"]),
            at=sql.instant(row["at"]),
            category=row["category"],
            title=words.title,
            body=words.body,
            link=words.link,
            read_at=sql.instant_or_none(row["read_at"]),
            subject=row["subject"],
        )
