"""An office for tests: real rooms beside cases, a folder in memory, and a post room that keeps what it was given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Actor, Unit
from config.floor.vault import Vault
from config.wording import Wording
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.domain.calendar.service import CalendarService
from server.domain.cases.ports import Category
from server.domain.cases.progress import CaseRef
from server.domain.cases.service import Cases
from server.domain.cases.workflow import Action
from server.domain.catalogue.service import CatalogueService
from server.domain.delegations.mandates import Mandates
from server.domain.materials.service import Materials
from server.domain.privacy.openings import Openings
from server.domain.sessions.callers import ResidentCaller, StaffCaller
from tests.domain.materials.samples import jpeg, pdf
from tests.domain.people import NAME, NUMBER, PHONE, PORTAL, REGION, People

T = TypeVar("T")
ITEM = "printing-licence"
DEPARTMENT = "区行政审批局"
CALENDAR = CalendarService.load()
WORDING = Wording()
ANSWERS: dict[str, Any] = {
    "company_name": "示范印刷有限公司",
    "credit_code": "91511602MA62A0000X",
    "site_address": "示范路 1 号",
    "site_kind": "owned",
    "scope": ["packaging"],
    "machines": 3,
    "agent_name": "王秀兰",
    "agent_phone": PHONE,
    "truth": True,
}


@dataclass
class MemoryFiles:
    """The Files port, in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def put(self, name: str, content: bytes) -> None:
        self.kept[name] = content

    async def get(self, name: str) -> bytes:
        if name not in self.kept:
            raise FileNotFoundError(name)
        return self.kept[name]

    async def delete(self, name: str) -> None:
        self.kept.pop(name, None)


@dataclass
class PostRoom:
    """Stands where the notice engine stands: one row for one dedupe key."""

    posted: list[tuple[str, Category, str, Mapping[str, str]]] = field(default_factory=list)

    async def post(
        self,
        unit: Unit,
        *,
        recipient: UUID,
        region: str,
        event: str,
        category: Category,
        dedupe_key: str,
        values: Mapping[str, str],
        subject: str = "",
        sensitive: bool = False,
    ) -> UUID | None:
        assert dedupe_key not in [key for _, _, key, _ in self.posted]
        self.posted.append((event, category, dedupe_key, values))
        return new_id()

    @property
    def events(self) -> list[str]:
        return [event for event, _, _, _ in self.posted]


def desk(*roles: str, department: str = DEPARTMENT, portal: str = PORTAL) -> StaffCaller:
    """Somebody at a desk."""
    staff_id = new_id()
    return StaffCaller(
        session_id=new_id(), staff_id=staff_id, staff_no=f"T{str(staff_id)[-4:]}", name="", roles=frozenset(roles),
        department=department, portal=portal, region=REGION, terminal_id=None,
    )  # fmt: skip


class Office:
    """Cases with everything around them."""

    def __init__(self, database: Database, clock: ShiftedClock, vault: Vault) -> None:
        self.database = database
        self.clock = clock
        self.vault = vault
        self.people = People(vault)
        self.post = PostRoom()
        self.files = MemoryFiles()
        self.materials = Materials(self.files, vault)
        self.catalogue = CatalogueService()
        self.cases = Cases(
            vault=vault,
            audit=self.people.audit,
            notify=self.post,
            residents=self.people.residents,
            catalogue=self.catalogue,
            calendar=CALENDAR,
            materials=self.materials,
            wording=WORDING,
            mandates=Mandates(),
            openings=Openings(30),
            year_shift=120,
        )
        self.handler, self.second = desk("handler"), desk("handler")
        self.clerk = desk("clerk")

    async def run(self, decide: Callable[[Unit], Awaitable[T]], portal: str = PORTAL) -> T:
        """One unit of work."""
        return await self.database.unit_of_work(portal, decide)

    async def open(self) -> None:
        """Publish the items."""
        await self.run(self.catalogue.publish)

    async def resident(self, phone: str = PHONE, *, verified: bool = True) -> ResidentCaller:
        """A resident, verified by name and number."""
        entered = await self.run(lambda unit: self.people.residents.enter(unit, phone, language="zh-CN"))
        if verified and phone == PHONE:

            async def verify(unit: Unit) -> object:
                name, number = self.people.residents.read_claim(unit, NAME, NUMBER)
                actor = Actor("resident", entered.id, "resident")
                return await self.people.residents.settle_claim(unit, actor, entered.id, name, number, matched=True)

            await self.run(verify)
        return ResidentCaller(
            session_id=new_id(), resident_id=entered.id, loa=3 if verified else 2, portal=PORTAL, region=REGION,
            language="zh-CN", device="",
        )  # fmt: skip

    async def upload(self, resident: ResidentCaller, name: str = "证明.pdf", content: bytes | None = None) -> UUID:
        """One file that waits."""
        found = await self.materials.inspect(name, content or pdf())
        await self.run(lambda unit: self.materials.reserve(unit, resident, found))
        await self.materials.write(found)
        return (await self.run(lambda unit: self.materials.confirm(unit, resident, found))).id

    async def papers(self, resident: ResidentCaller) -> list[tuple[str, UUID]]:
        """What the item asks for."""
        return [
            ("site_proof", await self.upload(resident)),
            ("authorisation", await self.upload(resident, "委托书.jpg", jpeg())),
        ]

    async def submit(self, resident: ResidentCaller, answers: Mapping[str, Any] | None = None) -> CaseRef:
        """A case that waits at the desk."""
        papers = await self.papers(resident)
        return await self.run(
            lambda unit: self.cases.submit(unit, resident, ITEM, answers or ANSWERS, papers, draft=False)
        )

    async def move(self, who: StaffCaller, ref: CaseRef, action: Action, **given: Any) -> CaseRef:
        """One transition of the version in ``ref``."""
        return await self.run(
            lambda unit: self.cases.transition(unit, who, ref.case_no, action, version=ref.version, **given)
        )

    async def later(self, **days: float) -> None:
        """Time goes by."""
        self.clock.advance(timedelta(**days))


async def count(database: Database, text: str, *values: Any) -> int:
    """A count of rows, outside any unit."""
    row = await sql.row(text, *values)
    assert row is not None
    return int(next(iter(row.values())))
