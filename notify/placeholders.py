"""Operators' words with holes: ``((姓名))`` is replaced, ``((需要预约??请先预约。))`` stands only where it is true.

Case, spaces, ``_`` and ``-`` make no difference between names; the first spelling is the one that is shown. Filling is
strict: a value that is missing is refused with all the others that are. How large a text can become is known before it
is filled: by the number of its holes, because a value is cut at ``VALUE``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from notify.render import MAX_OUTPUT, HoleLeft, TemplateFault, plain

NAME, VALUE = 40, 100
_WIDEST = 4  # bytes of one character in UTF-8
_HOLE = re.compile(r"(?:\(\(|（（)\s*([^()（）]{1,180}?)\s*(?:\)\)|））)")
_BROKEN = re.compile(r"\(\(|\)\)|（（|））")
_ASK = re.compile(r"\?\?|？？")
_SAME = re.compile(r"[\s_\-]+")
_TRUE = frozenset({"yes", "y", "true", "t", "1", "include", "show", "是", "有"})
Value = str | Sequence[str]


class NothingLeft(ValueError):
    """Every conditional part of this text hid: nothing would be said."""


@dataclass(frozen=True, slots=True)
class Hole:
    """One placeholder as it is written. ``shown`` is a conditional's text, None where the value itself stands."""

    name: str
    shown: str | None = None

    def said(self, values: Mapping[str, Value]) -> str:
        """What stands in its place; ``values`` by ``key``."""
        value = joined(values.get(key(self.name), ""))
        if self.shown is None:
            return value
        return self.shown if value.strip().casefold() in _TRUE else ""

    def __str__(self) -> str:
        return self.name if self.shown is None else f"{self.name}??{self.shown}"


def key(name: str) -> str:
    """What makes two spellings the same name."""
    return _SAME.sub("", name).casefold()


def holes(text: str) -> Iterator[Hole]:
    """Every placeholder, in order, as often as it stands there."""
    for match in _HOLE.finditer(text):
        yield _hole(match.group(1))


def _hole(inside: str) -> Hole:
    parts = _ASK.split(inside, maxsplit=1)
    return Hole(parts[0].strip(), parts[1] if len(parts) == 2 else None)


def placeholders(text: str) -> list[str]:
    """The names, in order, each once in its first spelling. Full-width brackets count as well."""
    first: dict[str, str] = {}
    for hole in holes(text):
        first.setdefault(key(hole.name), hole.name)
    return list(first.values())


def is_broken(text: str) -> bool:
    """True where brackets are left that look like a placeholder but are none, or a name is empty or too long."""
    named = all(1 <= len(hole.name) <= NAME and key(hole.name) for hole in holes(text))
    return not named or bool(_BROKEN.search(_HOLE.sub("", text)))


def largest(text: str) -> int:
    """How many bytes this text can become, whatever its values are."""
    found = list(holes(text))
    literal = len(_HOLE.sub("", text).encode("utf-8", "surrogatepass"))
    conditional = sum(len((hole.shown or "").encode("utf-8", "surrogatepass")) for hole in found)
    return literal + conditional + sum(hole.shown is None for hole in found) * VALUE * _WIDEST


def check_words(text: str) -> None:
    """``TemplateFault`` where a bracket is lost, or where the filled text could pass ``MAX_OUTPUT`` bytes."""
    if is_broken(text):
        raise TemplateFault("a bracket of a placeholder is missing")
    if (size := largest(text)) > MAX_OUTPUT:
        raise TemplateFault(f"it could become {size} bytes long")


def missing(text: str, values: Mapping[str, Value]) -> list[str]:
    """The names that have no value, each once, in order."""
    given = {key(name) for name, value in values.items() if joined(value)}
    return [name for name in placeholders(text) if key(name) not in given]


def fill(text: str, values: Mapping[str, Value], later: Mapping[str, str] | None = None) -> str:
    """The text with every placeholder replaced, once: values are never read as placeholders. ``later``: what is put
    for a hole (as it is written) whose value comes with each person.

    Raises ``HoleLeft`` with all names that have no value, ``TemplateFault`` where ``check_words`` does, and
    ``NothingLeft`` where a text has become empty.
    """
    check_words(text)
    known = later or {}
    waiting = {key(hole.name) for hole in holes(text) if str(hole) in known}
    if lost := [name for name in missing(text, values) if key(name) not in waiting]:
        raise HoleLeft(lost)
    given = {key(name): value for name, value in values.items()}

    def put(match: re.Match[str]) -> str:
        hole = _hole(match.group(1))
        return known.get(str(hole)) or hole.said(given)

    made = _HOLE.sub(put, text)
    if text.strip() and not made.strip():
        raise NothingLeft(text)
    return made


def joined(value: Value) -> str:
    """A value as it stands in a sentence; several read 甲、乙和丙."""
    if isinstance(value, str):
        return plain(value, VALUE)
    several = [part for one in value if (part := plain(one, VALUE))]
    return plain("和".join(("、".join(several[:-1]), several[-1])) if len(several) > 1 else "".join(several), VALUE)
