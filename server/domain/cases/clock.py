"""The clock 办理时限 of one case. Pure: the calendar is a port, today is a value.

Until acceptance only the five-working-day check runs (行政许可法 art. 32: tell everything that is missing at once
or within five days). From the working day after acceptance the legal and the promised limit run; suspension for a
special procedure is not counted (art. 45). After the decision the paper is to be served within ten days (art. 44).
All these days are working days (art. 82); an item may promise calendar days for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol

from server.domain.cases.workflow import CLOSED, Status

State = Literal["not_started", "running", "paused", "stopped"]
Light = Literal["none", "green", "yellow", "red", "overdue"]
LimitUnit = Literal["working_day", "day"]


class Due(Protocol):
    """A date the calendar reached, and whether it had to guess."""

    @property
    def day(self) -> date: ...

    @property
    def provisional(self) -> bool: ...


class Calendar(Protocol):
    """The working days of one place."""

    def after(self, start: date, days: int) -> Due:
        """The ``days``-th working day after ``start`` (the day itself is not counted)."""
        ...

    def used(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and with ``end``."""
        ...

    def is_working(self, day: date) -> tuple[bool, bool]:
        """Whether ``day`` is a working day, and whether that is provisional."""
        ...


@dataclass(frozen=True, slots=True)
class ClockOptions:
    """Figures of the clock. The first two are law; the last two are when a desk is warned, ours to set."""

    check_days: int = 5
    serve_days: int = 10
    yellow_days: int = 3
    red_days: int = 1


@dataclass(frozen=True, slots=True)
class Limit:
    """How long it may take. Zero days means instant 即办: the day of acceptance itself."""

    days: int
    unit: LimitUnit


@dataclass(frozen=True, slots=True)
class Pause:
    """One suspension; ``end`` is None while it lasts. The day it began counts, the day it ended does not."""

    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the clock reads of a case. ``stopped_on`` is the day of the decision, or of whatever else ended it."""

    status: Status
    check_from: date | None = None
    accepted_on: date | None = None
    stopped_on: date | None = None
    pauses: tuple[Pause, ...] = ()
    legal: Limit | None = None
    promised: Limit | None = None
    corrections_due: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the explanation: a word's key under ``cases.clock`` and its facts."""

    key: str
    facts: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clock shows. ``due`` is the date that binds the desk now; None where nothing runs.

    Each date says for itself whether the calendar had to guess on the way to it.
    """

    state: State
    due: date | None
    legal_due: date | None
    promised_due: date | None
    used_days: int
    paused_days: int
    explanation: tuple[Line, ...]
    due_provisional: bool = False
    legal_provisional: bool = False
    promised_provisional: bool = False

    @property
    def provisional(self) -> bool:
        """Whether any date that still matters has to be counted anew once a year's holidays are published."""
        if self.state == "stopped":
            return self.due_provisional
        return self.due_provisional or self.legal_provisional or self.promised_provisional

    @property
    def paused(self) -> bool:
        """Whether time stands still now."""
        return self.state == "paused"


@dataclass(frozen=True, slots=True)
class Lights:
    """The thresholds of one day as dates, so that comparisons (also in SQL) give the light.

    ``until[n]`` is the last date with at most ``n`` working days left. A warning comes at the day that the options
    name, but not before half of the limit is used (rounded down); the last day is always red.
    """

    today: date
    until: tuple[date, ...]
    red_days: int

    @classmethod
    def on(cls, today: date, calendar: Calendar, options: ClockOptions) -> Lights:
        """``red_days`` or fewer working days left is red, ``yellow_days`` or fewer yellow."""
        last = max(options.red_days, options.yellow_days)
        eve = timedelta(days=1)
        until = tuple(calendar.after(today, left + 1).day - eve for left in range(last + 1))
        return cls(today, until, options.red_days)

    def light(self, due: date | None, limit: int) -> Light:
        """The light of a case whose desk must act by ``due``, ``limit`` days after the count began."""
        if due is None:
            return "none"
        if due < self.today:
            return "overdue"
        left = next((left for left, day in enumerate(self.until) if due <= day), None)
        if left == 0:
            return "red"
        if left is None or left > limit // 2:
            return "green"
        return "red" if left <= self.red_days else "yellow"


def paused_days(pauses: tuple[Pause, ...], unit: LimitUnit, today: date, calendar: Calendar) -> int:
    """Days of ``unit`` that are not counted, the running pause up to ``today``."""
    total = 0
    for pause in pauses:
        end = pause.end or today
        total += calendar.used(pause.start, end) if unit == "working_day" else (end - pause.start).days
    return total


