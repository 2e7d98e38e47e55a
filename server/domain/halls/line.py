"""How a line stands: who is before whom, how fast it moves, and what is still alive of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from server.domain.halls.plan import Hall
from server.domain.halls.views import COLUMNS, LineState, Standing, Ticket, ticket, whole

_TODAY = "portal = $1 AND hall = $2 AND day = $3"
_AHEAD = (
    "SELECT count(*) FROM hall_tickets o WHERE o.portal = t.portal AND o.hall = t.hall AND o.day = t.day"
    " AND o.business = t.business AND o.state = 'waiting'"
    " AND (o.place < t.place OR (o.place = t.place AND o.id < t.id))"
)
_T_COLUMNS = ", ".join(f"t.{name.strip()}" for name in COLUMNS.split(","))


@dataclass(frozen=True, slots=True)
class Pace:
    """How many seconds pass until the next person of a business is called: today's average over its open counters."""

    served: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    open_counters: Iterable[int] = ()

    def seconds(self, hall: Hall, business: str, ahead: int) -> int:
        """For so many people ahead. The file's sample minutes stand in until enough was measured today."""
        times, average = self.served.get(business, (0, 0))
        each = average if times >= hall.queue.measured_from else hall.minutes_of(business) * 60
        numbers = set(self.open_counters)
        open_now = sum(1 for one in hall.counters if one.number in numbers and business in one.serves)
        return ahead * each // max(1, open_now)


async def pace_of(unit: Unit, hall: Hall) -> Pace:
    """One hall's."""
    return (await paces_of(unit, [hall])).get(hall.code, Pace())


async def paces_of(unit: Unit, halls: Sequence[Hall]) -> dict[str, Pace]:
    """Those of many halls, by two queries."""
    served: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in await sql.rows(
        "SELECT hall, business, count(*) AS times, avg(served_seconds) AS average FROM hall_tickets"
        " WHERE portal = $1 AND day = $2 AND served_seconds IS NOT NULL GROUP BY hall, business",
        unit.portal,
        unit.today,
    ):
        served[row["hall"]][row["business"]] = (int(row["times"]), whole(row["average"]) or 0)
    counters: defaultdict[str, list[int]] = defaultdict(list)
    for row in await sql.rows(
        "SELECT hall, counter FROM hall_counters WHERE portal = $1 AND day = $2 AND is_open", unit.portal, unit.today
    ):
        counters[row["hall"]].append(int(row["counter"]))
    return {hall.code: Pace(served[hall.code], counters[hall.code]) for hall in halls}


async def live(unit: Unit, hall: Hall) -> list[Ticket]:
    """Everything of today that is not over, in the order of the line."""
    rows = await sql.rows(
        f"SELECT {COLUMNS} FROM hall_tickets WHERE {_TODAY}"
        " AND state IN ('waiting','called','serving','skipped') ORDER BY place, id",
        unit.portal, hall.code, unit.today,
    )  # fmt: skip
    return [ticket(row) for row in rows]


async def one(unit: Unit, hall: Hall, ticket_id: UUID) -> Ticket | None:
    """A ticket of this hall today."""
    row = await sql.row(
        f"SELECT {COLUMNS} FROM hall_tickets WHERE {_TODAY} AND id = $4", unit.portal, hall.code, unit.today, ticket_id
    )
    return ticket(row) if row else None


async def standing(unit: Unit, hall: Hall, shown: Ticket) -> Standing:
    """How many wait before this ticket, and about how long that takes."""
    row = await sql.row(f"SELECT ({_AHEAD}) AS ahead FROM hall_tickets t WHERE t.id = $1", shown.id)
    ahead = int(row["ahead"]) if row and shown.state == "waiting" else 0
    return Standing(shown, ahead, (await pace_of(unit, hall)).seconds(hall, shown.business, ahead))


async def of_resident(unit: Unit, resident_id: UUID, limit: int) -> list[tuple[Ticket, int]]:
    """A resident's tickets of today, live ones first, then newest first, each with the number of people before it."""
    rows = await sql.rows(
        f"SELECT {_T_COLUMNS}, ({_AHEAD}) AS ahead FROM hall_tickets t"
        " WHERE t.portal = $1 AND t.resident_id = $2 AND t.day = $3 ORDER BY"
        " CASE WHEN t.state IN ('waiting','called','serving','skipped') THEN 0 ELSE 1 END, t.id DESC LIMIT $4",
        unit.portal, resident_id, unit.today, limit,
    )  # fmt: skip
    return [(ticket(row), int(row["ahead"]) if row["state"] == "waiting" else 0) for row in rows]


async def waiting_count(unit: Unit, hall: Hall, business: str) -> int:
    """How many wait for one business now."""
    row = await sql.row(
        f"SELECT count(*) AS waiting FROM hall_tickets WHERE {_TODAY} AND business = $4 AND state = 'waiting'",
        unit.portal, hall.code, unit.today, business,
    )  # fmt: skip
    assert row is not None
    return int(row["waiting"])


def standings(hall: Hall, pace: Pace, tickets: Iterable[Ticket]) -> tuple[Standing, ...]:
    """Those of the tickets that wait, each with how many are before it; ``tickets`` come in the order of the line."""
    before: defaultdict[str, int] = defaultdict(int)
    found = []
    for each in tickets:
        if each.state == "waiting":
            ahead = before[each.business]
            found.append(Standing(each, ahead, pace.seconds(hall, each.business, ahead)))
            before[each.business] += 1
    return tuple(found)


def lines(hall: Hall, pace: Pace, tickets: Iterable[Ticket]) -> tuple[LineState, ...]:
    """Every business of the hall now, in the file's order."""
    queued: defaultdict[str, list[Ticket]] = defaultdict(list)
    for each in tickets:
        if each.state == "waiting":
            queued[each.business].append(each)
    return tuple(
        LineState(
            business=business,
            waiting=len(queued[business.code]),
            green=sum(1 for each in queued[business.code] if each.green),
            seconds=pace.seconds(hall, business.code, len(queued[business.code])),
            first=queued[business.code][0].label if queued[business.code] else "",
        )
        for business in hall.businesses
    )
