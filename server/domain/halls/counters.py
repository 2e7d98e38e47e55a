"""Counters of the day: open or not, who works there, and room for one person at a time."""

from __future__ import annotations

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from server.domain.audit.service import Audit
from server.domain.halls.errors import CounterClosed, CounterOccupied, HallClosed
from server.domain.halls.plan import Calendar, Counter, Hall, said
from server.domain.halls.ports import Caller
from server.domain.halls.taking import is_closed
from server.domain.halls.telling import topic

_SET = (
    "INSERT INTO hall_counters (id, portal, region, hall, counter, day, is_open, staff_id, staff_no, since_green,"
    " changed_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) ON CONFLICT (portal, hall, counter, day) DO UPDATE SET"
    " is_open = excluded.is_open, staff_id = excluded.staff_id, staff_no = excluded.staff_no,"
    " changed_at = excluded.changed_at"
)
_HERE = "portal = $1 AND hall = $2 AND counter = $3 AND day = $4"


class Counters:
    """Opening, closing, and the lock under which a counter gets its next person."""

    def __init__(self, calendar: Calendar, audit: Audit) -> None:
        self._calendar = calendar
        self._audit = audit

    async def set_open(self, unit: Unit, hall: Hall, counter: Counter, staff: Caller, is_open: bool) -> None:
        """Open or close a counter for today. It closes only empty; who was sent to it waits for any counter again."""
        if is_open and await is_closed(unit, hall):
            raise HallClosed()
        await sql.execute(
            _SET, new_id(), unit.portal, hall.region, hall.code, counter.number, unit.today, is_open, staff.staff_id,
            staff.staff_no, hall.queue.green_every, unit.now,
        )  # fmt: skip
        if not is_open:
            await occupied(unit, hall, counter)
            await sql.execute(
                "UPDATE hall_tickets SET wanted_counter = NULL, version = version + 1 WHERE portal = $1 AND hall = $2"
                " AND wanted_counter = $3 AND day = $4 AND state = 'waiting'",
                unit.portal, hall.code, counter.number, unit.today,
            )  # fmt: skip
        await self._audit.record(
            unit, staff.actor, "counter.open" if is_open else "counter.close", subject_kind="hall", subject=hall.code,
            region=hall.region, place=f"{said(hall.name, 'zh-CN')} {said(counter.name, 'zh-CN')}"[:128],
        )  # fmt: skip
        unit.tell(topic(unit.portal, hall.code), "counter", counter=counter.number, is_open=is_open)

    async def ready(self, unit: Unit, hall: Hall, counter: Counter, staff: Caller | None = None) -> int:
        """Lock the counter for one call: it is open and empty. How many calls since somebody went first.

        ``staff``: who works there from now on; None leaves it as it is.
        """
        row = await sql.row(
            f"UPDATE hall_counters SET since_green = since_green + 1 WHERE {_HERE} AND is_open RETURNING since_green",
            unit.portal, hall.code, counter.number, unit.today,
        )  # fmt: skip
        if row is None:
            raise CounterClosed(counter=counter.number)
        await occupied(unit, hall, counter)
        if staff is not None:
            await sql.execute(
                f"UPDATE hall_counters SET staff_id = $5, staff_no = $6 WHERE {_HERE} AND staff_id <> $5",
                unit.portal, hall.code, counter.number, unit.today, staff.staff_id, staff.staff_no,
            )  # fmt: skip
        return int(row["since_green"])

    async def went_first(self, unit: Unit, hall: Hall, counter: Counter) -> None:
        """Somebody of the green lane was called before others: the next calls here go by arrival."""
        await sql.execute(
            f"UPDATE hall_counters SET since_green = 0 WHERE {_HERE}",
            unit.portal, hall.code, counter.number, unit.today,
        )  # fmt: skip


async def occupied(unit: Unit, hall: Hall, counter: Counter) -> None:
    """Raise ``CounterOccupied`` where the counter still has somebody."""
    row = await sql.row(
        f"SELECT label FROM hall_tickets WHERE {_HERE} AND state IN ('called','serving')",
        unit.portal, hall.code, counter.number, unit.today,
    )  # fmt: skip
    if row is not None:
        raise CounterOccupied(number=row["label"])
