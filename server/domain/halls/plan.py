"""What a hall is: its businesses, counters, hours and queue rules. Data of ``config/halls/``; one file is one hall.

``faults`` of ``read`` is the linter: everything wrong with the files, in words for the person who edits them.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter as Tally
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.floor.refusal import Missing
from config.floor.unit import LEGAL_ZONE
from server.domain.halls.errors import HallsUnusable

FOLDER = Path(__file__).parents[3] / "config" / "halls"
LANGUAGES = ("zh-CN", "en")
_CODE = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
_PREFIX = re.compile(r"[A-Z]{1,2}", re.ASCII)
_LONGEST_NAME = 64
_FRIDAY = 5

Words = dict[str, str]


class Calendar(Protocol):
    """Which days are worked."""

    def is_working(self, day: date) -> tuple[bool, bool]: ...


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Queue(_Data):
    """The rules of a hall's lines; the project's own defaults, a city sets its own."""

    app_tickets: bool = True
    app_tickets_a_day: int = Field(6, ge=1, le=100)
    board_names: Literal["none", "masked"] = "none"
    green_every: int = Field(3, ge=1, le=100)
    requeue_behind: int = Field(3, ge=0, le=100)
    near: int = Field(3, ge=0, le=20)
    measured_from: int = Field(3, ge=1, le=1000)


class Hours(_Data):
    """One span of opening; Monday is 1."""

    days: tuple[int, ...] = Field(strict=False)
    opens: str
    closes: str
    closed_on_holidays: bool = True


class Business(_Data):
    """One line to stand in; ``minutes`` is the sample from which waiting is estimated until the day has its own."""

    code: str
    prefix: str
    minutes: int = Field(ge=1, le=240)
    name: Words
    items: tuple[str, ...] = Field(default=(), strict=False)
    departments: tuple[str, ...] = Field(default=(), strict=False)


class Counter(_Data):
    """One counter: its number, the name its terminal carries, the businesses it serves."""

    number: int = Field(ge=1, le=999)
    name: Words
    serves: tuple[str, ...] = Field(strict=False)


class GreenReason(_Data):
    """Why somebody goes first."""

    code: str
    name: Words


class Hall(_Data):
    """One service hall."""

    code: str
    portal: str
    region: str = Field(pattern=r"^\d{12}$")
    sample: bool = False
    name: Words
    address: Words
    queue: Queue = Queue()
    hours: tuple[Hours, ...] = Field(strict=False)
    businesses: tuple[Business, ...] = Field(strict=False)
    counters: tuple[Counter, ...] = Field(strict=False)
    green: tuple[GreenReason, ...] = Field(default=(), strict=False)

    def business(self, code: str) -> Business:
        """One business; ``Missing`` if the hall has none of that code."""
        for one in self.businesses:
            if one.code == code:
                return one
        raise Missing()

    def counter(self, number: int) -> Counter:
        """One counter; ``Missing`` if the hall has none of that number."""
        for one in self.counters:
            if one.number == number:
                return one
        raise Missing()

    def counter_named(self, name: str) -> Counter:
        """The counter whose terminal carries this name; ``Missing`` if there is none."""
        for one in self.counters:
            if one.name["zh-CN"] == name:
                return one
        raise Missing()

    def business_name(self, code: str) -> Words:
        """What a business is called; its bare code where the file lost it while tickets were about."""
        return next((one.name for one in self.businesses if one.code == code), {"zh-CN": code})

    def counter_name(self, number: int) -> Words:
        """What a counter is called, in the same way."""
        return next((one.name for one in self.counters if one.number == number), {"zh-CN": str(number)})

    def minutes_of(self, code: str) -> int:
        """The sample minutes of a business; 0 where the file lost it."""
        return next((one.minutes for one in self.businesses if one.code == code), 0)

    def has_green(self, code: str) -> bool:
        return any(one.code == code for one in self.green)

    def is_open(self, now: datetime, calendar: Calendar) -> bool:
        """Whether people are let in at this instant, by the hours and the calendar of working days."""
        local = now.astimezone(LEGAL_ZONE)
        clock = local.strftime("%H:%M")
        return any(hours.opens <= clock < hours.closes for hours in self._hours_on(local.date(), calendar))

    def numbers_until(self, now: datetime, calendar: Calendar) -> str:
        """The hour (HH:MM, Asia/Shanghai) at which this span of opening ends; "" while the hall is shut."""
        local = now.astimezone(LEGAL_ZONE)
        clock = local.strftime("%H:%M")
        spans = self._hours_on(local.date(), calendar)
        return max((one.closes for one in spans if one.opens <= clock < one.closes), default="")

    def _hours_on(self, day: date, calendar: Calendar) -> Iterator[Hours]:
        """The spans of one legal day; a weekend day that is worked to make up for a holiday has Monday's hours."""
        working, _ = calendar.is_working(day)
        for hours in self.hours:
            if not hours.closed_on_holidays:
                weekday = day.isoweekday()
            elif working:
                weekday = day.isoweekday() if day.isoweekday() <= _FRIDAY else 1
            else:
                continue
            if weekday in hours.days:
                yield hours


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one file."""

    file: str
    message: str


class Plans:
    """Every hall of every portal, read once at start."""

    def __init__(self, halls: Iterable[Hall]) -> None:
        self._halls = {(one.portal, one.code): one for one in halls}

    @classmethod
    def load(cls, folder: Path | None = None) -> Plans:
        """Read and check every file of ``folder`` (``config/halls``); ``HallsUnusable`` names all faults at once."""
        found, faults = read(folder or FOLDER)
        if faults:
            raise HallsUnusable("; ".join(f"{one.file}: {one.message}" for one in faults))
        return cls(found)

    def get(self, portal: str, code: str) -> Hall:
        """A hall of this portal; ``Missing`` if there is none."""
        found = self.find(portal, code)
        if found is None:
            raise Missing()
        return found

    def find(self, portal: str, code: str) -> Hall | None:
        return self._halls.get((portal, code))

    def of_portal(self, portal: str) -> tuple[Hall, ...]:
        return tuple(hall for (owner, _), hall in self._halls.items() if owner == portal)

    def named(self, portal: str, name: str) -> Hall:
        """The hall that a terminal's place names; ``Missing`` if there is none."""
        for hall in self.of_portal(portal):
            if hall.name["zh-CN"] == name:
                return hall
        raise Missing()


