"""A terminal that is refused too often stops scanning for a while; a code used before never counts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit
from server.domain.visits.ports import Place, VisitOptions


class Locks:
    """Counts from the visits themselves, so that nothing but the database has to be right."""

    def __init__(self, audit: Audit, options: VisitOptions) -> None:
        self._audit = audit
        self._options = options

    async def remaining(self, unit: Unit, terminal_id: UUID) -> int:
        """Seconds until this terminal may scan again; 0 = now."""
        row = await sql.row(
            "SELECT locked_until FROM terminal_locks WHERE terminal_id = $1 AND locked_until > $2",
            terminal_id,
            unit.now,
        )
        return int((sql.instant(row["locked_until"]) - unit.now).total_seconds()) + 1 if row else 0

    async def count(self, unit: Unit, place: Place, actor: Actor) -> None:
        """After a refused scan was written: lock the terminal if it was one too many."""
        since = unit.now - timedelta(seconds=self._options.failure_window_seconds)
        row = await sql.row(
            "SELECT count(*) AS refused FROM visits WHERE terminal_id = $1 AND at > $2"
            " AND outcome NOT IN ('accepted', 'code-used')",
            place.id,
            since,
        )
        assert row is not None
        if int(row["refused"]) < self._options.failures:
            return
        until = unit.now + timedelta(seconds=self._options.lock_seconds)
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
