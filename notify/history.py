"""What one resident was sent, and what became of one message: every step, every try, every receipt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import cursor as cursors
from notify.errors import MessageMissing
from notify.letters import Letters
from notify.outbox import Words
from notify.receipts import PAYLOAD
from notify.wordings import Wordings, worded

PAGE = 30
_SHOWN_PAYLOAD = 2_000


@dataclass(frozen=True, slots=True)
class Step:
    """One delivery as it stands."""

    id: UUID
    channel: str
    provider: str
    step: int
    state: str
    reason: str
    attempt: int
    provider_ref: str
    client_msg_id: str
    next_at: datetime
    expires_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Try:
    """One try of one delivery."""

    delivery_id: UUID
    number: int
    outcome: str
    reason: str
    provider_ref: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One answer of a provider; ``payload`` is the raw one, its figures masked."""

    client_msg_id: str
    provider: str
    outcome: str
    reason: str
    note: str
    received_at: datetime
    payload: str


@dataclass(frozen=True, slots=True)
class MessageHead:
    """One message without its words."""

    id: UUID
    recipient: UUID | None
    event: str
    category: str
    language: str
    subject: str
    lane: int
    campaign_id: UUID | None
    created_at: datetime
    read_at: datetime | None
    title: str


@dataclass(frozen=True, slots=True)
class MessageStory:
    """All that is known of one message."""

    head: MessageHead
    steps: tuple[Step, ...]
    tries: tuple[Try, ...]
    receipts: tuple[ReceiptLine, ...]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A resident's messages, newest first, with their steps."""

    messages: tuple[tuple[MessageHead, tuple[Step, ...]], ...]
    next_cursor: str | None


_HEAD = (
    "m.id, m.recipient, m.event, m.category, m.language, m.subject, m.lane, m.campaign_id, m.created_at, m.content, "
    "m.wording_id, i.read_at"
)
_STEP = (
    "id, message_id, channel, provider, step, state, reason, attempt, provider_ref, client_msg_id, next_at, "
    "expires_at, updated_at"
)


