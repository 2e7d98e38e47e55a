"""Looks of every kind at one resident: her portrait and a licence's picture at a counter, a case begun there, her
application opened by the desk, her messages looked up in the console. Each by the room that does it every day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from server.demo.cast import Person
from server.demo.desk import Days, Desk, SeedStopped
from server.demo.forms import fill_in, papers_for
from server.demo.visits import code_of
from server.domain.cases.records import CaseRecord
from server.domain.catalogue.guide import Guide
from server.domain.privacy.full_views import About, Why
from server.domain.sessions.callers import StaffCaller
from server.domain.visits.errors import PortraitMissing, PortraitUnavailable
from server.domain.visits.granting import PortraitOutcome

Add = Callable[[datetime, Callable[[], Awaitable[None]]], None]
_AT_COUNTER, _AT_DESK = (2, "10:10"), (2, "10:30")
_BEGUN, _ASKED = (1, "14:20"), (1, "16:05")


def add_looks(desk: Desk, person: Person, days: Days, guide: Guide, add: Add) -> None:
    """``person`` must have cases and a signed-in phone; ``guide`` is what the counter fills in."""
    seen = _Seen(desk, person, guide)
    add(days.at(*_AT_COUNTER), lambda: seen.pictures(days.at(*_AT_COUNTER)))
    add(days.at(*_AT_DESK), seen.application)
    add(days.at(*_BEGUN), lambda: seen.begun(days.at(*_BEGUN)))
    add(days.at(*_ASKED), seen.messages)


class _Seen:
    """One resident, and whoever looks at her."""

    def __init__(self, desk: Desk, person: Person, guide: Guide) -> None:
        self._desk, self._services = desk, desk.services
        self._person, self._guide = person, guide

    @property
    def _clerk(self) -> StaffCaller:
        return self._desk.staff["clerk"]

    async def _shown(self, at: datetime, scene: str, purpose: str) -> UUID:
        text = await code_of(self._desk, self._person.key, at, scene)
        visits, clerk = self._services.visits, self._clerk
        return (await self._desk.decide(lambda unit: visits.receive(unit, clerk, text, purpose))).id

    async def pictures(self, at: datetime) -> None:
        """亮证: she says yes to her portrait and to one licence, and the clerk looks at both."""
        who, visits, clerk = self._desk.residents[self._person.key], self._services.visits, self._clerk
        visit_id = await self._shown(at, "02", "show_licence")
        licences, reading = self._services.licences, await self._services.database.reading(self._desk.portal.id)
        mine = (await licences.held(await licences.holding(reading, who.resident_id, business="", basis=""))).licences
        if not mine:
            raise SeedStopped("nobody looks at a licence where there is none")
        chosen = mine[0].id
        await self._desk.decide(
            lambda unit: visits.consent(unit, who.resident_id, visit_id, True, ["portrait", "licences"], [chosen])
        )
        bearer = await self._desk.decide(lambda unit: visits.bearer(unit, visit_id, clerk, "portrait"))
        came: PortraitOutcome = "shown"
        try:
            await self._services.portraits.portrait(
                bearer.name, bearer.id_number, purpose=bearer.purpose, basis=bearer.basis
            )
        except PortraitMissing:
            came = "missing"
        except PortraitUnavailable:
            came = "unavailable"
        await self._desk.decide(lambda unit: visits.portrait_came(unit, visit_id, clerk, came))
        holding = await licences.holding(reading, bearer.resident_id, business=bearer.purpose, basis=bearer.basis)
        face = await licences.face(holding, chosen, [chosen])
        await self._desk.decide(lambda unit: visits.licence_came(unit, visit_id, clerk, "shown"))
        await self._desk.decide(
            lambda unit: visits.licence_came(unit, visit_id, clerk, "shown", face.licence.kind[:32])
        )

    async def application(self) -> None:
        """A handler opens her newest application, and one of its papers."""
        cases, who = self._services.cases, self._desk.residents[self._person.key]
        reading = await self._services.database.reading(self._desk.portal.id)
        found = (await cases.of_resident(reading, who.resident_id)).cases
        case_no = found[0].case_no
        handler = next(
            one for one in self._desk.staff.values() if "handler" in one.roles and one.department == found[0].department
        )
        case = await cases.staff_case(reading, handler, case_no)
        await self._desk.decide(lambda unit: cases.record_look(unit, handler, case))
        papers = (await cases.detail(reading, who.resident_id, case_no)).documents
        if papers:
            number = papers[0].document_no
            if not (await cases.access(reading, handler, case)).is_open:
                await self._asked(handler, case)
            await self._desk.decide(lambda unit: cases.staff_document(unit, handler, case_no, number))

    async def _asked(self, handler: StaffCaller, case: CaseRecord) -> None:
        """A colleague has it in hand: a reason comes first."""
        about = About("case", case.id, case.resident_id, case.region, handler.department)
        why = Why("complaint", "本人来电询问文书上的日期")
        shown = self._services.rights.full_views.show
        await self._desk.decide(lambda unit: shown(unit, handler.actor, about, why, ["papers"]))

    async def begun(self, at: datetime) -> None:
        """扫码办事: the clerk fills an application in, she submits it with a tap."""
        who, rooms = self._desk.residents[self._person.key], self._services.counter_cases
        visit_id = await self._shown(at, "03", "apply_here")
        reading = await self._services.database.reading(self._desk.portal.id)
        answers = fill_in(self._guide, self._person, reading.today)
        handed = [(code, await self._desk.upload(who, kind)) for code, kind in papers_for(self._guide, answers)]
        made = await self._desk.decide(
            lambda unit: rooms.begin(unit, self._clerk, visit_id, self._guide.code, answers, handed, "phone")
        )
        await self._desk.decide(lambda unit: rooms.answer(unit, who.resident_id, made.id, True))

    async def messages(self) -> None:
        """She asks why no message came, and an operator looks what was sent."""
        who, operator = self._desk.residents[self._person.key], self._desk.staff["operator"]
        await self._desk.decide(
            lambda unit: self._services.audit.record(
                unit, operator.actor, "notices.look", subject_kind="resident", subject=str(who.resident_id),
                resident_id=who.resident_id, region=operator.region, purpose="not-received",
                place=operator.department[:128],
            )
        )  # fmt: skip
