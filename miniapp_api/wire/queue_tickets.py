"""Wire shapes of a resident's numbers."""

from __future__ import annotations

from pydantic import Field

from server.web.shapes import Wire
from server.web.ticket_shapes import Code, LineShown, TicketShown


class HallOffered(Wire):
    """A hall and its lines; ``by_app``: numbers are given by phone too."""

    code: str
    name: str
    address: str
    is_open: bool
    numbers_until: str | None = Field(description="HH:MM; no numbers are given from then on; null while shut")
    by_app: bool
    lines: list[LineShown]


class HallsOffered(Wire):
    """Every hall of the portal."""

    halls: list[HallOffered]


class NewQueueTicket(Wire):
    """Where to stand in line, today."""

    hall: Code
    business: Code


class QueueTicket(TicketShown):
    """My number; the hall in words beside it."""

    hall_name: str
    hall_address: str


class QueueTickets(Wire):
    """My numbers of today, live ones first."""

    tickets: list[QueueTicket]
