"""The queue of deliveries in the database: claim, put back, finish, find the lost. One statement each.

A claimed row carries a lease id; every later write names it (a fencing token), so whoever lost the lease changes
nothing. A claim makes a row ``submitting``, and is committed before a channel is called: after a crash only such rows
are in doubt, everything else was certainly not sent. A *reserved* row is still pending: a job of the cluster engine
will claim it, and when its reservation ends anybody may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from config.floor import sets, sql
from config.floor.ids import new_id
from config.floor.unit import Unit

State = Literal["pending", "submitting", "in_doubt", "sent", "unknown", "delivered", "read", "failed", "skipped"]
TAKEN = "id, message_id, channel, provider, attempt, lease_id, expires_at, client_msg_id, campaign_id, lane, updated_at"
_DUE = "state = 'pending' AND next_at <= $3 AND (lease_until IS NULL OR lease_until <= $3)"


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery in our hands until its lease ends. ``provider``: who was asked before, where that still binds."""

    id: UUID
    message_id: UUID
    channel: str
    provider: str
    lane: int
    attempt: int
    lease_id: UUID
    expires_at: datetime
    client_msg_id: str
    campaign_id: UUID | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a claimed delivery says and to whom, still sealed. ``wording_id``: where its words are shared."""

    portal: str
    event: str
    category: str
    language: str
    recipient: UUID | None
    address: bytes | None
    content: bytes
    wording_id: UUID | None
    read: bool


async def claim(unit: Unit, *, lanes: int, limit: int, lease: timedelta) -> list[Claimed]:
    """Take up to ``limit`` due deliveries of lanes 0…``lanes`` that belong to no campaign, most urgent first."""
    return await _take(
        unit, f"{_DUE} AND campaign_id IS NULL AND lane <= $5 ORDER BY lane, next_at LIMIT $4", limit, lanes, lease
    )


async def claim_of(unit: Unit, campaign_id: UUID, *, limit: int, lease: timedelta) -> list[Claimed]:
    """Take up to ``limit`` due deliveries of one campaign."""
    return await _take(unit, f"{_DUE} AND campaign_id = $5 ORDER BY next_at LIMIT $4", limit, campaign_id, lease)


async def claim_reserved(unit: Unit, reserved: UUID, *, lease: timedelta) -> list[Claimed]:
    """Take what a job was made for and nobody has taken since. A doubled job finds nothing."""
    rows = await sql.rows(
        "UPDATE notify_deliveries SET state = 'submitting', lease_id = $1, lease_until = $2, attempt = attempt + 1 "
        "WHERE lease_id = $3 AND state = 'pending' AND (campaign_id IS NULL OR campaign_id IN "
        f"(SELECT c.id FROM campaigns c WHERE c.status = 'sending')) RETURNING {TAKEN}",
        new_id(), unit.now + lease, reserved,
    )  # fmt: skip
    return [claimed_row(row) for row in rows]


async def reserve(unit: Unit, *, lanes: int, limit: int, until: timedelta, campaign: UUID | None) -> tuple[UUID, int]:
    """Keep due deliveries apart for one job; its id and how many. They stay pending."""
    kept, of = new_id(), "campaign_id IS NULL AND lane <= $5" if campaign is None else "campaign_id = $5"
    count = await sql.execute(
        "UPDATE notify_deliveries SET lease_id = $1, lease_until = $2 WHERE "
        + _chosen(f"{_DUE} AND {of} ORDER BY lane, next_at LIMIT $4" if campaign is None else
                  f"{_DUE} AND {of} ORDER BY next_at LIMIT $4"),
        kept, unit.now + until, unit.now, limit, lanes if campaign is None else campaign,
    )  # fmt: skip
    return kept, count


async def waiting_in(reserved: Sequence[UUID]) -> set[UUID]:
    """Which of these reservations still hold deliveries that no job has taken."""
    holes = ",".join(f"${n}" for n in range(1, len(reserved) + 1))
    rows = await sql.rows(
        f"SELECT DISTINCT lease_id FROM notify_deliveries WHERE lease_id IN ({holes}) AND state = 'pending'", *reserved
    )
    return {sql.uid(row["lease_id"]) for row in rows}


async def _take(unit: Unit, condition: str, limit: int, of: int | UUID, lease: timedelta) -> list[Claimed]:
    rows = await sql.rows(
        "UPDATE notify_deliveries SET state = 'submitting', lease_id = $1, lease_until = $2, attempt = attempt + 1 "
        f"WHERE {_chosen(condition)} RETURNING {TAKEN}",
        new_id(), unit.now + lease, unit.now, limit, of,
    )  # fmt: skip
    return sorted((claimed_row(row) for row in rows), key=lambda claimed: claimed.lane)


def _chosen(condition: str) -> str:
    """The chosen rows by their ids. PostgreSQL gets an array, because with old statistics a join reads the table."""
    chosen = f"SELECT id FROM notify_deliveries WHERE {condition}"
    return f"id = ANY(ARRAY({chosen} FOR UPDATE SKIP LOCKED))" if sql.is_postgres() else f"id IN ({chosen})"


def claimed_row(row: sql.Row) -> Claimed:
    """A row of ``TAKEN``."""
    return Claimed(
        sql.uid(row["id"]),
        sql.uid(row["message_id"]),
        row["channel"],
        row["provider"],
        row["lane"],
        row["attempt"],
        sql.uid(row["lease_id"]),
        sql.instant(row["expires_at"]),
        row["client_msg_id"],
        sql.uid_or_none(row["campaign_id"]),
        sql.instant(row["updated_at"]),
    )


async def load(lease_id: UUID) -> dict[UUID, Loaded]:
    """The messages of one claim, by delivery id. One statement."""
    rows = await sql.rows(
        "SELECT d.id, m.portal, m.event, m.category, m.language, m.recipient, m.address, m.content, m.wording_id, "
        "i.read_at FROM notify_deliveries d JOIN notify_messages m ON m.id = d.message_id "
        "LEFT JOIN notify_inbox i ON i.id = m.id WHERE d.lease_id = $1",
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
            sql.uid_or_none(row["wording_id"]),
            row["read_at"] is not None,
        )
        for row in rows
    }


async def name_providers(chosen: Sequence[tuple[Claimed, str]]) -> None:
    """Write down who will be asked, before anybody is: a receipt may be quicker than our answer."""
    pairs = [(claimed.id, name) for claimed, name in chosen]
    source, values = sets.table((("id", "uuid"), ("name", "varchar")), pairs, 1)
    await sql.execute(
        f"UPDATE notify_deliveries SET provider = v.name FROM {source} WHERE notify_deliveries.id = v.id", *values
    )


async def put_back(unit: Unit, claimed: Sequence[Claimed], until: datetime) -> None:
    """Not now: pending again at ``until``. It was not a try."""
    if not claimed:
        return
    await sql.execute(
        "UPDATE notify_deliveries SET state = 'pending', attempt = attempt - 1, next_at = $2, lease_id = NULL, "
        f"lease_until = NULL WHERE {sets.among('id', 1)} AND lease_id = $3 AND state = 'submitting'",
        sets.listed(one.id for one in claimed), until, claimed[0].lease_id,
    )  # fmt: skip


async def lost(unit: Unit, limit: int) -> list[tuple[Claimed, str]]:
    """Deliveries whose sender died or hung between the claim and the finish, with their category."""
    rows = await sql.rows(
        f"SELECT {', '.join(f'd.{name}' for name in TAKEN.split(', '))}, m.category FROM notify_deliveries d "
        "JOIN notify_messages m ON m.id = d.message_id "
        "WHERE d.state = 'submitting' AND d.lease_until <= $1 ORDER BY d.lease_until LIMIT $2",
        unit.now,
        limit,
    )
    return [(claimed_row(row), row["category"]) for row in rows]
