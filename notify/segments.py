"""Who a notice is for, as a small closed form: rules joined by all, any and not. Never SQL from people.

    {"all": [{"region": "511602"}, {"any": [{"item": "printing", "states": ["accepted"]}, {"age": {"from": 60}}]},
             {"not": {"channel": "wechat"}}]}

A leaf becomes SQL in the room that keeps its facts (``audience.py``); values are always bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

Kind = Literal["region", "item", "age", "channel", "elder", "list"]
CHANNELS = ("sms", "wechat", "wechat_oa", "alipay", "email", "web_push")
DEPTH, LEAVES = 6, 40
OLDEST = 150
_REGION = re.compile(r"[0-9]{6}|[0-9]{12}", re.ASCII)
_STATE = re.compile(r"[a-z_]{1,20}", re.ASCII)
_ITEM = re.compile(r"[A-Za-z0-9_.\-]{1,64}", re.ASCII)


class RulesWrong(ValueError):
    """These rules are not of the closed form. ``path`` says where, ``code`` why."""

    def __init__(self, path: str, code: str) -> None:
        super().__init__(f"{path}: {code}")
        self.path = path
        self.code = code


@dataclass(frozen=True, slots=True)
class Leaf:
    """One fact about a person. ``path`` is where it stands in the form: ``all.1.any.0``."""

    path: str
    kind: Kind
    text: str = ""
    states: tuple[str, ...] = ()
    low: int = 0
    high: int = OLDEST


@dataclass(frozen=True, slots=True)
class Group:
    """Leaves and groups joined: all of them, any of them, or none (``not`` has one part)."""

    join: Literal["all", "any", "not"]
    parts: tuple[Rule, ...]


Rule = Leaf | Group


def read(form: Any) -> Group:
    """The form as rules; ``RulesWrong`` if it is not of the closed form. ``{}`` is everybody."""
    if form in ({}, None):
        return Group("all", ())
    rule = _rule(form, "", 0)
    if sum(1 for _ in leaves(rule)) > LEAVES:
        raise RulesWrong("", "rules-too-many")
    return rule if isinstance(rule, Group) else Group("all", (rule,))


def _rule(form: Any, path: str, depth: int) -> Rule:
    if not isinstance(form, Mapping) or depth > DEPTH:
        raise RulesWrong(path, "rule-wrong")
    keys = set(form)
    for join in ("all", "any"):
        if keys == {join} and isinstance(form[join], list):
            parts = tuple(_rule(part, f"{path}.{join}.{n}".strip("."), depth + 1) for n, part in enumerate(form[join]))
            if join == "any" and not parts:
                raise RulesWrong(path, "rule-empty")
            return Group("all" if join == "all" else "any", parts)
    if keys == {"not"}:
        return Group("not", (_rule(form["not"], f"{path}.not".strip("."), depth + 1),))
    return _leaf(form, keys, path)


def _leaf(form: Mapping[str, Any], keys: set[str], path: str) -> Leaf:
    match form:
        case {"region": str(code)} if keys == {"region"} and _REGION.fullmatch(code):
            return Leaf(path, "region", code.ljust(12, "0"))
        case {"item": str(code)} if keys <= {"item", "states"} and _ITEM.fullmatch(code):
            states = form.get("states", [])
            if not isinstance(states, list) or not all(
                isinstance(one, str) and _STATE.fullmatch(one) for one in states
            ):
                raise RulesWrong(path, "rule-state")
            return Leaf(path, "item", code, states=tuple(states))
        case {"age": {**band}} if keys == {"age"}:
            return _age(band, path)
        case {"channel": str(name)} if keys == {"channel"} and name in CHANNELS:
            return Leaf(path, "channel", name)
        case {"elder": bool(wanted)} if keys == {"elder"}:
            leaf = Leaf(path, "elder")
            return leaf if wanted else Leaf(path, "elder", "no")
        case {"list": str(list_id)} if keys == {"list"}:
            return Leaf(path, "list", _id(list_id, path))
    raise RulesWrong(path, "rule-wrong")


def _age(band: Mapping[Any, Any], path: str) -> Leaf:
    low, high = band.get("from", 0), band.get("to", OLDEST)
    whole = type(low) is int and type(high) is int
    if set(band) - {"from", "to"} or not band or not whole or not 0 <= low <= high <= OLDEST:
        raise RulesWrong(path, "rule-age")
    return Leaf(path, "age", low=low, high=high)


def _id(text: str, path: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise RulesWrong(path, "rule-list") from None


def leaves(rule: Rule) -> Iterator[Leaf]:
    """Every leaf, in order."""
    if isinstance(rule, Leaf):
        yield rule
    else:
        for part in rule.parts:
            yield from leaves(part)


def condition(rule: Rule, leaf: Callable[[Leaf], str]) -> str:
    """The whole as one boolean of SQL; ``leaf`` words each fact."""
    if isinstance(rule, Leaf):
        return f"({leaf(rule)})"
    parts = [condition(part, leaf) for part in rule.parts]
    if rule.join == "not":
        return f"(NOT {parts[0]})"
    return f"({(' AND ' if rule.join == 'all' else ' OR ').join(parts)})" if parts else "(1 = 1)"


def holds(rule: Rule, truth: Mapping[str, bool]) -> bool:
    """What the whole is where each leaf (by its path) is true or not."""
    if isinstance(rule, Leaf):
        return truth[rule.path]
    parts = [holds(part, truth) for part in rule.parts]
    if rule.join == "not":
        return not parts[0]
    return all(parts) if rule.join == "all" else any(parts)
