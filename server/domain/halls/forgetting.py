"""What a hall forgets: who stood in its lines. Numbers, times and states stay, so the figures of a day stay too."""

from __future__ import annotations

from datetime import timedelta

from config.floor import sql
from config.floor.unit import Unit

_FORGET = (
    "UPDATE hall_tickets SET resident_id = NULL, visit_id = NULL WHERE id IN (SELECT id FROM hall_tickets"
    " WHERE portal = $1 AND day < $2 AND resident_id IS NOT NULL"
    f" AND state IN ('done','skipped','cancelled','closed') LIMIT {sql.SWEPT})"
)


class Forgetting:
    """For the timetable."""

    def __init__(self, days: int) -> None:
        self._days = timedelta(days=days)

    async def forget(self, unit: Unit) -> int:
        """Take the person out of some of this portal's tickets that are older than the city keeps them; how many."""
        return await sql.execute(_FORGET, unit.portal, unit.today - self._days)