class History:
    """Reads; who may look and why is the edge's to settle and to record."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._wordings = Wordings(vault)
        self.letters = Letters(vault, self._wordings)

    async def of_message(self, unit: Unit, message_id: UUID) -> MessageStory:
        """Four statements. ``MessageMissing`` where this portal has none such."""
        row = await sql.row(
            f"SELECT {_HEAD} FROM notify_messages m LEFT JOIN notify_inbox i ON i.id = m.id "
            "WHERE m.id = $1 AND m.portal = $2",
            message_id, unit.portal,
        )  # fmt: skip
        if row is None:
            raise MessageMissing()
        (head,) = await self._heads([row])
        steps = await _steps([message_id])
        tries = await sql.rows(
            "SELECT a.delivery_id, a.number, a.outcome, a.reason, a.provider_ref, a.at FROM notify_attempts a "
            "JOIN notify_deliveries d ON d.id = a.delivery_id WHERE d.message_id = $1 ORDER BY a.at, a.id LIMIT 500",
            message_id,
        )
        receipts = await sql.rows(
            "SELECT r.client_msg_id, r.provider, r.outcome, r.reason, r.note, r.received_at, r.payload "
            "FROM notify_receipts r JOIN notify_deliveries d ON d.client_msg_id = r.client_msg_id "
            "WHERE d.message_id = $1 ORDER BY r.received_at, r.id LIMIT 200",
            message_id,
        )
        return MessageStory(
            head=head,
            steps=tuple(steps.get(message_id, ())),
            tries=tuple(_try(one) for one in tries),
            receipts=tuple(self._receipt(one) for one in receipts),
        )

    async def of_resident(self, unit: Unit, resident_id: UUID, cursor: str | None = None) -> HistoryPage:
        """One page; two or three statements, whatever its length."""
        where, values = "", [unit.portal, resident_id, PAGE + 1]
        if cursor:
            at, last = cursors.read(cursor)
            where, values = "AND (i.at < $4 OR (i.at = $4 AND i.id < $5)) ", [*values, at, last]
        rows = await sql.rows(
            f"SELECT {_HEAD} FROM notify_inbox i JOIN notify_messages m ON m.id = i.id "
            f"WHERE i.portal = $1 AND i.recipient = $2 {where}ORDER BY i.at DESC, i.id DESC LIMIT $3",
            *values,
        )
        heads = await self._heads(rows[:PAGE])
        steps = await _steps([head.id for head in heads])
        shown = tuple((head, tuple(steps.get(head.id, ()))) for head in heads)
        more = len(rows) > PAGE
        return HistoryPage(shown, cursors.after(heads[-1].created_at, heads[-1].id) if more else None)

    async def _heads(self, rows: list[sql.Row]) -> list[MessageHead]:
        shared = await self._wordings.load(sql.uid_or_none(row["wording_id"]) for row in rows)
        return [self._head(row, shared.get(sql.uid(row["wording_id"])) if row["wording_id"] else None) for row in rows]

    def _head(self, row: sql.Row, shared: Words | None) -> MessageHead:
        try:
            title = "" if row["event"] == "otp" else worded(self._vault, bytes(row["content"]), shared).title
        except (ValueError, KeyError):
            title = ""
        return MessageHead(
            id=sql.uid(row["id"]),
            recipient=sql.uid_or_none(row["recipient"]),
            event=row["event"],
            category=row["category"],
            language=row["language"],
            subject=row["subject"],
            lane=int(row["lane"]),
            campaign_id=sql.uid_or_none(row["campaign_id"]),
            created_at=sql.instant(row["created_at"]),
            read_at=sql.instant_or_none(row["read_at"]),
            title=title,
        )

    def _receipt(self, row: sql.Row) -> ReceiptLine:
        try:
            raw = self._vault.open(bytes(row["payload"]), PAYLOAD)
        except ValueError:
            raw = ""
        return ReceiptLine(
            row["client_msg_id"], row["provider"], row["outcome"], row["reason"], row["note"],
            sql.instant(row["received_at"]), masked(raw),
        )  # fmt: skip


def masked(raw: str) -> str:
    """A provider's raw answer without what points to a person: every run of seven or more figures keeps its last two,
    every longer word of an account its first three characters."""
    try:
        text = json.dumps(json.loads(raw), ensure_ascii=False, indent=1)
    except ValueError:
        text = raw
    kept: list[str] = []
    run = ""
    for sign in f"{text}\0":
        if (sign.isalnum() and sign.isascii()) or sign in "_-":
            run += sign
            continue
        kept.append(_hidden(run))
        kept.append(sign)
        run = ""
    return "".join(kept)[:-1][:_SHOWN_PAYLOAD]


def _hidden(run: str) -> str:
    digits = sum(one.isdigit() for one in run)
    if digits >= 7 and digits == len(run.strip("+-_")):
        return "*" * (len(run) - 2) + run[-2:]
    if len(run) >= 20:
        return f"{run[:3]}…"
    return run


async def _steps(ids: list[UUID]) -> dict[UUID, list[Step]]:
    if not ids:
        return {}
    holes = ",".join(f"${n}" for n in range(1, len(ids) + 1))
    rows = await sql.rows(
        f"SELECT {_STEP} FROM notify_deliveries WHERE message_id IN ({holes}) ORDER BY message_id, step, id", *ids
    )
    found: dict[UUID, list[Step]] = {}
    for row in rows:
        found.setdefault(sql.uid(row["message_id"]), []).append(_step(row))
    return found


def _step(row: dict[str, Any]) -> Step:
    return Step(
        sql.uid(row["id"]), row["channel"], row["provider"], int(row["step"]), row["state"], row["reason"],
        int(row["attempt"]), row["provider_ref"], row["client_msg_id"], sql.instant(row["next_at"]),
        sql.instant(row["expires_at"]), sql.instant(row["updated_at"]),
    )  # fmt: skip


def _try(row: sql.Row) -> Try:
    return Try(
        sql.uid(row["delivery_id"]), int(row["number"]), row["outcome"], row["reason"], row["provider_ref"],
        sql.instant(row["at"]),
    )  # fmt: skip
