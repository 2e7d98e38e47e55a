"""When a limit ends. Pure and synchronous; dates are legal days (Asia/Shanghai).

The count starts the working day after the day of acceptance. Where no year's table exists yet, only
weekends are left out and the answer is provisional (暂定): nothing may be decided automatically on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Literal

from config.wording import Wording
from server.domain.calendar.table import CALENDARS, Tables, read_tables

LimitUnit = Literal["working_day", "day"]
_LONGEST = 3660
_ONE = timedelta(days=1)
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class DueDate:
    """The last day of a limit. ``provisional``: a year's table was missing on the way."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of an explanation: a word key and its facts (dates and numbers, unworded)."""

    key: str
    facts: Mapping[str, date | int | str] = field(default_factory=dict)


class CalendarService:
    """Working days of one country, from tables that an administrator edits."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        # A case's page asks for the same few dates each time it is opened; the tables never change under us.
        self._end_known = lru_cache(_REMEMBERED)(self._end)
        self._used_known = lru_cache(_REMEMBERED)(self._used)

    @classmethod
    def load(cls, folder: Path = CALENDARS) -> CalendarService:
        """From the files of ``config/calendars``."""
        return cls(read_tables(folder))

    @property
    def covered_until(self) -> date | None:
        """The last day that a table covers without a gap from the first; None where there is no table."""
        years = self._tables.years
        if not years:
            return None
        last = min(years)
        while last + 1 in years:
            last += 1
        return date(last, 12, 31)

    def is_working(self, day: date) -> tuple[bool, bool]:
        """Whether ``day`` is worked, and whether that is provisional."""
        if day in self._tables.makeup:
            return True, False
        if day in self._tables.off:
            return False, False
        return day.weekday() < 5, day.year not in self._tables.years

    def after(self, start: date, days: int, unit: LimitUnit = "working_day") -> DueDate:
        """The last day of a limit of ``days`` that begins after ``start``; 0 days end on ``start`` itself."""
        if not 0 <= days <= _LONGEST:
            raise ValueError(f"a limit of {days} days is out of range")
        if unit == "day":
            return DueDate(start + timedelta(days=days), False)
        return self._end_known(start, days)

    def _end(self, start: date, days: int) -> DueDate:
        day, left, provisional = start, days, False
        while left:
            day += _ONE
            working, guessed = self.is_working(day)
            provisional = provisional or guessed
            left -= working
        return DueDate(day, provisional)

    def used(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; 0 where ``end`` is not later."""
        return self._used_known(start, end)

    def _used(self, start: date, end: date) -> int:
        return sum(self.is_working(start + timedelta(days=step))[0] for step in range(1, (end - start).days + 1))

    def explain(self, start: date, days: int, unit: LimitUnit = "working_day") -> list[Step]:
        """Why the limit ends on that day: what was left out, what was worked though a weekend, and the end."""
        due = self.after(start, days, unit)
        if days == 0:
            return [Step("calendar.steps.same_day", {"day": start})]
        if unit == "day":
            return [
                Step("calendar.steps.start_plain", {"day": start}),
                Step("calendar.steps.end_plain", {"day": due.day, "count": days}),
            ]
        passed = [start + timedelta(days=step) for step in range(1, (due.day - start).days + 1)]
        steps = [Step("calendar.steps.start", {"day": start}), *self._left_out(passed), *self._worked(passed)]
        steps.append(Step("calendar.steps.end", {"day": due.day, "count": days}))
        if due.provisional:
            guessed = next(day for day in passed if self.is_working(day)[1])
            steps.append(Step("calendar.steps.provisional", {"year": guessed.year}))
        return steps

    def _left_out(self, passed: Sequence[date]) -> list[Step]:
        steps: list[Step] = []
        named = [(day, self._tables.off[day]) for day in passed if day in self._tables.off]
        for (name, _), found in groupby(named, key=lambda pair: (pair[1], pair[0].year)):
            span = [day for day, _ in found]
            steps.append(Step("calendar.steps.holiday", {"name": name, "first": span[0], "last": span[-1]}))
        weekend = sum(1 for day in passed if day not in self._tables.off and not self.is_working(day)[0])
        if weekend:
            steps.append(Step("calendar.steps.weekend", {"count": weekend}))
        return steps

    def _worked(self, passed: Sequence[date]) -> list[Step]:
        return [Step("calendar.steps.makeup", {"day": day}) for day in passed if day in self._tables.makeup]


def word_day(wording: Wording, language: str, day: date) -> str:
    """A date that matters, with its weekday: 9月20日 周日."""
    weekday = wording.text(f"calendar.weekdays.{day.weekday()}", language)
    month = wording.text(f"calendar.months.{day.month}", language)
    return wording.text("calendar.day", language, weekday=weekday, month=month, day=day.day, year=day.year)


def word_steps(wording: Wording, language: str, steps: Sequence[Step]) -> list[str]:
    """An explanation as sentences."""
    return [wording.text(step.key, language, **_worded(wording, language, step.facts)) for step in steps]


def _worded(wording: Wording, language: str, facts: Mapping[str, date | int | str]) -> dict[str, object]:
    worded: dict[str, object] = {}
    for name, value in facts.items():
        if isinstance(value, date):
            worded[name] = word_day(wording, language, value)
        elif name == "name":
            worded[name] = wording.text(f"calendar.holidays.{value}", language)
        else:
            worded[name] = value
    return worded
