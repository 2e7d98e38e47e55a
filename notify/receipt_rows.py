"""The statements of receipts, a page each: kept raw, their deliveries locked, what waits for those read, the outcome
written. No statement is per receipt, so a body of five hundred costs as many as a body of one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from config.floor import sets, sql
from config.floor.unit import Unit

Outcome = Literal["delivered", "failed", "read"]
Name = tuple[str, str, str]
"""What a receipt calls its delivery by: our id, or (where that is empty) the provider and its reference."""
Raw = tuple[UUID, str, str, str, str, Outcome, str, bytes]
"""A row to keep: id, provider, the receipt's own id, our id, the provider's reference, outcome, reason, as it came."""


@dataclass(frozen=True, slots=True)
class Held:
    """A delivery whose row is ours until the unit ends."""

    id: UUID
    message_id: UUID
    channel: str
    provider: str
    provider_ref: str
    client_msg_id: str
    state: str
    campaign_id: UUID | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A receipt that is kept and not applied."""

    id: UUID
    name: Name
    provider: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What a delivery becomes."""

    delivery: Held
    state: Outcome
    reason: str


_KINDS = ("uuid", "varchar", "varchar", "varchar", "varchar", "varchar", "varchar", "bytea")
_COLUMNS = "id, provider, receipt_id, client_msg_id, provider_ref, outcome, reason, payload"
_NAMED = "applied_at IS NULL AND client_msg_id"


async def keep(unit: Unit, raw: Sequence[Raw]) -> set[UUID]:
    """Keep them as they came; the ids of those that were not here before. In one order, so that of two processes with
    the same receipts the second waits and finds them kept."""
    rows = sorted(raw, key=lambda row: row[1:3])
    if not rows:
        return set()
    if sql.is_postgres():
        arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(_KINDS, start=2))
        found = await sql.rows(
            f"INSERT INTO notify_receipts ({_COLUMNS}, received_at) SELECT v.*, $1::timestamptz "
            f"FROM unnest({arrays}) AS v ON CONFLICT (provider, receipt_id) DO NOTHING RETURNING id",
            unit.now, *(list(column) for column in zip(*rows, strict=True)),
        )  # fmt: skip
        return {sql.uid(row["id"]) for row in found}
    await sql.execute_many(
        f"INSERT INTO notify_receipts ({_COLUMNS}, received_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) "
        "ON CONFLICT (provider, receipt_id) DO NOTHING",
        [(*row, unit.now) for row in rows],
    )
    found = await sql.rows(
        f"SELECT id FROM notify_receipts WHERE {sets.among('id', 1)}", sets.listed(row[0] for row in rows)
    )
    return {sql.uid(row["id"]) for row in found}


async def early(limit: int) -> set[Name]:
    """What the receipts that wait for a delivery which is known by now call it by, of the oldest so many."""
    found: set[Name] = set()
    for named, same in (  # one condition each, so that each finds its index
        ("r.client_msg_id <> ''", "d.client_msg_id = r.client_msg_id"),
        (
            "r.client_msg_id = '' AND r.provider_ref <> '' AND r.provider <> ''",
            "d.provider <> '' AND d.provider = r.provider AND d.provider_ref = r.provider_ref",
        ),
    ):
        rows = await sql.rows(
            "SELECT r.provider, r.client_msg_id, r.provider_ref FROM notify_receipts r "
            f"WHERE r.applied_at IS NULL AND {named} AND EXISTS (SELECT 1 FROM notify_deliveries d WHERE {same}) "
            "ORDER BY r.received_at, r.id LIMIT $1",
            limit,
        )
        found |= {_name(row) for row in rows}
    return found


async def hold(names: Collection[Name], *, skip: bool) -> list[Held]:
    """Lock the deliveries of these names, in one order, so that no two wait for each other in a ring. ``skip``: those
    that somebody else has in hand are left to them."""
    lock = f" FOR UPDATE{' SKIP LOCKED' if skip else ''}" if sql.is_postgres() else ""
    ours, theirs = _called()
    ids = (
        f"SELECT id FROM notify_deliveries WHERE {ours} UNION SELECT id FROM notify_deliveries "
        f"WHERE provider <> '' AND {theirs}"
    )
    chosen = f"id = ANY(ARRAY({ids}))" if sql.is_postgres() else f"id IN ({ids})"
    rows = await sql.rows(
        "SELECT id, message_id, channel, provider, provider_ref, client_msg_id, state, campaign_id, updated_at "
        f"FROM notify_deliveries WHERE {chosen} ORDER BY id{lock}",
        *_named(names),
    )
    return [
        Held(
            sql.uid(row["id"]), sql.uid(row["message_id"]), row["channel"], row["provider"], row["provider_ref"],
            row["client_msg_id"], row["state"], sql.uid_or_none(row["campaign_id"]), sql.instant(row["updated_at"]),
        )
        for row in rows
    ]  # fmt: skip


async def waiting(held: Sequence[Held]) -> list[Waiting]:
    """Every receipt that waits for one of these, in the order in which they came. Read when the deliveries are locked:
    whoever had them before has applied what is not here."""
    names = {("", one.client_msg_id, "") for one in held}
    names |= {(one.provider, "", one.provider_ref) for one in held if one.provider and one.provider_ref}
    columns = "SELECT id, provider, client_msg_id, provider_ref, outcome, reason, received_at FROM notify_receipts"
    ours, theirs = _called()
    rows = await sql.rows(
        f"{columns} WHERE {_NAMED} <> '' AND {ours} UNION ALL {columns} WHERE {_NAMED} = '' AND {theirs} "
        "ORDER BY received_at, id",
        *_named(names),
    )
    return [Waiting(sql.uid(row["id"]), _name(row), row["provider"], row["outcome"], row["reason"]) for row in rows]


async def move(unit: Unit, moved: Sequence[Moved]) -> None:
    """Write what became of deliveries; whoever still tries one of them has lost it."""
    if not moved:
        return
    rows = [(one.delivery.id, one.state, one.reason) for one in moved]
    source, values = sets.table((("id", "uuid"), ("state", "varchar"), ("reason", "varchar")), rows, 2)
    await sql.execute(
        "UPDATE notify_deliveries SET state = v.state, reason = v.reason, lease_id = NULL, lease_until = NULL, "
        f"updated_at = $1 FROM {source} WHERE notify_deliveries.id = v.id",
        unit.now, *values,
    )  # fmt: skip


async def noted(unit: Unit, notes: Mapping[UUID, str]) -> None:
    """They are applied; what each changed."""
    if not notes:
        return
    source, values = sets.table((("id", "uuid"), ("note", "varchar")), list(notes.items()), 2)
    await sql.execute(
        f"UPDATE notify_receipts SET applied_at = $1, note = v.note FROM {source} WHERE notify_receipts.id = v.id "
        "AND notify_receipts.applied_at IS NULL",
        unit.now, *values,
    )  # fmt: skip


def _name(row: sql.Row) -> Name:
    ours = row["client_msg_id"]
    return ("", ours, "") if ours else (row["provider"], "", row["provider_ref"])


def _called() -> tuple[str, str]:
    """The conditions that a row is called by one of the names whose values ``_named`` gives: by our id, by theirs."""
    theirs = f"{sets.among('provider', 2, 'varchar')} AND {sets.among('provider_ref', 3, 'varchar')}"
    return sets.among("client_msg_id", 1, "varchar"), theirs


def _named(names: Collection[Name]) -> tuple[Any, Any, Any]:
    others = [(provider, ref) for provider, ours, ref in names if not ours and provider and ref]
    return (
        sets.listed(sorted(ours for _, ours, _ in names if ours)),
        sets.listed(sorted({provider for provider, _ in others})),
        sets.listed(sorted(ref for _, ref in others)),
    )
