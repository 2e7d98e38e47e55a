"""A released campaign becomes messages, a chunk a unit of work, resumable where it was cut off.

The cursor is moved first and conditionally, so two processes never handle one chunk; message ids are derived
from campaign and person, so that even a chunk done twice would be the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from config.floor import sql
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import outbox, progress
from notify.audience import Audience
from notify.campaign_rules import NAME, CampaignWords, known_values, personal
from notify.channel import Run
from notify.ladder import DEFAULTS, LANE_CAMPAIGN, active_channels
from notify.preferences import Preferences
from notify.service import WAKE, NotifyOptions


@dataclass(frozen=True, slots=True)
class _Running:
    id: UUID
    region: str
    words: CampaignWords
    cursor: UUID | None


class CampaignFanOut:
    """Makes the messages of released campaigns."""

    def __init__(self, *, run: Run, vault: Vault, audience: Audience, options: NotifyOptions, chunk: int = 250) -> None:
        self._run = run
        self._vault = vault
        self._audience = audience
        self._options = options
        self._chunk = chunk
        self._preferences = Preferences()

    async def step(self) -> int:
        """One chunk of the campaign that was released first; how many people it reached. 0 = nothing to do."""
        found = await self._run("", self._next)
        if found is None:
            return 0
        portal, campaign_id = found
        return await self._run(portal, lambda unit: self._one_chunk(unit, campaign_id))

    async def _next(self, unit: Unit) -> tuple[str, UUID] | None:
        row = await sql.row(
            "SELECT id, portal FROM campaigns WHERE status IN ('approved','sending') AND NOT all_expanded "
            "ORDER BY decided_at LIMIT 1"
        )
        return None if row is None else (row["portal"], sql.uid(row["id"]))

    async def _one_chunk(self, unit: Unit, campaign_id: UUID) -> int:
        running = await _load(unit, campaign_id)
        if running is None:
            return 0
        people = await self._people(running)
        if not await _advance(unit, running, people, last=len(people) < self._chunk):
            return 0
        due = await self._write(unit, running, people) if people else 0
        await sql.execute("UPDATE campaigns SET planned = planned + $1 WHERE id = $2", due, campaign_id)
        await progress.close_if_done(unit, campaign_id)
        unit.tell(WAKE, "due")
        return max(1, len(people))

    async def _people(self, running: _Running) -> list[UUID]:
        where, values = "", [running.id, self._chunk]
        if running.cursor:
            where, values = "AND recipient > $3 ", [*values, running.cursor]
        rows = await sql.rows(
            f"SELECT recipient FROM campaign_recipients WHERE campaign_id = $1 {where}ORDER BY recipient LIMIT $2",
            *values,
        )
        return [sql.uid(row["recipient"]) for row in rows]

    async def _write(self, unit: Unit, running: _Running, people: Sequence[UUID]) -> int:
        category = running.words.category
        choices = await self._preferences.choices(unit, people, category)
        contents = await self._contents(unit, running.words, people)
        drafts = [
            outbox.Draft(
                uuid5(running.id, person.hex), unit.portal, running.region, person, None, "campaign", 1, category,
                f"campaign:{running.id.hex}:{person.hex}", contents[person], "zh-CN", str(running.id), LANE_CAMPAIGN,
                running.id, unit.now,
            )
            for person in people
        ]  # fmt: skip
        new = await outbox.store(drafts)
        fresh = [draft for draft in drafts if draft.id in new]
        await outbox.put_in_inbox(fresh)
        planned = [
            (draft, active_channels(category, choices.get(person, DEFAULTS[category])))
            for draft in fresh
            if (person := draft.recipient)
        ]
        return await outbox.plan(planned, self._options.patience.lifetime(category))

    async def _contents(self, unit: Unit, words: CampaignWords, people: Sequence[UUID]) -> dict[UUID, bytes]:
        item = await self._audience.item_name(unit, words.item)
        shared = known_values(words, item_name=item, place_name=self._audience.place_name(unit.portal, words.region))
        signature = self._options.signature_of(unit.portal)
        if NAME not in words.holes:
            sealed = personal(words, shared, "", signature).sealed(self._vault)
            return dict.fromkeys(people, sealed)
        names = await self._audience.names(unit, people)
        return {p: personal(words, shared, names.get(p, ""), signature).sealed(self._vault) for p in people}


async def _load(unit: Unit, campaign_id: UUID) -> _Running | None:
    row = await sql.row(
        "SELECT title, body, category, region, audience_region, audience_item, fills, cursor FROM campaigns "
        "WHERE id = $1 AND portal = $2 AND status IN ('approved','sending') AND NOT all_expanded",
        campaign_id,
        unit.portal,
    )
    if row is None:
        return None
    words = CampaignWords(
        row["title"], row["body"], row["category"], row["audience_region"], row["audience_item"],
        sql.document(row["fills"]),
    )  # fmt: skip
    return _Running(campaign_id, row["audience_region"] or row["region"], words, sql.uid_or_none(row["cursor"]))


async def _advance(unit: Unit, running: _Running, people: Sequence[UUID], *, last: bool) -> bool:
    """Move the cursor, if nobody else did and nobody stopped the campaign."""
    values = [people[-1] if people else running.cursor, len(people), last, unit.now, running.id]
    same = "cursor IS NULL"
    if running.cursor:
        same, values = "cursor = $6", [*values, running.cursor]
    moved = await sql.row(
        "UPDATE campaigns SET status = 'sending', cursor = $1, expanded = expanded + $2, all_expanded = $3, "
        f"updated_at = $4 WHERE id = $5 AND status IN ('approved','sending') AND {same} RETURNING id",
        *values,
    )
    return moved is not None
