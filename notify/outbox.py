"""Writing messages, inbox rows and deliveries: set-based, the same for one notice and for a campaign's chunk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.vault import Vault

CONTENT = "notify_messages.content"
ADDRESS = "notify_messages.address"
_MESSAGE = (
    "id, portal, region, recipient, address, event, template_version, category, dedupe_key, content, language, "
    "subject, lane, campaign_id, created_at"
)
_DELIVERY = (
    "id, message_id, portal, region, channel, step, lane, state, attempt, next_at, expires_at, client_msg_id, "
    "provider_ref, reason, campaign_id, updated_at"
)
_INBOX = "id, portal, region, recipient, at"


@dataclass(frozen=True, slots=True)
class Outside:
    """What is said of a message outside the inbox, where its own words may not be seen."""

    title: str
    body: str
    link: str


@dataclass(frozen=True, slots=True)
class Words:
    """What one message says, as it is sealed. ``outside``: what every channel but the inbox says instead."""

    title: str
    body: str
    sms: str
    link: str
    values: Mapping[str, str]
    outside: Outside | None = None

    def sealed(self, vault: Vault) -> bytes:
        parts: dict[str, Any] = {
            "t": self.title, "b": self.body, "s": self.sms, "l": self.link, "v": dict(self.values)
        }  # fmt: skip
        if self.outside:
            parts["o"] = [self.outside.title, self.outside.body, self.outside.link]
        return vault.seal(json.dumps(parts, ensure_ascii=False, separators=(",", ":")), CONTENT)


def opened(vault: Vault, sealed: Any) -> Words:
    """The words again; ``ValueError`` if they were changed or their key is gone."""
    parts = json.loads(vault.open(bytes(sealed), CONTENT))
    outside = Outside(*parts["o"]) if parts.get("o") else None
    return Words(parts["t"], parts["b"], parts["s"], parts["l"], parts["v"], outside)


@dataclass(frozen=True, slots=True)
class Draft:
    """One message about to be stored."""

    id: UUID
    portal: str
    region: str
    recipient: UUID | None
    address: bytes | None
    event: str
    version: int
    category: str
    dedupe_key: str
    content: bytes
    language: str
    subject: str
    lane: int
    campaign_id: UUID | None
    at: datetime

    def row(self) -> tuple[Any, ...]:
        return (
            self.id, self.portal, self.region, self.recipient, self.address, self.event, self.version, self.category,
            self.dedupe_key, self.content, self.language, self.subject, self.lane, self.campaign_id, self.at,
        )  # fmt: skip


async def insert(table: str, columns: str, rows: Sequence[Sequence[Any]], conflict: str) -> list[UUID]:
    """Many rows in few statements; the ids of those that were new. ``conflict`` names the unique columns."""
    if not rows:
        return []
    # SQLite finds a numbered placeholder by walking a list: long statements there cost the square of their length.
    width, most = len(rows[0]), 16_000 if sql.is_postgres() else 480
    size = most // width
    new: list[UUID] = []
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        found = await sql.rows(
            f"INSERT INTO {table} ({columns}) VALUES {_groups(len(part), width)} "
            f"ON CONFLICT ({conflict}) DO NOTHING RETURNING id",
            *(value for row in part for value in row),
        )
        new += [sql.uid(row["id"]) for row in found]
    return new


@lru_cache(maxsize=64)
def _groups(count: int, width: int) -> str:
    starts = range(0, count * width, width)
    return ",".join("(" + ",".join(f"${start + i}" for i in range(1, width + 1)) + ")" for start in starts)


async def store(drafts: Sequence[Draft]) -> set[UUID]:
    """Insert messages once per dedupe key; the ids that were new."""
    return set(await insert("notify_messages", _MESSAGE, [d.row() for d in drafts], "portal, dedupe_key"))


async def put_in_inbox(drafts: Sequence[Draft]) -> None:
    """The inbox rows, in the same transaction: from here on the resident has been told."""
    rows = [(d.id, d.portal, d.region, d.recipient, d.at) for d in drafts]
    await insert("notify_inbox", _INBOX, rows, "id")


async def plan(
    drafts: Sequence[tuple[Draft, Sequence[str]]], lifetime: timedelta, held_until: datetime | None = None
) -> int:
    """The deliveries of new messages: the inbox is done at once, the named channels are due now. How many are due.

    ``held_until``: what rings anywhere but on an open page waits until then, and lives that much longer."""
    rows: list[tuple[Any, ...]] = []
    due = 0
    for draft, channels in drafts:
        steps = ["inbox", *channels] if draft.recipient else list(channels)
        for step, channel in enumerate(steps):
            state = "delivered" if channel == "inbox" else "pending"
            due += state == "pending"
            start = held_until if held_until and channel not in ("inbox", "live") else draft.at
            rows.append((
                new_id(), draft.id, draft.portal, draft.region, channel, step, draft.lane, state, 0, start,
                start + lifetime, f"{draft.id.hex}-{channel}", "", "", draft.campaign_id, draft.at,
            ))  # fmt: skip
    await insert("notify_deliveries", _DELIVERY, rows, "client_msg_id")
    return due
