"""取号: my place in a hall's line today."""

from __future__ import annotations

from typing import Any

from miniapp_api.wire.queue_tickets import HallOffered, HallsOffered, NewQueueTicket, QueueTicket, QueueTickets
from server.domain.halls.plan import said
from server.domain.halls.views import Offer, Standing
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident
from server.web.ticket_words import line_shown, ticket_shown

operations = Operations(tag="queue-tickets")


@operations.get(
    "/api/v1/halls",
    name="listHallsOffered",
    summary="Service halls, their lines and about how long each takes now",
    access=Resident(),
    answer=HallsOffered,
)
async def halls(call: Call[NoBody, NoQuery]) -> HallsOffered:
    """An estimate from today's own average, never a promise to the minute."""
    return HallsOffered(halls=[_offered(call, one) for one in await call.services.halls.offers(call.unit)])


@operations.get(
    "/api/v1/queue-tickets",
    name="listQueueTickets",
    summary="My numbers of today",
    access=Resident(),
    answer=QueueTickets,
)
async def mine(call: Call[NoBody, NoQuery]) -> QueueTickets:
    """Live ones first."""
    found = await call.services.halls.of_resident(call.unit, call.resident.resident_id)
    return QueueTickets(tickets=[_shown(call, one) for one in found])


@operations.post(
    "/api/v1/queue-tickets",
    name="takeQueueTicket",
    summary="Take a number for today",
    access=Resident(),
    body=NewQueueTicket,
    answer=QueueTicket,
    status=201,
    idempotent=True,
    problems=("not-found", "hall-closed", "tickets-not-by-app", "ticket-live", "tickets-spent", "invalid-input"),
)
async def take(call: Call[NewQueueTicket, NoQuery]) -> QueueTicket:
    """One live number for each business; sent twice with one key it is one number."""
    asked = call.body
    taken = await call.services.halls.take_by_app(
        call.unit, call.resident.resident_id, asked.hall, asked.business
    )  # fmt: skip
    return _shown(call, taken)


@operations.delete(
    "/api/v1/queue-tickets/{id}",
    name="giveBackQueueTicket",
    summary="I am not coming: somebody else moves up",
    access=Resident(),
    answer=QueueTicket,
    problems=("not-found", "ticket-moved"),
)
async def give_back(call: Call[NoBody, NoQuery]) -> QueueTicket:
    """Twice is the same; once the counter has begun it is too late."""
    held = await call.services.halls.give_back(call.unit, call.resident.resident_id, call.path_id("id"))
    return _shown(call, Standing(held, 0, 0))


def _offered(call: Call[Any, Any], one: Offer) -> HallOffered:
    return HallOffered(
        code=one.hall.code,
        name=said(one.hall.name, call.language),
        address=said(one.hall.address, call.language),
        is_open=one.is_open,
        numbers_until=one.numbers_until or None,
        by_app=one.hall.queue.app_tickets,
        lines=[line_shown(call, line) for line in one.lines],
    )


def _shown(call: Call[Any, Any], standing: Standing) -> QueueTicket:
    hall = call.services.halls.plans.get(call.portal.id, standing.ticket.hall)
    return QueueTicket(
        **ticket_shown(call, hall, standing).model_dump(),
        hall_name=said(hall.name, call.language),
        hall_address=said(hall.address, call.language),
    )
