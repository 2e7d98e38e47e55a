"""What a campaign would look like, before anybody gets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from config.floor import sql
from config.floor.selection import Selection
from config.floor.unit import Unit
from notify import safety, sms
from notify.audience import Audience, Counted
from notify.campaign_rules import (
    ITEM,
    NAME,
    PLACE,
    CampaignWords,
    Remark,
    basis_blockers,
    blockers,
    elder_blockers,
    known_values,
    length_blockers,
    personal,
)
from notify.lists import Lists
from notify.outbox import Words
from notify.outside import hidden
from notify.render import TemplateFault
from notify.safety import Check, Figures, SafetyRules
from notify.segments import RulesWrong
from notify.service import NotifyOptions
from notify.ways import Ways

EXAMPLES = 20
REPEATED = timedelta(days=7)
_NOBODY = Counted(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Example:
    """One person's copy; the name is masked."""

    name_masked: str
    title: str
    body: str
    sms: str
    elder: tuple[str, str, str] | None = None
    """Title, text and text message in the elder wording, where the notice has one."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people have the inbox, an open page, and nothing else (``none``); by way: who takes it ``first``, and
    who may come to it at ``most`` where the ways before it fail."""

    inbox: int
    live: int
    none: int
    first: Mapping[str, int]
    most: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Preview:
    """People, reach, parts and cost, what stands in the way, what was looked at, real examples, known placeholders."""

    people: int
    reach: Reach
    parts: int
    cost: int
    cost_most: int
    minutes: int
    again: int
    blockers: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    checks: tuple[Check, ...]
    examples: tuple[Example, ...]
    placeholders: tuple[str, ...]


