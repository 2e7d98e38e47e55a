"""Ladders of campaigns, judged and moved on by the database: those that nobody answered by thousands a statement, those
of a batch whose step failed in the transaction in which it failed.

The rule is that of one notice (``notify/steps.py``, ``judge``), written as SQL. Each piece of silent ones is a
transaction of its own in the campaigns' loop, so case notices and codes never wait for more than one, and a process
that dies in the middle of a piece has moved nobody. Ladders are locked, then judged by what is committed then; silent
ones that another process has in hand are left to it, failed ones wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from config.floor import sets, sql
from config.floor.unit import Unit
from notify import ladders, progress
from notify.channel import Run
from notify.engine.embedded import CampaignRunner
from notify.fanout_plan import BEFORE_STEPS
from notify.ladder import LANE_CAMPAIGN, Patience
from notify.steps import PAPER
from notify.verdicts import Ending

PIECE = 5_000
"""Ladders a transaction on PostgreSQL, where others write meanwhile."""
PIECE_ALONE = 1_000
"""On SQLite, where everybody else waits to write."""
_IDS = 256
"""Where the ids of later steps begin, past those of the fan-out (``fanout_rows.row_id``)."""
_NO_STEPS = ("inbox", "live")
_OVER_FOR = {"arrived": "reached", "read": "reached", "stopped": "ended", "no-answer": "ended", "nothing-left": "ended"}


@dataclass(frozen=True, slots=True)
class CampaignWork:
    """The work of campaigns: a chunk of people who are told, and a piece of ladders that stayed without an answer."""

    fan_out: CampaignRunner
    run: Run

    async def step(self) -> int:
        """How many people it handled. 0 = nothing to do."""
        return await self.fan_out.step() + await self.run("", climb_silent)


async def ended(unit: Unit, endings: Sequence[Ending]) -> frozenset[UUID]:
    """A step failed: the next begins in the same transaction, a campaign's in so many statements whatever the number of
    its people in the batch. Whose ladder went on: there, nothing is lost yet."""
    one_by_one = [one for one in endings if one.campaign_id is None]
    failed = sorted({one.message_id for one in endings if one.campaign_id and _is_step(one)})
    return await ladders.ended(unit, one_by_one) | await _climb_failed(unit, failed)


def _is_step(one: Ending) -> bool:
    """Whether a step of a ladder failed: a page that nobody had open is none, and most people have none open."""
    return one.state in ladders.FAILED and one.channel not in _NO_STEPS


async def _climb_failed(unit: Unit, messages: Sequence[UUID]) -> frozenset[UUID]:
    """Judge the ladders of these messages; which of them stand at another step now."""
    stood = await _hold(messages) if messages else {}
    if not stood:
        return frozenset()
    ids = list(stood)
    text, values = _judging(unit, ids)
    text += " RETURNING notify_ladders.id AS id, notify_ladders.at_step AS at_step"
    stands = {sql.uid(row["id"]): int(row["at_step"]) for row in await sql.rows(text, *values)}
    went_on = frozenset(one for one, step in stands.items() if step != stood[one])
    if went_on:
        await _told(unit, await _begin(unit, sorted(went_on)))
    return went_on


async def _hold(messages: Sequence[UUID]) -> dict[UUID, int]:
    """Lock what still climbs of these, in one order, so that no two wait for each other in a ring; the step that each
    stands at. Ladders begun before they knew their campaign learn it here, and are judged with the others from now
    on."""
    lock = " FOR UPDATE" if sql.is_postgres() else ""
    rows = await sql.rows(
        f"SELECT id, at_step, campaign_id FROM notify_ladders WHERE {sets.among('id', 1)} AND state = 'climbing' "
        f"ORDER BY id{lock}",
        sets.listed(messages),
    )
    strange = [sql.uid(row["id"]) for row in rows if row["campaign_id"] is None]
    if strange:
        await sql.execute(
            "UPDATE notify_ladders SET campaign_id = (SELECT m.campaign_id FROM notify_messages m "
            f"WHERE m.id = notify_ladders.id) WHERE {sets.among('id', 1)}",
            sets.listed(strange),
        )
    return {sql.uid(row["id"]): int(row["at_step"]) for row in rows}


async def climb_silent(unit: Unit, piece: int = 0) -> int:
    """Judge a piece of the campaigns' ladders whose time has come; how many."""
    ids = await _due(unit, piece or (PIECE if sql.is_postgres() else PIECE_ALONE))
    if not ids:
        return 0
    if sql.is_postgres():  # a piece is found by its ids, whatever the statistics say of the tables
        await sql.execute("SET LOCAL enable_seqscan = off")
    text, values = _judging(unit, ids)
    await sql.execute(text, *values)
    await _told(unit, await _begin(unit, ids))
    return len(ids)


