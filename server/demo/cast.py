"""The invented people of the demonstration city, read from ``config/demo/cast.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import config

FILE = Path(config.__file__).parent / "demo" / "cast.toml"


@dataclass(frozen=True, slots=True)
class Person:
    """A resident who may sign in; ``past``: has used the city's services before today; ``elder``: in 长辈版."""

    key: str
    name: str
    id_number: str
    phone: str
    signs_in: bool
    past: bool
    elder: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff; ``department`` is empty for a spare handler, who is put where an item needs one."""

    key: str
    staff_no: str
    name: str
    roles: tuple[str, ...]
    department: str


@dataclass(frozen=True, slots=True)
class Terminal:
    """A counter and whose it is."""

    hall: str
    counter: str
    clerk: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody."""

    people: tuple[Person, ...]
    staff: tuple[Member, ...]
    spare: tuple[Member, ...]
    terminals: tuple[Terminal, ...]

    def person(self, key: str) -> Person:
        return next(one for one in self.people if one.key == key)


def read_cast(path: Path = FILE) -> Cast:
    """The file as values."""
    tables = tomllib.loads(path.read_text("utf-8"))
    people = tuple(
        Person(
            row["key"],
            row["name"],
            row["id_number"],
            row["phone"],
            row["signs_in"],
            row["past"],
            row.get("elder", False),
        )
        for row in tables["residents"]
    )
    staff = tuple(
        Member(row["key"], row["staff_no"], row["name"], tuple(row["roles"]), row["department"])
        for row in tables["staff"]
    )
    spare = tuple(
        Member(row["staff_no"], row["staff_no"], row["name"], ("handler",), "") for row in tables["spare_handlers"]
    )
    terminals = tuple(Terminal(row["hall"], row["counter"], row["clerk"]) for row in tables["terminals"])
    return Cast(people, staff, spare, terminals)
