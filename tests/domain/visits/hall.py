"""A hall with two counters, some residents with codes, and the visits room between them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from codes.keys import MasterKeys
from codes.service import Codes, Holder
from config.floor.ids import new_id
from config.floor.refusal import Refusal
from config.floor.unit import Event, Unit
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.domain.audit.service import Audit, AuditLine
from server.domain.delegations.mandates import Mandates
from server.domain.purposes.service import Purposes
from server.domain.sessions.callers import StaffCaller
from server.domain.terminals.errors import TerminalUnknown
from server.domain.visits.ports import CaseInHand, VisitOptions
from server.domain.visits.service import Visits
from server.domain.visits.views import CounterVisit, ResidentVisit

T = TypeVar("T")
PORTAL = "demo"
REGION = "511602000000"
PURPOSES = Purposes.load()  # files are read at import, never on the event loop
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ALL_PURPOSES = ("apply_here", "hall_queue", "show_licence", "medical", "venue", "transit")


@dataclass(frozen=True)
class Place:
    id: UUID
    hall: str
    counter: str
    purposes: tuple[str, ...]
    region: str = REGION
    scans_per_minute: int | None = None
    failures: int | None = None
    lock_seconds: int | None = None


@dataclass(frozen=True)
class SomeCase:
    case_no: str
    item_name: str
    status: str
    department: str = "示范区行政审批局"
    item_code: str = "printing-licence"
    organisation_id: UUID | None = None


@dataclass
class Town:
    """What residents, cases and terminals answer; invented people."""

    people: dict[UUID, dict[str, str]] = field(default_factory=dict)
    cases: dict[UUID, list[SomeCase]] = field(default_factory=dict)
    places: dict[UUID, Place] = field(default_factory=dict)
    holdings: dict[UUID, set[str]] = field(default_factory=dict)
    looked_up: list[tuple[str, ...]] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def disclose(self, unit: Unit, resident_id: UUID, fields: Sequence[str]) -> Mapping[str, str]:
        self.asked.append(tuple(fields))
        return {code: value for code, value in self.people[resident_id].items() if code in fields}

    async def open_count(self, unit: Unit, resident_id: UUID) -> Sequence[CaseInHand]:
        return self.cases.get(resident_id, [])

    async def held(self, unit: Unit, resident_id: UUID, items: Sequence[str]) -> set[str]:
        self.looked_up.append(tuple(items))
        return set(items) & self.holdings.get(resident_id, set())

    async def get(self, unit: Unit, terminal_id: UUID) -> Place:
        if terminal_id not in self.places:
            raise TerminalUnknown()
        return self.places[terminal_id]


class Hall:
    """One call is one unit of work; what was told is kept in ``events``."""

    def __init__(self, database: Database, clock: ShiftedClock, options: VisitOptions | None = None) -> None:
        self.database, self.clock, self.town = database, clock, Town()
        self.codes = Codes(MasterKeys({"a": b"a" * 32}, "a"))
        self.audit = Audit()
        self.purposes = PURPOSES
        self.visits = Visits(
            self.codes, self.purposes, self.town, self.town, self.audit, self.town, options, mandates=Mandates()
        )
        self.events: list[Event] = []

    async def run(self, work: Callable[[Unit], Awaitable[T]], portal: str = PORTAL) -> T:
        async def kept(unit: Unit) -> T:
            answer = await work(unit)
            self.events += unit.events
            return answer

        return await self.database.unit_of_work(portal, kept)

    def counter(self, name: str, purposes: tuple[str, ...] = ALL_PURPOSES) -> StaffCaller:
        place = Place(new_id(), "示范市政务服务中心", name, purposes)
        self.town.places[place.id] = place
        return StaffCaller(
            new_id(), new_id(), "C-017", "某窗口人员", frozenset({"clerk"}), "大厅", PORTAL, REGION, place.id
        )

    def person(self) -> UUID:
        someone = new_id()
        self.town.people[someone] = {
            "name": "王小兰", "name_masked": "王*兰", "loa": "3", "id_number": "511602190001010020",
            "id_number_masked": "5116**********0020", "phone": "17000000001", "birth_date": "1900-01-01",
            "senior": "true", "age": "126",
        }  # fmt: skip
        return someone

    async def code(self, resident: UUID, scene: str = "03", acting: UUID | None = None) -> str:
        """A code that this resident shows now, of a fresh handle and session."""
        holder = Holder(resident, acting or resident, None, "phone", PORTAL, new_id(), REGION)

        async def issue(unit: Unit) -> str:
            return self.codes.first(unit, await self.codes.issue(unit, holder), scene).text

        return await self.run(issue)

    async def scan(
        self, clerk: StaffCaller, text: str, purpose: str = "apply_here", item: str = ""
    ) -> CounterVisit | Refusal:
        async def work(unit: Unit) -> CounterVisit | Refusal:
            return await self.visits.receive(unit, clerk, text, purpose, item)

        return await self.run(work)

    async def accepted(self, clerk: StaffCaller, resident: UUID, purpose: str = "apply_here") -> CounterVisit:
        visit = await self.scan(clerk, await self.code(resident, "00"), purpose)
        assert isinstance(visit, CounterVisit), visit
        return visit

    async def look_again(self, visit_id: UUID, clerk: StaffCaller) -> CounterVisit:
        async def work(unit: Unit) -> CounterVisit:
            return await self.visits.get(unit, visit_id, clerk)

        return await self.run(work)

    async def answer(
        self, resident: UUID, visit_id: UUID, allow: bool, fields: Sequence[str] = ()
    ) -> ResidentVisit | Refusal:
        async def work(unit: Unit) -> ResidentVisit | Refusal:
            return await self.visits.consent(unit, resident, visit_id, allow, fields)

        return await self.run(work)

    async def seen_by(self, resident: UUID) -> list[ResidentVisit]:
        return (await self.visits.of_resident(await self.database.reading(PORTAL), resident))[0]

    async def trail(self, resident: UUID) -> list[AuditLine]:
        return await self.audit.of_resident(await self.database.reading(PORTAL), resident)

    def told(self, topic: str) -> list[str]:
        return [event.name for event in self.events if event.topic == topic]
