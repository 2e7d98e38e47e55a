"""What was judged of ladders one by one, written many at once: where each stands, and the deliveries of next steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.floor import sets, sql
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


_STEP = (
    ("id", "uuid"), ("message_id", "uuid"), ("portal", "varchar"), ("region", "varchar"), ("channel", "varchar"),
    ("step", "int"), ("lane", "int"), ("next_at", "timestamptz"), ("expires_at", "timestamptz"),
    ("client_msg_id", "varchar"), ("campaign_id", "uuid"),
)  # fmt: skip
_STAND = (("id", "uuid"), ("at_step", "int"), ("state", "varchar"), ("reason", "varchar"), ("next_at", "timestamptz"))


async def keep(judged: Sequence[Judged]) -> None:
    """Where each stands: one statement."""
    rows = [(one.id, one.at_step, one.state, one.reason, one.next_at) for one in judged]
    source, values = sets.table(_STAND, rows, 1)
    await sql.execute(
        "UPDATE notify_ladders SET at_step = v.at_step, state = v.state, reason = v.reason, next_at = v.next_at "
        f"FROM {source} WHERE notify_ladders.id = v.id",
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
    source, values = sets.table(_STEP, rows, 2)
    made = await sql.rows(
        f"INSERT INTO notify_deliveries ({', '.join(name for name, _ in _STEP)}, state, attempt, provider_ref, reason, "
        "updated_at) "
        f"SELECT v.*, 'pending', 0, '', '', {_now()} FROM {source} WHERE TRUE ON CONFLICT (client_msg_id) DO NOTHING "
        "RETURNING message_id",
        unit.now, *values,
    )  # fmt: skip
    return {sql.uid(row["message_id"]) for row in made}


def _now() -> str:
    return "$1::timestamptz" if sql.is_postgres() else "$1"
