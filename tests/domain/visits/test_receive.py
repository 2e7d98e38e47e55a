"""A scan: what the counter sees, what it does not, and the trace that stays either way."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from codes.errors import CodeExpired, CodeMalformed, CodeUnknown, CodeUsed
from config.floor import sql
from config.floor.refusal import Forbidden, Missing
from server.domain.sessions.callers import StaffCaller
from server.domain.terminals.errors import TerminalUnknown
from server.domain.visits.errors import PurposeNotAllowed, TerminalLocked
from server.domain.visits.ports import VisitOptions
from server.domain.visits.views import CounterVisit
from tests.domain.visits.hall import PORTAL, Hall, SomeCase


async def test_the_counter_sees_the_purposes_least_fields_and_nothing_that_needs_consent(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    hall.town.cases[wang] = [SomeCase("511602202611200001", "印刷经营许可", "accepted")]
    visit = await hall.scan(clerk, await hall.code(wang), "apply_here")
    assert isinstance(visit, CounterVisit)
    assert (visit.name_masked, visit.loa, visit.acting_for) == ("王*兰", 3, None)
    assert visit.fields == (("name_masked", "王*兰"), ("loa", "3"), ("open_cases", "1"))
    assert [case.case_no for case in visit.open_cases] == ["511602202611200001"]
    assert visit.consent is not None
    assert (visit.consent.state, visit.consent.asked) == ("pending", ("name", "id_number", "phone", "portrait"))
    assert visit.consent.expires_at - visit.at == timedelta(seconds=90)
    assert not {"name", "id_number", "phone", "birth_date"} & {code for asked in hall.town.asked for code in asked}


async def test_medical_learns_whether_she_is_65_but_no_age_and_no_date(hall: Hall) -> None:
    visit = await hall.accepted(hall.counter("导诊台"), hall.person(), "medical")
    assert dict(visit.fields) == {"name_masked": "王*兰", "loa": "3", "senior": "true"}
    assert visit.consent is None


async def test_a_gate_learns_no_name(hall: Hall) -> None:
    visit = await hall.accepted(hall.counter("闸机"), hall.person(), "transit")
    assert visit.name_masked is None
    assert dict(visit.fields) == {"loa": "3", "eligible": "yes.0"}


async def test_both_sides_are_told_and_the_trail_names_fields_only(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    assert hall.told(f"resident:{wang}") == ["visit", "consent"]
    (entry,) = await hall.trail(wang)
    assert (entry.action, entry.outcome, entry.purpose) == ("visit.look", "accepted", "apply_here")
    assert entry.fields == ("name_masked", "loa", "open_cases")
    assert entry.subject == str(visit.id)
    assert entry.place == "示范市政务服务中心 3 号窗口"
    (seen,) = await hall.seen_by(wang)
    assert (seen.counter, seen.staff_no, seen.outcome) == ("3 号窗口", "C-017", "accepted")


async def test_no_personal_value_reaches_a_row_or_an_event(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    await hall.answer(wang, visit.id, True, ["id_number", "phone"])
    await hall.look_again(visit.id, clerk)
    kept = repr([await sql.rows(f"SELECT * FROM {table}") for table in ("visits", "audit_entries", "code_uses")])
    kept += repr(hall.events)
    for value in ("王小兰", "王*兰", "511602190001010020", "17000000001", "1900-01-01"):
        assert value not in kept


async def test_a_code_shown_for_another_scene_is_refused_and_the_look_is_remembered(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    text = await hall.code(wang, "04")
    refused = await hall.scan(clerk, text, "apply_here")
    assert isinstance(refused, PurposeNotAllowed)
    assert refused.facts == {"purpose": "apply_here", "scene": "04"}
    assert hall.town.asked == []
    (seen,) = await hall.seen_by(wang)
    assert (seen.outcome, seen.fields, seen.consent) == ("purpose-not-allowed", (), None)
    assert hall.told(f"resident:{wang}") == ["visit"]
    assert isinstance(await hall.scan(clerk, text, "medical"), CodeUsed)


@pytest.mark.parametrize("purpose", ["medical", "no_such_purpose"])
async def test_a_terminal_asks_only_for_its_own_purposes_and_the_code_stays_good(hall: Hall, purpose: str) -> None:
    wang = hall.person()
    text = await hall.code(wang, "00")
    with pytest.raises(PurposeNotAllowed):
        await hall.scan(hall.counter("3 号窗口", ("apply_here",)), text, purpose)
    assert await hall.seen_by(wang) == []
    assert isinstance(await hall.scan(hall.counter("4 号窗口"), text, "medical"), CounterVisit)


async def test_the_second_look_hears_when_and_where_and_the_resident_sees_it(hall: Hall) -> None:
    wang = hall.person()
    text = await hall.code(wang)
    await hall.scan(hall.counter("3 号窗口"), text)
    refused = await hall.scan(hall.counter("5 号窗口"), text)
    assert isinstance(refused, CodeUsed)
    assert refused.facts == {"used_at": "2026-11-22T04:00:00Z", "counter": "3 号窗口"}
    assert [(one.counter, one.outcome) for one in await hall.seen_by(wang)] == [
        ("5 号窗口", "code-used"),
        ("3 号窗口", "accepted"),
    ]


async def test_two_counters_at_once_make_one_visit(hall: Hall) -> None:
    wang = hall.person()
    text = await hall.code(wang)
    answers = await asyncio.gather(*(hall.scan(hall.counter(f"{n} 号窗口"), text) for n in range(8)))
    assert sum(isinstance(one, CounterVisit) for one in answers) == 1
    assert sum(isinstance(one, CodeUsed) for one in answers) == 7
    assert len(await hall.seen_by(wang)) == 8


async def test_an_expired_code_is_shown_to_its_resident_an_unknown_one_to_nobody(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    text = await hall.code(wang)
    hall.clock.advance(timedelta(seconds=90))
    assert isinstance(await hall.scan(clerk, text), CodeExpired)
    assert [one.outcome for one in await hall.seen_by(wang)] == ["code-expired"]
    hall.clock.advance(timedelta(minutes=30))
    assert isinstance(await hall.scan(clerk, text), CodeUnknown)
    assert isinstance(await hall.scan(clerk, "134567890123456789"), CodeMalformed)
    assert len(await hall.seen_by(wang)) == 1


async def test_the_day_is_counted(hall: Hall) -> None:
    clerk = hall.counter("3 号窗口")
    hall.clock.advance(timedelta(hours=-13))  # before midnight in the legal zone
    await hall.accepted(clerk, hall.person())
    hall.clock.advance(timedelta(hours=13))
    await hall.accepted(clerk, hall.person())
    await hall.scan(clerk, "nonsense")
    await hall.accepted(hall.counter("4 号窗口"), hall.person())
    counts = await hall.visits.today(await hall.database.reading(PORTAL), clerk)
    assert (counts.scanned, counts.refused) == (2, 1)


async def test_a_terminal_that_guesses_is_locked_for_a_while(hall: Hall) -> None:
    clerk, wang = hall.counter("3 号窗口"), hall.person()
    for _ in range(10):
        assert isinstance(await hall.scan(clerk, "9" * 34), CodeMalformed)
    text = await hall.code(wang)
    locked = await hall.scan(clerk, text)
    assert isinstance(locked, TerminalLocked)
    assert locked.code == "too-many"
    assert locked.retry_after == 301
    assert "terminal-locked" in hall.told(f"staff:{PORTAL}")
    assert await hall.seen_by(wang) == []
    assert isinstance(await hall.scan(hall.counter("4 号窗口"), text), CounterVisit)
    hall.clock.advance(timedelta(seconds=300))
    await hall.accepted(clerk, wang)


async def test_a_code_used_before_never_locks(hall: Hall) -> None:
    clerk, wang = hall.counter("3 号窗口"), hall.person()
    text = await hall.code(wang)
    await hall.scan(clerk, text)
    for _ in range(15):
        assert isinstance(await hall.scan(clerk, text), CodeUsed)
    await hall.accepted(clerk, wang)


async def test_slow_failures_do_not_lock(hall: Hall) -> None:
    clerk = hall.counter("3 号窗口")
    for _ in range(15):
        hall.clock.advance(timedelta(seconds=7))
        assert isinstance(await hall.scan(clerk, "nonsense"), CodeMalformed)


async def test_the_limit_is_a_setting(hall: Hall) -> None:
    strict = Hall(hall.database, hall.clock, VisitOptions(failures=1, lock_seconds=5))
    clerk = strict.counter("3 号窗口")
    await strict.scan(clerk, "nonsense")
    assert isinstance(await strict.scan(clerk, "nonsense"), TerminalLocked)


async def test_nobody_without_a_terminal_looks(hall: Hall) -> None:
    clerk = hall.counter("3 号窗口")
    text = await hall.code(hall.person())
    hall.town.places.clear()
    with pytest.raises(TerminalUnknown):
        await hall.scan(clerk, text)
    seated = StaffCaller(
        clerk.session_id, clerk.staff_id, clerk.staff_no, clerk.name, clerk.roles, "", PORTAL, clerk.region, None
    )
    with pytest.raises(Forbidden):
        await hall.scan(seated, text)


async def test_a_visit_opens_only_at_its_own_terminal(hall: Hall) -> None:
    clerk, other = hall.counter("3 号窗口"), hall.counter("4 号窗口")
    visit = await hall.accepted(clerk, hall.person())
    assert (await hall.look_again(visit.id, clerk)).id == visit.id
    with pytest.raises(Missing):
        await hall.look_again(visit.id, other)
    with pytest.raises(Missing):
        await hall.run(lambda unit: hall.visits.get(unit, visit.id, clerk), portal="elsewhere")


async def test_acting_for_somebody_shows_both_and_both_see_the_look(hall: Hall) -> None:
    father, daughter, clerk = hall.person(), hall.person(), hall.counter("3 号窗口")
    hall.town.people[father] |= {"name_masked": "王*山", "loa": "2"}
    visit = await hall.scan(clerk, await hall.code(father, acting=daughter))
    assert isinstance(visit, CounterVisit)
    assert (visit.name_masked, visit.loa, visit.acting_for) == ("王*兰", 3, "王*山")
    assert hall.told(f"resident:{daughter}")[-1] == "consent"
    assert hall.told(f"resident:{father}") == ["visit"]
    assert [one.id for one in await hall.seen_by(father)] == [one.id for one in await hall.seen_by(daughter)]


async def test_a_clerks_purposes_are_listed_in_order(hall: Hall) -> None:
    clerk = hall.counter("3 号窗口", ("medical", "apply_here", "not_there_any_more"))
    unit = await hall.database.reading(PORTAL)
    assert [one.code for one in await hall.visits.purposes_at(unit, clerk)] == ["apply_here", "medical"]
