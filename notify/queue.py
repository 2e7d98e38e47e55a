"""The queue of deliveries in the database: claim, submit, finish, sweep. One statement to claim, one to submit.

A claimed row carries a lease id; every later write names it (a fencing token), so whoever lost the lease
changes nothing. ``submitting`` is committed before a channel is called: after a crash only such rows are in
doubt, everything else was certainly not sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit

State = Literal["pending", "submitting", "sent", "delivered", "failed", "in_doubt", "skipped"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery in our hands until its lease ends."""

    id: UUID
    message_id: UUID
    channel: str
    lane: int
    attempt: int
    lease_id: UUID
    expires_at: datetime
    client_msg_id: str
    campaign_id: UUID | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a claimed delivery says and to whom, still sealed."""

    portal: str
    event: str
    category: str
    language: str
    recipient: UUID | None
    address: bytes | None
    content: bytes
    read: bool
    stopped: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a try ended, and what the delivery becomes."""

    claimed: Claimed
    state: State
    outcome: str
    reason: str = ""
    provider_ref: str = ""
    next_at: datetime | None = None


async def claim(unit: Unit, *, lanes: int, limit: int, lease: timedelta) -> list[Claimed]:
    """Take up to ``limit`` due deliveries of lanes 0…``lanes``, most urgent first. One statement."""
    skip = " FOR UPDATE SKIP LOCKED" if sql.is_postgres() else ""
    rows = await sql.rows(
        "UPDATE notify_deliveries SET lease_id = $1, lease_until = $2, attempt = attempt + 1 WHERE id IN ("
        "SELECT id FROM notify_deliveries WHERE state = 'pending' AND lane <= $3 AND next_at <= $4 "
        f"AND (lease_until IS NULL OR lease_until <= $4) ORDER BY lane, next_at LIMIT $5{skip}) "
        "RETURNING id, message_id, channel, attempt, lease_id, expires_at, client_msg_id, campaign_id, lane",
        new_id(), unit.now + lease, lanes, unit.now, limit,
    )  # fmt: skip
    return sorted((_claimed(row) for row in rows), key=lambda claimed: claimed.lane)


def _claimed(row: sql.Row) -> Claimed:
    return Claimed(
        sql.uid(row["id"]),
        sql.uid(row["message_id"]),
        row["channel"],
        int(row["lane"]),
        int(row["attempt"]),
        sql.uid(row["lease_id"]),
        sql.instant(row["expires_at"]),
        row["client_msg_id"],
        sql.uid_or_none(row["campaign_id"]),
    )


async def load(lease_id: UUID) -> dict[UUID, Loaded]:
    """The messages of one claim, by delivery id. One statement."""
    rows = await sql.rows(
        "SELECT d.id, m.portal, m.event, m.category, m.language, m.recipient, m.address, m.content, i.read_at, "
        "c.status FROM notify_deliveries d JOIN notify_messages m ON m.id = d.message_id "
        "LEFT JOIN notify_inbox i ON i.id = m.id LEFT JOIN campaigns c ON c.id = d.campaign_id WHERE d.lease_id = $1",
        lease_id,
    )
    return {
        sql.uid(row["id"]): Loaded(
            row["portal"],
            row["event"],
            row["category"],
            row["language"],
            sql.uid_or_none(row["recipient"]),
            None if row["address"] is None else bytes(row["address"]),
            bytes(row["content"]),
            row["read_at"] is not None,
            row["status"] == "stopped",
        )
        for row in rows
    }


async def submit(unit: Unit, lease_id: UUID, lease: timedelta) -> set[UUID]:
    """Mark everything still held under this lease as submitting; only these may be handed to a channel."""
    rows = await sql.rows(
        "UPDATE notify_deliveries SET state = 'submitting', lease_until = $1, updated_at = $2 "
        "WHERE lease_id = $3 AND state = 'pending' RETURNING id",
        unit.now + lease,
        unit.now,
        lease_id,
    )
    return {sql.uid(row["id"]) for row in rows}


async def finish(unit: Unit, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Write how tries ended; the verdicts that counted. One whose lease was lost is only noted as late."""
    kept, attempts = [], []
    for verdict in verdicts:
        held = await _finish_one(unit, verdict)
        if held:
            kept.append(verdict)
        attempts.append(_attempt(unit, verdict, verdict.outcome if held else f"late-{verdict.outcome}"[:16]))
    if attempts:
        await sql.execute_many(
            "INSERT INTO notify_attempts (id, delivery_id, number, outcome, reason, provider_ref, at) "
            "VALUES ($1,$2,$3,$4,$5,$6,$7)",
            attempts,
        )
    return kept


async def _finish_one(unit: Unit, verdict: Verdict) -> bool:
    ended = await sql.row(
        "UPDATE notify_deliveries SET state = $1, reason = $2, provider_ref = $3, next_at = COALESCE($4, next_at), "
        "lease_id = NULL, lease_until = NULL, updated_at = $5 "
        "WHERE id = $6 AND lease_id = $7 AND state IN ('pending','submitting') RETURNING id",
        verdict.state, verdict.reason[:64], verdict.provider_ref[:128], verdict.next_at, unit.now,
        verdict.claimed.id, verdict.claimed.lease_id,
    )  # fmt: skip
    return ended is not None


def _attempt(unit: Unit, verdict: Verdict, outcome: str) -> tuple[Any, ...]:
    claimed = verdict.claimed
    return (
        new_id(), claimed.id, claimed.attempt, outcome, verdict.reason[:64], verdict.provider_ref[:128], unit.now,
    )  # fmt: skip


async def lost(unit: Unit, limit: int) -> list[tuple[Claimed, str]]:
    """Deliveries whose sender died or hung between submitting and finishing, with their category."""
    rows = await sql.rows(
        "SELECT d.id, d.message_id, d.channel, d.lane, d.attempt, d.lease_id, d.expires_at, "
        "d.client_msg_id, d.campaign_id, "
        "m.category FROM notify_deliveries d JOIN notify_messages m ON m.id = d.message_id "
        "WHERE d.state = 'submitting' AND d.lease_until <= $1 ORDER BY d.lease_until LIMIT $2",
        unit.now,
        limit,
    )
    return [(_claimed(row), row["category"]) for row in rows]


async def release_doubtful(unit: Unit) -> list[UUID | None]:
    """Send again what waited for a receipt long enough, fail what is past its life; the campaigns of the failed."""
    await sql.execute(
        "UPDATE notify_deliveries SET state = 'pending', updated_at = $1 "
        "WHERE state = 'in_doubt' AND next_at <= $1 AND expires_at > $1",
        unit.now,
    )
    failed = await sql.rows(
        "UPDATE notify_deliveries SET state = 'failed', reason = 'in-doubt', updated_at = $1 "
        "WHERE state = 'in_doubt' AND expires_at <= $1 RETURNING campaign_id",
        unit.now,
    )
    return [sql.uid_or_none(row["campaign_id"]) for row in failed]
