"""Driving the real services at any moment of the past: one unit of work a step, never a row by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from config.floor.ids import new_id
from config.floor.refusal import Refusal
from config.floor.unit import LEGAL_ZONE, Unit
from config.portal import Portal
from server.demo.cast import Member, Person, Terminal
from server.demo.forms import Answer, fill_in, papers_for
from server.demo.papers import sample_pdf, sample_png
from server.domain.cases.service import CorrectionRequest
from server.domain.cases.workflow import Action, Outcome
from server.domain.catalogue.guide import Guide
from server.domain.sessions.callers import ResidentCaller, StaffCaller, StaffRole
from server.domain.terminals.records import TerminalFacts
from server.services import Services

T = TypeVar("T")


class Travel(Protocol):
    """A clock that can be put to another time."""

    def set(self, instant: datetime | None) -> None: ...

    def reset(self) -> None: ...


class SeedStopped(Exception):
    """A step of the demonstration's past was refused: the seed and the rules disagree."""


def _why(refused: Refusal) -> str:
    """The code and the fields; never a value."""
    return " ".join([refused.code, *(f"{fault.field}:{fault.code}" for fault in refused.faults)])


@dataclass(slots=True)
class Desk:
    """Who is there, and how to get something decided."""

    services: Services
    portal: Portal
    residents: dict[str, ResidentCaller] = field(default_factory=dict)
    staff: dict[str, StaffCaller] = field(default_factory=dict)
    papers: int = 0

    async def decide(self, fn: Callable[[Unit], Awaitable[T | Refusal]]) -> T:
        """One unit of work; a refusal, raised or returned, is a fault of the seed."""
        try:
            answer = await self.services.database.unit_of_work(self.portal.id, fn)
        except Refusal as refused:
            raise SeedStopped(_why(refused)) from refused
        if isinstance(answer, Refusal):
            raise SeedStopped(_why(answer))
        return answer

    async def hire(self, member: Member, department: str, password_hash: str) -> StaffCaller:
        """Give somebody a place."""
        region = self.portal.region
        staff_id = await self.decide(
            lambda unit: self.services.staff.hire(
                unit, staff_no=member.staff_no, name=member.name, department=department, region=region,
                roles=member.roles, password_hash=password_hash,
            )
        )  # fmt: skip
        roles: frozenset[StaffRole] = frozenset(member.roles)  # type: ignore[arg-type]  # the file's words, checked by its test
        caller = StaffCaller(
            new_id(), staff_id, member.staff_no, member.name, roles, department, self.portal.id, region, None
        )
        self.staff[member.key] = caller
        return caller

    async def enrol(self, caller: StaffCaller, terminal: Terminal, purposes: Sequence[str]) -> None:
        """Stand a terminal on a counter, where somebody works at first; its device is enrolled by whoever opens it."""
        facts = TerminalFacts(terminal.hall, terminal.counter, tuple(purposes))
        invited = await self.decide(
            lambda unit: self.services.terminals.invite(unit, caller.actor, caller.region, facts)
        )
        key = next(key for key, one in self.staff.items() if one.staff_id == caller.staff_id)
        self.staff[key] = replace(caller, terminal_id=invited.terminal_id)

    def handlers(self, department: str) -> tuple[StaffCaller, StaffCaller]:
        """The two people of a department: one proposes, the other decides."""
        found = [one for one in self.staff.values() if "handler" in one.roles and one.department == department]
        return found[0], found[1]

    async def register(self, person: Person) -> ResidentCaller:
        """Sign somebody in and prove the name, asking the register between two units as the public call does."""
        services = self.services
        profile = await self.decide(lambda unit: services.residents.enter(unit, person.phone, language="zh-CN"))
        signed = await self.decide(lambda unit: services.sign_in.open(unit, profile, device="demo"))
        caller = ResidentCaller(signed.session.id, profile.id, 3, self.portal.id, profile.region, "zh-CN", "demo")
        reading = await services.database.reading(self.portal.id)
        name, number = services.residents.read_claim(reading, person.name, person.id_number)
        matched = await services.register.matches(name, number.number)
        await self.decide(
            lambda unit: services.residents.settle_claim(unit, caller.actor, profile.id, name, number, matched=matched)
        )
        if person.elder:
            await self.decide(lambda unit: services.residents.prefer(unit, profile.id, language=None, elder=True))
        self.residents[person.key] = caller
        return caller

    async def upload(self, caller: ResidentCaller, kind: str) -> UUID:
        """One paper, by the three steps of an upload."""
        self.papers += 1
        content = sample_pdf(f"Paper {self.papers}") if kind == "pdf" else sample_png(self.papers % 4)
        materials = self.services.materials
        found = await materials.inspect(f"材料{self.papers}.{kind}", content)
        await self.decide(lambda unit: materials.reserve(unit, caller, found))
        await materials.write(found)
        await self.decide(lambda unit: materials.confirm(unit, caller, found))
        return found.id