class Previewer:
    """Looks, stores nothing."""

    def __init__(self, audience: Audience, options: NotifyOptions, lists: Lists) -> None:
        self._audience = audience
        self._options = options
        self._lists = lists

    async def preview(
        self, unit: Unit, words: CampaignWords, audience: Selection | None = None, department: str = ""
    ) -> Preview:
        """A handful of statements, whatever the size of the audience. ``audience``: not by rules, but exactly these."""
        item = await self._audience.item_name(unit, words.item)
        shared = known_values(words, item_name=item, place_name=self._audience.place_name(unit.portal, words.region))
        unknown = bool(words.item) and not item
        selection, wrong = (audience, None) if audience else self._selection(unit, words)
        counted, people = _NOBODY, list[UUID]()
        if selection is not None and not unknown:
            ways = Ways(words.category, self._options.ladder, department)
            counted = await self._audience.count(unit, selection, ways, unit.now - REPEATED)
            people = await selection.first(EXAMPLES)
            if audience:
                counted = replace(counted, people=await selection.count())
        columns = await self._lists.columns(unit, words.list_id) if words.list_id else ()
        blocking = blockers(words, shared, people=counted.people, columns=columns)
        blocking += [one for one in elder_blockers(words, shared, columns) if one not in blocking]
        blocking += basis_blockers(words, unit.now)
        if unknown or wrong:
            found = [wrong] if wrong else [Remark("item-unknown")]
            blocking = [*found, *(b for b in blocking if b.code != "audience-empty")]
        examples = await self._examples(unit, words, shared, people)
        if not wrong and await self._audience.sensitive(unit, words.audience):
            examples = [_unnamed(one, self._general(unit)) for one in examples]
        longest = max(examples, key=lambda one: sms.units(one.sms), default=Example("", "", "", ""))
        blocking += length_blockers(longest.title, longest.body, longest.sms)
        in_elder = max((one.elder for one in examples if one.elder), key=lambda one: sms.units(one[2]), default=None)
        if in_elder:
            blocking += [one for one in length_blockers(*in_elder) if one not in blocking]
        parts = max(sms.parts(longest.sms), sms.parts(in_elder[2]) if in_elder else 0)
        rules = self._options.safety.get(unit.portal, SafetyRules())
        figures = await self._figures(unit, words, counted, parts)
        checks = safety.check(rules, figures, "\n".join(_said(words)))
        blocking += [Remark(one.code, one.facts) for one in checks if one.tone == "bad"]
        return Preview(
            people=counted.people,
            reach=Reach(counted.people, counted.live, counted.unreached, counted.first, counted.most),
            parts=parts,
            cost=safety.cost(rules, parts, counted.first.get("sms", 0)),
            cost_most=safety.cost(rules, parts, figures.sms_people),
            minutes=safety.minutes(rules, figures),
            again=counted.again,
            blockers=tuple(blocking),
            warnings=tuple(await self._warnings(unit, words, parts)),
            checks=tuple(checks),
            examples=tuple(examples),
            placeholders=tuple(f"(({name}))" for name in dict.fromkeys([NAME, ITEM, PLACE, *words.fills, *columns])),
        )

    def _selection(self, unit: Unit, words: CampaignWords) -> tuple[Selection | None, Remark | None]:
        try:
            return self._audience.select(unit, words.audience, words.category), None
        except RulesWrong as wrong:
            return None, Remark(wrong.code, (("place", wrong.path),))

    async def _examples(
        self, unit: Unit, words: CampaignWords, shared: dict[str, str], people: Sequence[UUID]
    ) -> list[Example]:
        names = await self._audience.names(unit, people)
        own = await self._lists.values(unit, words.list_id, people) if words.list_id else {}
        signature = self._options.signature_of(unit.portal)
        made = []
        for person in people:
            try:
                copy = personal(words, shared, names.get(person, ""), signature, own.get(person))
                elder = None
                if words.elder_title and words.elder_body:
                    said = personal(words.for_elders, shared, names.get(person, ""), signature, own.get(person))
                    elder = (said.title, said.body, said.sms)
            except (ValueError, TemplateFault):  # a blocker names the reason
                return []
            made.append(Example(names.get(person, ""), copy.title, copy.body, copy.sms, elder))
        return made

    def _general(self, unit: Unit) -> str:
        """What a text message says of a notice about a sensitive item."""
        return hidden(Words("", "", "", "", {}), "zh-CN", self._options.signature_of(unit.portal)).sms

    async def _figures(self, unit: Unit, words: CampaignWords, counted: Counted, parts: int) -> Figures:
        others = await sql.rows(
            "SELECT people FROM campaigns WHERE portal = $1 AND decided_at IS NOT NULL "
            "AND status IN ('sending','done','stopped') ORDER BY decided_at DESC LIMIT 10",
            unit.portal,
        )
        sizes = sorted(int(row["people"]) for row in others)
        used = await sql.row(
            "SELECT coalesce(sum(used), 0) AS n FROM notify_budgets WHERE scope = $1 AND day = $2",
            f"sms-parts:{unit.portal}",
            unit.today,
        )
        return Figures(
            people=counted.people,
            sms_people=counted.most.get("sms", 0),
            deliveries=counted.live + sum(counted.first.values()),
            parts=parts,
            again=counted.again,
            usual=sizes[len(sizes) // 2] if sizes else 0,
            used_today=int(used["n"]) if used else 0,
            starts=max(words.schedule_at or unit.now, unit.now),
            category=words.category,
            law=words.law,
            expires_at=words.expires_at,
            exercise=words.exercise,
        )

    async def _warnings(self, unit: Unit, words: CampaignWords, parts: int) -> list[Remark]:
        found = []
        if parts > 1:
            found.append(Remark("many-parts", (("parts", parts),)))
        if words.schedule_at and words.schedule_at < unit.now:
            found.append(Remark("schedule-past"))
        repeated = await sql.row(
            "SELECT id FROM campaigns WHERE portal = $1 AND content_hash = $2 AND decided_at > $3 "
            "AND status IN ('approved','sending','done') LIMIT 1",
            unit.portal, words.content_hash, unit.now - REPEATED,
        )  # fmt: skip
        if repeated:
            found.append(Remark("repeated", (("days", REPEATED.days),)))
        return found


def _unnamed(one: Example, general: str) -> Example:
    """A sensitive item is not named in a text message, in neither wording."""
    return replace(one, sms=general, elder=one.elder and (one.elder[0], one.elder[1], general))


def _said(words: CampaignWords) -> list[str]:
    """Everything that an operator wrote: links and words are looked for in all of it."""
    return [*words.texts.values(), " ".join(words.fills.values())]
