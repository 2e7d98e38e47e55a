"""The end of a hall's day: what still waits is settled and told. The timetable does what a manager forgot."""

from __future__ import annotations

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import SYSTEM, Unit
from server.domain.audit.service import Audit
from server.domain.halls.errors import DayState
from server.domain.halls.plan import Hall, Plans, said
from server.domain.halls.ports import Caller
from server.domain.halls.taking import is_closed
from server.domain.halls.telling import Telling, topic
from server.domain.halls.views import COLUMNS, Ticket, ticket

BATCH = 100
"""Tickets that one unit settles, each with its notice."""

_SET = (
    "INSERT INTO hall_days (id, portal, region, hall, day, closed_at) VALUES ($1,$2,$3,$4,$5,$6)"
    " ON CONFLICT (portal, hall, day) DO UPDATE SET closed_at = excluded.closed_at"
)
_COLUMNS = ", ".join(f"t.{name.strip()}" for name in COLUMNS.split(","))
_LEFT = (
    f"SELECT {_COLUMNS} FROM hall_tickets t LEFT JOIN hall_days d ON d.portal = t.portal AND d.hall = t.hall"
    " AND d.day = t.day WHERE t.portal = $1 AND t.state IN ('waiting','called','serving','skipped')"
    " AND (t.day < $2 OR d.closed_at IS NOT NULL) ORDER BY t.day, t.place, t.id LIMIT $3"
)
_SETTLE = (
    "UPDATE hall_tickets SET state = $1, ended_at = $2, version = version + 1 WHERE id = $3 AND version = $4"
    f" RETURNING {COLUMNS}"
)


class Closing:
    """Ends days and opens them again."""

    def __init__(self, plans: Plans, telling: Telling, audit: Audit) -> None:
        self._plans = plans
        self._telling = telling
        self._audit = audit

    async def close(self, unit: Unit, hall: Hall, staff: Caller) -> int:
        """No more numbers and no more calls today; everybody who still waits is told. How many were settled at once.

        The rest, if the hall is very full, follows within a minute by the timetable.
        """
        if await is_closed(unit, hall):
            raise DayState(state="closed")
        await sql.execute(_SET, new_id(), unit.portal, hall.region, hall.code, unit.today, unit.now)
        await sql.execute(
            "UPDATE hall_counters SET is_open = $1, changed_at = $2 WHERE portal = $3 AND hall = $4 AND day = $5",
            False, unit.now, unit.portal, hall.code, unit.today,
        )  # fmt: skip
        await self._record(unit, hall, staff, "hall.close")
        unit.tell(topic(unit.portal, hall.code), "day", closed=True)
        return await self.settle(unit)

    async def reopen(self, unit: Unit, hall: Hall, staff: Caller) -> None:
        """Numbers are given again today; what was settled stays settled, counters are opened one by one."""
        if not await is_closed(unit, hall):
            raise DayState(state="open")
        await sql.execute(_SET, new_id(), unit.portal, hall.region, hall.code, unit.today, None)
        await self._record(unit, hall, staff, "hall.reopen")
        unit.tell(topic(unit.portal, hall.code), "day", closed=False)

    async def settle(self, unit: Unit) -> int:
        """End some of this portal's tickets whose day is over: being served becomes done, all else closed."""
        rows = await sql.rows(_LEFT, unit.portal, unit.today, BATCH)
        for row in rows:
            await self._settle_one(unit, ticket(row))
        return len(rows)

    async def _settle_one(self, unit: Unit, held: Ticket) -> None:
        ended = "done" if held.state == "serving" else "closed"
        row = await sql.row(_SETTLE, ended, unit.now, held.id, held.version)
        if row is None:  # somebody moved it meanwhile; the next round looks again
            return
        now = ticket(row)
        self._telling.changed(unit, now)
        hall = self._plans.find(unit.portal, held.hall)
        if hall is None:  # its file is gone: nothing can be worded any more
            return
        await self._telling.record(unit, SYSTEM, "ticket.settle", hall, now)
        if held.state in ("waiting", "called"):
            await self._telling.closed(unit, hall, now)

    async def _record(self, unit: Unit, hall: Hall, staff: Caller, action: str) -> None:
        await self._audit.record(
            unit, staff.actor, action, subject_kind="hall", subject=hall.code, region=hall.region,
            place=said(hall.name, "zh-CN"),
        )  # fmt: skip
