"""The hall this morning: counters open, people in every state of a line, one counter ready to call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from functools import partial

from config.floor.unit import LEGAL_ZONE, Unit, legal_day
from server.demo.desk import Desk
from server.domain.halls.plan import Hall
from server.domain.halls.service import ManagerMove
from server.domain.halls.views import Ticket

Run = Callable[[], Awaitable[None]]
Add = Callable[[datetime, Run], None]
HALL = "demo-hall"
_LONG = timedelta(minutes=70)
_SHORT = timedelta(seconds=20)

# In order: who (a resident's key, or "" for paper), which business, why first.
_COMES = (
    ("n01", "general", ""), ("", "general", ""), ("n02", "licence", ""), ("n03", "household", ""),
    ("", "general", "elder"), ("n04", "general", ""), ("n06", "licence", ""), ("", "pickup", ""),
    ("n05", "household", ""), ("", "general", ""), ("n07", "general", ""), ("", "welfare", "pregnant"),
    ("n08", "general", ""), ("", "household", ""), ("n09", "welfare", ""), ("", "general", ""),
)  # fmt: skip
# Which counter calls, and what becomes of whoever comes.
_CALLS: tuple[tuple[int, tuple[ManagerMove, ...]], ...] = (
    (1, ("start",)), (2, ("start",)), (5, ("start",)), (1, ("start",)), (2, ("skip",)), (2, ("start",)),
    (1, ("start",)), (5, ()),
)  # fmt: skip
_LEAVES = "n08"
_OPEN = (1, 2, 5)


def add_hall(desk: Desk, now: datetime, add: Add) -> None:
    """Everything since the morning, all of it on today's legal day, however early it is."""
    hall = desk.services.halls.plans.find(desk.portal.id, HALL)
    if hall is None:
        return
    morning = datetime.combine(legal_day(now), time.min, LEGAL_ZONE)
    begin = max(now - _LONG, morning)
    story = _Story(desk, hall)
    steps: list[Run] = [story.opens]
    steps += [partial(story.comes, *one) for one in _COMES[:10]]
    steps += [partial(story.calls, counter, moves) for counter, moves in _CALLS[:6]]
    steps += [partial(story.comes, *one) for one in _COMES[10:]]
    steps += [partial(story.calls, counter, moves) for counter, moves in _CALLS[6:]]
    steps.append(story.leaves)
    pause = (now - _SHORT - begin) / len(steps)
    for number, step in enumerate(steps):
        add(begin + number * max(pause, timedelta()), step)


class _Story:
    """One morning, told by the halls' own service."""

    def __init__(self, desk: Desk, hall: Hall) -> None:
        self.desk, self.hall, self.halls = desk, hall, desk.services.halls
        self.served: dict[int, Ticket] = {}

    async def opens(self) -> None:
        manager, clerk = self.desk.staff["manager"], self.desk.staff["clerk"]
        for number, staff in (*((number, manager) for number in _OPEN), (3, clerk)):
            counter = self.hall.counter(number)
            await self._decide(partial(self.halls.set_open, hall=self.hall, counter=counter, staff=staff, is_open=True))

    async def comes(self, who: str, business: str, green: str) -> None:
        if who:
            resident = self.desk.residents[who].resident_id
            await self.desk.decide(lambda unit: self.halls.take_by_app(unit, resident, self.hall.code, business))
        else:
            manager = self.desk.staff["manager"]
            await self.desk.decide(lambda unit: self.halls.take_at_desk(unit, self.hall, manager, business, green))

    async def calls(self, number: int, moves: tuple[ManagerMove, ...]) -> None:
        manager, counter = self.desk.staff["manager"], self.hall.counter(number)
        if number in self.served:
            await self._move(self.served.pop(number), "finish")
        held = await self.desk.decide(
            lambda unit: self.halls.call_next(unit, self.hall, counter, manager, own=False)
        )  # fmt: skip
        for move in moves:
            await self._move(held, move)
        if "start" in moves:
            self.served[number] = held

    async def _move(self, held: Ticket, move: ManagerMove) -> None:
        manager = self.desk.staff["manager"]
        await self.desk.decide(lambda unit: self.halls.move(unit, self.hall, held.id, move, manager))

    async def leaves(self) -> None:
        resident = self.desk.residents[_LEAVES].resident_id
        reading = await self.desk.services.database.reading(self.desk.portal.id)
        standing = next(one for one in await self.halls.of_resident(reading, resident) if one.ticket.state == "waiting")
        await self.desk.decide(lambda unit: self.halls.give_back(unit, resident, standing.ticket.id))

    async def _decide(self, fn: Callable[[Unit], Awaitable[None]]) -> None:
        await self.desk.decide(fn)
