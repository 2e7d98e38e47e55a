"""Providers' answers: kept as they came, once each, then applied. States only move forward.

Early, late, doubled, out of order, foreign: every receipt may come at any time. One that names a delivery of another
provider changes nothing; one for a delivery not known yet waits for three days.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import progress, providers
from notify.verdicts import Ended, Ending

PAYLOAD = "notify_receipts.payload"
Outcome = Literal["delivered", "failed", "read"]
WAITS = timedelta(hours=72)
UNANSWERED = timedelta(hours=72)
"""A delivery taken by a provider whose receipt has not come by then is ``unknown``. (GOV.UK Notify: 72 h.)"""
_OPEN = ("pending", "submitting", "in_doubt")
_BEFORE: dict[Outcome, tuple[str, ...]] = {
    "delivered": (*_OPEN, "sent", "unknown"),
    "failed": (*_OPEN, "sent", "unknown"),
    "read": (*_OPEN, "sent", "unknown", "delivered"),
}


def after(state: str, outcome: Outcome) -> str:
    """The state of a delivery once a receipt is applied: where it may not follow, nothing changes."""
    return outcome if state in _BEFORE[outcome] else state


class Receipts:
    """The door for what providers say afterwards."""

    def __init__(self, vault: Vault, ended: Ended | None = None) -> None:
        self._vault = vault
        self.ended = ended

    async def take(
        self,
        unit: Unit,
        *,
        provider: str,
        receipt_id: str,
        client_msg_id: str,
        outcome: Outcome,
        payload: str,
        reason: str = "",
        provider_ref: str = "",
    ) -> bool:
        """Keep a receipt and apply it. It names its delivery by our id, or by the provider's reference.

        False if it was here before (nothing changed).
        """
        sealed = self._vault.seal(payload, PAYLOAD)
        kept = await sql.row(
            "INSERT INTO notify_receipts "
            "(id, provider, receipt_id, client_msg_id, provider_ref, outcome, reason, payload, received_at) "
            "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (provider, receipt_id) DO NOTHING RETURNING id",
            new_id(), provider, receipt_id[:128], client_msg_id[:64], provider_ref[:128], outcome, reason[:64],
            sealed, unit.now,
        )  # fmt: skip
        if kept is None:
            return False
        await _apply(
            unit, sql.uid(kept["id"]), provider, client_msg_id[:64], provider_ref[:128], outcome, reason[:64],
            self.ended,
        )  # fmt: skip
        return True


async def apply_waiting(unit: Unit, limit: int = 200, ended: Ended | None = None) -> int:
    """Apply receipts that came before their delivery was known, oldest first; how many were looked at."""
    known = (
        "EXISTS (SELECT 1 FROM notify_deliveries d WHERE {}) ".format
    )  # one condition each, so that each finds its index
    rows = []
    for condition in (
        f"r.client_msg_id <> '' AND {known('d.client_msg_id = r.client_msg_id')}",
        "r.client_msg_id = '' AND r.provider_ref <> '' AND r.provider <> '' AND "
        + known("d.provider <> '' AND d.provider = r.provider AND d.provider_ref = r.provider_ref"),
    ):
        rows += await sql.rows(
            "SELECT r.id, r.provider, r.client_msg_id, r.provider_ref, r.outcome, r.reason FROM notify_receipts r "
            f"WHERE r.applied_at IS NULL AND {condition} ORDER BY r.received_at, r.id LIMIT $1",
            limit,
        )
    for row in rows:
        await _apply(
            unit, sql.uid(row["id"]), row["provider"], row["client_msg_id"], row["provider_ref"], row["outcome"],
            row["reason"], ended,
        )  # fmt: skip
    return len(rows)


async def forget_unknown(unit: Unit, limit: int = 500) -> int:
    """Receipts that nobody waited for, and deliveries that no receipt came for: both have had their three days."""
    skip = " FOR UPDATE SKIP LOCKED" if sql.is_postgres() else ""
    dropped = await sql.execute(
        "UPDATE notify_receipts SET applied_at = $1, note = 'unknown' WHERE id IN (SELECT id FROM notify_receipts "
        f"WHERE applied_at IS NULL AND received_at <= $2 LIMIT $3{skip})",
        unit.now, unit.now - WAITS, limit,
    )  # fmt: skip
    silent = await sql.execute(
        "UPDATE notify_deliveries SET state = 'unknown' WHERE id IN (SELECT id FROM notify_deliveries "
        f"WHERE state = 'sent' AND updated_at <= $1 LIMIT $2{skip}) AND state = 'sent'",
        unit.now - UNANSWERED, limit,
    )  # fmt: skip
    return dropped + silent


async def _apply(
    unit: Unit, receipt: UUID, provider: str, client_msg_id: str, provider_ref: str, outcome: Outcome, reason: str,
    ended: Ended | None,
) -> None:  # fmt: skip
    found = await _delivery(provider, client_msg_id, provider_ref)
    if found is None:
        return
    if found["provider"] not in ("", provider):
        note = "foreign"
    else:
        note = await _move(unit, found, outcome, reason, ended)
        if found["provider"]:
            await providers.answered(unit, found["channel"], provider, sql.instant(found["updated_at"]))
    await sql.execute("UPDATE notify_receipts SET applied_at = $1, note = $2 WHERE id = $3", unit.now, note, receipt)


async def _delivery(provider: str, client_msg_id: str, provider_ref: str) -> sql.Row | None:
    columns = "id, message_id, channel, provider, state, campaign_id, updated_at"
    lock = " FOR UPDATE" if sql.is_postgres() else ""
    if client_msg_id:
        return await sql.row(f"SELECT {columns} FROM notify_deliveries WHERE client_msg_id = $1{lock}", client_msg_id)
    if not (provider and provider_ref):
        return None
    return await sql.row(
        f"SELECT {columns} FROM notify_deliveries WHERE provider <> '' AND provider = $1 AND provider_ref = $2 "
        f"ORDER BY id LIMIT 1{lock}",
        provider, provider_ref,
    )  # fmt: skip


async def _move(unit: Unit, found: sql.Row, outcome: Outcome, reason: str, ended: Ended | None) -> str:
    state = found["state"]
    if after(state, outcome) == state:
        return "late"
    await sql.execute(
        "UPDATE notify_deliveries SET state = $1, reason = $2, lease_id = NULL, lease_until = NULL, updated_at = $3 "
        "WHERE id = $4",
        outcome, reason, unit.now, found["id"],
    )  # fmt: skip
    campaign_id = sql.uid_or_none(found["campaign_id"])
    went_on: frozenset[UUID] = frozenset()
    if ended and outcome == "failed":
        ending = Ending(
            sql.uid(found["id"]), sql.uid(found["message_id"]), found["channel"], "failed", reason, campaign_id
        )
        went_on = await ended(unit, [ending])
    counted = _counted(state, outcome)
    if went_on:
        counted = "moved" if counted == "bounced" else "skipped"
    if counted:
        await progress.settled(unit, [(campaign_id, counted)])
    return "applied"


def _counted(state: str, outcome: Outcome) -> progress.Settled | None:
    """What the campaign's counters learn: something new, that what was taken did not arrive, or nothing."""
    if state in _OPEN:
        return "failed" if outcome == "failed" else "reached"
    return "bounced" if outcome == "failed" else None
