"""The halls' only door: numbers, calls, counters and the day of every service hall."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from config.floor.refusal import Forbidden, Missing
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit
from server.domain.halls import line
from server.domain.halls.calling import Calling, ClerkMove, ManagerMove
from server.domain.halls.closing import Closing
from server.domain.halls.counters import Counters
from server.domain.halls.errors import HallNotYours, NotForTickets
from server.domain.halls.forgetting import Forgetting
from server.domain.halls.plan import Calendar, Hall, Plans, said
from server.domain.halls.ports import Caller, Notices, People, Post, Terminals, Visit, Visits
from server.domain.halls.reading import Reading
from server.domain.halls.taking import Taking
from server.domain.halls.telling import Telling, topic
from server.domain.halls.views import LIVE, Offer, Standing, Ticket

__all__ = ["ClerkMove", "Halls", "ManagerMove", "Post", "topic"]

_PURPOSE = "hall_queue"


class Halls:
    """``take … give_back`` are the people's; ``call_next move`` the counters'; ``close reopen settle`` the day's;
    the rest reads. Halls are data: ``plans``."""

    def __init__(
        self,
        plans: Plans,
        *,
        calendar: Calendar,
        audit: Audit,
        notices: Notices,
        people: People,
        terminals: Terminals,
        visits: Visits,
        visit_minutes: int = 30,
        ticket_days: int = 30,
    ) -> None:
        self.plans = plans
        self._terminals = terminals
        self._visits = visits
        self._visit_life = timedelta(minutes=visit_minutes)
        telling = Telling(notices, people, audit)
        counters = Counters(calendar, audit)
        closing = Closing(plans, telling, audit)
        reading = Reading(plans, calendar, people)
        self._taking = Taking(calendar, telling)
        calling = Calling(counters, self._taking, telling)
        self.set_open = counters.set_open
        self.call_next = calling.call_next
        self.move = calling.move
        self.close = closing.close
        self.reopen = closing.reopen
        self.settle = closing.settle
        self.forget = Forgetting(ticket_days).forget
        self.state = reading.state
        self.board = reading.board
        self.offers = reading.offers
        self.of_resident = reading.of_resident

    async def post_of(self, unit: Unit, terminal: Caller) -> Post:
        """The hall and counter of a clerk's terminal; ``Missing`` where no hall's file names it."""
        if terminal.terminal_id is None:
            raise Forbidden()
        place = await self._terminals.get(unit, terminal.terminal_id)
        hall = _within(self.plans.named(unit.portal, place.hall), terminal)
        return Post(hall, hall.counter_named(place.counter), terminal)

    def managed(self, unit: Unit, staff: Caller, code: str) -> Hall:
        """The hall of this code, for somebody who works in it; ``Missing``, or ``HallNotYours``."""
        return _within(self.plans.get(unit.portal, code), staff)

    async def offered_to(self, unit: Unit, staff: Caller) -> list[Offer]:
        """The halls that this employee works in, with their lines."""
        own = {hall.code for hall in self.of_staff(unit, staff)}
        return [one for one in await self.offers(unit) if one.hall.code in own]

    def of_staff(self, unit: Unit, staff: Caller) -> tuple[Hall, ...]:
        """The halls of this portal that this employee works in."""
        return tuple(hall for hall in self.plans.of_portal(unit.portal) if _works_in(hall, staff))

    async def take_by_app(self, unit: Unit, resident_id: UUID, hall_code: str, business: str) -> Standing:
        """A number for today from the resident's own phone."""
        hall = self.plans.get(unit.portal, hall_code)
        actor = Actor("resident", resident_id, "resident")
        return await self._taking.take(unit, hall, business, actor, source="app", resident_id=resident_id)

    async def take_for_visit(self, unit: Unit, post: Post, visit_id: UUID, business: str, green: str = "") -> Standing:
        """A number for whoever just showed a code here to get one; the bearer waits, also for somebody else."""
        visit = await self._shown_for_a_number(unit, post, visit_id)
        return await self._taking.take(
            unit, post.hall, business, post.staff.actor, source="visit", resident_id=visit.acting_id,
            visit_id=visit_id, green=green, staff_no=post.staff.staff_no,
        )  # fmt: skip

    async def of_visit(self, unit: Unit, post: Post, visit_id: UUID) -> list[Standing]:
        """The live numbers in this hall of whoever just showed a code here to get one."""
        visit = await self._shown_for_a_number(unit, post, visit_id)
        found = await self.of_resident(unit, visit.acting_id)
        return [one for one in found if one.ticket.hall == post.hall.code and one.ticket.state in LIVE]

    async def _shown_for_a_number(self, unit: Unit, post: Post, visit_id: UUID) -> Visit:
        visit = await self._visits.whose(unit, visit_id, post.staff.terminal_id)
        if visit.purpose != _PURPOSE or unit.now - visit.at > self._visit_life:
            raise NotForTickets()
        return visit

    async def take_at_desk(self, unit: Unit, hall: Hall, staff: Caller, business: str, green: str = "") -> Standing:
        """A number on paper, for somebody without a phone."""
        return await self._taking.take(
            unit, hall, business, staff.actor, source="desk", green=green, staff_no=staff.staff_no
        )

    async def give_back(self, unit: Unit, resident_id: UUID, ticket_id: UUID) -> Ticket:
        """The resident does not come; ``Missing`` where the number is not hers."""
        for held, _ in await line.of_resident(unit, resident_id, limit=20):
            if held.id == ticket_id:
                hall = self.plans.get(unit.portal, held.hall)
                return await self._taking.give_back(unit, hall, held, Actor("resident", resident_id, "resident"))
        raise Missing()

    async def one(self, unit: Unit, hall: Hall, ticket_id: UUID) -> Standing:
        """A ticket of this hall today, as it stands in its line; ``Missing`` if there is none."""
        held = await line.one(unit, hall, ticket_id)
        if held is None:
            raise Missing()
        return await line.standing(unit, hall, held)


def _within(hall: Hall, staff: Caller) -> Hall:
    """The hall, where this employee works in it; halls are named as terminals and the halls' files name them."""
    if not _works_in(hall, staff):
        raise HallNotYours()
    return hall


def _works_in(hall: Hall, staff: Caller) -> bool:
    return not staff.halls or said(hall.name, "zh-CN") in staff.halls
