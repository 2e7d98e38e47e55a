"""Whom which way reaches, as SQL: what ``steps.make_plan`` decides for one resident, for many in one statement.

The statement is a SELECT over people (alias ``k``, column ``recipient``): whether an open page is told, which ways
they would take in the order of the ladder, why not the others, and how long their quiet hours hold it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from config.floor import sql
from config.floor.unit import LEGAL_ZONE, Unit
from notify.bound import Bound
from notify.ladder import DEFAULTS
from notify.steps import PAPER, LadderRules

MUST = ("statutory", "emergency")
"""Asks neither choices nor quiet hours nor limits."""
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Ways:
    """Which ways a notice to many takes. ``reach``: SELECT ``person`` and ``has_<channel>`` for every way offered;
    ``department`` is whose notice it is, "" where nobody's."""

    category: str
    rules: LadderRules
    department: str = ""
    order: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        offered = tuple(channel for channel in self.rules.order if channel in self.rules.offered)
        object.__setattr__(self, "order", offered)

    @property
    def must(self) -> bool:
        return self.category in MUST

    @property
    def at_once(self) -> bool:
        """An emergency takes every way at once: nobody waits an hour to see whether the first one was read."""
        return self.category == "emergency"

    @property
    def paper(self) -> bool:
        return self.category in self.rules.paper_for

    @property
    def cap(self) -> int:
        """How many notices of this category ring at a person within ``rules.cap_days``; 0 = as many as there are."""
        return 0 if self.must else self.rules.caps.get(self.category, 0)

    @property
    def climbs(self) -> bool:
        """Whether anybody can have more than one step, or a reason that is kept."""
        return self.paper or bool(self.cap) or bool(self._stoppable) or (len(self.order) > 1 and not self.at_once)

    @property
    def _stoppable(self) -> str:
        return self.department if self.category == "information" else ""

    def period(self, unit: Unit) -> int:
        """Which stretch of days a notice counts in."""
        return unit.today.toordinal() // max(1, self.rules.cap_days)

    def begins(self, channel: str) -> str:
        """Whether this way is taken now, over the statement's columns."""
        if channel == "live":
            return "x.live"
        earlier = [] if self.at_once else [f"x.go_{one}" for one in self.order[: self.order.index(channel)]]
        return f"(x.go_{channel} AND NOT ({' OR '.join(earlier)}))" if earlier else f"x.go_{channel}"

    def statement(self, unit: Unit, bound: Bound, people: str, reach: str) -> str:
        """The SELECT. ``people``: a FROM clause with the alias ``k``; columns of it that are wanted are ``k.*``."""
        joins = [f"LEFT JOIN ({reach}) a ON a.person = k.recipient"] if self.order else []
        joins += self._joins(unit, bound)
        columns = ["k.*", f"{self._wanted('live')} AS live", f"{self._hold(unit)} AS hold"]
        for channel in self.order:
            columns.append(f"COALESCE({self._goes(channel)}, FALSE) AS go_{channel}")
            columns.append(f"{self._why_not(channel)} AS out_{channel}")
        return f"SELECT {', '.join(columns)} FROM {people} {' '.join(joins)}"

    def _joins(self, unit: Unit, bound: Bound) -> list[str]:
        if self.must:
            return []
        portal = bound.add(unit.portal)
        mine = f"portal = {portal} AND {{0}}.resident_id = k.recipient"
        found = [
            f"LEFT JOIN notify_preferences p ON p.{mine.format('p')} AND p.category = '{_word(self.category)}'",
            f"LEFT JOIN notify_quiet_hours q ON q.{mine.format('q')}",
        ]
        if self._stoppable:
            department = bound.add(self._stoppable)
            found.append(f"LEFT JOIN notify_stops s ON s.{mine.format('s')} AND s.department = {department}")
        if self.cap:
            found.append(
                f"LEFT JOIN notify_caps c ON c.{mine.format('c')} AND c.category = '{_word(self.category)}' "
                f"AND c.period = {self.period(unit)}"
            )
        return found

    def _wanted(self, channel: str) -> str:
        if self.must:
            return "TRUE"
        return f"COALESCE(p.{_word(channel)}, {str(DEFAULTS[self.category].wants(channel)).upper()})"

    def _open(self) -> str:
        stopped = ["s.id IS NULL"] if self._stoppable and not self.must else []
        capped = [f"COALESCE(c.used, 0) < {self.cap}"] if self.cap else []
        return " AND ".join(stopped + capped)

    def _goes(self, channel: str) -> str:
        parts = [part for part in (f"a.has_{_word(channel)}", self._wanted(channel), self._open()) if part != ""]
        return f"({' AND '.join(parts)})"

    def _why_not(self, channel: str) -> str:
        whens = [f"WHEN NOT {self._wanted(channel)} THEN 'switched-off'"] if not self.must else []
        whens.append(f"WHEN NOT COALESCE(a.has_{channel}, FALSE) THEN 'no-address'")
        if self._stoppable and not self.must:
            whens.append("WHEN s.id IS NOT NULL THEN 'stopped-department'")
        if self.cap:
            whens.append(f"WHEN COALESCE(c.used, 0) >= {self.cap} THEN 'often-enough'")
        return f"(CASE {' '.join(whens)} ELSE '' END)"

    def _hold(self, unit: Unit) -> str:
        """Minutes until the person's quiet hours end, 0 outside them (``steps.Quiet.until``)."""
        if self.must:
            return "0"
        local = unit.now.astimezone(LEGAL_ZONE)
        minute = local.hour * 60 + local.minute
        usual = self.rules.quiet.until(unit.now) if self.rules.quiet else None
        default = round((usual - floor(unit.now)) / timedelta(minutes=1)) if usual else 0
        inside = (
            f"(CASE WHEN q.starts < q.ends THEN {minute} >= q.starts AND {minute} < q.ends "
            f"ELSE {minute} >= q.starts OR {minute} < q.ends END)"
        )
        return (
            f"(CASE WHEN q.id IS NULL THEN {default} WHEN q.starts IS NULL OR q.starts = q.ends THEN 0 "
            f"WHEN {inside} THEN (q.ends - {minute} + {_DAY}) % {_DAY} ELSE 0 END)"
        )

    def steps_text(self) -> str:
        """The ladder's steps as JSON text, over the statement's columns (``ladders.begin``)."""
        patience, last = self.rules.wait(self.category), self.rules.wait(self.category)
        if self.paper:
            last = self.rules.paper_wait
        parts = []
        for number, channel in enumerate(self.order):
            later = " OR ".join(f"x.go_{one}" for one in self.order[number + 1 :])
            wait = f"CASE WHEN {later} THEN '{patience}' ELSE '{last}' END" if later else f"'{last}'"
            parts.append(f"CASE WHEN x.go_{channel} THEN ',[\"{channel}\",' || {wait} || ']' ELSE '' END")
        if self.paper:
            parts.append(f"',[\"{PAPER}\",{patience}]'")
        return f"'[' || substr({' || '.join(parts)}, 2) || ']'" if parts else "'[]'"

    def left_out_text(self) -> str:
        """Why not, as JSON text."""
        if not self.order:
            return "'{}'"
        parts = [
            f"CASE WHEN x.out_{one} <> '' THEN ',\"{one}\":\"' || x.out_{one} || '\"' ELSE '' END" for one in self.order
        ]
        return f"'{{' || substr({' || '.join(parts)}, 2) || '}}'"

    def first_wait(self) -> str:
        """Minutes that the first step may stay without an answer."""
        patience = self.rules.wait(self.category)
        if not self.paper:
            return str(patience)
        many = f"({' + '.join(_one(f'x.go_{one}') for one in self.order) or '0'})"
        return f"(CASE WHEN {many} > 1 THEN {patience} ELSE {self.rules.paper_wait} END)"

    def any(self) -> str:
        """Whether any way but the inbox and an open page is taken."""
        return f"({' OR '.join(f'x.go_{one}' for one in self.order)})" if self.order else "FALSE"

    def kept(self) -> str:
        """Whose ladder is worth a row: there is a second step, or the limits are the reason why there is none."""
        if self.paper:
            return "TRUE"
        many = f"({' + '.join(_one(f'x.go_{one}') for one in self.order) or '0'}) > 1"
        reasons = [f"x.out_{one} IN ('stopped-department','often-enough')" for one in self.order]
        return f"({' OR '.join([many, *reasons])})"


def floor(now: datetime) -> datetime:
    """The minute that has begun."""
    return now.replace(second=0, microsecond=0)


def later(base: str, minutes: str) -> str:
    """An instant so many minutes after a bound one."""
    if sql.is_postgres():
        return f"({base}::timestamptz + make_interval(mins => ({minutes})::int))"
    return f"strftime('%Y-%m-%d %H:%M:%S+00:00', {base}, '+' || ({minutes}) || ' minutes')"


def within(column: str, bound: Bound, after: UUID | None, upto: UUID | None) -> str:
    """The condition that a column lies in a piece of people."""
    parts = [f" AND {column} {sign} {bound.add(end)}" for sign, end in ((">", after), ("<=", upto)) if end is not None]
    return "".join(parts)


def counted(columns: Sequence[tuple[str, str]]) -> str:
    """Counts under conditions, as a SELECT list."""
    return ", ".join(f"count(CASE WHEN {what} THEN 1 END) AS {name}" for name, what in columns)


def _one(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def _word(text: str) -> str:
    if not text.replace("_", "").isalnum():
        raise ValueError("not a word of ours")
    return text