async def _told(unit: Unit, begun: Mapping[UUID, int]) -> None:
    """So many deliveries more are due of each campaign, and the senders hear of it."""
    for campaign_id, count in sorted(begun.items()):
        await progress.more(unit, campaign_id, count)
        unit.tell("wake:notify", "due")


async def _due(unit: Unit, piece: int) -> list[UUID]:
    lock = " FOR UPDATE SKIP LOCKED" if sql.is_postgres() else ""
    rows = await sql.rows(
        "SELECT id FROM notify_ladders WHERE campaign_id IS NOT NULL AND state = 'climbing' AND next_at IS NOT NULL "
        f"AND next_at <= $1 ORDER BY next_at LIMIT $2{lock}",
        unit.now, piece,
    )  # fmt: skip
    return [sql.uid(row["id"]) for row in rows]


def _judging(unit: Unit, ids: Sequence[UUID]) -> tuple[str, tuple[Any, ...]]:
    """The statement, and its values, that keeps what ``steps.judge`` says. Whoever goes on stands at the next step
    then, without its delivery."""
    begins, waits = "j.verdict = 'begin'", "j.verdict IN ('wait','again','due')"
    paper = f"{begins} AND {_channel('j', 'j.following')} = '{PAPER}'"
    over = " ".join(f"WHEN j.verdict = '{reason}' THEN '{state}'" for reason, state in _OVER_FOR.items())
    text = (
        f"WITH b AS MATERIALIZED ({_stands()}), s AS MATERIALIZED ({_answers()}), j AS MATERIALIZED ({_verdicts()}) "
        f"UPDATE notify_ladders SET at_step = CASE WHEN {begins} THEN j.following ELSE j.at_step END, "
        f"state = CASE {over} WHEN {paper} THEN 'ended' ELSE 'climbing' END, "
        f"reason = CASE WHEN {paper} THEN '{PAPER}' WHEN {begins} OR {waits} THEN '' ELSE j.verdict END, "
        f"next_at = CASE WHEN {paper} THEN NULL WHEN j.verdict = 'due' THEN j.due "
        f"WHEN {begins} THEN {_after('$2', _wait('j', 'j.following'))} "
        f"WHEN j.verdict = 'wait' THEN {_after('j.since', 'j.patience')} "
        f"WHEN j.verdict = 'again' THEN {_after('$2', 'j.patience')} END "
        f"FROM j WHERE notify_ladders.id = j.id AND {sets.among('notify_ladders.id', 1)}"
    )
    return text, (sets.listed(ids), unit.now)


def _verdicts() -> str:
    """The verdict on each, as a SELECT: over for a reason, ``begin`` the step ``following``, or wait (``due``: for the
    first step's own time)."""
    failed = "(s.current IS NULL OR s.current IN ('failed','skipped'))"
    read = f"s.opened AND (s.category <> 'statutory' OR s.answered >= 1 OR {_channel('s', 's.following')} = '{PAPER}')"
    return (
        "SELECT s.*, CASE WHEN s.stopped THEN 'stopped' WHEN s.answered = 2 THEN 'arrived' "
        f"WHEN {read} THEN 'read' WHEN s.at_step < 0 AND s.due > {_instant('$2')} THEN 'due' "
        "WHEN s.at_step < 0 THEN 'begin' "
        f"WHEN NOT {failed} AND {_after('s.since', 's.patience')} > {_instant('$2')} THEN 'wait' "
        f"WHEN s.following < {_length('s')} THEN 'begin' WHEN NOT {failed} AND s.answered >= 1 THEN 'no-answer' "
        f"WHEN {failed} THEN 'nothing-left' ELSE 'again' END AS verdict FROM s"
    )


def _stands() -> str:
    """Where each stands: ``here`` is the way of the step it is at. (Each part is kept apart, MATERIALIZED, or the
    database would find a value anew wherever it is named.)"""
    return (
        f"SELECT l.id, l.category, {_json('l.steps')} AS steps, l.steps AS said, l.at_step, "
        "l.at_step + 1 AS following, l.next_at AS due, "
        f"{_channel('l', 'l.at_step')} AS here, {_wait('l', 'l.at_step')} AS patience, "
        "COALESCE((SELECT k.status = 'stopped' FROM campaigns k WHERE k.id = l.campaign_id), FALSE) AS stopped, "
        "COALESCE((SELECT i.read_at IS NOT NULL FROM notify_inbox i WHERE i.id = l.id), FALSE) AS opened "
        f"FROM notify_ladders l WHERE {sets.among('l.id', 1)}"
    )


