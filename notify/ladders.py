"""Ladders in the database: begun with the notice, climbed when a step ends or stays without an answer, explained.

Climbing is idempotent: a ladder's row is locked while it is judged, and a step's delivery has a name of its own, so
that two processes at one ladder make one delivery.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from notify import ladder_rows, progress
from notify.ladder import LANE_CAMPAIGN, LANE_CASE, Patience
from notify.ladder_rows import Begun, Judged
from notify.outbox import Draft
from notify.steps import PAPER, Plan, Step, Tried, judge
from notify.verdicts import Ending

BATCH = 200
PAPER_GRACE = timedelta(hours=24)
"""Where there is no other way than paper, the inbox has this long to be read before somebody sets out."""
FAILED = ("failed", "skipped")
"""States of a delivery after which the next step begins at once."""


@dataclass(frozen=True, slots=True)
class WayTaken:
    """One way a notice went, as it stands."""

    channel: str
    state: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Why:
    """Why a notice came the way it did: what was decided, and what became of it."""

    message_id: UUID
    category: str
    decided_at: datetime
    read_at: datetime | None
    held_until: datetime | None
    state: str
    reason: str
    ways: tuple[WayTaken, ...]
    planned: tuple[str, ...]
    left_out: Mapping[str, str]


async def begin(unit: Unit, draft: Draft, plan: Plan) -> tuple[str, ...]:
    """Keep the plan; the channels that begin now, beside the inbox."""
    assert draft.recipient is not None
    first = plan.steps[0].channel if plan.steps else ""
    starts = bool(first) and first != PAPER
    due = draft.at + PAPER_GRACE
    if starts:
        due = (plan.held_until or draft.at) + timedelta(minutes=plan.steps[0].wait)
    climbing = len(plan.steps) > (1 if starts else 0)
    await sql.execute(
        "INSERT INTO notify_ladders (id, portal, region, recipient, category, steps, left_out, held_until, at_step, "
        "state, reason, next_at, decided_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)",
        draft.id, draft.portal, draft.region, draft.recipient, draft.category,
        sql.to_json([[step.channel, step.wait] for step in plan.steps]), sql.to_json(dict(plan.left_out)),
        plan.held_until, 0 if starts else -1, "climbing" if climbing else "ended", "" if climbing else "last-step",
        due if climbing else None, draft.at,
    )  # fmt: skip
    return (*(("live",) if plan.live else ()), *((first,) if starts else ()))


async def ended(unit: Unit, endings: Sequence[Ending]) -> frozenset[UUID]:
    """A step failed: the next begins in the same transaction. Whose ladder went on: there, nothing is lost yet. (Of
    many at once: ``campaign_ladders.ended``.)"""
    failed = sorted({one.message_id for one in endings if one.state in FAILED})
    if not failed:
        return frozenset()
    # Locked in one order, so that no two wait for each other in a ring.
    return (await _climb(unit, f"l.id IN ({_holes(1, failed)}) ORDER BY l.id", failed))[1]


async def climb(unit: Unit) -> int:
    """Judge the ladders of single notices whose time has come; how many. (A campaign's: ``campaign_ladders``.)"""
    skip = " SKIP LOCKED" if sql.is_postgres() else ""
    where = f"l.campaign_id IS NULL AND l.next_at IS NOT NULL AND l.next_at <= $1 ORDER BY l.next_at LIMIT {BATCH}"
    return (await _climb(unit, where, [unit.now], skip))[0]


def _holes(start: int, values: Sequence[Any]) -> str:
    return ",".join(f"${number}" for number in range(start, start + len(values)))


async def _climb(unit: Unit, where: str, values: Sequence[Any], skip: str = "") -> tuple[int, frozenset[UUID]]:
    """How many were judged, and which of them went on to another step. Ladders are locked before campaigns, as where
    deliveries end."""
    lock = f" FOR UPDATE OF l{skip}" if sql.is_postgres() else ""
    rows = await sql.rows(
        "SELECT l.*, i.read_at, m.campaign_id AS of_campaign, k.status AS campaign_status FROM notify_ladders l "
        "JOIN notify_messages m ON m.id = l.id LEFT JOIN notify_inbox i ON i.id = l.id "
        "LEFT JOIN campaigns k ON k.id = m.campaign_id "
        f"WHERE l.state = 'climbing' AND {where}{lock}",
        *values,
    )
    if not rows:
        return 0, frozenset()
    tried = await _tried([sql.uid(row["id"]) for row in rows])
    judged = [_judged(unit, row, tried.get(sql.uid(row["id"]), {})) for row in rows]
    made = await ladder_rows.begin(unit, judged)
    await ladder_rows.keep(judged)
    begun = Counter(one.begun.campaign_id for one in judged if one.begun and one.begun.campaign_id and one.id in made)
    for campaign_id, count in sorted(begun.items()):
        await progress.more(unit, campaign_id, count)
    stood = {sql.uid(row["id"]): int(row["at_step"]) for row in rows}
    return len(rows), frozenset(one.id for one in judged if one.at_step != stood[one.id])


async def _tried(ids: Sequence[UUID]) -> dict[UUID, dict[str, Tried]]:
    rows = await sql.rows(
        "SELECT message_id, channel, state, updated_at, next_at FROM notify_deliveries "
        f"WHERE message_id IN ({_holes(1, ids)})",
        *ids,
    )
    found: dict[UUID, dict[str, Tried]] = {}
    for row in rows:
        since = sql.instant(row["next_at"] if row["state"] == "pending" else row["updated_at"])
        found.setdefault(sql.uid(row["message_id"]), {})[row["channel"]] = Tried(row["channel"], row["state"], since)
    return found


def _judged(unit: Unit, row: sql.Row, tried: Mapping[str, Tried]) -> Judged:
    """Where it stands now, and the step that begins, if one does."""
    steps, at_step = _steps(row), int(row["at_step"])
    if row["campaign_status"] == "stopped":
        return Judged(sql.uid(row["id"]), at_step, "ended", "stopped", None)
    due = sql.instant_or_none(row["next_at"]) if at_step < 0 else None
    what = judge(row["category"], steps, at_step, tried, read=row["read_at"] is not None, now=unit.now, due=due)
    if what.begin is None:
        return Judged(sql.uid(row["id"]), at_step, what.over or "climbing", what.reason, what.until)
    step = steps[what.begin]
    begun = _begun(unit, row, step, what.begin)
    if step.channel == PAPER:
        return Judged(sql.uid(row["id"]), what.begin, "ended", "paper", None, begun)
    return Judged(
        sql.uid(row["id"]), what.begin, "climbing", "", unit.now + timedelta(minutes=step.wait), begun
    )  # fmt: skip


def _begun(unit: Unit, row: sql.Row, step: Step, number: int) -> Begun:
    campaign_id = sql.uid_or_none(row["of_campaign"])
    return Begun(
        row["portal"], row["region"], step.channel, number + 2, LANE_CAMPAIGN if campaign_id else LANE_CASE,
        max(unit.now, sql.instant_or_none(row["held_until"]) or unit.now),
        unit.now + Patience().lifetime(row["category"]), campaign_id,
    )  # fmt: skip


def _steps(row: sql.Row) -> list[Step]:
    return [Step(channel, int(wait)) for channel, wait in sql.document(row["steps"])]


async def why(unit: Unit, message_id: UUID, recipient: UUID | None = None) -> Why | None:
    """The story of one notice; ``recipient`` narrows it to one resident's own. A campaign's has a ladder only where
    there was something to climb or to leave out; else its ways are the deliveries that were made."""
    row = await sql.row(
        "SELECT m.id, m.category, m.created_at, m.recipient, i.read_at, l.steps, l.left_out, l.held_until, l.state, "
        "l.reason FROM notify_messages m LEFT JOIN notify_inbox i ON i.id = m.id LEFT JOIN notify_ladders l "
        "ON l.id = m.id WHERE m.id = $1 AND m.portal = $2",
        message_id,
        unit.portal,
    )
    if row is None or (recipient is not None and sql.uid_or_none(row["recipient"]) != recipient):
        return None
    ways = await sql.rows(
        "SELECT channel, state, reason, updated_at FROM notify_deliveries WHERE message_id = $1 ORDER BY step, id",
        message_id,
    )
    taken = tuple(WayTaken(w["channel"], w["state"], w["reason"], sql.instant(w["updated_at"])) for w in ways)
    gone = {way.channel for way in taken}
    planned = tuple(step.channel for step in _steps(row) if step.channel not in gone) if row["steps"] else ()
    return Why(
        message_id, row["category"], sql.instant(row["created_at"]), sql.instant_or_none(row["read_at"]),
        sql.instant_or_none(row["held_until"]), row["state"] or "", row["reason"] or "", taken,
        planned if row["state"] == "climbing" else (), sql.document(row["left_out"]) if row["left_out"] else {},
    )  # fmt: skip
