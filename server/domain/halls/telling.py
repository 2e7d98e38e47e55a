"""Who hears of a ticket: its holder by notices and on the open page, the hall's pages by live events."""

from __future__ import annotations

from config.floor import sql
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit
from server.domain.halls.plan import Hall, said
from server.domain.halls.ports import Notices, People
from server.domain.halls.views import COLUMNS, Ticket, ticket

LINK = "/m/#/pages/ticket/ticket"
_FIRST = (
    f"SELECT {COLUMNS} FROM hall_tickets WHERE portal = $1 AND hall = $2 AND day = $3 AND business = $4"
    " AND state = 'waiting' ORDER BY place, id LIMIT $5"
)


def topic(portal: str, hall: str) -> str:
    """Where the hall's display, counters and manager listen. Numbers and states only: the display is open to all."""
    return f"hall:{portal}:{hall}"


class Telling:
    """Notices go out with the transaction; nobody is told twice of the same thing."""

    def __init__(self, notices: Notices, people: People, audit: Audit) -> None:
        self._notices = notices
        self._people = people
        self._audit = audit

    async def record(self, unit: Unit, actor: Actor, action: str, hall: Hall, held: Ticket) -> None:
        """The audit entry of one move."""
        counter = said(hall.counter_name(held.counter), "zh-CN") if held.counter is not None else ""
        await self._audit.record(
            unit, actor, action, subject_kind="ticket", subject=str(held.id), resident_id=held.resident_id,
            region=held.region, place=f"{said(hall.name, 'zh-CN')} {counter}".strip()[:128],
        )  # fmt: skip

    def changed(self, unit: Unit, held: Ticket) -> None:
        """Open pages look again."""
        unit.tell(topic(unit.portal, held.hall), "line", number=held.label, state=held.state)
        if held.resident_id is not None:
            unit.tell(f"resident:{held.resident_id}", "ticket", id=str(held.id), state=held.state)

    async def called(self, unit: Unit, hall: Hall, held: Ticket) -> None:
        """The holder is wanted at a counter now."""
        assert held.counter is not None
        counter = hall.counter_name(held.counter)
        await self._post(unit, hall, held, "ticket.called", f"{held.id}:{held.calls}", counter=counter)

    async def near(self, unit: Unit, hall: Hall, business: str) -> None:
        """Those who are about to be called, once each; who began that near needs no telling."""
        if not hall.queue.near:
            return
        rows = await sql.rows(_FIRST, unit.portal, hall.code, unit.today, business, hall.queue.near + 1)
        for ahead, row in enumerate(rows):
            held = ticket(row)
            if not held.near_at_start:
                await self._post(unit, hall, held, "ticket.near", str(held.id), ahead=ahead)

    async def closed(self, unit: Unit, hall: Hall, held: Ticket) -> None:
        """The day ended before the number's turn came."""
        await self._post(unit, hall, held, "ticket.closed", str(held.id))

    async def _post(
        self, unit: Unit, hall: Hall, held: Ticket, event: str, once: str, counter: dict[str, str] | None = None,
        ahead: int = 0,
    ) -> None:  # fmt: skip
        if held.resident_id is None:
            return
        language = await self._people.language(held.resident_id)
        values = {"number": held.label, "hall": said(hall.name, language), "link": LINK}
        values["business"] = said(hall.business_name(held.business), language)
        if counter:
            values["counter"] = said(counter, language)
        if ahead:
            values["ahead"] = str(ahead)
        await self._notices.post(
            unit, recipient=held.resident_id, region=held.region, event=event, category="service",
            dedupe_key=f"{event}:{once}", values=values, subject=str(held.id),
        )  # fmt: skip
