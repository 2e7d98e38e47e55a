"""How a chunk of a campaign's people is reached: their ladders and the deliveries that begin now, made by the database.

The rules are those of one resident's notice (``notify/ways.py``); a ladder's row is kept where there is something to
climb, or a limit to tell of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.floor import sql
from config.floor.unit import Unit
from notify.audience import Audience
from notify.bound import Bound
from notify.fanout_rows import Chunk, hex_id, uuid_id
from notify.ladder import LANE_CAMPAIGN
from notify.ladders import PAPER_GRACE
from notify.ways import Ways, floor, later, within

BEFORE_STEPS = 2
"""The inbox and an open page come before a ladder's first step."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a chunk is planned by. ``expires``: nothing is sent after it, where the campaign has such an instant."""

    chunk: Chunk
    ways: Ways
    lifetime: timedelta
    expires: datetime | None = None


async def plan(unit: Unit, audience: Audience, planned: Planned) -> int:
    """The chunk's deliveries, the inbox's done at once; how many there are."""
    made = await _deliveries(unit, audience, planned)
    if planned.ways.climbs:
        await _ladders(unit, audience, planned)
    if planned.ways.cap:
        await _count(unit, audience, planned)
    return made


def _who(unit: Unit, audience: Audience, planned: Planned, bound: Bound) -> str:
    chunk, ways = planned.chunk, planned.ways
    reach = audience.reach(unit, bound, ways, chunk.after, chunk.upto) if ways.order else ""
    people = (
        f"(SELECT * FROM campaign_recipients m WHERE m.campaign_id = {bound.add(chunk.campaign_id)}"
        f"{within('m.recipient', bound, chunk.after, chunk.upto)}) k"
    )
    return ways.statement(unit, bound, people, reach)


async def _deliveries(unit: Unit, audience: Audience, planned: Planned) -> int:
    chunk, ways, bound = planned.chunk, planned.ways, Bound()
    stamp, region, now = bound.add(chunk.stamp), bound.add(chunk.region), bound.add(unit.now)
    ends = bound.add(planned.expires or unit.now + planned.lifetime)
    names = ("inbox", "live", *ways.order)
    kinds = " UNION ALL ".join(f"SELECT '{name}' AS name, {step} AS step" for step, name in enumerate(names))
    begins = " OR ".join(["ch.name = 'inbox'", *(f"(ch.name = '{one}' AND {ways.begins(one)})" for one in names[1:])])
    start, end = _at(now), _at(ends)
    if not ways.must:
        held = "x.hold > 0 AND ch.name NOT IN ('inbox','live')"
        start = f"CASE WHEN {held} THEN {later(bound.add(floor(unit.now)), 'x.hold')} ELSE {start} END"
        end = f"CASE WHEN {held} THEN {later(ends, 'x.hold')} ELSE {end} END"
    return await sql.execute(
        "INSERT INTO notify_deliveries (id, message_id, portal, region, channel, step, lane, state, attempt, next_at, "
        "expires_at, client_msg_id, provider_ref, reason, campaign_id, updated_at) "
        f"SELECT {uuid_id('ch.step + 1', stamp, 'x')}, {uuid_id('0', stamp, 'x')}, x.portal, {_text(region)}, ch.name, "
        f"ch.step, {LANE_CAMPAIGN}, CASE WHEN ch.name = 'inbox' THEN 'delivered' ELSE 'pending' END, 0, {start}, {end},"
        f" {hex_id('0', stamp, 'x')} || '-' || ch.name, '', '', x.campaign_id, {_at(now)} "
        f"FROM ({_who(unit, audience, planned, bound)}) AS x CROSS JOIN ({kinds}) AS ch "
        f"WHERE {begins} ON CONFLICT (client_msg_id) DO NOTHING",
        *bound.values,
    )


async def _ladders(unit: Unit, audience: Audience, planned: Planned) -> None:
    chunk, ways, bound = planned.chunk, planned.ways, Bound()
    stamp, region, now = bound.add(chunk.stamp), bound.add(chunk.region), bound.add(unit.now)
    minute, category = bound.add(floor(unit.now)), bound.add(chunk.category)
    any_way, steps = ways.any(), ways.steps_text()
    many = f"({_steps_of(ways)}) > 1"
    climbing = f"({many} OR NOT {any_way})" if ways.paper else f"({many})"
    first = f"x.hold + {ways.first_wait()}"
    due = f"CASE WHEN {any_way} THEN {later(minute, first)} ELSE {later(minute, _minutes(PAPER_GRACE))} END"
    held = f"CASE WHEN x.hold > 0 AND {any_way} THEN {later(minute, 'x.hold')} END"
    ended = " ".join(f"WHEN x.out_{one} = '{why}' THEN '{why}'" for why in _LIMITS for one in ways.order)
    reason = f"CASE WHEN {any_way} THEN 'last-step' {ended} ELSE 'nothing-left' END"
    await sql.execute(
        "INSERT INTO notify_ladders (id, portal, region, recipient, category, steps, left_out, held_until, at_step, "
        "state, reason, next_at, decided_at, campaign_id) "
        f"SELECT {uuid_id('0', stamp, 'x')}, x.portal, {_text(region)}, x.recipient, {_text(category)}, {steps}, "
        f"{ways.left_out_text()}, {held}, CASE WHEN {any_way} THEN 0 ELSE -1 END, "
        f"CASE WHEN {climbing} THEN 'climbing' ELSE 'ended' END, CASE WHEN {climbing} THEN '' ELSE {reason} END, "
        f"CASE WHEN {climbing} THEN {due} END, {_at(now)}, x.campaign_id "
        f"FROM ({_who(unit, audience, planned, bound)}) AS x WHERE {ways.kept()} ON CONFLICT (id) DO NOTHING",
        *bound.values,
    )


async def _count(unit: Unit, audience: Audience, planned: Planned) -> None:
    """One more of this category for everybody at whom it rings."""
    chunk, ways, bound = planned.chunk, planned.ways, Bound()
    stamp, region, now = bound.add(chunk.stamp), bound.add(chunk.region), bound.add(unit.now)
    category = bound.add(chunk.category)
    await sql.execute(
        "INSERT INTO notify_caps (id, portal, region, resident_id, category, period, used, updated_at) "
        f"SELECT {uuid_id('0', stamp, 'x')}, x.portal, {_text(region)}, x.recipient, {_text(category)}, "
        f"{ways.period(unit)}, 1, {_at(now)} FROM ({_who(unit, audience, planned, bound)}) AS x WHERE {ways.any()} "
        "ON CONFLICT (portal, resident_id, category, period) DO UPDATE SET used = notify_caps.used + 1, "
        "updated_at = EXCLUDED.updated_at",
        *bound.values,
    )


_LIMITS = ("stopped-department", "often-enough")


def _steps_of(ways: Ways) -> str:
    ones = [f"CASE WHEN x.go_{one} THEN 1 ELSE 0 END" for one in ways.order]
    return " + ".join([*ones, "1" if ways.paper else "0"])


def _minutes(length: timedelta) -> str:
    return str(int(length.total_seconds() // 60))


def _at(placeholder: str) -> str:
    return f"{placeholder}::timestamptz" if sql.is_postgres() else placeholder


def _text(placeholder: str) -> str:
    return f"{placeholder}::varchar" if sql.is_postgres() else placeholder
