"""The rules of campaigns that need no database: what is hashed, what blocks, how one person's copy reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from config.floor import sql
from config.floor.ids import new_id
from notify import sms
from notify.outbox import Words
from notify.render import fill, is_broken, placeholders

NAME, ITEM, PLACE = "姓名", "事项", "地区"
NAMELESS = "居民朋友"  # who has registered but not proven a name
SMS_UNITS = 500  # the longest short message that domestic providers take, signature included (Aliyun SMS manual)

CampaignCategory = Literal["service", "information"]
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

    @property
    def content_hash(self) -> str:
        """What an approver signs: SHA-256 over title, body, category, audience and fills."""
        parts = [self.title, self.body, self.category, self.region, self.item, dict(self.fills)]
        return hashlib.sha256(sql.to_json(parts).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def holes(self) -> list[str]:
        """The placeholders used in title and body."""
        return placeholders(f"{self.title}\n{self.body}")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something an operator must (blocker) or should (warning) know; worded by its code."""

    code: str
    facts: tuple[tuple[str, str | int], ...] = ()


def known_values(words: CampaignWords, *, item_name: str, place_name: str) -> dict[str, str]:
    """The values that are the same for everybody; empty ones are holes."""
    return {ITEM: item_name, PLACE: place_name, **{k: v for k, v in words.fills.items() if k != NAME}}


def personal(words: CampaignWords, shared: Mapping[str, str], name: str, signature: str) -> Words:
    """One person's copy. Raises ``HoleLeft`` or ``TemplateFault`` where ``blockers`` would have said so."""
    values = {**shared, NAME: name or NAMELESS}
    body = fill(words.body, values)
    return Words(title=fill(words.title, values), body=body, sms=sms.signed(signature, body), link="", values={})


def shared_words(words: CampaignWords, shared: Mapping[str, str], signature: str) -> Words:
    """Everybody's copy, with a token where a person's own name goes; ``values`` says which. Raises as ``personal``.

    The token is chance, so nothing that an operator wrote can be taken for it.
    """
    token = new_id().hex
    made = personal(words, shared, token, signature)
    return replace(made, values={NAME: token} if NAME in words.holes else {})


def blockers(words: CampaignWords, shared: Mapping[str, str], *, people: int) -> list[Remark]:
    """What forbids submitting."""
    found: list[Remark] = []
    if not words.title.strip():
        found.append(Remark("title-empty"))
    if not words.body.strip():
        found.append(Remark("body-empty"))
    if is_broken(words.title) or is_broken(words.body):
        found.append(Remark("placeholder-broken"))
    for name in words.holes:
        if name == NAME or shared.get(name):
            continue
        found.append(Remark("placeholder-empty" if name in shared else "placeholder-unknown", (("name", name),)))
    if people == 0:
        found.append(Remark("audience-empty"))
    return found


def length_blockers(longest: str) -> list[Remark]:
    """What the length of the longest example forbids."""
    used = sms.units(longest)
    return [Remark("too-long", (("used", used), ("most", SMS_UNITS)))] if used > SMS_UNITS else []
