"""How long what is kept, and its end. Data of ``config/retention.toml``; a rule is one table and one age.

Applying a rule is a walk through its table by id, a short unit a page, in which the rows that are due are judged again
as they go. How far it came stands in the run's row: whoever dies is followed by the next one from there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import SYSTEM, Unit
from server.domain.audit.service import Audit
from server.domain.privacy.copying import Schema

T = TypeVar("T")
FILE = Path(__file__).parents[3] / "config" / "retention.toml"
LEAST_RECORD = 400
"""Days that the record stays at least (互联网政务应用安全管理规定, article 20, says a year)."""
_PAGE = 1_000
_NEVER_BY_RULE = frozenset({"audit_entries", "audit_seals", "audit_sealed"})
_WORD = re.compile(r"[a-z][a-z0-9_]{1,47}", re.ASCII)
_ANY = UUID(int=0)
_FILES = "material_files"
_DELIVERIES = "SELECT id FROM notify_deliveries WHERE message_id IN ({ids})"
_BELOW: Mapping[str, tuple[str, ...]] = {
    "notify_messages": (
        f"DELETE FROM notify_attempts WHERE delivery_id IN ({_DELIVERIES})",
        "DELETE FROM notify_receipts WHERE client_msg_id IN"
        " (SELECT client_msg_id FROM notify_deliveries WHERE message_id IN ({ids}))",
        "DELETE FROM notify_deliveries WHERE message_id IN ({ids})",
        "DELETE FROM notify_paper_tasks WHERE message_id IN ({ids})",
        "DELETE FROM notify_ladders WHERE id IN ({ids})",
        "DELETE FROM notify_inbox WHERE id IN ({ids})",
    ),
    "cases": (
        "UPDATE material_files SET state = 'dropped', case_id = NULL WHERE case_id IN ({ids})",
        "DELETE FROM case_materials WHERE case_id IN ({ids})",
        "DELETE FROM case_timeline WHERE case_id IN ({ids})",
    ),
    "correction_requests": (
        "UPDATE material_files SET state = 'dropped', correction_id = NULL WHERE correction_id IN ({ids})",
    ),
    "newborn_requests": ("UPDATE material_files SET state = 'dropped', case_id = NULL WHERE case_id IN ({ids})",),
}
"""What goes before a row goes: its parts, in this order."""


class RetentionUnusable(Exception):
    """The file of rules is wrong; the message names every fault."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Data):
    """One table, from which instant, how many days, what then."""

    code: str
    category: str
    table: str
    event: str
    days: int = Field(ge=1)
    at_least: int = 0
    where: str = ""
    action: Literal["delete", "clear", "drop"]
    """drop: an uploaded file is given to the sweep, which deletes its content before its row."""
    columns: tuple[str, ...] = ()
    source: Literal["law", "city"]
    why: dict[str, str]


class Kept(_Data):
    """What no rule of ours deletes, and who does."""

    category: str
    days: int
    source: Literal["law", "city"]
    why: dict[str, str]


class _File(_Data):
    rules: tuple[Rule, ...]
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule would end now."""

    rule: Rule
    portal: str
    rows: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """How far a rule came. ``over``: it is through."""

    rule: Rule
    portal: str
    gone: int
    over: bool


class Run(Protocol):
    """The database's unit of work."""

    def __call__(self, portal: str, decide: Callable[[Unit], Awaitable[T]], /) -> Awaitable[T]: ...


class RetentionRules:
    """The rules of a city."""

    def __init__(self, rules: Sequence[Rule], kept: Sequence[Kept]) -> None:
        self.rules, self.kept = tuple(rules), tuple(kept)

    @classmethod
    def load(cls, schema: Schema, file: Path = FILE) -> RetentionRules:
        """Read and check them against the schema; ``RetentionUnusable`` names what is wrong."""
        try:
            read = _File.model_validate(tomllib.loads(file.read_text("utf-8")))
        except (ValidationError, tomllib.TOMLDecodeError) as error:
            raise RetentionUnusable(f"{file.name}: {error}") from error
        wrong = [f"{file.name}: {rule.code}: {fault}" for rule in read.rules for fault in faults(rule, schema)]
        codes = [rule.code for rule in read.rules]
        wrong += [f"{file.name}: {code} is there twice" for code in sorted({c for c in codes if codes.count(c) > 1})]
        record = next((kept for kept in read.kept if kept.category == "record"), None)
        if record is None or record.days < LEAST_RECORD:
            wrong.append(f"{file.name}: the record is kept for {LEAST_RECORD} days at least")
        if wrong:
            raise RetentionUnusable("; ".join(wrong))
        return cls(read.rules, read.kept)


