"""The counter's question: some of it, none of it, too late, twice; and what the terminal sees after a yes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.floor.refusal import Invalid, Missing
from server.domain.visits.errors import ConsentClosed
from server.domain.visits.views import ResidentVisit
from tests.domain.visits.hall import PORTAL, Hall


def state_of(visit: object) -> str:
    assert isinstance(visit, ResidentVisit), visit
    assert visit.consent is not None
    return visit.consent.state


async def test_the_terminal_sees_exactly_what_was_allowed(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    assert state_of(await hall.answer(wang, visit.id, True, ["id_number"])) == "allowed"
    assert hall.told(f"terminal:{clerk.terminal_id}") == ["consent"]
    after = await hall.look_again(visit.id, clerk)
    assert dict(after.fields)["id_number"] == "511602190001010020"
    assert "phone" not in dict(after.fields)
    assert after.consent is not None
    assert after.consent.granted == ("id_number",)


async def test_each_disclosure_is_recorded_with_its_fields_once(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    await hall.answer(wang, visit.id, True, ["phone", "id_number"])
    for _ in range(3):
        await hall.look_again(visit.id, clerk)
    trail = [(one.action, one.actor_kind, one.outcome, one.fields) for one in await hall.trail(wang)]
    assert trail == [
        ("visit.disclose", "staff", "done", ("id_number", "phone")),
        ("visit.consent", "resident", "allowed", ("id_number", "phone")),
        ("visit.look", "staff", "accepted", ("name_masked", "loa", "open_cases")),
    ]
    (seen,) = await hall.seen_by(wang)
    assert seen.fields == ("name_masked", "loa", "open_cases", "id_number", "phone")


async def test_a_no_shows_nothing_more(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    assert state_of(await hall.answer(wang, visit.id, False, ["id_number"])) == "refused"
    after = await hall.look_again(visit.id, clerk)
    assert after.fields == visit.fields
    assert after.consent is not None
    assert after.consent.state == "refused"


async def test_yes_to_nothing_is_no(hall: Hall) -> None:
    wang = hall.person()
    visit = await hall.accepted(hall.counter("3 号窗口"), wang)
    assert state_of(await hall.answer(wang, visit.id, True, [])) == "refused"


@pytest.mark.parametrize(("seconds", "state"), [(89, "allowed"), (90, "expired"), (3600, "expired")])
async def test_the_question_waits_ninety_seconds(hall: Hall, seconds: int, state: str) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    hall.clock.advance(timedelta(seconds=seconds))
    assert state_of(await hall.answer(wang, visit.id, True, ["id_number"])) == state
    after = await hall.look_again(visit.id, clerk)
    assert ("id_number" in dict(after.fields)) is (state == "allowed")


async def test_an_answer_stands(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    await hall.answer(wang, visit.id, True, ["id_number"])
    assert state_of(await hall.answer(wang, visit.id, True, ["id_number"])) == "allowed"
    for allow, fields in ((False, []), (True, ["id_number", "phone"])):
        refused = await hall.answer(wang, visit.id, allow, fields)
        assert isinstance(refused, ConsentClosed)
        assert refused.facts == {"state": "allowed"}
    assert "phone" not in dict((await hall.look_again(visit.id, clerk)).fields)


async def test_allowed_values_are_shown_for_five_minutes(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    await hall.answer(wang, visit.id, True, ["id_number"])
    hall.clock.advance(timedelta(seconds=299))
    assert "id_number" in dict((await hall.look_again(visit.id, clerk)).fields)
    hall.clock.advance(timedelta(seconds=1))
    assert (await hall.look_again(visit.id, clerk)).fields == visit.fields


async def test_what_was_not_asked_cannot_be_given(hall: Hall) -> None:
    wang = hall.person()
    visit = await hall.accepted(hall.counter("3 号窗口"), wang)
    with pytest.raises(Invalid):
        await hall.answer(wang, visit.id, True, ["birth_date"])


async def test_only_the_person_at_the_counter_answers(hall: Hall) -> None:
    wang, other = hall.person(), hall.person()
    visit = await hall.accepted(hall.counter("3 号窗口"), wang)
    with pytest.raises(Missing):
        await hall.answer(other, visit.id, True, ["id_number"])
    with pytest.raises(Missing):
        await hall.run(lambda unit: hall.visits.consent(unit, wang, visit.id, True, []), portal="elsewhere")


async def test_where_nothing_was_asked_nothing_is_answered(hall: Hall) -> None:
    wang = hall.person()
    visit = await hall.accepted(hall.counter("导诊台"), wang, "medical")
    with pytest.raises(Missing):
        await hall.answer(wang, visit.id, True, [])


async def test_the_list_pages_and_holds_only_ones_own(hall: Hall) -> None:
    wang, other, clerk = hall.person(), hall.person(), hall.counter("3 号窗口")
    made = [(await hall.accepted(clerk, wang, "venue")).id for _ in range(31)]
    await hall.accepted(clerk, other, "venue")
    unit = await hall.database.reading(PORTAL)
    first, cursor = await hall.visits.of_resident(unit, wang)
    rest, end = await hall.visits.of_resident(unit, wang, cursor)
    assert [one.id for one in (*first, *rest)] == made[::-1]
    assert (len(first), end) == (30, None)
    with pytest.raises(Invalid):
        await hall.visits.of_resident(unit, wang, "no cursor")


async def test_one_visit_is_shown_to_its_resident_only(hall: Hall) -> None:
    wang, other = hall.person(), hall.person()
    visit = await hall.accepted(hall.counter("3 号窗口"), wang)
    unit = await hall.database.reading(PORTAL)
    assert (await hall.visits.one_of_resident(unit, wang, visit.id)).id == visit.id
    with pytest.raises(Missing):
        await hall.visits.one_of_resident(unit, other, visit.id)
