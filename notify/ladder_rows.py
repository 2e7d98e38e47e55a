"""What was judged of ladders one by one, written many at once: where each stands, and the deliveries of next steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit


@dataclass(frozen=True, slots=True)
class Begun:
    """A step that begins: its way, its place after the inbox and the open page, from when to when it is tried."""

    portal: str
    region: str
    channel: str
    step: int
    lane: int
    due: datetime
    expires_at: datetime
    campaign_id: UUID | None


@dataclass(frozen=True, slots=True)
class Judged:
    """Where a ladder stands now. ``id`` is its message's."""

    id: UUID
    at_step: int
    state: str
    reason: str
    next_at: datetime | None
    begun: Begun | None = None


_STEP = ("uuid", "uuid", "varchar", "varchar", "varchar", "int", "int", "timestamptz", "timestamptz", "varchar", "uuid")
_STAND = ("uuid", "int", "varchar", "varchar", "timestamptz")


async def keep(judged: Sequence[Judged]) -> None:
    """Where each stands: one statement."""
    rows = [(one.id, one.at_step, one.state, one.reason, one.next_at) for one in judged]
    source, values = _table(_STAND, rows, 1)
    await sql.execute(
        "UPDATE notify_ladders SET at_step = v.c1, state = v.c2, reason = v.c3, next_at = v.c4 "
        f"FROM {source} WHERE notify_ladders.id = v.c0",
        *values,
    )


async def begin(unit: Unit, judged: Sequence[Judged]) -> set[UUID]:
    """The deliveries of steps that begin: one statement. The messages whose delivery was not there before."""
    rows = [
        (new_id(), one.id, at.portal, at.region, at.channel, at.step, at.lane, at.due, at.expires_at,
         f"{one.id.hex}-{at.channel}", at.campaign_id)
        for one in judged if (at := one.begun)
    ]  # fmt: skip
    if not rows:
        return set()
    unit.tell("wake:notify", "due")
    source, values = _table(_STEP, rows, 2)
    made = await sql.rows(
        "INSERT INTO notify_deliveries (id, message_id, portal, region, channel, step, lane, next_at, expires_at, "
        "client_msg_id, campaign_id, state, attempt, provider_ref, reason, updated_at) "
        f"SELECT v.*, 'pending', 0, '', '', {_now()} FROM {source} WHERE TRUE ON CONFLICT (client_msg_id) DO NOTHING "
        "RETURNING message_id",
        unit.now, *values,
    )  # fmt: skip
    return {sql.uid(row["message_id"]) for row in made}


def _now() -> str:
    return "$1::timestamptz" if sql.is_postgres() else "$1"


def _table(kinds: Sequence[str], rows: Sequence[Sequence[Any]], first: int) -> tuple[str, tuple[Any, ...]]:
    """Rows as a table ``v`` with columns ``c0`` onwards, and the values of its placeholders from ``first`` on."""
    names = [f"c{place}" for place in range(len(kinds))]
    if sql.is_postgres():
        arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(kinds, start=first))
        return f"unnest({arrays}) AS v({', '.join(names)})", tuple(list(column) for column in zip(*rows, strict=True))
    parts = ", ".join(f"json_extract(value,'$[{place}]') AS {name}" for place, name in enumerate(names))
    plain = sql.to_json([[_plain(value) for value in row] for row in rows])
    return f"(SELECT {parts} FROM json_each(${first})) AS v", (plain,)


def _plain(value: Any) -> Any:
    """As JSON for SQLite, instants as its columns hold them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ")
    return str(value) if isinstance(value, UUID) else value