def read(folder: Path, items: Collection[str] | None = None) -> tuple[list[Hall], list[Fault]]:
    """The halls of a folder and everything wrong with its files; ``items`` = the item codes that exist."""
    found: list[Hall] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            hall = Hall.model_validate(tomllib.loads(path.read_text("utf-8")))
        except tomllib.TOMLDecodeError as error:
            faults.append(Fault(path.name, f"not TOML: {error}"))
        except ValidationError as error:
            faults += [Fault(path.name, f"{'.'.join(map(str, one['loc']))}: {one['msg']}") for one in error.errors()]
        else:
            found.append(hall)
            faults += [Fault(path.name, message) for message in _wrong(hall, path.stem, items)]
    names = Tally((hall.portal, hall.name.get("zh-CN", "")) for hall in found)
    faults += [
        Fault(f"{hall.code}.toml", "name: another hall of this portal has it")
        for hall in found
        if names[(hall.portal, hall.name.get("zh-CN", ""))] > 1
    ]
    return found, faults


def _wrong(hall: Hall, stem: str, items: Collection[str] | None) -> Iterator[str]:
    if hall.code != stem or _CODE.fullmatch(hall.code) is None:
        yield "code: must be the file's name, in small letters, digits and hyphens"
    yield from _repeated("businesses.code", (one.code for one in hall.businesses))
    yield from _repeated("businesses.prefix", (one.prefix for one in hall.businesses))
    yield from _repeated("counters.number", (one.number for one in hall.counters))
    yield from _repeated("counters.name", (one.name.get("zh-CN", "") for one in hall.counters))
    yield from _repeated("green.code", (one.code for one in hall.green))
    yield from _wrong_hours(hall)
    yield from _wrong_lines(hall, items)
    yield from _unworded(hall)


def _repeated(where: str, values: Iterable[object]) -> Iterator[str]:
    tally = Tally(values)
    if not tally:
        yield f"{where}: at least one is needed"
    yield from (f"{where}: {value} is there twice" for value, times in tally.items() if times > 1)


def _wrong_hours(hall: Hall) -> Iterator[str]:
    if not hall.hours:
        yield "hours: a hall that never opens gives no numbers"
    for at, hours in enumerate(hall.hours):
        if not all(_TIME.fullmatch(text) for text in (hours.opens, hours.closes)) or hours.opens >= hours.closes:
            yield f"hours.{at}: opens and closes are HH:MM, opens first, at most 24:00"
        if not hours.days or any(not 1 <= day <= 7 for day in hours.days):
            yield f"hours.{at}.days: 1 (Monday) to 7"


def _wrong_lines(hall: Hall, items: Collection[str] | None) -> Iterator[str]:
    for business in hall.businesses:
        if _PREFIX.fullmatch(business.prefix) is None:
            yield f"businesses.{business.code}.prefix: one or two capital letters"
        if items is not None:
            yield from (f"businesses.{business.code}.items: no item {c}" for c in business.items if c not in items)
    known = {one.code for one in hall.businesses}
    served = {code for counter in hall.counters for code in counter.serves}
    yield from (f"counters: nobody serves {code}" for code in sorted(known - served))
    yield from (f"counters: {code} is no business" for code in sorted(served - known))


def _unworded(hall: Hall) -> Iterator[str]:
    worded: dict[str, Mapping[str, str]] = {"name": hall.name, "address": hall.address}
    worded |= {f"businesses.{one.code}.name": one.name for one in hall.businesses}
    worded |= {f"counters.{one.number}.name": one.name for one in hall.counters}
    worded |= {f"green.{one.code}.name": one.name for one in hall.green}
    for where, words in worded.items():
        if set(words) != set(LANGUAGES) or not all(text.strip() for text in words.values()):
            yield f"{where}: words in {' and '.join(LANGUAGES)} and nothing else"
        elif any(len(text) > _LONGEST_NAME for text in words.values()):
            yield f"{where}: at most {_LONGEST_NAME} characters"


def said(words: Mapping[str, str], language: str) -> str:
    """The text in this language, or in Chinese."""
    return words.get(language) or words["zh-CN"]
