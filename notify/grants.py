"""The ledger of cards that a resident allowed: WeChat's and Alipay's subscriptions.

One accept = one send, for ever until it is used; long-term templates are accepted once and not spent. Every change is
a row with a reference, so that an event told twice, or a delivery tried twice, counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit

Cause = Literal["accept", "reject", "spent", "returned", "refused"]
Kind = Literal["once", "long"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What is left of one template."""

    channel: str
    template: str
    kind: Kind
    balance: int


async def accept(
    unit: Unit, resident_id: UUID, channel: str, template: str, *, kind: Kind, ref: str, count: int = 1
) -> bool:
    """The resident allowed ``count`` cards. False if ``ref`` was counted before."""
    grant_id = await _grant(unit, resident_id, channel, template, kind)
    if not await _move(unit, grant_id, count, "accept", ref):
        return False
    most = "1" if kind == "long" else "balance + $1"
    values = (unit.now, grant_id) if kind == "long" else (count, unit.now, grant_id)
    first = len(values) - 1
    await sql.execute(
        f"UPDATE notify_grants SET balance = {most}, updated_at = ${first} WHERE id = ${first + 1}", *values
    )
    return True


async def reject(unit: Unit, resident_id: UUID, channel: str, template: str, *, ref: str) -> bool:
    """The resident took it back (or turned the switch off): nothing is left. False if ``ref`` was counted before."""
    return await _empty(unit, resident_id, channel, template, "reject", ref)


async def refused(unit: Unit, resident_id: UUID, channel: str, template: str, *, ref: str) -> bool:
    """The vendor says that nothing is allowed (WeChat 43101): its word counts, ours is set to zero."""
    return await _empty(unit, resident_id, channel, template, "refused", ref)


async def spend(unit: Unit, resident_id: UUID, channel: str, template: str, *, ref: str) -> bool:
    """Take one for this delivery; again for the same ``ref`` takes nothing more. False: none is left."""
    row = await sql.row(
        "SELECT id, kind, balance FROM notify_grants "
        "WHERE portal = $1 AND resident_id = $2 AND channel = $3 AND template = $4",
        unit.portal, resident_id, channel, template,
    )  # fmt: skip
    if row is None:
        return False
    grant_id = sql.uid(row["id"])
    if row["kind"] == "long":
        return int(row["balance"]) > 0
    if await _spent(grant_id, ref):
        return True
    taken = await sql.execute(
        "UPDATE notify_grants SET balance = balance - 1, updated_at = $1 WHERE id = $2 AND balance > 0",
        unit.now,
        grant_id,
    )
    return taken == 1 and await _move(unit, grant_id, -1, "spent", ref)


async def give_back(unit: Unit, resident_id: UUID, channel: str, template: str, *, ref: str) -> None:
    """The vendor certainly did not send: what this delivery took is there again."""
    grant = await sql.row(
        "SELECT id FROM notify_grants WHERE portal = $1 AND resident_id = $2 AND channel = $3 AND template = $4",
        unit.portal, resident_id, channel, template,
    )  # fmt: skip
    if grant is None:
        return
    grant_id = sql.uid(grant["id"])
    undone = await sql.execute(
        "DELETE FROM notify_grant_moves WHERE grant_id = $1 AND cause = 'spent' AND ref = $2", grant_id, ref
    )
    if undone:
        await sql.execute(
            "UPDATE notify_grants SET balance = balance + 1, updated_at = $1 WHERE id = $2", unit.now, grant_id
        )


async def left(unit: Unit, resident_id: UUID) -> list[Grant]:
    """What one resident still allows, by channel and template."""
    rows = await sql.rows(
        "SELECT channel, template, kind, balance FROM notify_grants WHERE portal = $1 AND resident_id = $2 "
        "ORDER BY channel, template",
        unit.portal, resident_id,
    )  # fmt: skip
    return [Grant(row["channel"], row["template"], row["kind"], int(row["balance"])) for row in rows]


async def _grant(unit: Unit, resident_id: UUID, channel: str, template: str, kind: Kind) -> UUID:
    row = await sql.row(
        "INSERT INTO notify_grants (id, portal, resident_id, channel, template, kind, balance, updated_at) "
        "VALUES ($1,$2,$3,$4,$5,$6,0,$7) ON CONFLICT (portal, resident_id, channel, template) "
        "DO UPDATE SET updated_at = EXCLUDED.updated_at RETURNING id",
        new_id(), unit.portal, resident_id, channel, template, kind, unit.now,
    )  # fmt: skip
    assert row is not None
    return sql.uid(row["id"])


async def _empty(unit: Unit, resident_id: UUID, channel: str, template: str, cause: Cause, ref: str) -> bool:
    grant_id = await _grant(unit, resident_id, channel, template, "once")
    if not await _move(unit, grant_id, 0, cause, ref):
        return False
    await sql.execute("UPDATE notify_grants SET balance = 0, updated_at = $1 WHERE id = $2", unit.now, grant_id)
    return True


async def _spent(grant_id: UUID, ref: str) -> bool:
    row = await sql.row(
        "SELECT id FROM notify_grant_moves WHERE grant_id = $1 AND cause = 'spent' AND ref = $2", grant_id, ref
    )
    return row is not None


async def _move(unit: Unit, grant_id: UUID, change: int, cause: Cause, ref: str) -> bool:
    row = await sql.row(
        "INSERT INTO notify_grant_moves (id, grant_id, change, cause, ref, at) VALUES ($1,$2,$3,$4,$5,$6) "
        "ON CONFLICT (grant_id, cause, ref) DO NOTHING RETURNING id",
        new_id(), grant_id, change, cause, ref[:160], unit.now,
    )  # fmt: skip
    return row is not None
