"""What is looked at before many people are told something: pure judgements over figures that somebody else fetched."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from config.floor.refusal import FieldFault, Invalid
from config.floor.unit import LEGAL_ZONE, Unit
from config.portal import Portals

Tone = Literal["ok", "warn", "bad"]
_LINK = re.compile(
    r"(?:https?://|www\.)([^\s/，。；、）)：:]+)"
    r"|([a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*\.(?:com|cn|net|org|top|vip|xyz|cc|info))(?![a-zA-Z])",
    re.IGNORECASE,
)
USUAL = 5
"""How many times the usual size is unusual."""


@dataclass(frozen=True, slots=True)
class SafetyRules:
    """A portal's own: price of one part in thousandths of a yuan, words and links, the day's parts, the pace, the hours
    in which nobody is disturbed (Asia/Shanghai)."""

    part_price: int = 0
    banned: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    parts_a_day: int = 0
    per_second: int = 50
    quiet_from: int = 22
    quiet_until: int = 7


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known about one campaign: people, parts by text message, and what others were like."""

    people: int
    sms_people: int
    deliveries: int
    parts: int
    again: int
    usual: int
    used_today: int
    starts: datetime
    category: str
    law: str = ""
    expires_at: datetime | None = None
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; ``bad`` forbids submitting."""

    code: str
    tone: Tone
    facts: tuple[tuple[str, str | int], ...] = ()


def cost(rules: SafetyRules, parts: int, people: int) -> int:
    """Thousandths of a yuan for so many people by text message."""
    return rules.part_price * parts * people


def minutes(rules: SafetyRules, figures: Figures) -> int:
    """How long sending takes at the portal's pace; at least one."""
    return max(1, math.ceil(figures.deliveries / max(1, rules.per_second) / 60))


def check(rules: SafetyRules, figures: Figures, text: str) -> list[Check]:
    """Everything, in the order in which it is shown."""
    ends = figures.starts + timedelta(minutes=minutes(rules, figures))
    return [
        _size(figures), _repeats(figures), _quiet(rules, figures, ends), _quota(rules, figures),
        _basis(figures), _links(rules, text), _banned(rules, text),
        Check("finish", "ok", (("at", ends.isoformat()), ("minutes", minutes(rules, figures)))),
    ]  # fmt: skip


def _size(figures: Figures) -> Check:
    facts = (("people", figures.people), ("usual", figures.usual))
    if not figures.usual:
        return Check("size-first", "ok", facts[:1])
    unusual = figures.people > USUAL * figures.usual
    return Check("size-unusual" if unusual else "size-usual", "warn" if unusual else "ok", facts)


def _basis(figures: Figures) -> Check:
    if figures.category == "statutory":
        return Check("basis-statutory", "ok", (("law", figures.law or "–"),))
    if figures.category == "emergency":
        end = figures.expires_at.isoformat() if figures.expires_at else ""
        return Check("basis-exercise" if figures.exercise else "basis-emergency", "ok", (("at", end),))
    return Check("basis", "ok", (("category", figures.category),))


def _repeats(figures: Figures) -> Check:
    return Check("repeats" if figures.again else "repeats-none", "warn" if figures.again else "ok",
                 (("people", figures.again),))  # fmt: skip


def is_quiet(rules: SafetyRules, at: datetime) -> bool:
    """Whether people are not to be disturbed at this instant; the hours may wrap midnight."""
    hour = at.astimezone(LEGAL_ZONE).hour
    if rules.quiet_from <= rules.quiet_until:
        return rules.quiet_from <= hour < rules.quiet_until
    return hour >= rules.quiet_from or hour < rules.quiet_until


def _quiet(rules: SafetyRules, figures: Figures, ends: datetime) -> Check:
    starts = figures.starts
    if figures.category == "emergency":
        return Check("quiet-passed", "ok")
    facts = (("begin", f"{rules.quiet_from}:00"), ("end", f"{rules.quiet_until}:00"))
    hours = int((ends - starts).total_seconds() // 3600) + 1
    moments = [*(starts + timedelta(hours=n) for n in range(min(hours, 24))), ends]
    quiet = any(is_quiet(rules, moment) for moment in moments)
    return Check("quiet-hours" if quiet else "quiet-free", "warn" if quiet else "ok", facts)


def _quota(rules: SafetyRules, figures: Figures) -> Check:
    need, left = figures.parts * figures.sms_people, rules.parts_a_day - figures.used_today
    if not rules.parts_a_day:
        return Check("quota-none", "ok", (("need", need),))
    facts = (("need", need), ("left", max(0, left)))
    return Check("quota-over", "bad", facts) if need > left else Check("quota-left", "ok", facts)


def links(text: str) -> list[str]:
    """The hosts that a text names, with or without a scheme."""
    return [(first or second).casefold().rstrip(".") for first, second in _LINK.findall(text)]


def listed(host: str, domains: Sequence[str]) -> bool:
    """Whether a host is one of these domains or below one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def strange(text: str, domains: Sequence[str]) -> list[str]:
    """The hosts in a text that are on no list."""
    return [host for host in dict.fromkeys(links(text)) if not listed(host, domains)]


def refuse_strange(safety: Mapping[str, SafetyRules], unit: Unit, **texts: str) -> None:
    """``Invalid`` by field where a text names an address that is not on the portal's list."""
    rules = safety.get(unit.portal)
    found = {name: strange(text, rules.domains) for name, text in texts.items()} if rules else {}
    faults = [FieldFault(at, "link-not-listed", (("hosts", "、".join(one)),)) for at, one in found.items() if one]
    if faults:
        raise Invalid(faults=faults)


def _links(rules: SafetyRules, text: str) -> Check:
    found = links(text)
    if unlisted := strange(text, rules.domains):
        return Check("links-strange", "bad", (("hosts", "、".join(unlisted)),))
    return Check("links-listed" if found else "links-none", "ok")


def _banned(rules: SafetyRules, text: str) -> Check:
    squeezed = re.sub(r"\s+", "", text).casefold()
    found = [word for word in rules.banned if word.casefold() in squeezed]
    return Check("banned", "bad", (("words", "、".join(found)),)) if found else Check("banned-none", "ok")


def safety_rules(portals: Portals) -> dict[str, SafetyRules]:
    """What each portal's notices to many are held against."""
    return {portal.id: SafetyRules(**portal.publishing.model_dump()) for portal in portals}
