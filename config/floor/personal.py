"""Which columns hold what about people: declared beside each room's models as ``PERSONAL``.

The table of them all is what is rotated when a key is changed, what an impact assessment lists, and what a test
compares with the schema: a binary column that nobody declared fails it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["ordinary", "sensitive", "secret"]
"""ordinary and sensitive as in PIPL articles 4 and 28; secret: not about a person, but a key of ours."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of sealed values. ``bound``: the place that the vault bound them to, where it is not this one."""

    table: str
    column: str
    level: Level
    what: str
    bound: str = ""

    @property
    def place(self) -> str:
        """``table.column``, without the ending that only says that it is sealed."""
        return self.bound or f"{self.table}.{self.column.removesuffix('_sealed')}"


def _itself(value: str, row: Mapping[str, Any]) -> str:
    return value


@dataclass(frozen=True, slots=True)
class Indexed:
    """A column of keyed blind indexes of a personal value: equal values are found, none can be read.

    ``of``: the sealed column that it is made from. Such a column has another one beside it (``beside``), so that the
    key can be changed while the house is open; tests hold that it is there, unique where this one is, and in every
    statement. Where the value is not kept, ``days`` says how long such a row lives at most.
    """

    table: str
    column: str
    level: Level
    what: str
    of: str = ""
    days: int = 0
    bound: str = ""
    said: Callable[[str, Mapping[str, Any]], str] = _itself
    """What was indexed, from the opened value and the row's ``needs``."""
    needs: tuple[str, ...] = ()

    @property
    def beside(self) -> str:
        """The column for the next key."""
        return f"{self.column}_next" if self.of else ""

    @property
    def place(self) -> str:
        """What the vault binds the index to."""
        return self.bound or f"{self.table}.{self.column.removesuffix('_index')}"


@dataclass(frozen=True, slots=True)
class Opaque:
    """A binary column that says nothing about anybody: hashes of random values, public keys, signatures."""

    table: str
    column: str
    what: str


Personal = Sealed | Indexed | Opaque

FAMILIES = ("residents", "notices", "cases", "files", "records")
"""Families of places: each has data keys of its own, so that none of them seals everything."""
_FAMILY_OF = (
    ("resident", "residents"),
    ("notify_", "notices"),
    ("case", "cases"),
    ("delegation", "cases"),
    ("material_files.content", "files"),
)


def family_of(place: str) -> str:
    """The family that a place belongs to."""
    return next((family for beginning, family in _FAMILY_OF if place.startswith(beginning)), "records")
