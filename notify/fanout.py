"""A released campaign becomes messages, a chunk a unit of work, resumable where it was cut off.

The cursor is moved first and conditionally, so two processes never handle one chunk. Words are frozen once for all;
per person there are values only where a placeholder asks for them. The first people are a canary: the others follow
when it is known how it went for them (``notify/progress.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import fanout_plan, fanout_rows, list_rows, progress, wordings
from notify.audience import Audience
from notify.campaign_record import WORDS, words_of
from notify.campaign_rules import CampaignWords, known_values, own_values, shared_words
from notify.channel import Run
from notify.fanout_plan import Planned
from notify.fanout_rows import Chunk
from notify.outbox import Words
from notify.outside import hidden
from notify.service import WAKE, NotifyOptions
from notify.ways import Ways

PERSONAL = 1_000
"""People a chunk where each has values of their own, which are sealed one by one."""


@dataclass(frozen=True, slots=True)
class _Running:
    id: UUID
    region: str
    words: CampaignWords
    cursor: UUID | None
    wording_id: UUID | None
    elder_wording_id: UUID | None
    released: datetime
    room: int | None
    again: str
    columns: tuple[str, ...]
    department: str

    def chunk(self, wording_id: UUID, upto: UUID | None, elder: UUID | None = None) -> Chunk:
        return Chunk(self.id, self.region, self.words.category, wording_id, self.released, self.cursor, upto, elder)


class CampaignFanOut:
    """Makes the messages of released campaigns."""

    def __init__(
        self, *, run: Run, vault: Vault, audience: Audience, options: NotifyOptions, chunk: int = 10_000
    ) -> None:
        self._run = run
        self._vault = vault
        self._audience = audience
        self._options = options
        self._chunk = chunk

    async def step(self) -> int:
        """One chunk of the campaign that was released first; how many people it handled. 0 = nothing to do."""
        found = await self._run("", _next)
        if found is None:
            return 0
        portal, campaign_id = found
        return await self._run(portal, lambda unit: self._one_chunk(unit, campaign_id))

    async def _one_chunk(self, unit: Unit, campaign_id: UUID) -> int:
        running = await _load(unit, campaign_id)
        if running is None:
            return 0
        if running.words.expires_at and unit.now >= running.words.expires_at:
            await _end(unit, running)
            return 1
        most = min(self._chunk, PERSONAL) if running.words.own(running.columns) else self._chunk
        if running.room is not None:
            most = min(most, running.room)
        upto, count = await _bound(running, most)
        if not await _advance(unit, running, upto, count):
            return 0
        if running.again:
            lifetime = self._options.patience.lifetime(running.words.category)
            due = await fanout_rows.plan_again(
                unit, running.chunk(running.wording_id or running.id, upto), lifetime, running.again
            )
        else:
            due = await self._write(unit, running, upto) if count else 0
        await sql.execute("UPDATE campaigns SET planned = planned + $1 WHERE id = $2", due, campaign_id)
        await progress.look(unit, campaign_id)
        unit.tell(WAKE, "due")
        return max(1, count)

    async def _write(self, unit: Unit, running: _Running, upto: UUID | None) -> int:
        wording_id, elder = running.wording_id, running.elder_wording_id
        if wording_id is None:
            wording_id, elder = await self._freeze(unit, running)
        chunk = running.chunk(wording_id, upto, elder)
        told = await fanout_rows.tell(unit, chunk, lambda bound: self._audience.elders(unit, bound))
        if running.words.own(running.columns):
            await self._personal(unit, running, chunk)
        ways = Ways(chunk.category, self._options.ladder, running.department)
        lifetime = self._options.patience.lifetime(chunk.category)
        planned = Planned(chunk, ways, lifetime, running.words.expires_at)
        return await fanout_plan.plan(unit, self._audience, planned) - told

    async def _freeze(self, unit: Unit, running: _Running) -> tuple[UUID, UUID | None]:
        """The words for everybody, and those for who chose 长辈版 where there are any."""
        normal = await self._frozen(unit, running, running.words)
        elder = await self._frozen(unit, running, running.words.for_elders) if running.words.has_elder else None
        await sql.execute(
            "UPDATE campaigns SET wording_id = $1, elder_wording_id = $2 WHERE id = $3", normal, elder, running.id
        )
        return normal, elder

    async def _frozen(self, unit: Unit, running: _Running, words: CampaignWords) -> UUID:
        item = await self._audience.item_name(unit, words.item)
        shared = known_values(words, item_name=item, place_name=self._audience.place_name(unit.portal, words.region))
        frozen = shared_words(words, shared, self._options.signature_of(unit.portal), running.columns)
        if await self._audience.sensitive(unit, words.audience):
            frozen = hidden(frozen, "zh-CN", self._options.signature_of(unit.portal))
        return await wordings.freeze(unit, self._vault, frozen)

    async def _personal(self, unit: Unit, running: _Running, chunk: Chunk) -> None:
        people, words = await fanout_rows.people(chunk), running.words
        ids = [person for _, person in people]
        names = await self._audience.names(unit, ids)
        rows = await list_rows.values(self._vault, unit, words.list_id, ids) if words.list_id else {}
        empty = Words("", "", "", "", {})
        given = [
            (message, own_values(words, running.columns, names.get(person, ""), rows.get(person, {})))
            for message, person in people
        ]
        await fanout_rows.give_values([
            (message, replace(empty, values=values).sealed(self._vault)) for message, values in given
        ])  # fmt: skip


async def _next(unit: Unit) -> tuple[str, UUID] | None:
    row = await sql.row(
        "SELECT id, portal FROM campaigns WHERE status IN ('approved','sending') AND NOT all_expanded "
        "AND (schedule_at IS NULL OR schedule_at <= $1) AND (canary_state <> 'running' OR expanded < canary) "
        "ORDER BY CASE WHEN category = 'emergency' THEN 0 ELSE 1 END, decided_at LIMIT 1",
        unit.now,
    )
    return None if row is None else (row["portal"], sql.uid(row["id"]))


async def _load(unit: Unit, campaign_id: UUID) -> _Running | None:
    row = await sql.row(
        f"SELECT {WORDS}, region, cursor, wording_id, elder_wording_id, decided_at, "
        "canary, canary_state, expanded, only_channel, team FROM campaigns "
        "WHERE id = $1 AND portal = $2 AND status IN ('approved','sending') AND NOT all_expanded",
        campaign_id,
        unit.portal,
    )
    if row is None:
        return None
    words = words_of(row)
    room = max(0, int(row["canary"]) - int(row["expanded"])) if row["canary_state"] == "running" else None
    return _Running(
        campaign_id, row["audience_region"] or row["region"], words, sql.uid_or_none(row["cursor"]),
        sql.uid_or_none(row["wording_id"]), sql.uid_or_none(row["elder_wording_id"]),
        sql.instant(row["decided_at"]), room, row["only_channel"],
        await list_rows.columns(unit, words.list_id) if words.list_id else (), row["team"],
    )  # fmt: skip


async def _end(unit: Unit, running: _Running) -> None:
    """Its end has come before everybody was told: nobody is told any more."""
    await sql.execute(
        "UPDATE campaigns SET status = 'sending', all_expanded = TRUE, updated_at = $1 "
        "WHERE id = $2 AND status IN ('approved','sending') AND NOT all_expanded",
        unit.now, running.id,
    )  # fmt: skip
    await progress.look(unit, running.id)


async def _bound(running: _Running, most: int) -> tuple[UUID | None, int]:
    """The last person of the next chunk and how many it has; None where it reaches the end."""
    where, values = "", [running.id]
    if running.cursor:
        where, values = "AND recipient > $2 ", [*values, running.cursor]
    row = await sql.row(
        f"SELECT recipient FROM campaign_recipients WHERE campaign_id = $1 {where}"
        f"ORDER BY recipient LIMIT 1 OFFSET {int(most) - 1}",
        *values,
    )
    if row is not None:
        return sql.uid(row["recipient"]), most
    rest = await sql.row(f"SELECT count(*) AS n FROM campaign_recipients WHERE campaign_id = $1 {where}", *values)
    return None, int(rest["n"]) if rest else 0


async def _advance(unit: Unit, running: _Running, upto: UUID | None, count: int) -> bool:
    """Move the cursor, if nobody else did and nobody stopped the campaign."""
    told = 0 if running.again else count
    values = [upto or running.cursor, told, upto is None, unit.now, running.id]
    same = "cursor IS NULL"
    if running.cursor:
        same, values = "cursor = $6", [*values, running.cursor]
    moved = await sql.row(
        "UPDATE campaigns SET status = 'sending', cursor = $1, expanded = expanded + $2, all_expanded = $3, "
        "only_channel = CASE WHEN $3 THEN '' ELSE only_channel END, canary_at = COALESCE(canary_at, $4), "
        f"updated_at = $4 WHERE id = $5 AND status IN ('approved','sending') AND NOT all_expanded AND {same} "
        "RETURNING id",
        *values,
    )
    return moved is not None
