"""A code of one portal at another's counter: only under an agreement, only what it names, and seen at home."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest

from codes.errors import CodeUnknown, CodeUsed
from codes.service import Holder
from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Missing, Refusal
from config.floor.unit import Unit
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.domain.delegations.mandates import Mandates
from server.domain.looks.service import Looks
from server.domain.recognition.service import FOLDER, Recognition
from server.domain.visits.ports import VisitOptions
from server.domain.visits.service import Visits
from server.domain.visits.views import CounterVisit, ResidentVisit
from tests.domain.visits.hall import NOON, PORTAL, PURPOSES, Hall

HOME = "linshi"
AGREEMENTS = Recognition.load(FOLDER, {PORTAL, HOME}, PURPOSES)


class Abroad(Hall):
    """The hall, where codes of the neighbour city are taken; which portal each person was read in."""

    def __init__(self, database: Database, clock: ShiftedClock) -> None:
        super().__init__(database, clock)
        self.read_in: list[str] = []
        self.visits = Visits(
            self.codes,
            self.purposes,
            self,
            self.town,
            self.audit,
            self.town,
            VisitOptions(),
            recognition=AGREEMENTS,
            mandates=Mandates(),
        )

    async def disclose(self, unit: Unit, resident_id: UUID, fields: Sequence[str]) -> dict[str, str]:
        self.read_in.append(unit.portal)
        return dict(await self.town.disclose(unit, resident_id, fields))

    async def neighbours_code(self, resident: UUID, scene: str = "00") -> str:
        holder = Holder(resident, resident, None, "phone", HOME, new_id(), "511621000000")

        async def issue(unit: Unit) -> str:
            return self.codes.first(unit, await self.codes.issue(unit, holder), scene).text

        return await self.run(issue, portal=HOME)

    async def at_home(self, resident: UUID) -> list[ResidentVisit]:
        return (await self.visits.of_resident(await self.database.reading(HOME), resident))[0]

    async def say(self, resident: UUID, visit_id: UUID, fields: Sequence[str]) -> ResidentVisit | Refusal:
        async def work(unit: Unit) -> ResidentVisit | Refusal:
            return await self.visits.consent(unit, resident, visit_id, True, fields)

        return await self.run(work, portal=HOME)


@pytest.fixture
async def abroad(database: Database, clock: ShiftedClock) -> Abroad:
    clock.set(NOON)
    return Abroad(database, clock)


async def test_a_code_of_one_portal_works_at_anothers_counter_under_an_agreement(abroad: Abroad) -> None:
    someone, gate = abroad.person(), abroad.counter("闸机")
    visit = await abroad.scan(gate, await abroad.neighbours_code(someone, "06"), "venue")
    assert isinstance(visit, CounterVisit)
    assert dict(visit.fields) == {"loa": "3", "eligible": "yes.0"}
    assert (visit.holder_portal, visit.name_masked) == (HOME, None)
    assert set(abroad.read_in) == {HOME}


async def test_the_answer_is_the_purpose_and_the_agreement_and_the_consent(abroad: Abroad) -> None:
    someone, clerk = abroad.person(), abroad.counter("3 号窗口")
    visit = await abroad.scan(clerk, await abroad.neighbours_code(someone, "02"), "show_licence")
    assert isinstance(visit, CounterVisit)
    assert dict(visit.fields) == {"name_masked": "王*兰", "loa": "3"}  # at home also the masked number
    assert visit.consent is not None
    assert visit.consent.asked == ("licences", "portrait")
    await abroad.say(someone, visit.id, ["portrait"])
    again = await abroad.look_again(visit.id, clerk)
    assert again.granted == ("portrait",)
    assert dict(again.fields) == {"name_masked": "王*兰", "loa": "3"}


async def test_without_an_agreement_the_code_stays_unknown_and_is_not_used_up(abroad: Abroad) -> None:
    someone, clerk = abroad.person(), abroad.counter("3 号窗口")
    text = await abroad.neighbours_code(someone)
    refused = await abroad.scan(clerk, text, "apply_here")
    assert isinstance(refused, CodeUnknown)
    assert await abroad.at_home(someone) == []
    assert isinstance(await abroad.scan(clerk, text, "venue"), CounterVisit)


async def test_after_its_last_day_the_code_is_unknown_again(abroad: Abroad) -> None:
    abroad.clock.set(NOON.replace(year=2029))
    someone = abroad.person()
    refused = await abroad.scan(abroad.counter("闸机"), await abroad.neighbours_code(someone, "06"), "venue")
    assert isinstance(refused, CodeUnknown)


async def test_she_sees_the_look_at_home_and_answers_there(abroad: Abroad) -> None:
    someone, clerk = abroad.person(), abroad.counter("3 号窗口")
    visit = await abroad.scan(clerk, await abroad.neighbours_code(someone, "02"), "show_licence")
    assert isinstance(visit, CounterVisit)
    (line,) = await abroad.at_home(someone)
    assert (line.id, line.hall, line.counter, line.staff_no) == (visit.id, "示范市政务服务中心", "3 号窗口", "C-017")
    looks = Looks(abroad.audit, _OneAccount(), abroad.visits, _NoCases())
    (look,), _ = await looks.of_resident(await abroad.database.reading(HOME), someone)
    assert look.visit is not None
    assert look.visit.id == visit.id
    answered = await abroad.say(someone, visit.id, ["portrait"])
    assert isinstance(answered, ResidentVisit)
    assert answered.consent is not None
    assert answered.consent.state == "allowed"


class _OneAccount:
    async def accounts(self, unit: Unit, resident_id: UUID) -> list[UUID]:
        return [resident_id]


class _NoCases:
    async def named(self, unit: Unit, resident_id: UUID, ids: object) -> dict[UUID, tuple[str, str]]:
        return {}

    async def papers_named(self, unit: Unit, files: object, language: str) -> dict[UUID, str]:
        return {}


async def test_the_counters_own_record_names_the_look_but_not_the_person(abroad: Abroad) -> None:
    someone, gate = abroad.person(), abroad.counter("闸机")
    visit = await abroad.scan(gate, await abroad.neighbours_code(someone, "06"), "venue")
    assert isinstance(visit, CounterVisit)
    assert await abroad.trail(someone) == []
    entries = await abroad.audit.of_portal(await abroad.database.reading(PORTAL), str(visit.id))
    assert [entry.action for entry in entries] == ["visit.look_abroad"]
    rows = await sql.rows("SELECT resident_id FROM audit_entries WHERE portal = $1", PORTAL)
    assert [row["resident_id"] for row in rows] == [None]


async def test_a_recognised_code_is_used_once_in_either_portal(abroad: Abroad) -> None:
    someone, gate = abroad.person(), abroad.counter("闸机")
    text = await abroad.neighbours_code(someone, "06")
    assert isinstance(await abroad.scan(gate, text, "venue"), CounterVisit)
    again = await abroad.scan(abroad.counter("二号闸机"), text, "venue")
    assert isinstance(again, CodeUsed)
    assert [line.outcome for line in await abroad.at_home(someone)] == ["code-used", "accepted"]


async def test_to_be_seen_is_not_to_be_served(abroad: Abroad) -> None:
    someone, gate = abroad.person(), abroad.counter("闸机")
    visit = await abroad.scan(gate, await abroad.neighbours_code(someone, "06"), "venue")
    assert isinstance(visit, CounterVisit)
    with pytest.raises(Missing):
        await abroad.visits.whose(await abroad.database.reading(PORTAL), visit.id, gate.terminal_id)


async def test_a_visit_of_another_portals_resident_is_nobody_elses(abroad: Abroad) -> None:
    someone, stranger, gate = abroad.person(), abroad.person(), abroad.counter("闸机")
    visit = await abroad.scan(gate, await abroad.neighbours_code(someone, "06"), "venue")
    assert isinstance(visit, CounterVisit)
    for portal, who in ((HOME, stranger), ("third", someone)):
        with pytest.raises(Missing):
            await abroad.visits.one_of_resident(await abroad.database.reading(portal), who, visit.id)
