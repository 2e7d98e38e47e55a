"""How tries end: one statement for a whole batch. Whoever lost the lease changes nothing but is noted as late."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from notify.queue import Claimed, State


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a try ended, and what the delivery becomes. ``free``: the next try may go to another provider."""

    claimed: Claimed
    state: State
    outcome: str
    reason: str = ""
    provider_ref: str = ""
    next_at: datetime | None = None
    free: bool = False

    def row(self) -> tuple[Any, ...]:
        claimed = self.claimed
        return (
            claimed.id, claimed.lease_id, self.state, self.reason[:64], self.provider_ref[:128], self.next_at,
            self.free, new_id(), claimed.attempt, self.outcome[:16],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ending:
    """A delivery that left the queue: sent, delivered, failed or skipped."""

    delivery_id: UUID
    message_id: UUID
    channel: str
    state: str
    reason: str
    campaign_id: UUID | None


Ended = Callable[[Unit, Sequence[Ending]], Awaitable[frozenset[UUID]]]
"""Told in the transaction in which deliveries ended: where the ladder's next step is decided. Answers the messages that
go another way now."""

_NAMES = ("id", "lease", "state", "reason", "ref", "next_at", "free", "attempt", "number", "outcome")
_TYPES = ("uuid", "uuid", "varchar", "varchar", "varchar", "timestamptz", "bool", "uuid", "int", "varchar")
_OPEN = "'pending','submitting','in_doubt'"
_ARRAYS = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(_TYPES, start=1))
_POSTGRES = (
    f"WITH v AS (SELECT * FROM unnest({_ARRAYS}) AS v({', '.join(_NAMES)})), "
    "held AS (UPDATE notify_deliveries d SET state = v.state, reason = v.reason, provider_ref = v.ref, "
    "next_at = COALESCE(v.next_at, d.next_at), provider = CASE WHEN v.free THEN '' ELSE d.provider END, "
    "lease_id = NULL, lease_until = NULL, updated_at = $11 FROM v "
    f"WHERE d.id = v.id AND d.lease_id = v.lease AND d.state IN ({_OPEN}) RETURNING d.id), "
    "late AS (SELECT d.id FROM notify_deliveries d JOIN v ON v.id = d.id "
    "WHERE NOT EXISTS (SELECT 1 FROM held WHERE held.id = d.id) FOR KEY SHARE OF d) "
    "INSERT INTO notify_attempts (id, delivery_id, number, outcome, reason, provider_ref, at) "
    "SELECT v.attempt, v.id, v.number, CASE WHEN held.id IS NULL THEN left('late-' || v.outcome, 16) ELSE v.outcome "
    "END, v.reason, v.ref, $11 FROM v LEFT JOIN held ON held.id = v.id LEFT JOIN late ON late.id = v.id "
    "WHERE held.id IS NOT NULL OR late.id IS NOT NULL RETURNING delivery_id, outcome"
)
_READ = (
    "(SELECT "
    + ", ".join(f"json_extract(value,'$[{n}]') AS {name}" for n, name in enumerate(_NAMES))
    + (" FROM json_each($1))")
)
_SQLITE = (
    "UPDATE notify_deliveries SET state = v.state, reason = v.reason, provider_ref = v.ref, "
    "next_at = COALESCE(v.next_at, notify_deliveries.next_at), "
    "provider = CASE WHEN v.free THEN '' ELSE provider END, lease_id = NULL, lease_until = NULL, updated_at = $2 "
    f"FROM {_READ} AS v WHERE notify_deliveries.id = v.id AND notify_deliveries.lease_id = v.lease "
    f"AND notify_deliveries.state IN ({_OPEN}) RETURNING notify_deliveries.id AS id"
)
_SQLITE_ATTEMPTS = (
    "INSERT INTO notify_attempts (id, delivery_id, number, outcome, reason, provider_ref, at) "
    f"SELECT attempt, id, number, outcome, reason, ref, $2 FROM {_READ} AS v "
    "WHERE EXISTS (SELECT 1 FROM notify_deliveries WHERE notify_deliveries.id = v.id)"
)


async def finish(unit: Unit, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Write how tries ended, and each try; the verdicts that counted. A delivery that was erased meanwhile (an account
    ended) takes nothing with it: its try is not noted, those of the others in the batch are."""
    if not verdicts:
        return []
    rows = [verdict.row() for verdict in verdicts]
    if sql.is_postgres():
        found = await sql.rows(_POSTGRES, *(list(column) for column in zip(*rows, strict=True)), unit.now)
        held = {sql.uid(row["delivery_id"]) for row in found if not row["outcome"].startswith("late-")}
    else:
        found = await sql.rows(_SQLITE, sql.to_json([_plain(row) for row in rows]), unit.now)
        held = {sql.uid(row["id"]) for row in found}
        tried = [row if row[0] in held else (*row[:-1], f"late-{row[-1]}"[:16]) for row in rows]
        await sql.execute(_SQLITE_ATTEMPTS, sql.to_json([_plain(row) for row in tried]), unit.now)
    return [verdict for verdict in verdicts if verdict.claimed.id in held]


def _plain(row: Sequence[Any]) -> list[Any]:
    """As JSON for SQLite, instants as its columns hold them."""
    return [_value(value) for value in row]


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ")
    return value if isinstance(value, str | int | bool | None) else str(value)