def faults(rule: Rule, schema: Schema) -> list[str]:
    """What is wrong with a rule: names that are none of the schema's, a time below the law's, the record itself."""
    found = []
    if not _WORD.fullmatch(rule.code):
        found.append("is no word")
    if rule.table in _NEVER_BY_RULE:
        found.append("the record is never shortened by a rule")
    columns = schema.get(rule.table)
    if columns is None:
        return [*found, f"there is no table {rule.table}"]
    if columns.get(rule.event) not in ("instant", "day"):
        found.append(f"{rule.table}.{rule.event} is no time")
    if unknown := [column for column in rule.columns if column not in columns]:
        found.append(f"{rule.table} has no {', '.join(unknown)}")
    if (rule.action == "clear") != bool(rule.columns):
        found.append("columns are what clear clears")
    if rule.action == "drop" and rule.table != _FILES:
        found.append("only uploaded files are dropped")
    if rule.days < rule.at_least:
        found.append(f"the law asks for {rule.at_least} days")
    if ";" in rule.where or "--" in rule.where:
        found.append("where is one condition")
    return found


class Retention:
    """For the timetable and for ``python -m server retention``."""

    def __init__(
        self,
        run: Run,
        audit: Audit,
        rules: RetentionRules,
        schema: Schema,
        portals: Sequence[str],
        *,
        page: int = _PAGE,
    ) -> None:
        self._run, self._audit, self.rules = run, audit, rules
        self._schema, self._portals, self._page = schema, portals, page

    def places(self) -> list[tuple[Rule, str]]:
        """Every rule in every portal; where a table knows no portal, once."""
        return [
            (rule, portal)
            for rule in self.rules.rules
            for portal in (self._portals if "portal" in self._schema[rule.table] else [""])
        ]

    async def due(self) -> AsyncIterator[Found]:
        """The dry run: what every rule would end now. Nothing is changed."""
        for rule, portal in self.places():
            yield await self._run(portal, partial(self._count, rule))

    async def _count(self, rule: Rule, unit: Unit) -> Found:
        values: list[object] = []
        condition = self._condition(rule, unit.portal, unit.now - timedelta(days=rule.days), values)
        row = await sql.row(
            f"SELECT count(*) AS n, min({rule.event}) AS oldest FROM {rule.table} WHERE {condition}", *values
        )
        assert row is not None
        oldest = row["oldest"]
        if oldest is not None and self._schema[rule.table][rule.event] == "day":
            oldest = f"{oldest}T00:00:00+00:00"
        return Found(rule, unit.portal, int(row["n"]), sql.instant_or_none(oldest))

    async def applied(self) -> AsyncIterator[Step]:
        """Apply every rule, a step after each page."""
        for rule, portal in self.places():
            while True:
                step = await self._run(portal, partial(self._one_page, rule))
                yield step
                if step.over:
                    break

    async def apply_daily(self) -> int:
        """For the timetable: apply what was not applied for twenty hours; how many rows went."""
        if not await self._run("", self._is_time):
            return 0
        gone = 0
        async for step in self.applied():
            gone += step.gone if step.over else 0
        return gone

    async def _is_time(self, unit: Unit) -> bool:
        row = await sql.row(
            "SELECT id FROM retention_runs WHERE finished_at > $1 AND rule = $2 ORDER BY id DESC LIMIT 1",
            unit.now - timedelta(hours=20), self.rules.rules[-1].code if self.rules.rules else "",
        )  # fmt: skip
        return row is None

    async def _one_page(self, rule: Rule, unit: Unit) -> Step:
        run = await self._running(unit, rule)
        after = sql.uid_or_none(run["cursor"]) or _ANY
        cutoff = sql.instant(run["cutoff"])
        values: list[object] = [after, self._page]
        condition = self._condition(rule, unit.portal, cutoff, values)
        rows = await sql.rows(
            f"SELECT id, CASE WHEN {condition} THEN 1 ELSE 0 END AS due FROM {rule.table}"
            " WHERE id > $1 ORDER BY id LIMIT $2",
            *values,
        )
        ids = [sql.uid(row["id"]) for row in rows if int(row["due"])]
        gone = await self._end(unit, rule, cutoff, ids) if ids else 0
        over = len(rows) < self._page
        last = sql.uid(rows[-1]["id"]) if rows else after
        kept = await sql.row(
            "UPDATE retention_runs SET cursor = $1, gone = gone + $2, changed_at = $3, finished_at = $4 WHERE id = $5"
            " AND finished_at IS NULL RETURNING gone",
            last, gone, unit.now, unit.now if over else None, sql.uid(run["id"]),
        )  # fmt: skip
        if kept is None:  # somebody else came to the end of it meanwhile
            return Step(rule, unit.portal, 0, True)
        total = int(kept["gone"])
        if over and total:
            await self._audit.record(
                unit, SYSTEM, "retention.apply", subject_kind="table", subject=rule.table, purpose=rule.code,
                fields=(f"rows={total}",),
            )  # fmt: skip
        return Step(rule, unit.portal, total, over)

    async def _running(self, unit: Unit, rule: Rule) -> sql.Row:
        """The run that is not finished, or a new one."""
        await sql.execute(
            "INSERT INTO retention_runs (id, portal, region, rule, cutoff, started_at, changed_at, gone)"
            " VALUES ($1,$2,'',$3,$4,$5,$5,0) ON CONFLICT DO NOTHING",
            new_id(), unit.portal, rule.code, unit.now - timedelta(days=rule.days), unit.now,
        )  # fmt: skip
        row = await sql.row(
            "SELECT id, cursor, cutoff FROM retention_runs WHERE portal = $1 AND rule = $2 AND finished_at IS NULL",
            unit.portal, rule.code,
        )  # fmt: skip
        assert row is not None
        return row

    async def _end(self, unit: Unit, rule: Rule, cutoff: datetime, ids: Sequence[UUID]) -> int:
        """End these rows, if they are due still."""
        values: list[object] = list(ids)
        listed = ", ".join(f"${n}" for n in range(1, len(ids) + 1))
        condition = self._condition(rule, unit.portal, cutoff, values)
        if rule.action == "clear":
            cleared = ", ".join(f"{column} = NULL" for column in rule.columns)
            return await sql.execute(
                f"UPDATE {rule.table} SET {cleared} WHERE id IN ({listed}) AND {condition}", *values
            )
        if rule.action == "drop":
            return await sql.execute(
                f"UPDATE {rule.table} SET state = 'dropped', case_id = NULL, correction_id = NULL"
                f" WHERE id IN ({listed}) AND {condition}",
                *values,
            )
        lock = " FOR UPDATE" if sql.is_postgres() else ""
        rows = await sql.rows(f"SELECT id FROM {rule.table} WHERE id IN ({listed}) AND {condition}{lock}", *values)
        if not rows:
            return 0
        due = [sql.uid(row["id"]) for row in rows]
        listed = ", ".join(f"${n}" for n in range(1, len(due) + 1))
        for text in _BELOW.get(rule.table, ()):
            await sql.execute(text.format(ids=listed), *due)
        return await sql.execute(f"DELETE FROM {rule.table} WHERE id IN ({listed})", *due)

    def _condition(self, rule: Rule, portal: str, cutoff: datetime, values: list[object]) -> str:
        day = self._schema[rule.table][rule.event] == "day"
        values.append(cutoff.date() if day else cutoff)
        found = f"{rule.event} < ${len(values)}"
        if "portal" in self._schema[rule.table]:
            values.append(portal)
            found += f" AND portal = ${len(values)}"
        return f"({found} AND ({rule.where}))" if rule.where else f"({found})"

    async def last_runs(self, unit: Unit) -> list[tuple[str, datetime, int]]:
        """When each rule was last through in this portal, and how many rows went then."""
        rows = await sql.rows(
            "SELECT rule, finished_at, gone FROM retention_runs r WHERE portal IN ($1, '') AND finished_at IS NOT NULL"
            " AND id = (SELECT max_id.id FROM retention_runs max_id WHERE max_id.portal = r.portal"
            " AND max_id.rule = r.rule AND max_id.finished_at IS NOT NULL ORDER BY max_id.id DESC LIMIT 1)"
            " ORDER BY rule",
            unit.portal,
        )
        return [(row["rule"], sql.instant(row["finished_at"]), int(row["gone"])) for row in rows]
