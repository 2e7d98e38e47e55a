"""A hall with six counters, some clerks and residents, and the halls room between them. Everybody is invented."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from config.floor.ids import new_id
from config.floor.refusal import Missing
from config.floor.unit import Event, Unit
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.domain.audit.service import Audit
from server.domain.halls.plan import Hall, Plans
from server.domain.halls.service import Halls
from server.domain.halls.views import HallState, Standing, Ticket
from server.domain.sessions.callers import StaffCaller

T = TypeVar("T")
PORTAL, REGION = "demo", "511602000000"
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday 09:00 in the city
DEMO = Plans.load()  # files are read at import, never on the event loop


def plan(**queue: Any) -> Hall:
    """The demonstration hall, open on working days from nine to five, with other queue rules."""
    found = DEMO.get(PORTAL, "demo-hall")
    hours = found.hours[0].model_copy(
        update={"days": (1, 2, 3, 4, 5), "opens": "09:00", "closes": "17:00", "closed_on_holidays": True}
    )
    return found.model_copy(update={"hours": (hours,), "queue": found.queue.model_copy(update=queue)})


class WeekdaysOnly:
    """A calendar without holidays."""

    def is_working(self, day: date) -> tuple[bool, bool]:
        return day.isoweekday() <= 5, False


@dataclass(frozen=True)
class Seat:
    hall: str
    counter: str


@dataclass(frozen=True)
class Shown:
    acting_id: UUID
    purpose: str
    at: datetime


@dataclass
class Around:
    """What terminals, visits, residents and the notice engine answer."""

    seats: dict[UUID, Seat] = field(default_factory=dict)
    visits: dict[UUID, tuple[UUID | None, Shown]] = field(default_factory=dict)
    sent: list[tuple[UUID, str, Mapping[str, str]]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    async def get(self, unit: Unit, terminal_id: UUID) -> Seat:
        return self.seats[terminal_id]

    async def whose(self, unit: Unit, visit_id: UUID, terminal_id: UUID | None) -> Shown:
        owner, shown = self.visits.get(visit_id, (None, None))
        if shown is None or owner != terminal_id:
            raise Missing()
        return shown

    async def masked(self, unit: Unit, ids: Sequence[UUID]) -> Mapping[UUID, str]:
        return dict.fromkeys(ids, "王*兰")

    async def language(self, resident_id: UUID) -> str:
        return "zh-CN"

    async def post(
        self, unit: Unit, *, recipient: UUID, event: str, dedupe_key: str, values: Mapping[str, str], **more: Any
    ) -> UUID | None:
        if dedupe_key in self.keys:
            return None
        self.keys.add(dedupe_key)
        self.sent.append((recipient, event, values))
        return new_id()

    def told(self, resident: UUID) -> list[str]:
        return [event for who, event, _ in self.sent if who == resident]


class Lobby:
    """One call is one unit of work; what was told is kept in ``events``."""

    def __init__(self, database: Database, clock: ShiftedClock, hall: Hall | None = None) -> None:
        self.database, self.clock, self.around, self.audit = database, clock, Around(), Audit()
        self.hall = hall or plan()
        around = self.around
        self.halls = Halls(
            Plans([self.hall]), calendar=WeekdaysOnly(), audit=self.audit, notices=around, people=around,
            terminals=around, visits=around,
        )  # fmt: skip
        self.manager = self.staff("D1", "hall_manager")
        self.events: list[Event] = []

    async def run(self, work: Callable[[Unit], Awaitable[T]], portal: str = PORTAL) -> T:
        async def kept(unit: Unit) -> T:
            answer = await work(unit)
            self.events += unit.events
            return answer

        return await self.database.unit_of_work(portal, kept)

    def staff(self, staff_no: str, role: str, terminal: UUID | None = None) -> StaffCaller:
        return StaffCaller(
            new_id(), new_id(), staff_no, "某工作人员", frozenset({role}), "大厅", PORTAL, REGION, terminal
        )

    def clerk(self, number: int) -> StaffCaller:
        """Somebody at that counter's terminal."""
        seat = Seat(self.hall.name["zh-CN"], self.hall.counter(number).name["zh-CN"])
        terminal = new_id()
        self.around.seats[terminal] = seat
        return self.staff(f"C{number}", "clerk", terminal)

    async def open(self, *numbers: int) -> dict[int, StaffCaller]:
        """Counters that call from now on, and their clerks."""
        clerks = {number: self.clerk(number) for number in numbers}
        for number, clerk in clerks.items():
            await self.set_open(number, clerk, True)
        return clerks

    async def set_open(self, number: int, staff: StaffCaller, is_open: bool) -> None:
        await self.run(lambda unit: self.halls.set_open(unit, self.hall, self.hall.counter(number), staff, is_open))

    async def take(self, business: str = "general", who: UUID | None = None, green: str = "") -> Ticket:
        """On paper, or by phone for ``who``."""
        self.clock.advance(timedelta(seconds=1))
        if who is not None:
            taken = await self.run(lambda unit: self.halls.take_by_app(unit, who, self.hall.code, business))
        else:
            taken = await self.run(lambda unit: self.halls.take_at_desk(unit, self.hall, self.manager, business, green))
        return taken.ticket

    async def next(self, clerk: StaffCaller, number: int) -> Ticket:
        return await self.run(lambda unit: self.halls.call_next(unit, self.hall, self.hall.counter(number), clerk))

    async def move(self, ticket: Ticket, move: Any, staff: StaffCaller | None = None, **more: Any) -> Ticket:
        """By the manager, or by a clerk at her own counter."""

        async def work(unit: Unit) -> Ticket:
            post = await self.halls.post_of(unit, staff) if staff else None
            return await self.halls.move(unit, self.hall, ticket.id, move, staff or self.manager, post=post, **more)

        return await self.run(work)

    async def state(self, *, figures: bool = False) -> HallState:
        return await self.halls.state(await self.database.reading(PORTAL), self.hall, figures=figures)

    async def mine(self, who: UUID) -> list[Standing]:
        return await self.halls.of_resident(await self.database.reading(PORTAL), who)

    async def line(self) -> list[str]:
        return [one.ticket.label for one in (await self.state()).waiting]

    def told(self, topic: str) -> list[str]:
        return [event.name for event in self.events if event.topic == topic]
