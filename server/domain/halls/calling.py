"""Calling: who is next, and every move of a ticket that is in somebody's hands.

Two counters that call at once never get the same ticket: one statement claims it (SKIP LOCKED on PostgreSQL; SQLite
writes one unit at a time), and a counter holds one ticket by a unique key. Every other move is a compare-and-set on
the version that was read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from tortoise.exceptions import IntegrityError

from config.floor import sql
from config.floor.refusal import FieldFault, Invalid, Missing
from config.floor.unit import Unit
from server.domain.halls import line
from server.domain.halls.counters import Counters
from server.domain.halls.errors import AlreadyInLine, CounterClosed, NobodyWaiting, NotServedHere, TicketMoved
from server.domain.halls.plan import Counter, Hall
from server.domain.halls.ports import Caller, Post
from server.domain.halls.taking import Taking
from server.domain.halls.telling import Telling
from server.domain.halls.views import COLUMNS, State, Ticket, ticket

ClerkMove = Literal["recall", "start", "finish", "skip", "requeue", "transfer"]
ManagerMove = Literal["recall", "start", "finish", "skip", "requeue", "transfer", "call", "green", "cancel"]
_IN_HAND: tuple[State, ...] = ("called", "serving")


class Calling:
    """What counters and the hall's manager do with tickets."""

    def __init__(self, counters: Counters, taking: Taking, telling: Telling) -> None:
        self._counters = counters
        self._taking = taking
        self._telling = telling

    async def call_next(self, unit: Unit, hall: Hall, counter: Counter, staff: Caller, *, own: bool = True) -> Ticket:
        """The next person for this counter: the green lane first, but not oftener than the hall allows.

        ``own``: the caller is the clerk who works there, not a manager who calls for her.
        """
        since = await self._counters.ready(unit, hall, counter, staff if own else None)
        green_first = since >= hall.queue.green_every
        row = await self._claim(unit, hall, counter, staff, green_first)
        if row is None:
            raise NobodyWaiting()
        held = ticket(row)
        if held.green and green_first:
            await self._counters.went_first(unit, hall, counter)
        return await self._has_called(unit, hall, held, staff)

    async def _claim(self, unit: Unit, hall: Hall, counter: Counter, staff: Caller, green_first: bool) -> Any:
        values: list[Any] = [
            unit.portal, hall.code, unit.today, counter.number, unit.now, staff.staff_no, green_first,
            *counter.serves,
        ]  # fmt: skip
        served = ",".join(f"${n}" for n in range(8, len(values) + 1))
        lock = " FOR UPDATE SKIP LOCKED" if sql.is_postgres() else ""
        lane = "CASE WHEN green <> '' AND $7 THEN 0 ELSE 1 END"
        return await sql.row(
            "UPDATE hall_tickets SET state = 'called', counter = $4, wanted_counter = NULL, calls = calls + 1,"
            " called_at = $5, staff_no = $6, version = version + 1 WHERE id = (SELECT id FROM hall_tickets"
            " WHERE portal = $1 AND hall = $2 AND day = $3 AND state = 'waiting'"
            f" AND business IN ({served}) AND (wanted_counter IS NULL OR wanted_counter = $4)"
            f" ORDER BY {lane}, place, id LIMIT 1{lock}) AND state = 'waiting' RETURNING {COLUMNS}",
            *values,
        )

    async def move(
        self,
        unit: Unit,
        hall: Hall,
        ticket_id: UUID,
        move: ManagerMove,
        staff: Caller,
        *,
        post: Post | None = None,
        counter: int | None = None,
        business: str | None = None,
        green: str = "",
    ) -> Ticket:
        """One move. ``post``: the clerk's counter, whose tickets alone she moves; None = the hall's manager."""
        held = await line.one(unit, hall, ticket_id)
        if held is None or (post is not None and not _hers(post, held)):
            raise Missing()
        match move:
            case "recall":
                return await self._recall(unit, hall, held, staff, post)
            case "start":
                return await self._set(unit, hall, held, staff, "ticket.start", ("called",), {
                    "state": "serving", "served_from": unit.now,
                })  # fmt: skip
            case "finish":
                return await self._finish(unit, hall, held, staff)
            case "skip":
                return await self._set(
                    unit,
                    hall,
                    held,
                    staff,
                    "ticket.skip",
                    ("called",),
                    {"state": "skipped", "staff_no": staff.staff_no},
                )
            case "requeue":
                place = await self._behind(unit, hall, held)
                return await self._set(unit, hall, held, staff, "ticket.requeue", ("skipped",), {
                    "state": "waiting", "place": place, "counter": None,
                })  # fmt: skip
            case "transfer":
                return await self._transfer(unit, hall, held, staff, counter, business)
            case "call":
                return await self._call(unit, hall, held, staff, counter)
            case "green":
                if not hall.has_green(green):
                    raise Invalid(faults=[FieldFault("green", "green-unknown")])
                return await self._set(unit, hall, held, staff, "ticket.green", ("waiting",), {"green": green})
            case "cancel":
                return await self._taking.give_back(unit, hall, held, staff.actor)

    async def _recall(self, unit: Unit, hall: Hall, held: Ticket, staff: Caller, post: Post | None) -> Ticket:
        """Once more: who does not come, or who was skipped and is there after all."""
        if held.state != "skipped":
            # The display says it again and her open page hears of it; no second short message.
            return await self._set(
                unit, hall, held, staff, "ticket.recall", _IN_HAND, {"calls": held.calls + 1, "called_at": unit.now}
            )
        number = post.counter.number if post else held.counter
        return await self._call(unit, hall, held, staff, number)

    async def _call(self, unit: Unit, hall: Hall, held: Ticket, staff: Caller, number: int | None) -> Ticket:
        """This very person to that counter, which is open, empty, and serves the business."""
        if number is None:
            raise Invalid(faults=[FieldFault("counter", "required")])
        counter = hall.counter(number)
        if held.business not in counter.serves:
            raise NotServedHere(counter=counter.number)
        await self._counters.ready(unit, hall, counter)
        waited = {} if held.waited_seconds is not None else {"waited_seconds": _seconds(held.arrived_at, unit.now)}
        called = await self._set(unit, hall, held, staff, "ticket.call", ("waiting", "skipped"), {
            "state": "called", "counter": number, "wanted_counter": None, "calls": held.calls + 1,
            "called_at": unit.now, "staff_no": staff.staff_no, **waited,
        })  # fmt: skip
        await self._telling.called(unit, hall, called)
        await self._telling.near(unit, hall, called.business)
        return called

    async def _has_called(self, unit: Unit, hall: Hall, held: Ticket, staff: Caller) -> Ticket:
        if held.waited_seconds is None:
            waited = _seconds(held.arrived_at, unit.now)
            await sql.execute("UPDATE hall_tickets SET waited_seconds = $1 WHERE id = $2", waited, held.id)
        await self._telling.record(unit, staff.actor, "ticket.call", hall, held)
        self._telling.changed(unit, held)
        await self._telling.called(unit, hall, held)
        await self._telling.near(unit, hall, held.business)
        return held

    async def _finish(self, unit: Unit, hall: Hall, held: Ticket, staff: Caller) -> Ticket:
        begun = held.served_from or held.called_at or unit.now
        return await self._set(unit, hall, held, staff, "ticket.finish", _IN_HAND, {
            "state": "done", "ended_at": unit.now, "served_from": begun, "staff_no": staff.staff_no,
            "served_seconds": _seconds(begun, unit.now),
        })  # fmt: skip

    async def _behind(self, unit: Unit, hall: Hall, held: Ticket) -> int:
        """The place behind so many of those who wait; behind the last where fewer do; the old place for none."""
        skipped = hall.queue.requeue_behind
        if not skipped:
            return held.place
        rows = await sql.rows(
            "SELECT place FROM hall_tickets WHERE portal = $1 AND hall = $2 AND day = $3 AND business = $4"
            " AND state = 'waiting' ORDER BY place, id LIMIT $5",
            unit.portal, hall.code, unit.today, held.business, skipped,
        )  # fmt: skip
        return int(rows[-1]["place"]) + 1 if rows else held.place

    async def _transfer(
        self, unit: Unit, hall: Hall, held: Ticket, staff: Caller, number: int | None, business: str | None
    ) -> Ticket:
        """To another line or counter, with the place of the arrival."""
        wanted = business or held.business
        if wanted not in {one.code for one in hall.businesses}:
            raise Invalid(faults=[FieldFault("business", "business-unknown")])
        if number is None and wanted == held.business:
            raise Invalid(faults=[FieldFault("business", "transfer-nowhere")])
        if number is not None:
            counter = hall.counter(number)
            if wanted not in counter.serves:
                raise NotServedHere(counter=counter.number)
            await self._must_be_open(unit, hall, counter)
        moved = await self._set(unit, hall, held, staff, "ticket.transfer", ("waiting", *_IN_HAND), {
            "state": "waiting", "business": wanted, "counter": None, "wanted_counter": number, "served_from": None,
        })  # fmt: skip
        await self._telling.near(unit, hall, held.business)
        return moved

    async def _must_be_open(self, unit: Unit, hall: Hall, counter: Counter) -> None:
        row = await sql.row(
            "SELECT 1 AS one FROM hall_counters WHERE portal = $1 AND hall = $2 AND counter = $3 AND day = $4"
            " AND is_open",
            unit.portal, hall.code, counter.number, unit.today,
        )  # fmt: skip
        if row is None:
            raise CounterClosed(counter=counter.number)

    async def _set(
        self,
        unit: Unit,
        hall: Hall,
        held: Ticket,
        staff: Caller,
        action: str,
        before: tuple[State, ...],
        columns: dict[str, Any],
    ) -> Ticket:
        """Change a ticket that is still as it was read; ``TicketMoved`` where somebody was quicker."""
        if held.state not in before:
            raise TicketMoved(number=held.label, state=held.state)
        sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, 3))
        try:
            row = await sql.row(
                f"UPDATE hall_tickets SET {sets}, version = version + 1 WHERE id = $1 AND version = $2"
                f" RETURNING {COLUMNS}",
                held.id, held.version, *columns.values(),
            )  # fmt: skip
        except IntegrityError:  # the line that it goes to has a live number of the same person
            raise AlreadyInLine() from None
        if row is None:
            raise TicketMoved(number=held.label, state=held.state)
        now = ticket(row)
        await self._telling.record(unit, staff.actor, action, hall, now)
        self._telling.changed(unit, now)
        return now


def _hers(post: Post, held: Ticket) -> bool:
    """A clerk moves whom her counter has, and those who were skipped of what it serves."""
    if held.state in _IN_HAND or held.state == "done":
        return held.counter == post.counter.number
    return held.state == "skipped" and held.business in post.counter.serves


def _seconds(since: datetime, now: datetime) -> int:
    return max(0, round((now - since).total_seconds()))
