"""The card in hand, pictures for some minutes, questions that nobody answered, and yes or no instead of data."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.refusal import Invalid, Missing, Refusal
from config.floor.unit import Unit
from server.domain.sessions.callers import StaffCaller
from server.domain.visits.errors import ConsentClosed, NotGranted
from server.domain.visits.granting import Bearer, PortraitOutcome
from server.domain.visits.views import CounterVisit
from tests.domain.visits.hall import PORTAL, Hall

CARD = ("name", "id_number", "portrait")


async def card(hall: Hall, visit: UUID, clerk: StaffCaller, fields: Sequence[str] = ()) -> CounterVisit | Refusal:
    async def work(unit: Unit) -> CounterVisit | Refusal:
        return await hall.visits.card(unit, visit, clerk, fields)

    return await hall.run(work)


async def bearer(hall: Hall, visit: UUID, clerk: StaffCaller, picture: str = "portrait") -> Bearer:
    async def work(unit: Unit) -> Bearer:
        return await hall.visits.bearer(unit, visit, clerk, picture)

    return await hall.run(work)


async def came(hall: Hall, visit: UUID, clerk: StaffCaller, outcome: PortraitOutcome) -> None:
    await hall.run(lambda unit: hall.visits.portrait_came(unit, visit, clerk, outcome))


async def test_the_card_in_hand_opens_what_the_purpose_lets_it_without_asking_the_phone(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    assert visit.card == CARD
    seen = await card(hall, visit.id, clerk)
    assert isinstance(seen, CounterVisit)
    assert dict(seen.fields)["id_number"] == "511602190001010020"
    assert "phone" not in dict(seen.fields)
    assert (seen.pictures, seen.card, seen.granted) == (("portrait",), (), CARD)
    newest = (await hall.trail(wang))[0]
    assert (newest.action, newest.actor_kind, newest.outcome, newest.fields) == (
        "visit.card", "staff", "confirmed", CARD,
    )  # fmt: skip
    (line,) = await hall.seen_by(wang)
    assert line.card_in_hand
    assert line.fields == ("name_masked", "loa", "open_cases", "name", "id_number")


async def test_the_card_is_written_down_once_however_often_it_is_said(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    answers = await asyncio.gather(*(card(hall, visit.id, clerk, ["name"]) for _ in range(4)))
    assert all(isinstance(one, CounterVisit) and one.granted == ("name",) for one in answers)
    assert [one.action for one in await hall.trail(wang)].count("visit.card") == 1


async def test_a_no_on_the_phone_stays_a_no(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    await hall.answer(wang, visit.id, False)
    refused = await card(hall, visit.id, clerk)
    assert isinstance(refused, ConsentClosed)
    assert (await hall.look_again(visit.id, clerk)).card == ()


async def test_the_card_helps_where_nobody_answered_in_time(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    hall.clock.advance(timedelta(seconds=120))
    seen = await card(hall, visit.id, clerk)
    assert isinstance(seen, CounterVisit)
    assert "id_number" in dict(seen.fields)


async def test_the_card_of_another_proves_nothing_about_whom_she_acts_for(hall: Hall) -> None:
    father, wang, clerk = hall.person(), hall.person(), hall.counter("3 号窗口")
    visit = await hall.scan(clerk, await hall.code(father, "00", acting=wang), "apply_here")
    assert isinstance(visit, CounterVisit)
    assert visit.card == ("portrait",)
    with pytest.raises(Invalid):
        await card(hall, visit.id, clerk, ["id_number"])
    await card(hall, visit.id, clerk)
    assert (await bearer(hall, visit.id, clerk)).resident_id == wang


async def test_a_card_opens_nothing_elsewhere_and_nothing_that_was_not_meant(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    with pytest.raises(Missing):
        await card(hall, visit.id, hall.counter("4 号窗口"))
    with pytest.raises(Invalid):
        await card(hall, visit.id, clerk, ["phone"])
    gate = await hall.accepted(clerk, wang, "transit")
    with pytest.raises(Missing):
        await card(hall, gate.id, clerk)


async def test_what_the_card_opened_is_gone_after_minutes(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    await card(hall, visit.id, clerk)
    hall.clock.advance(timedelta(seconds=299))
    assert "id_number" in dict((await hall.look_again(visit.id, clerk)).fields)
    hall.clock.advance(timedelta(seconds=1))
    assert (await hall.look_again(visit.id, clerk)).fields == visit.fields
    with pytest.raises(NotGranted):
        await bearer(hall, visit.id, clerk)


async def test_the_portrait_may_be_fetched_only_after_a_yes_and_for_minutes(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    with pytest.raises(NotGranted):
        await bearer(hall, visit.id, clerk)
    await hall.answer(wang, visit.id, True, ["portrait"])
    found = await bearer(hall, visit.id, clerk)
    assert (found.name, found.id_number, found.purpose) == ("王小兰", "511602190001010020", "apply_here")
    with pytest.raises(Missing):
        await bearer(hall, visit.id, hall.counter("4 号窗口"))
    hall.clock.advance(timedelta(seconds=300))
    with pytest.raises(NotGranted):
        await bearer(hall, visit.id, clerk)


async def test_the_portrait_counts_as_seen_only_when_it_was(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    await hall.answer(wang, visit.id, True, ["portrait"])
    await hall.look_again(visit.id, clerk)
    await came(hall, visit.id, clerk, "unavailable")
    (line,) = await hall.seen_by(wang)
    assert (line.portrait, "portrait" in line.fields) == ("unavailable", False)
    await came(hall, visit.id, clerk, "shown")
    await came(hall, visit.id, clerk, "unavailable")
    (line,) = await hall.seen_by(wang)
    assert (line.portrait, "portrait" in line.fields) == ("shown", True)
    assert [one.outcome for one in await hall.trail(wang) if one.action == "visit.portrait"] == [
        "unavailable", "shown", "unavailable",
    ]  # fmt: skip


async def test_a_resident_without_a_proven_identity_has_no_portrait(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    del hall.town.people[wang]["id_number"]
    visit = await hall.accepted(clerk, wang)
    await hall.answer(wang, visit.id, True, ["portrait"])
    with pytest.raises(NotGranted):
        await bearer(hall, visit.id, clerk)


async def test_only_the_licences_that_she_chose_are_open(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang, "show_licence")

    async def yes(unit: Unit) -> object:
        return await hall.visits.consent(unit, wang, visit.id, True, ["licences"], ["b" * 32, "a" * 32])

    await hall.run(yes)
    assert (await bearer(hall, visit.id, clerk, "licences")).licences == ("a" * 32, "b" * 32)
    await hall.run(lambda unit: hall.visits.licence_came(unit, visit.id, clerk, "shown", "elder-card"))
    assert (await hall.trail(wang))[0].fields == ("elder-card",)


async def test_licences_without_a_choice_are_none(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang, "show_licence")
    await hall.answer(wang, visit.id, True, ["licences"])
    with pytest.raises(NotGranted):
        await bearer(hall, visit.id, clerk, "licences")


async def test_a_question_that_nobody_answered_is_an_outcome_that_is_stored_and_recorded_once(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    asked, answered = await hall.accepted(clerk, wang), await hall.accepted(clerk, wang)
    await hall.answer(wang, answered.id, True, ["phone"])
    assert await hall.run(hall.visits.expire) == 0
    hall.clock.advance(timedelta(seconds=90))
    assert sum(await asyncio.gather(*(hall.run(hall.visits.expire) for _ in range(3)))) == 1
    assert await hall.run(hall.visits.expire, portal="elsewhere") == 0
    row = await sql.row("SELECT consent_state FROM visits WHERE id = $1", asked.id)
    assert row == {"consent_state": "expired"}
    trail = [(one.actor_kind, one.outcome) for one in await hall.trail(wang) if one.action == "visit.consent"]
    assert trail == [("system", "expired"), ("resident", "allowed")]
    assert hall.told(f"terminal:{clerk.terminal_id}").count("consent") == 2


async def test_a_gate_learns_yes_or_no_and_asks_for_no_more_than_it_needs(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("闸机")
    assert dict((await hall.accepted(clerk, wang, "venue")).fields) == {"loa": "3", "eligible": "yes.0"}
    assert hall.town.looked_up == []
    hall.town.people[wang]["age"] = "40"
    assert dict((await hall.accepted(clerk, wang, "venue")).fields)["eligible"] == "no"
    hall.town.holdings[wang] = {"elder-card"}
    assert dict((await hall.accepted(clerk, wang, "venue")).fields)["eligible"] == "yes.2"
    assert hall.town.looked_up == [("elder-card",)] * 2
    del hall.town.people[wang]["age"]
    hall.town.holdings.clear()
    assert dict((await hall.accepted(clerk, wang, "venue")).fields)["eligible"] == ""


async def test_a_visit_under_a_purpose_that_is_gone_opens_nothing(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await hall.accepted(clerk, wang)
    await sql.execute("UPDATE visits SET purpose = 'gone' WHERE id = $1", visit.id)
    with pytest.raises(Missing):
        await card(hall, visit.id, clerk)
    assert (await hall.visits.of_resident(await hall.database.reading(PORTAL), wang))[0][0].purpose == "gone"