def _answers() -> str:
    """What became of its steps: ``answered`` 2 = one arrived, 1 = one was taken; how the present one stands and since
    when. PostgreSQL looks each ladder's up: with old statistics a join would read the whole table of deliveries."""
    columns = (
        "COALESCE(max(CASE WHEN d.state IN ('delivered','read') THEN 2 WHEN d.state IN ('sent','unknown') THEN 1 END), "
        "0) AS answered, max(CASE WHEN d.channel = b.here THEN d.state END) AS current, "
        "max(CASE WHEN d.channel = b.here THEN CASE WHEN d.state = 'pending' THEN d.next_at ELSE d.updated_at END END) "
        "AS since"
    )
    # The text of the steps is compact (``ladders.begin``, ``Ways.steps_text``).
    find = "strpos" if sql.is_postgres() else "instr"
    tries = f"d.message_id = b.id AND {find}(b.said, '[\"' || d.channel || '\",') > 0"
    if sql.is_postgres():
        return (
            f"SELECT b.*, t.* FROM b CROSS JOIN LATERAL (SELECT {columns} FROM notify_deliveries d WHERE {tries}) AS t"
        )
    return f"SELECT b.*, {columns} FROM b LEFT JOIN notify_deliveries d ON {tries} GROUP BY b.id"


async def _begin(unit: Unit, ids: Sequence[UUID]) -> dict[UUID, int]:
    """The deliveries of the steps at which they stand now; how many for each campaign. A step that had begun before
    has its delivery."""
    lives = " ".join(
        f"WHEN '{category}' THEN {int(life.total_seconds() // 60)}" for category, life in Patience().lifetimes.items()
    )
    channel = _channel("l", "l.at_step")
    now = _instant("$2")
    later = "greatest" if sql.is_postgres() else "max"
    made = (
        "INSERT INTO notify_deliveries (id, message_id, portal, region, channel, step, lane, state, attempt, next_at, "
        "expires_at, client_msg_id, provider_ref, reason, campaign_id, updated_at) "
        f"SELECT {_step_id()}, l.id, l.portal, l.region, {channel}, l.at_step + {BEFORE_STEPS}, {LANE_CAMPAIGN}, "
        f"'pending', 0, {later}({now}, COALESCE(l.held_until, {now})), "
        f"{_after('$2', f'(CASE l.category {lives} END)')}, replace({_text('l.id')}, '-', '') || '-' || {channel}, "
        f"'', '', l.campaign_id, {now} FROM notify_ladders l WHERE {sets.among('l.id', 1)} AND l.at_step >= 0 "
        f"AND (l.state = 'climbing' OR l.reason = '{PAPER}') ON CONFLICT (client_msg_id) DO NOTHING "
        "RETURNING campaign_id"
    )
    if sql.is_postgres():
        made = f"WITH made AS ({made}) SELECT campaign_id, count(*) AS n FROM made GROUP BY campaign_id"
        return {sql.uid(row["campaign_id"]): int(row["n"]) for row in await sql.rows(made, sets.listed(ids), unit.now)}
    counts: dict[UUID, int] = {}
    for row in await sql.rows(made, sets.listed(ids), unit.now):
        campaign_id = sql.uid(row["campaign_id"])
        counts[campaign_id] = counts.get(campaign_id, 0) + 1
    return counts


def _json(steps: str) -> str:
    return f"{steps}::jsonb" if sql.is_postgres() else steps


def _channel(alias: str, number: str) -> str:
    """The channel of a ladder's step; NULL where there is none, as before the first."""
    if sql.is_postgres():
        return f"(CASE WHEN {number} >= 0 THEN {alias}.steps::jsonb -> ({number})::int ->> 0 END)"
    return f"(CASE WHEN {number} >= 0 THEN json_extract({alias}.steps, '$[' || ({number}) || '][0]') END)"


def _wait(alias: str, number: str) -> str:
    """How many minutes it may stay without an answer."""
    if sql.is_postgres():
        return f"(CASE WHEN {number} >= 0 THEN ({alias}.steps::jsonb -> ({number})::int ->> 1)::int END)"
    return f"(CASE WHEN {number} >= 0 THEN json_extract({alias}.steps, '$[' || ({number}) || '][1]') END)"


def _length(alias: str) -> str:
    return f"jsonb_array_length({alias}.steps)" if sql.is_postgres() else f"json_array_length({alias}.steps)"


def _after(instant: str, minutes: str) -> str:
    """So many minutes after an instant; SQLite keeps it to the second."""
    if sql.is_postgres():
        return f"({_instant(instant)} + make_interval(mins => ({minutes})::int))"
    return f"strftime('%Y-%m-%d %H:%M:%S+00:00', {instant}, '+' || ({minutes}) || ' minutes')"


def _instant(value: str) -> str:
    return f"{value}::timestamptz" if sql.is_postgres() and value.startswith("$") else value


def _text(column: str) -> str:
    return f"{column}::text" if sql.is_postgres() else column


def _step_id() -> str:
    """The id of a later step's delivery: its message's with the step in it, the same however often it is asked for."""
    text = _text("l.id")
    number = f"to_hex(l.at_step + {_IDS})" if sql.is_postgres() else f"printf('%03x', l.at_step + {_IDS})"
    made = f"substr({text}, 1, 15) || {number} || substr({text}, 19)"
    return f"({made})::uuid" if sql.is_postgres() else f"({made})"
