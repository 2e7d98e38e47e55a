"""The main job, end to end, over HTTP: a resident, her code, a counter, two handlers, an operator and an approver."""

from __future__ import annotations

import time

from server.edges.tour.story import STORY, step_of
from server.opening import TOUR_TOPIC
from tests.journeys import story
from tests.journeys.town import PEOPLE, Town
from tests.journeys.visitor import must_problem

ITEM = "printing-licence"


async def main_job_cast(town: Town) -> story.Cast:
    name, id_number, _ = PEOPLE[0]
    return story.Cast(
        resident=await town.resident(0, loa=2),
        name=name,
        id_number=id_number,
        handler=await town.desk("H1", "handler"),
        second_handler=await town.desk("H2", "handler"),
        clerk=await town.counter(),
        operator=await town.desk("O1", "operator"),
        publisher=await town.desk("P1", "publisher"),
        item=ITEM,
    )


async def test_the_main_job(server: Town) -> None:
    cast, told = await main_job_cast(server), story.Told()
    await story.signs_in(cast)
    await story.finds_the_item(cast, told)
    await story.applies(cast, told)
    await story.corrected_and_accepted(cast, told)
    await story.shows_her_code(cast, told)
    await story.answers_the_question(cast, told)
    await story.decided_and_served(cast, told)
    await story.was_told(cast, told)
    await story.hears_a_campaign(cast, told)


async def test_the_main_job_ticks_every_step_of_the_tour(server: Town) -> None:
    told, ticked = story.Told(), []
    async with server.services.store.subscribe(TOUR_TOPIC) as line:
        cast = await main_job_cast(server)
        await story.signs_in(cast)
        await story.finds_the_item(cast, told)
        await story.applies(cast, told)
        await story.corrected_and_accepted(cast, told)
        await story.decided_and_served(cast, told)
        await story.shows_her_code(cast, told)
        await story.hears_a_campaign(cast, told)
        while (event := await line.next(0.2)) is not None:
            if (step := step_of(event.name, event.data)) and step not in ticked:
                ticked.append(step)
            if event.name == "campaign":
                assert event.data["campaign_id"] == told.campaign_id
    assert ticked == [step.id for step in STORY]


async def test_an_old_code_has_expired_and_a_foreign_one_is_named(server: Town) -> None:
    resident, clerk = await server.resident(), await server.counter()
    await resident.code(at=server.now())
    old = await clerk.scan(resident.derive("03", at=time.time() - 600), "apply_here")
    must_problem(old, "code-expired")
    foreign = await clerk.scan("134567890123456789", "apply_here")
    must_problem(foreign, "code-malformed")


async def test_nobody_reads_anothers_case(server: Town) -> None:
    cast, told = await main_job_cast(server), story.Told()
    await story.signs_in(cast)
    await story.finds_the_item(cast, told)
    await story.applies(cast, told)
    other = await server.resident(1)
    for path in ("", "/documents/x"):
        await other.refused("GET", f"/api/v1/cases/{told.case_no}{path}", code="not-found")
    for action in ("corrections", "withdrawal", "review"):
        body = {"corrections": {"answers": {}, "materials": []}, "withdrawal": {}, "review": {"grade": 5}}[action]
        await other.refused("POST", f"/api/v1/cases/{told.case_no}/{action}", body, code="not-found")


async def test_a_double_click_makes_one_case(server: Town) -> None:
    cast, told = await main_job_cast(server), story.Told()
    await story.signs_in(cast)
    await story.finds_the_item(cast, told)
    await story.submits_twice_at_once(cast, told)


async def test_the_register_failing_leaves_her_registered_and_able_to_try_again(server: Town) -> None:
    name, id_number, _ = PEOPLE[0]
    phone = await server.resident(0, loa=2)
    server.register.mode = "down"
    body = {"method": "name_and_id", "name": name, "id_number": id_number}
    await phone.refused("POST", "/api/v1/me/verifications", body, code="identity-register-unavailable")
    assert (await phone.must("GET", "/api/v1/me"))["loa"] == 2
    server.register.mode = "well"
    assert (await phone.verify(name, id_number))["loa"] == 3
