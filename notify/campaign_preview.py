"""What a campaign would look like, before anybody gets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from config.floor import sql
from config.floor.selection import Selection, listed
from config.floor.unit import Unit
from notify import sms
from notify.audience import Audience
from notify.campaign_rules import (
    ITEM,
    NAME,
    PLACE,
    CampaignWords,
    Remark,
    blockers,
    known_values,
    length_blockers,
    personal,
)
from notify.ladder import DEFAULTS
from notify.render import TemplateFault
from notify.service import NotifyOptions

EXAMPLES = 3
_REPEATED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Example:
    """One person's copy; the name is masked."""

    name_masked: str
    title: str
    body: str
    sms: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people each channel would try."""

    inbox: int
    sms: int
    live: int


@dataclass(frozen=True, slots=True)
class Preview:
    """People, reach, parts per person, what stands in the way, real examples, and the placeholders known."""

    people: int
    reach: Reach
    parts: int
    blockers: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    examples: tuple[Example, ...]
    placeholders: tuple[str, ...]


class Previewer:
    """Looks, stores nothing."""

    def __init__(self, audience: Audience, options: NotifyOptions) -> None:
        self._audience = audience
        self._options = options

    async def preview(self, unit: Unit, words: CampaignWords, audience: Selection | None = None) -> Preview:
        """A handful of statements, whatever the size of the audience."""
        item = await self._audience.item_name(unit, words.item)
        shared = known_values(words, item_name=item, place_name=self._audience.place_name(unit.portal, words.region))
        unknown = bool(words.item) and not item
        if audience is None:
            audience = listed(()) if unknown else self._audience.people(unit, words.region, words.item)
        people = await audience.count()
        blocking = blockers(words, shared, people=people)
        if unknown:
            blocking = [Remark("item-unknown"), *(b for b in blocking if b.code != "audience-empty")]
        examples = await self._examples(unit, words, shared, await audience.first(EXAMPLES))
        longest = max((e.sms for e in examples), key=sms.units, default="")
        blocking += length_blockers(longest)
        parts = sms.parts(longest)
        return Preview(
            people=people,
            reach=await self._reach(unit, words.category, audience, people),
            parts=parts,
            blockers=tuple(blocking),
            warnings=tuple(await self._warnings(unit, words, parts)),
            examples=tuple(examples),
            placeholders=tuple(f"(({name}))" for name in dict.fromkeys([NAME, ITEM, PLACE, *words.fills])),
        )

    async def _examples(
        self, unit: Unit, words: CampaignWords, shared: dict[str, str], people: Sequence[UUID]
    ) -> list[Example]:
        names = await self._audience.names(unit, people)
        signature = self._options.signature_of(unit.portal)
        made = []
        for person in people:
            try:
                copy = personal(words, shared, names.get(person, ""), signature)
            except (ValueError, TemplateFault):  # a blocker names the reason
                return []
            made.append(Example(names.get(person, ""), copy.title, copy.body, copy.sms))
        return made

    async def _reach(self, unit: Unit, category: str, audience: Selection, people: int) -> Reach:
        """One statement over those who made a choice; the others have the category's default."""
        default = DEFAULTS[category]
        row = await sql.row(
            "SELECT count(*) AS made, COALESCE(SUM(CASE WHEN sms THEN 1 ELSE 0 END), 0) AS sms, "
            "COALESCE(SUM(CASE WHEN live THEN 1 ELSE 0 END), 0) AS live FROM notify_preferences "
            f"WHERE portal = $1 AND category = $2 AND resident_id IN ({audience.after(2)})",
            unit.portal, category, *audience.values,
        )  # fmt: skip
        made, sms_made, live_made = (int(row[name]) for name in ("made", "sms", "live")) if row else (0, 0, 0)
        others = people - made
        return Reach(
            inbox=people,
            sms=sms_made + (others if default.sms else 0),
            live=live_made + (others if default.live else 0),
        )

    async def _warnings(self, unit: Unit, words: CampaignWords, parts: int) -> list[Remark]:
        found = []
        if parts > 1:
            found.append(Remark("many-parts", (("parts", parts),)))
        repeated = await sql.row(
            "SELECT id FROM campaigns WHERE portal = $1 AND content_hash = $2 AND decided_at > $3 "
            "AND status IN ('approved','sending','done') LIMIT 1",
            unit.portal, words.content_hash, unit.now - _REPEATED,
        )  # fmt: skip
        if repeated:
            found.append(Remark("repeated", (("days", _REPEATED.days),)))
        return found