@dataclass(slots=True)
class CaseThread:
    """One case of the past, from its submission on."""

    desk: Desk
    person: Person
    guide: Guide
    answers: dict[str, Answer] = field(default_factory=dict)
    case_no: str = ""
    version: int = 0

    @property
    def resident(self) -> ResidentCaller:
        return self.desk.residents[self.person.key]

    async def submit(self, today: date) -> None:
        self.answers = fill_in(self.guide, self.person, today)
        handed = [
            (code, await self.desk.upload(self.resident, kind)) for code, kind in papers_for(self.guide, self.answers)
        ]
        cases = self.desk.services.cases
        ref = await self.desk.decide(
            lambda unit: cases.submit(unit, self.resident, self.guide.code, self.answers, handed, False)
        )
        self.case_no, self.version = ref.case_no, ref.version

    async def act(
        self, action: Action, opinion: str = "", outcome: Outcome | None = None, *, second: bool = False
    ) -> None:
        """A step of the desk, by the first or the second handler."""
        who = self.desk.handlers(self.guide.department)[1 if second else 0]
        corrections = self._corrections() if action is Action.REQUEST_CORRECTION else ()
        cases = self.desk.services.cases
        ref = await self.desk.decide(
            lambda unit: cases.transition(
                unit,
                who,
                self.case_no,
                action,
                version=self.version,
                opinion=opinion,
                corrections=corrections,
                outcome=outcome,
            )
        )
        self.version = ref.version

    def _corrections(self) -> tuple[CorrectionRequest, ...]:
        """One paper, or the first text answer where the item asks for no paper."""
        papers = papers_for(self.guide, self.answers)
        if papers and (paper := self.guide.material(papers[0][0])):
            return (
                CorrectionRequest(f"material:{paper.code}", paper.name, "照片边角没有拍全，请重新拍一张完整、清楚的。"),
            )
        asked = next(
            one for one in self.guide.fields() if one.code in self.answers and one.kind in ("text", "multiline")
        )
        return (CorrectionRequest(f"field:{asked.code}", asked.label, "和证件上的写法不一致，请核对后重填。"),)

    async def correct(self) -> None:
        """The applicant hands in what was asked for."""
        target = self._corrections()[0].target
        kind, _, code = target.partition(":")
        handed = [(code, await self.desk.upload(self.resident, "pdf"))] if kind == "material" else []
        answers = {} if kind == "material" else {code: self.answers[code]}
        cases = self.desk.services.cases
        ref = await self.desk.decide(lambda unit: cases.correct(unit, self.resident, self.case_no, answers, handed))
        self.version = ref.version

    async def withdraw(self) -> None:
        cases = self.desk.services.cases
        await self.desk.decide(
            lambda unit: cases.withdraw(unit, self.resident, self.case_no, "暂时不办了，想准备好再来。")
        )

    async def review(self, grade: int, comment: str) -> None:
        cases = self.desk.services.cases
        await self.desk.decide(lambda unit: cases.review(unit, self.resident, self.case_no, grade, comment))


class Days:
    """Moments of the past, counted in working days back from today."""

    def __init__(self, services: Services, today: date) -> None:
        self._days = [today]
        day = today
        while len(self._days) < 90:
            day -= timedelta(days=1)
            if services.calendar.is_working(day)[0]:
                self._days.append(day)

    def at(self, ago: int, clock: str) -> datetime:
        """``ago`` working days back, at ``HH:MM`` in the city."""
        return datetime.combine(self._days[ago], time.fromisoformat(clock), LEGAL_ZONE)

    def ago(self, day: date) -> int:
        """How many working days back a date lies (the first working day on or after it)."""
        return next(index for index in range(len(self._days) - 1, -1, -1) if self._days[index] >= day)
