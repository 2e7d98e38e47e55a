"""The rules of campaigns that need no database: what is hashed, what blocks, how one person's copy reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from notify import sms
from notify.limits import measured
from notify.outbox import Words
from notify.placeholders import Hole, fill, holes, is_broken, key, largest, placeholders
from notify.render import MAX_OUTPUT
from notify.segments import Group, Leaf, Rule, RulesWrong, leaves, read

NAME, ITEM, PLACE = "姓名", "事项", "地区"
LONGEST_EMERGENCY = timedelta(hours=24)
NAMELESS = "居民朋友"  # who has registered but not proven a name

CampaignCategory = Literal["emergency", "statutory", "service", "information"]
EXERCISE = "【演练】"
"""In front of every title and text of an exercise, and at the end of its text: nobody takes it for the real thing."""
Status = Literal["paused", "draft", "submitted", "approved", "rejected", "sending", "done", "stopped"]
EDITABLE: tuple[Status, ...] = ("draft", "submitted", "approved", "rejected")


@dataclass(frozen=True, slots=True)
class CampaignWords:
    """What an operator writes. ``region`` and ``item`` choose the audience; "" is no narrowing."""

    title: str
    body: str
    category: CampaignCategory = "service"
    region: str = ""
    item: str = ""
    fills: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Any] | None = None
    schedule_at: datetime | None = None
    template: tuple[UUID, int] | None = None
    law: str = ""
    expires_at: datetime | None = None
    exercise: bool = False
    elder_title: str = ""
    elder_body: str = ""
    """For who chose 长辈版; both or neither."""

    @property
    def content_hash(self) -> str:
        """What an approver signs: SHA-256 over title, body, category, audience, fills and what its basis asks for. The
        moment of sending may still be moved afterwards, so it is not among them."""
        parts: list[Any] = [self.title, self.body, self.category, self.region, self.item, dict(self.fills)]
        if self.rules:
            parts.append(self.rules)
        if self.law or self.expires_at or self.exercise:
            parts.append([self.law, self.expires_at.isoformat() if self.expires_at else "", self.exercise])
        if self.has_elder:
            parts.append([self.elder_title, self.elder_body])
        return hashlib.sha256(sql.to_json(parts).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def texts(self) -> dict[str, str]:
        """Title and text of both wordings, by field."""
        return {one: getattr(self, one) for one in ("title", "body", "elder_title", "elder_body")}

    @property
    def has_elder(self) -> bool:
        """Whether there is an elder wording, be it half of one."""
        return bool(self.elder_title or self.elder_body)

    @property
    def for_elders(self) -> CampaignWords:
        """The same notice in its elder wording."""
        return replace(self, title=self.elder_title, body=self.elder_body, elder_title="", elder_body="")

    @property
    def holes(self) -> list[str]:
        """The placeholders used in title and body."""
        return placeholders(f"{self.title}\n{self.body}")

    @property
    def audience(self) -> Group:
        """Region, item and rules as one rule. ``RulesWrong`` where the rules are not of the closed form."""
        parts: list[Rule] = []
        if self.region:
            parts.append(Leaf("region", "region", self.region))
        if self.item:
            parts.append(Leaf("item", "item", self.item))
        if self.rules:
            parts.append(read(self.rules))
        return Group("all", tuple(parts))

    @property
    def list_id(self) -> UUID | None:
        """The uploaded list whose columns fill placeholders, where one is named."""
        try:
            named = [UUID(leaf.text) for leaf in leaves(self.audience) if leaf.kind == "list"]
        except RulesWrong:
            return None
        return named[0] if named else None

    def own(self, columns: Sequence[str]) -> dict[str, Hole]:
        """The placeholders whose value comes with each person: the name, and the columns of an uploaded list."""
        wanted = {key(NAME), *(key(column) for column in columns)} - {key(name) for name in self.fills}
        said = f"{self.title}\n{self.body}\n{self.elder_title}\n{self.elder_body}"
        return {str(hole): hole for hole in holes(said) if key(hole.name) in wanted}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something an operator must (blocker) or should (warning) know; worded by its code."""

    code: str
    facts: tuple[tuple[str, str | int], ...] = ()


def known_values(words: CampaignWords, *, item_name: str, place_name: str) -> dict[str, str]:
    """The values that are the same for everybody; empty ones are holes."""
    return {ITEM: item_name, PLACE: place_name, **{k: v for k, v in words.fills.items() if key(k) != NAME}}


