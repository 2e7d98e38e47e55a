"""A small running town inside the test's own process: the real application, a clock that can be moved, a few people."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar

from aiohttp import web

from config.floor import sql
from config.floor.unit import SYSTEM, Unit
from config.settings import Settings
from server.adapters.clock import ShiftedClock
from server.adapters.register_standin import RegisterStandIn
from server.app import make_app
from server.demo.device import Device
from server.domain.sessions.callers import TerminalPlace
from server.domain.staff.passwords import hash_password
from server.domain.terminals.records import TerminalFacts
from server.opening import Opened, opened
from server.services import Services
from tests.journeys.people import Counter, Desk, Phone, device_of
from tests.journeys.visitor import Visitor

V = TypeVar("V", bound=Visitor)
PORTAL, REGION, DEPARTMENT = "demo", "511602000000", "区行政审批局"
HALL = "示范市政务服务大厅"
PASSWORD = "a long enough password"
ROLES = (
    "clerk",
    "handler",
    "operator",
    "publisher",
    "hall_manager",
    "agent",
    "auditor",
    "administrator",
    "security_administrator",
)
PEOPLE = (
    ("王秀兰", "511602186209161281", "15400000001"),
    ("李建国", "511602185807202317", "15400000003"),
    ("陈静怡", "511602187605031643", "15400000011"),
)


@cache
def _hashes() -> dict[str, str]:
    return {}


async def password_hash() -> str:
    """The one password's hash, made once for all tests: it is slow by design."""
    kept = _hashes()
    if PASSWORD not in kept:
        kept[PASSWORD] = await hash_password(PASSWORD, light=True)
    return kept[PASSWORD]


async def employ(
    house: Opened, staff_no: str, roles: Sequence[str], *, counter: str = "", department: str = DEPARTMENT,
    region: str = REGION,
) -> None:  # fmt: skip
    """Put somebody on the payroll of an open house, at a counter's terminal if one is named."""
    hashed = await password_hash()
    purposes = tuple(purpose.code for purpose in house.services.purposes.all())

    async def hired(unit: Unit) -> None:
        await house.services.staff.hire(
            unit,
            staff_no=staff_no,
            name=f"员工{staff_no}",
            department=department,
            region=region,
            roles=list(roles),
            password_hash=hashed,
        )
        if counter:
            await stand(house, unit, device_of(staff_no), TerminalFacts(HALL, counter, purposes))

    await house.database.unit_of_work(PORTAL, hired)


async def stand(house: Opened, unit: Unit, device: Device, facts: TerminalFacts) -> None:
    """Enrol a device whose terminal id is known beforehand, so that a clerk in any process can be it."""
    terminals = house.services.terminals
    invited = await terminals.invite(unit, SYSTEM, REGION, facts)
    body = device.enrolment(invited.code)
    place = await terminals.enrol(
        unit, body["code"], body["public_key"], body["proof"], address=str(device.terminal_id)
    )
    assert isinstance(place, TerminalPlace), place
    await sql.execute("UPDATE terminals SET id = $1 WHERE id = $2", device.terminal_id, place.id)


class Town:
    """What a test of the API holds in its hands."""

    def __init__(self, house: Opened, origin: str, stack: AsyncExitStack) -> None:
        self.house, self.origin, self._stack = house, origin, stack

    @property
    def services(self) -> Services:
        return self.house.services

    @property
    def clock(self) -> ShiftedClock:
        assert isinstance(self.house.clock, ShiftedClock)
        return self.house.clock

    @property
    def register(self) -> RegisterStandIn:
        assert self.house.standin is not None
        return self.house.standin

    def now(self) -> float:
        """Unix seconds by the town's clock."""
        return self.clock.adopt(datetime.fromtimestamp(time.time(), UTC)).timestamp()

    async def invite(self, visitor: V) -> V:
        """Let somebody in; they leave when the town closes."""
        await self._stack.enter_async_context(visitor)
        return visitor

    async def stranger(self) -> Visitor:
        """Somebody who is not signed in."""
        return await self.invite(Visitor(self.origin))

    async def resident(self, which: int = 0, *, loa: int = 3) -> Phone:
        """One of the people of ``PEOPLE``, signed in and, for LoA 3, verified."""
        name, id_number, number = PEOPLE[which]
        phone = await self.invite(Phone(self.origin, number))
        me = await phone.sign_in()
        if loa >= 3 > me["loa"]:
            await phone.verify(name, id_number)
        return phone

    async def hire(
        self, staff_no: str, roles: Sequence[str], *, counter: str = "", department: str = DEPARTMENT,
        region: str = REGION,
    ) -> None:  # fmt: skip
        """Employ somebody, at a counter's terminal if one is named."""
        await employ(self.house, staff_no, roles, counter=counter, department=department, region=region)

    async def invitation(self, counter: str) -> str:
        """A one-time code for a device at this counter, as an administrator gives it out."""
        purposes = tuple(purpose.code for purpose in self.services.purposes.all())
        facts = TerminalFacts(HALL, counter, purposes)

        async def invite(unit: Unit) -> str:
            return (await self.services.terminals.invite(unit, SYSTEM, REGION, facts)).code

        return await self.house.database.unit_of_work(PORTAL, invite)

    async def desk(self, staff_no: str, *roles: str) -> Desk:
        """A new employee, signed in at the console."""
        await self.hire(staff_no, roles)
        desk = await self.invite(Desk(self.origin, staff_no, PASSWORD))
        await desk.sign_in()
        return desk

    async def counter(self, staff_no: str = "C1", name: str = "3 号窗口") -> Counter:
        """A new clerk, signed in at a new terminal."""
        await self.hire(staff_no, ["clerk"], counter=name)
        clerk = await self.invite(Counter(self.origin, staff_no, PASSWORD))
        await clerk.sign_in()
        return clerk


@asynccontextmanager
async def running_town(settings: Settings, clock: ShiftedClock) -> AsyncIterator[Town]:
    """Serve the application for ``settings`` on a free port until the block ends."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(opened(settings, clock=clock))
        await house.database.unit_of_work(PORTAL, house.services.catalogue.publish)
        runner = web.AppRunner(make_app(house.services), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await house.engine.start()
        stack.push_async_callback(house.engine.stop)
        origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with AsyncExitStack() as visitors:
            yield Town(house, origin, visitors)
