"""Which columns hold what about people: declared beside each room's models as ``PERSONAL``.

The table of them all is what is rotated when a key is changed, what an impact assessment lists, and what a test
compares with the schema: a binary column that nobody declared fails it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class Indexed:
    """A column of keyed blind indexes of a personal value: equal values are found, none can be read."""

    table: str
    column: str
    level: Level
    what: str


@dataclass(frozen=True, slots=True)
class Opaque:
    """A binary column that says nothing about anybody: hashes of random values, public keys, signatures."""

    table: str
    column: str
    what: str


Personal = Sealed | Indexed | Opaque