def limit_due(accepted_on: date, limit: Limit, excluded: int, calendar: Calendar) -> tuple[date, bool]:
    """The last day of a limit and whether it is provisional."""
    if limit.unit == "day":
        return accepted_on + timedelta(days=limit.days + excluded), False
    if limit.days == 0 and excluded == 0:
        working, provisional = calendar.is_working(accepted_on)
        if working:
            return accepted_on, provisional
    due = calendar.after(accepted_on, max(limit.days + excluded, 1))
    return due.day, due.provisional


def _before_acceptance(facts: Facts, options: ClockOptions, calendar: Calendar) -> Reading:
    lines = [Line("not_started")]
    due, provisional = None, False
    if facts.status is Status.CORRECTION:
        lines.append(Line("waiting_for_correction", _day(facts.corrections_due)))
    elif facts.check_from is not None:
        check = calendar.after(facts.check_from, options.check_days)
        due, provisional = check.day, check.provisional
        lines.append(Line("check", (("days", options.check_days), ("due", due.isoformat()))))
    if provisional:
        lines.append(Line("provisional"))
    return Reading("not_started", due, None, None, 0, 0, tuple(lines), due_provisional=provisional)


def _day(value: date | None) -> tuple[tuple[str, str | int], ...]:
    return (("due", value.isoformat() if value else ""),)


def _limit_line(name: str, limit: Limit, due: date) -> Line:
    if limit.days == 0:
        return Line(f"{name}_instant", _day(due))
    return Line(f"{name}_{limit.unit}", (("days", limit.days), *_day(due)))


def read(facts: Facts, today: date, calendar: Calendar, options: ClockOptions) -> Reading:
    """What the clock of this case shows on ``today``."""
    if facts.accepted_on is None:
        if facts.status in CLOSED or facts.status is Status.DRAFT:
            return Reading("not_started", None, None, None, 0, 0, (Line("not_started"),))
        return _before_acceptance(facts, options, calendar)
    return _after_acceptance(facts, facts.accepted_on, today, calendar, options)


def _after_acceptance(
    facts: Facts, accepted_on: date, today: date, calendar: Calendar, options: ClockOptions
) -> Reading:
    until = facts.stopped_on or today
    lines = [Line("starts_after_acceptance", (("accepted", accepted_on.isoformat()),))]
    dues: dict[str, tuple[date, bool]] = {}
    for name, limit in (("legal", facts.legal), ("promised", facts.promised)):
        if limit is None:
            continue
        excluded = paused_days(facts.pauses, limit.unit, until, calendar)
        dues[name] = limit_due(accepted_on, limit, excluded, calendar)
        lines.append(_limit_line(name, limit, dues[name][0]))
    excluded = paused_days(facts.pauses, "working_day", until, calendar)
    if excluded:
        lines.append(Line("pauses_excluded", (("days", excluded),)))
    state, guessed = _state(facts), _guessed_line(dues)
    due, provisional = min(dues.values(), default=(None, False))
    if state == "paused":
        due, provisional = None, False
        lines.append(Line("paused_now"))
    elif state == "stopped":
        due, provisional, guessed = None, False, None
        if facts.status is Status.CONCLUDED and facts.stopped_on is not None:
            serve = calendar.after(facts.stopped_on, options.serve_days)
            due, provisional = serve.day, serve.provisional
            guessed = Line("provisional") if provisional else None
            lines.append(Line("serve", (("days", options.serve_days), *_day(due))))
        elif facts.stopped_on is not None:
            lines.append(Line("stopped", (("day", facts.stopped_on.isoformat()),)))
    if guessed is not None:
        lines.append(guessed)
    used = max(calendar.used(accepted_on, until) - excluded, 0)
    legal, promised = dues.get("legal", (None, False)), dues.get("promised", (None, False))
    return Reading(
        state, due, legal[0], promised[0], used, excluded, tuple(lines), provisional, legal[1], promised[1]
    )  # fmt: skip


def _guessed_line(dues: dict[str, tuple[date, bool]]) -> Line | None:
    """The sentence about guessed dates; it names the limit where only one of two is meant."""
    guessed = [name for name, (_, provisional) in dues.items() if provisional]
    if not guessed:
        return None
    return Line("provisional" if len(guessed) == len(dues) else f"provisional_{guessed[0]}")


def _state(facts: Facts) -> State:
    if facts.stopped_on is not None or facts.status in CLOSED:
        return "stopped"
    return "paused" if facts.status is Status.SUSPENDED else "running"
