"""A terminal that is refused too often, or scans too fast, stops for a while; a code used before never counts.

Both count the visits themselves, so that nothing but the database has to be right: a flushed store forgets nothing.
The rate is read before the look is written, so looks that run at the same instant may pass it together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Refusal
from config.floor.unit import LEGAL_ZONE, Actor, Unit
from server.domain.audit.service import Audit
from server.domain.visits.errors import TerminalLocked, TerminalTooFast
from server.domain.visits.ports import Place, VisitOptions
from server.domain.visits.views import TerminalDay

_LOCKED = "SELECT locked_until FROM terminal_locks WHERE terminal_id = $1 AND locked_until > $2"
_STANDING = (
    f"SELECT ({_LOCKED}) AS locked_until, (SELECT at FROM visits WHERE terminal_id = $1 AND at > $3 "
    "ORDER BY at DESC LIMIT 1 OFFSET $4) AS full_at"
)
_MINUTE = timedelta(seconds=60)


class Locks:
    """Whether a terminal may scan now; each terminal's own numbers, or the city's where it has none."""

    def __init__(self, audit: Audit, options: VisitOptions) -> None:
        self._audit = audit
        self._options = options

    async def standing(self, unit: Unit, place: Place) -> Refusal | None:
        """Why this terminal may not scan now: locked, or too fast. One statement for both."""
        most = _own(place.scans_per_minute, self._options.scans_per_minute)
        if most:
            row = await sql.row(_STANDING, place.id, unit.now, unit.now - _MINUTE, most - 1)
        else:
            row = await sql.row(f"SELECT ({_LOCKED}) AS locked_until, NULL AS full_at", place.id, unit.now)
        assert row is not None
        if until := sql.instant_or_none(row["locked_until"]):
            return TerminalLocked(retry_after=_whole(until - unit.now))
        if full := sql.instant_or_none(row["full_at"]):
            return TerminalTooFast(retry_after=_whole(full + _MINUTE - unit.now))
        return None

    async def count(self, unit: Unit, place: Place, actor: Actor) -> None:
        """After a refused scan was written: lock the terminal if it was one too many since the last lock ended."""
        since = unit.now - timedelta(seconds=self._options.failure_window_seconds)
        row = await sql.row(
            "SELECT count(*) AS refused FROM visits WHERE terminal_id = $1 AND at > $2"
            " AND outcome NOT IN ('accepted', 'code-used')"
            " AND NOT EXISTS (SELECT 1 FROM terminal_locks WHERE terminal_id = $1 AND locked_until >= visits.at)",
            place.id,
            since,
        )
        assert row is not None
        if int(row["refused"]) < _own(place.failures, self._options.failures):
            return
        until = unit.now + timedelta(seconds=_own(place.lock_seconds, self._options.lock_seconds))
        await sql.execute(
            "INSERT INTO terminal_locks (id, portal, region, terminal_id, locked_until) VALUES ($1,$2,$3,$4,$5)"
            " ON CONFLICT (terminal_id) DO UPDATE SET locked_until = excluded.locked_until",
            new_id(),
            unit.portal,
            place.region,
            place.id,
            until,
        )
        await self._audit.record(
            unit, actor, "terminal.locked", subject_kind="terminal", subject=str(place.id), region=place.region,
            place=f"{place.hall} {place.counter}"[:128],
        )  # fmt: skip
        unit.tell(f"staff:{unit.portal}", "terminal-locked", terminal_id=str(place.id))

    async def unlock(self, unit: Unit, actor: Actor, place: Place) -> bool:
        """End a lock now; the refusals before it no longer count. False if there was none."""
        ended = await sql.execute(
            "UPDATE terminal_locks SET locked_until = $1 WHERE terminal_id = $2 AND portal = $3 AND locked_until > $1",
            unit.now, place.id, unit.portal,
        )  # fmt: skip
        if not ended:
            return False
        await self._audit.record(
            unit, actor, "terminal.unlock", subject_kind="terminal", subject=str(place.id), region=place.region,
            place=f"{place.hall} {place.counter}"[:128],
        )  # fmt: skip
        return True

    async def days(self, unit: Unit, terminal_ids: Sequence[UUID]) -> dict[UUID, TerminalDay]:
        """What these terminals did since midnight (Asia/Shanghai), and until when they are locked: two queries."""
        if not terminal_ids:
            return {}
        holes = ",".join(f"${n}" for n in range(3, len(terminal_ids) + 3))
        counted = await sql.rows(
            "SELECT terminal_id, count(*) AS scanned, sum(CASE WHEN outcome = 'accepted' THEN 0 ELSE 1 END) AS refused"
            f" FROM visits WHERE portal = $1 AND at >= $2 AND terminal_id IN ({holes}) GROUP BY terminal_id",
            unit.portal, midnight(unit), *terminal_ids,
        )  # fmt: skip
        locked = await sql.rows(
            "SELECT terminal_id, locked_until FROM terminal_locks"
            f" WHERE portal = $1 AND locked_until > $2 AND terminal_id IN ({holes})",
            unit.portal, unit.now, *terminal_ids,
        )  # fmt: skip
        until = {sql.uid(row["terminal_id"]): sql.instant(row["locked_until"]) for row in locked}
        found = {sql.uid(row["terminal_id"]): (int(row["scanned"]), int(row["refused"])) for row in counted}
        return {one: TerminalDay(*found.get(one, (0, 0)), until.get(one)) for one in terminal_ids}


def midnight(unit: Unit) -> datetime:
    """The beginning of the legal day."""
    return datetime.combine(unit.today, time.min, LEGAL_ZONE)


def _own(number: int | None, otherwise: int) -> int:
    return otherwise if number is None else number


def _whole(wait: timedelta) -> int:
    return max(1, int(wait.total_seconds()) + 1)
