"""Getting a number, and giving it back.

A number is taken under the lock of its business's row and goes back with the transaction, so the day's numbers have
neither gaps nor doubles; one live number for each resident and business is a unique key.
"""

from __future__ import annotations

from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import FieldFault, Invalid, Missing
from config.floor.unit import Actor, Unit
from server.domain.halls import line
from server.domain.halls.errors import AlreadyInLine, HallClosed, TicketLive, TicketMoved, TicketsNotByApp, TicketsSpent
from server.domain.halls.plan import Calendar, Hall
from server.domain.halls.telling import Telling
from server.domain.halls.views import COLUMNS, LIVE, Source, Standing, Ticket, ticket

_NEXT = (
    "INSERT INTO hall_numbers (id, portal, hall, business, day, given, last_place) VALUES ($1,$2,$3,$4,$5,1,$6)"
    " ON CONFLICT (portal, hall, business, day) DO UPDATE SET given = hall_numbers.given + 1, last_place ="
    " CASE WHEN hall_numbers.last_place >= excluded.last_place THEN hall_numbers.last_place + 1"
    " ELSE excluded.last_place END RETURNING given, last_place"
)
_INSERT = (
    f"INSERT INTO hall_tickets ({COLUMNS}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$6,$9,'waiting',$10,$11,$12,$13,"
    f"NULL,NULL,0,$14,$15,NULL,NULL,NULL,NULL,NULL,$16,1) ON CONFLICT DO NOTHING RETURNING {COLUMNS}"
)
_HERS = (
    "SELECT label, state, business, source FROM hall_tickets"
    " WHERE portal = $1 AND hall = $2 AND day = $3 AND resident_id = $4"
)
_CANCEL = (
    "UPDATE hall_tickets SET state = 'cancelled', ended_at = $1, version = version + 1"
    f" WHERE id = $2 AND version = $3 AND state IN ('waiting','called','skipped') RETURNING {COLUMNS}"
)


class Taking:
    """Tickets begin and are given back here."""

    def __init__(self, calendar: Calendar, telling: Telling) -> None:
        self._calendar = calendar
        self._telling = telling

    async def gives_numbers(self, unit: Unit, hall: Hall) -> bool:
        """Whether the hall is open by its hours and its day was not ended."""
        return hall.is_open(unit.now, self._calendar) and not await is_closed(unit, hall)

    async def take(
        self,
        unit: Unit,
        hall: Hall,
        business: str,
        actor: Actor,
        *,
        source: Source,
        resident_id: UUID | None = None,
        visit_id: UUID | None = None,
        green: str = "",
        staff_no: str = "",
    ) -> Standing:
        """One more place at the end of a line. Refused where the hall is shut or the resident holds one already."""
        _known(hall, business, green)
        if source == "app" and not hall.queue.app_tickets:
            raise TicketsNotByApp()
        if not await self.gives_numbers(unit, hall):
            raise HallClosed()
        if resident_id is not None:
            await _may_have_one(unit, hall, business, source, resident_id)
        before = await line.waiting_count(unit, hall, business)
        number = await sql.row(
            _NEXT, new_id(), unit.portal, hall.code, business, unit.today, int(unit.now.timestamp() * 1_000_000)
        )
        assert number is not None
        label = f"{hall.business(business).prefix}{int(number['given']):03d}"
        row = await sql.row(
            _INSERT, new_id(), unit.portal, hall.region, hall.code, unit.today, business, int(number["given"]), label,
            int(number["last_place"]), source, green, resident_id, visit_id, before <= hall.queue.near, unit.now,
            staff_no,
        )  # fmt: skip
        if row is None:  # the same resident, at the same time: the other one won, and this number goes back
            assert resident_id is not None, "only a resident's second number conflicts"
            await _may_have_one(unit, hall, business, source, resident_id)
            raise AlreadyInLine()
        held = ticket(row)
        await self._telling.record(unit, actor, "ticket.take", hall, held)
        self._telling.changed(unit, held)
        return await line.standing(unit, hall, held)

    async def give_back(self, unit: Unit, hall: Hall, held: Ticket, actor: Actor) -> Ticket:
        """Nobody waits under this number any more. Given back twice is the same; a turn that began stays."""
        if held.state == "cancelled":
            return held
        row = await sql.row(_CANCEL, unit.now, held.id, held.version)
        if row is None:
            raise TicketMoved(number=held.label, state=held.state)
        now = ticket(row)
        await self._telling.record(unit, actor, "ticket.cancel", hall, now)
        self._telling.changed(unit, now)
        if held.state == "waiting":
            await self._telling.near(unit, hall, now.business)
        return now


async def is_closed(unit: Unit, hall: Hall) -> bool:
    """Whether a manager ended today."""
    row = await sql.row(
        "SELECT closed_at FROM hall_days WHERE portal = $1 AND hall = $2 AND day = $3",
        unit.portal, hall.code, unit.today,
    )  # fmt: skip
    return row is not None and row["closed_at"] is not None


def _known(hall: Hall, business: str, green: str) -> None:
    try:
        hall.business(business)
    except Missing:
        raise Invalid(faults=[FieldFault("business", "business-unknown")]) from None
    if green and not hall.has_green(green):
        raise Invalid(faults=[FieldFault("green", "green-unknown")])


async def _may_have_one(unit: Unit, hall: Hall, business: str, source: Source, resident_id: UUID) -> None:
    """One live number for a business at a time, and so many by phone in a day."""
    rows = await sql.rows(_HERS, unit.portal, hall.code, unit.today, resident_id)
    for row in rows:
        if row["business"] == business and row["state"] in LIVE:
            raise TicketLive(number=row["label"], state=row["state"])
    if source == "app" and sum(1 for row in rows if row["source"] == "app") >= hall.queue.app_tickets_a_day:
        raise TicketsSpent(most=hall.queue.app_tickets_a_day)
