"""The part of the record that is about sending notices: who wrote, changed, released, sent, held, looked at whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from config.floor import sql
from config.floor.unit import LEGAL_ZONE, Unit
from server.domain.audit.models import ABOUT_NOTICES
from server.domain.audit.service import COLUMNS, AuditLine, line_of

GROUPS = ("campaign", "delivery", "notices", "notice", "audience", "people_list", "template", "team", "provider")
"""The beginnings of the actions that are told here."""
PAGE = 50
MOST = 50_000
"""Lines of one table that is taken away."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them. ``who``: a staff number; ``what``: one of ``GROUPS``; both days are in it."""

    who: str = ""
    what: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One line, and the number of the seal it lies under; None while it waits for one."""

    line: AuditLine
    seal: int | None


Place = tuple[datetime, UUID]


async def page(unit: Unit, wanted: Wanted, after: Place | None = None, limit: int = PAGE) -> list[Told]:
    """Newest first, behind ``after``: one statement on an index that holds nothing else."""
    values: list[object] = [unit.portal]

    def hole(value: object) -> str:
        values.append(value)
        return f"${len(values)}"

    conditions = ["portal = $1", ABOUT_NOTICES]
    if wanted.who:
        conditions.append(f"actor_label = {hole(wanted.who)}")
    if wanted.what in GROUPS:
        conditions.append(f"substr(action, 1, {len(wanted.what) + 1}) = {hole(wanted.what + '.')}")
    if wanted.first:
        conditions.append(f"at >= {hole(_dawn(wanted.first))}")
    if wanted.last:
        conditions.append(f"at < {hole(_dawn(wanted.last + timedelta(days=1)))}")
    if after:
        at, last = hole(after[0]), hole(after[1])
        conditions.append(f"(at < {at} OR (at = {at} AND id < {last}))")
    rows = await sql.rows(
        f"SELECT {', '.join('e.' + name for name in COLUMNS.split(', '))}, s.seal FROM (SELECT {COLUMNS} "
        f"FROM audit_entries WHERE {' AND '.join(conditions)} ORDER BY at DESC, id DESC LIMIT {hole(limit)}) AS e "
        "LEFT JOIN audit_sealed s ON s.entry_id = e.id ORDER BY e.at DESC, e.id DESC",
        *values,
    )
    return [Told(line_of(row), None if row["seal"] is None else int(row["seal"])) for row in rows]


async def all_of(unit: Unit, wanted: Wanted) -> AsyncIterator[Told]:
    """Every one of them up to ``MOST``, a thousand a statement."""
    after: Place | None = None
    for _ in range(MOST // 1_000):
        found = await page(unit, wanted, after, 1_000)
        for one in found:
            yield one
        if len(found) < 1_000:
            return
        after = (found[-1].line.at, found[-1].line.id)


def _dawn(day: date) -> datetime:
    return datetime.combine(day, time(), LEGAL_ZONE)