def personal(
    words: CampaignWords, shared: Mapping[str, str], name: str, signature: str, own: Mapping[str, str] | None = None
) -> Words:
    """One person's copy; ``own`` is their row of an uploaded list. Raises ``HoleLeft``, ``NothingLeft`` or
    ``TemplateFault`` where ``blockers`` would have said so."""
    values = {**(own or {}), **shared, NAME: name or NAMELESS}
    title, body = marked(words, fill(words.title, values), fill(words.body, values))
    return Words(title=title, body=body, sms=sms.signed(signature, body), link="", values={})


def shared_words(words: CampaignWords, shared: Mapping[str, str], signature: str, columns: Sequence[str] = ()) -> Words:
    """Everybody's copy, with a token where a person's own value goes; ``values`` says which. Raises as ``personal``.

    The tokens are chance, so nothing that an operator wrote can be taken for one.
    """
    tokens = {written: new_id().hex for written in words.own(columns)}
    title, body = marked(words, fill(words.title, shared, tokens), fill(words.body, shared, tokens))
    made = Words(title, body, sms.signed(signature, body), link="", values={})
    return replace(made, values=tokens)


def marked(words: CampaignWords, title: str, body: str) -> tuple[str, str]:
    """Title and text, an exercise's with its mark at both ends."""
    return (f"{EXERCISE}{title}", f"{EXERCISE}{body}{EXERCISE}") if words.exercise else (title, body)


def basis_blockers(words: CampaignWords, now: datetime) -> list[Remark]:
    """What the legal basis asks for and is not there: a statutory notice names its law; an emergency has a region and
    an end, soon; nothing else has an end or is an exercise."""
    found = []
    if words.category == "statutory" and not words.law:
        found.append(Remark("law-missing"))
    if words.category != "emergency":
        return found
    if not words.region:
        found.append(Remark("region-missing"))
    if words.expires_at is None:
        found.append(Remark("end-missing"))
    elif not max(now, words.schedule_at or now) < words.expires_at <= now + LONGEST_EMERGENCY:
        found.append(Remark("end-wrong", (("hours", int(LONGEST_EMERGENCY.total_seconds() // 3600)),)))
    return found


def own_values(words: CampaignWords, columns: Sequence[str], name: str, row: Mapping[str, str]) -> dict[str, str]:
    """What goes to this person's tokens."""
    given = {**{key(column): value for column, value in row.items()}, key(NAME): name or NAMELESS}
    return {written: hole.said(given) for written, hole in words.own(columns).items()}


def blockers(
    words: CampaignWords, shared: Mapping[str, str], *, people: int, columns: Sequence[str] = ()
) -> list[Remark]:
    """What forbids submitting. ``columns``: what each person's row of the uploaded list brings."""
    found: list[Remark] = []
    if not words.title.strip():
        found.append(Remark("title-empty"))
    if not words.body.strip():
        found.append(Remark("body-empty"))
    if is_broken(words.title) or is_broken(words.body):
        found.append(Remark("placeholder-broken"))
    known, given = {key(name) for name in shared}, {key(name) for name, value in shared.items() if value}
    given |= {key(NAME), *(key(column) for column in columns)}
    for name in words.holes:
        if key(name) not in given:
            found.append(
                Remark("placeholder-empty" if key(name) in known else "placeholder-unknown", (("name", name),))
            )
    if max(largest(words.title), largest(words.body)) > MAX_OUTPUT:
        found.append(Remark("too-large", (("most", MAX_OUTPUT),)))
    if people == 0:
        found.append(Remark("audience-empty"))
    return found


def elder_blockers(words: CampaignWords, shared: Mapping[str, str], columns: Sequence[str] = ()) -> list[Remark]:
    """What forbids submitting in the elder wording, where there is one: half of one, and what a normal one may not."""
    if not words.has_elder:
        return []
    if not (words.elder_title.strip() and words.elder_body.strip()):
        return [Remark("elder-half")]
    return blockers(words.for_elders, shared, people=1, columns=columns)


def length_blockers(title: str, body: str, text: str) -> list[Remark]:
    """What the lengths of one person's copy forbid, by the table of ``limits``."""
    words = {"inbox": {"title": title, "body": body}, "sms": {"text": text}, "web_push": {"text": f"{title}\n{body}"}}
    over = [one for one in measured(words, {}) if not one.fits]
    codes = {"sms": "too-long", "inbox": "too-long-inbox", "web_push": "too-long-push"}
    return [Remark(codes[one.limit.channel], (("used", one.used), ("most", one.limit.most))) for one in over]
