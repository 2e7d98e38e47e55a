"""Words with holes, filled strictly: our file templates, a small piece of Jinja2 (operators' words: ``placeholders``).

Jinja2's sandbox limits neither methods nor resources, so a template may contain only the node kinds listed
here, declared names, and our own filters with constant arguments; values are plain short strings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError, nodes, select_autoescape
from jinja2 import Template as Compiled

MAX_SOURCE = 2_000
MAX_VALUE = 200
MAX_OUTPUT = 10_000  # bytes
MAX_NODES = 200
_WIDEST = 4  # bytes of one character in UTF-8
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class TemplateFault(ValueError):
    """This text is refused as a template; the message says why."""


class HoleLeft(ValueError):
    """Values for these names are missing; nothing was rendered."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def plain(value: str, limit: int = MAX_VALUE) -> str:
    """A value as it may stand in a notice: no control or direction characters, cut with … at ``limit``."""
    cleaned = _CONTROL.sub("", value).strip()
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"


def _short(value: str, length: int = 20) -> str:
    return plain(value, max(2, min(int(length), MAX_VALUE)))


def _grouped(value: str) -> str:
    return plain(" ".join(value[i : i + 4] for i in range(0, len(value), 4)))


def _oneline(value: str) -> str:
    return " ".join(value.split())


def _upper(value: str) -> str:
    return plain(value.upper())  # one letter may become three


def _lower(value: str) -> str:
    return plain(value.lower())


def _clause(value: str) -> str:
    """A sentence of somebody's own, to stand inside one of ours: without its final stop."""
    return value.rstrip("。．｡.；;，,、 ") or value


_FILTERS = {
    "clause": _clause,
    "short": _short,
    "grouped": _grouped,
    "oneline": _oneline,
    "trim": str.strip,
    "upper": _upper,
    "lower": _lower,
}


def _environment() -> Environment:
    environment = Environment(
        undefined=StrictUndefined,
        autoescape=select_autoescape((), default=False, default_for_string=False),  # plain text; pages escape it
    )
    environment.globals.clear()
    environment.tests.clear()
    environment.filters.clear()
    environment.filters.update(_FILTERS)
    return environment


_JINJA = _environment()


@dataclass(frozen=True, slots=True)
class Text:
    """A checked template."""

    names: frozenset[str]
    compiled: Compiled

    def render(self, values: Mapping[str, str]) -> str:
        """Fill it. ``HoleLeft`` if a name it reads has no value at all (an empty optional one is "")."""
        missing = sorted(self.names - set(values))
        if missing:
            raise HoleLeft(missing)
        text = self.compiled.render({name: plain(values[name]) for name in self.names}).strip()
        return text


def check(source: str, declared: frozenset[str]) -> Text:
    """Parse and judge a template that may read only ``declared``. ``TemplateFault`` if anything else is in it."""
    if len(source) > MAX_SOURCE:
        raise TemplateFault(f"longer than {MAX_SOURCE} characters")
    try:
        tree = _JINJA.parse(source)
    except (TemplateError, RecursionError) as error:
        raise TemplateFault(f"does not parse: {error}") from error
    names: set[str] = set()
    for count, node in enumerate(_walk(tree), start=1):
        if count > MAX_NODES:
            raise TemplateFault(f"more than {MAX_NODES} parts")
        _judge(node, declared, names)
    if (size := _largest(tree)) > MAX_OUTPUT:
        raise TemplateFault(f"it could become {size} bytes long")
    try:
        return Text(frozenset(names), _JINJA.from_string(source))
    except (TemplateError, RecursionError) as error:
        raise TemplateFault(f"does not compile: {error}") from error


def _walk(node: nodes.Node) -> list[nodes.Node]:
    found: list[nodes.Node] = []
    waiting = [node]
    while waiting and len(found) <= MAX_NODES:
        current = waiting.pop()
        found.append(current)
        waiting.extend(current.iter_child_nodes())
    return found


def _largest(node: nodes.Node) -> int:
    """Bytes that the text can have at most, both sides of every choice counted: values and filters are cut."""
    if isinstance(node, nodes.TemplateData):
        return len(node.data.encode("utf-8", "surrogatepass"))
    if isinstance(node, nodes.Name):
        return MAX_VALUE * _WIDEST
    if isinstance(node, nodes.Const):
        return len(str(node.value).encode("utf-8", "surrogatepass"))
    skipped = node.test if isinstance(node, nodes.If) else None
    return sum(_largest(child) for child in node.iter_child_nodes() if child is not skipped)


def _judge(node: nodes.Node, declared: frozenset[str], names: set[str]) -> None:
    if type(node) not in _ALLOWED:
        raise TemplateFault(f"{type(node).__name__} is not allowed")
    if isinstance(node, nodes.Name):
        if node.ctx != "load" or node.name not in declared:
            raise TemplateFault(f"the name {node.name} is not declared")
        names.add(node.name)
    elif isinstance(node, nodes.Filter):
        _judge_filter(node)
    elif isinstance(node, nodes.Const) and not isinstance(node.value, str | bool | int | None):
        raise TemplateFault("only text, numbers and true or false may stand as constants")


def _judge_filter(node: nodes.Filter) -> None:
    arguments: list[Any] = list(node.args)
    if node.name not in _FILTERS:
        raise TemplateFault(f"the filter {node.name} does not exist")
    if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs or len(arguments) > 1:
        raise TemplateFault(f"the filter {node.name} takes at most one constant")
    if any(not isinstance(a, nodes.Const) or type(a.value) is not int for a in arguments):
        raise TemplateFault(f"the filter {node.name} takes a number")
    if arguments and node.name != "short":
        raise TemplateFault(f"the filter {node.name} takes nothing")
