"""Purposes of proving: which steps are accepted, how often, how long, and what must come before. Data of
``config/proving/``.

One file is one purpose. A city changes it as it changes the purposes of its counters; ``read`` says what is wrong with
a file before it is used.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from server.domain.proving.errors import ProvingUnusable
from server.domain.proving.steps import STEPS, StepCode
from server.domain.purposes.eligibility import LANGUAGES, Data, Words
from server.domain.purposes.service import Fault
from server.domain.residents.ways import Platform

FOLDER = Path(__file__).parents[3] / "config" / "proving"


class ProvingWay(Data):
    """One way to reach the level: all of its steps, in order."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,23}$")
    steps: tuple[StepCode, ...] = Field(strict=False, min_length=1, max_length=4)
    platforms: tuple[Platform, ...] = Field(strict=False, min_length=1)
    label: Words
    text: Words

    @property
    def face(self) -> bool:
        return any(STEPS[step].face for step in self.steps)

    @property
    def at_counter(self) -> bool:
        return any(STEPS[step].at_counter for step in self.steps)


class ProvingPurpose(Data):
    """One purpose: the level, the ways to it, and its bounds."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,23}$")
    level: Literal[3, 4, 5]
    before: str
    attempts: int = Field(ge=1, le=10)
    minutes: int = Field(ge=1, le=60)
    per_day: int = Field(ge=1, le=50)
    label: Words
    ways: tuple[ProvingWay, ...] = Field(strict=False, min_length=1)

    def way(self, code: str) -> ProvingWay | None:
        return next((one for one in self.ways if one.code == code), None)


class ProvingPurposes:
    """Every purpose of proving, read once at start, by the level that it reaches."""

    def __init__(self, purposes: Iterable[ProvingPurpose]) -> None:
        self._purposes = {one.code: one for one in sorted(purposes, key=lambda one: one.level)}

    @classmethod
    def load(cls, folder: Path = FOLDER) -> ProvingPurposes:
        """Read and check every file; ``ProvingUnusable`` names all faults at once."""
        found, faults = read(folder)
        if faults:
            raise ProvingUnusable("; ".join(f"{one.file}: {one.message}" for one in faults))
        return cls(found)

    def get(self, code: str) -> ProvingPurpose | None:
        return self._purposes.get(code)

    def all(self) -> tuple[ProvingPurpose, ...]:
        """From the lowest level to the highest."""
        return tuple(self._purposes.values())

    def of_level(self, level: int) -> ProvingPurpose | None:
        return next((one for one in self.all() if one.level == level), None)

    def towards(self, have: int, needed: int) -> tuple[ProvingPurpose, ...]:
        """What lies between two levels, in the order in which it is to be done: a purpose after what must come
        before it, and nothing that was reached already."""
        goal = next((one for one in self.all() if one.level >= needed), None)
        chain: list[ProvingPurpose] = []
        while goal is not None and goal.level > have:
            chain.insert(0, goal)
            goal = self._purposes.get(goal.before)
        return tuple(chain)


def read(folder: Path) -> tuple[list[ProvingPurpose], list[Fault]]:
    """The purposes of a folder and everything wrong with its files: the linter."""
    found: dict[str, ProvingPurpose] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            purpose = ProvingPurpose.model_validate(tomllib.loads(path.read_text("utf-8")))
        except tomllib.TOMLDecodeError as error:
            faults.append(Fault(path.name, f"not TOML: {error}"))
        except ValidationError as error:
            faults += [Fault(path.name, f"{'.'.join(map(str, one['loc']))}: {one['msg']}") for one in error.errors()]
        else:
            found[path.name] = purpose
            faults += [Fault(path.name, message) for message in _wrong(purpose, path.stem)]
    if not found and not faults:
        faults.append(Fault(str(folder), "no purpose of proving at all"))
    return list(found.values()), faults + _wrong_together(found)


def _wrong(purpose: ProvingPurpose, stem: str) -> list[str]:
    wrong = [] if purpose.code == stem else ["code: must be the file's name"]
    codes = [way.code for way in purpose.ways]
    if len(set(codes)) != len(codes):
        wrong.append("ways: none twice")
    for way in purpose.ways:
        wrong += [f"ways.{way.code}: {message}" for message in _wrong_way(purpose, way)]
    faceless = {place for way in purpose.ways if not way.face for place in way.platforms}
    missing = sorted({place for way in purpose.ways for place in way.platforms} - faceless)
    if missing:
        wrong.append(f"ways: no way without a face on {', '.join(missing)}")
    return wrong + _unworded(purpose)


def _wrong_way(purpose: ProvingPurpose, way: ProvingWay) -> list[str]:
    wrong = []
    if len(set(way.steps)) != len(way.steps):
        wrong.append("steps: none twice")
    if way.at_counter and len(way.steps) > 1:
        wrong.append("steps: the counter stands alone")
    for step in way.steps:
        if elsewhere := sorted(set(way.platforms) - STEPS[step].platforms):
            wrong.append(f"steps: {step} cannot be done on {', '.join(elsewhere)}")
        if STEPS[step].known and not purpose.before:
            wrong.append(f"steps: {step} confirms a name that is proven already, so a purpose must come before")
    return wrong


def _wrong_together(found: dict[str, ProvingPurpose]) -> list[Fault]:
    """An order that nobody can walk."""
    by_code = {one.code: one for one in found.values()}
    faults = []
    for file, one in found.items():
        earlier = by_code.get(one.before)
        if one.before and earlier is None:
            faults.append(Fault(file, f"before: there is no {one.before}"))
        elif earlier is not None and earlier.level >= one.level:
            faults.append(Fault(file, f"before: {one.before} reaches level {earlier.level}, which is not below"))
    levels = [one.level for one in found.values()]
    faults += [
        Fault(file, f"level: {one.level} is reached by another file too")
        for file, one in found.items()
        if levels.count(one.level) > 1
    ]
    return faults


def _unworded(purpose: ProvingPurpose) -> list[str]:
    worded = {"label": purpose.label}
    for way in purpose.ways:
        worded |= {f"ways.{way.code}.label": way.label, f"ways.{way.code}.text": way.text}
    return [
        f"{where}: no words in {language}"
        for where, words in worded.items()
        for language in LANGUAGES
        if not words.get(language, "").strip()
    ]
