"""Providers' answers: kept as they came, once each, then applied. Final states never change again."""

from __future__ import annotations

from typing import Literal

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import progress

PAYLOAD = "notify_receipts.payload"
Outcome = Literal["delivered", "failed"]


class Receipts:
    """Early, late, doubled, foreign: every receipt may come at any time and in any order."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

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
    ) -> bool:
        """Keep a receipt and apply it. False if it was here before (nothing changed)."""
        sealed = self._vault.seal(payload, PAYLOAD)
        kept = await sql.row(
            "INSERT INTO notify_receipts "
            "(id, provider, receipt_id, client_msg_id, outcome, reason, payload, received_at) "
            "VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT (provider, receipt_id) DO NOTHING RETURNING id",
            new_id(), provider, receipt_id, client_msg_id, outcome, reason, sealed, unit.now,
        )  # fmt: skip
        if kept is None:
            return False
        await apply(unit, client_msg_id)
        return True


async def apply(unit: Unit, client_msg_id: str) -> None:
    """Apply what is known of one message; the first receipt decides. One for a message not known yet waits."""
    first = await sql.row(
        "SELECT outcome, reason FROM notify_receipts WHERE client_msg_id = $1 ORDER BY received_at, id LIMIT 1",
        client_msg_id,
    )
    if first is None:
        return
    if await sql.row("SELECT id FROM notify_deliveries WHERE client_msg_id = $1", client_msg_id) is None:
        return
    outcome: Outcome = first["outcome"]
    # Not-yet-sent first: a delivery may become "sent" between the two, never the other way.
    moved = await _move(unit, client_msg_id, outcome, first["reason"], "'pending','submitting','in_doubt'")
    if moved:
        counted: progress.Settled = "reached" if outcome == "delivered" else "failed"
        await progress.settled(unit, [(sql.uid_or_none(moved["campaign_id"]), counted)])
    else:
        await _move(unit, client_msg_id, outcome, first["reason"], "'sent'")
    await sql.execute(
        "UPDATE notify_receipts SET applied_at = $1 WHERE client_msg_id = $2 AND applied_at IS NULL",
        unit.now,
        client_msg_id,
    )


async def _move(unit: Unit, client_msg_id: str, outcome: Outcome, reason: str, states: str) -> sql.Row | None:
    return await sql.row(
        "UPDATE notify_deliveries SET state = $1, reason = $2, lease_id = NULL, lease_until = NULL, updated_at = $3 "
        f"WHERE client_msg_id = $4 AND state IN ({states}) RETURNING campaign_id",
        outcome,
        reason,
        unit.now,
        client_msg_id,
    )


async def apply_waiting(unit: Unit, limit: int = 200) -> int:
    """Apply receipts that came before their message was known; how many were looked at."""
    rows = await sql.rows(
        "SELECT DISTINCT r.client_msg_id FROM notify_receipts r "
        "JOIN notify_deliveries d ON d.client_msg_id = r.client_msg_id WHERE r.applied_at IS NULL LIMIT $1",
        limit,
    )
    for row in rows:
        await apply(unit, row["client_msg_id"])
    return len(rows)
