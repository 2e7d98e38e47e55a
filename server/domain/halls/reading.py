"""What a hall's pages show. Each is a handful of queries, however long the lines are."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from server.domain.halls import line
from server.domain.halls.plan import Calendar, Hall, Plans
from server.domain.halls.ports import People
from server.domain.halls.taking import is_closed
from server.domain.halls.views import (
    Board,
    BoardCall,
    BusinessFigures,
    CounterState,
    HallState,
    LineState,
    Offer,
    Standing,
    Ticket,
    whole,
)

MOST_TICKETS = 20
_FIGURES = (
    "SELECT business, count(*) AS issued, sum(CASE WHEN state = 'done' THEN 1 ELSE 0 END) AS done,"
    " sum(CASE WHEN state = 'skipped' THEN 1 ELSE 0 END) AS skipped,"
    " sum(CASE WHEN state = 'cancelled' THEN 1 ELSE 0 END) AS cancelled,"
    " sum(CASE WHEN state = 'closed' THEN 1 ELSE 0 END) AS unserved,"
    " sum(CASE WHEN green <> '' THEN 1 ELSE 0 END) AS green,"
    " avg(waited_seconds) AS waited, avg(served_seconds) AS served FROM hall_tickets"
    " WHERE portal = $1 AND hall = $2 AND day = $3 GROUP BY business"
)


class Reading:
    """Reads; decides nothing."""

    def __init__(self, plans: Plans, calendar: Calendar, people: People) -> None:
        self._plans = plans
        self._calendar = calendar
        self._people = people

    async def state(self, unit: Unit, hall: Hall, *, figures: bool = False) -> HallState:
        """The whole hall now: for its manager, and for the strip of a counter."""
        closed = await is_closed(unit, hall)
        tickets = await line.live(unit, hall)
        pace = await line.pace_of(unit, hall)
        return HallState(
            hall=hall,
            is_open=not closed and hall.is_open(unit.now, self._calendar),
            is_closed=closed,
            lines=line.lines(hall, pace, tickets),
            counters=await self._counters(unit, hall, tickets),
            waiting=line.standings(hall, pace, tickets),
            skipped=tuple(one for one in tickets if one.state == "skipped"),
            figures=await self._figures(unit, hall) if figures else (),
        )

    async def board(self, unit: Unit, hall: Hall) -> Board:
        """The display: who is wanted where, newest call first, and how many wait. No personal data but a masked
        name, and that only where the hall's file says so."""
        closed = await is_closed(unit, hall)
        tickets = await line.live(unit, hall)
        called = sorted(
            (one for one in tickets if one.state in ("called", "serving") and one.called_at is not None),
            key=lambda one: (one.called_at, one.label),
            reverse=True,
        )
        names = await self._names(unit, hall, called)
        numbers = {one.number: one for one in hall.counters}
        calls = tuple(
            BoardCall(one, numbers[one.counter], names.get(one.resident_id, "") if one.resident_id else "")
            for one in called
            if one.counter in numbers
        )
        return Board(
            hall=hall,
            is_open=not closed and hall.is_open(unit.now, self._calendar),
            numbers_until="" if closed else hall.numbers_until(unit.now, self._calendar),
            calls=calls,
            lines=line.lines(hall, await line.pace_of(unit, hall), tickets),
        )

    async def of_resident(self, unit: Unit, resident_id: UUID) -> list[Standing]:
        """Her tickets of today, newest first."""
        found = await line.of_resident(unit, resident_id, MOST_TICKETS)
        halls = {code: hall for ticket, _ in found if (hall := self._plans.find(unit.portal, code := ticket.hall))}
        paces = await line.paces_of(unit, list(halls.values())) if halls else {}
        return [
            Standing(ticket, ahead, paces[ticket.hall].seconds(halls[ticket.hall], ticket.business, ahead))
            for ticket, ahead in found
            if ticket.hall in halls
        ]

    async def offers(self, unit: Unit) -> list[Offer]:
        """Every hall of the portal with its lines, by four queries in all."""
        halls = self._plans.of_portal(unit.portal)
        paces = await line.paces_of(unit, halls)
        closed = {
            row["hall"]
            for row in await sql.rows(
                "SELECT hall FROM hall_days WHERE portal = $1 AND day = $2 AND closed_at IS NOT NULL",
                unit.portal, unit.today,
            )
        }  # fmt: skip
        waiting = {
            (row["hall"], row["business"]): int(row["waiting"])
            for row in await sql.rows(
                "SELECT hall, business, count(*) AS waiting FROM hall_tickets"
                " WHERE portal = $1 AND day = $2 AND state = 'waiting' GROUP BY hall, business",
                unit.portal, unit.today,
            )
        }  # fmt: skip
        return [
            Offer(
                hall,
                hall.code not in closed and hall.is_open(unit.now, self._calendar),
                "" if hall.code in closed else hall.numbers_until(unit.now, self._calendar),
                tuple(
                    LineState(business, count, 0, paces[hall.code].seconds(hall, business.code, count), "")
                    for business in hall.businesses
                    for count in [waiting.get((hall.code, business.code), 0)]
                ),
            )
            for hall in halls
        ]

    async def _counters(self, unit: Unit, hall: Hall, tickets: Sequence[Ticket]) -> tuple[CounterState, ...]:
        rows = {
            int(row["counter"]): row
            for row in await sql.rows(
                "SELECT counter, is_open, staff_no FROM hall_counters WHERE portal = $1 AND hall = $2 AND day = $3",
                unit.portal, hall.code, unit.today,
            )
        }  # fmt: skip
        at = {one.counter: one for one in tickets if one.state in ("called", "serving")}
        return tuple(
            CounterState(
                counter=counter,
                is_open=counter.number in rows and sql.flag(rows[counter.number]["is_open"]),
                staff_no=rows[counter.number]["staff_no"] if counter.number in rows else "",
                ticket=at.get(counter.number),
            )
            for counter in hall.counters
        )

    async def _figures(self, unit: Unit, hall: Hall) -> tuple[BusinessFigures, ...]:
        rows = {row["business"]: row for row in await sql.rows(_FIGURES, unit.portal, hall.code, unit.today)}
        return tuple(
            BusinessFigures(
                business=business,
                issued=int(row["issued"]),
                done=int(row["done"]),
                skipped=int(row["skipped"]),
                cancelled=int(row["cancelled"]),
                unserved=int(row["unserved"]),
                green=int(row["green"]),
                waited_seconds=whole(row["waited"]),
                served_seconds=whole(row["served"]),
            )
            for business in hall.businesses
            if (row := rows.get(business.code))
        )

    async def _names(self, unit: Unit, hall: Hall, tickets: Sequence[Ticket]) -> dict[UUID, str]:
        if hall.queue.board_names != "masked":
            return {}
        return dict(await self._people.masked(unit, [one.resident_id for one in tickets if one.resident_id]))
