"""A card beside a credential, and a look whose answer was lost: one line of 谁看过我的信息 each, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4  # a browser draws its keys like this

from config.floor import sql
from config.floor.unit import Unit
from tests.domain.credentials.test_over_http import ordered
from tests.domain.visits.test_offline_reads import bring, read_of, seen
from tests.journeys.people import Counter, Phone
from tests.journeys.town import Town
from tests.web.rows import row_counts


async def differs(clerk: Counter, visit_id: str, status: int = 204) -> None:
    answer = await clerk.call("POST", f"/counter/api/v1/visits/{visit_id}/card-mismatch")
    assert answer.status == status, str(answer)


async def looks(phone: Phone) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await phone.must("GET", "/api/v1/looks"))["looks"]
    return [one for one in found if one["kind"] in ("scan", "offline")]


async def test_a_card_of_somebody_else_is_one_refused_look_that_the_resident_sees(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    other = await server.counter("C8", "8 号窗口")
    visit = (await clerk.scan((await ordered(phone, "T1"))["text"], "apply_here")).body
    await differs(other, visit["visit_id"], 404)
    await differs(clerk, visit["visit_id"])
    await differs(clerk, visit["visit_id"])
    (look,) = await looks(phone)
    assert (look["outcome"], look["outcome_label"], look["refused"]) == (
        "card-mismatch", "未通过：证件和凭证对不上", True,
    )  # fmt: skip
    assert (await clerk.must("GET", "/counter/api/v1/today"))["refused"] == 1
    again = await clerk.call("GET", f"/counter/api/v1/visits/{visit['visit_id']}")
    assert again.status == 404, "a look that was refused shows nothing any more"
    unit = await server.house.database.reading("demo")
    trail = [one.action for one in await server.services.audit.of_portal(unit)]
    assert trail.count("visit.card_mismatch") == 1


async def test_a_dynamic_code_has_no_card_to_differ_from(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    visit = (await clerk.scan(await phone.code("03", at=server.now()), "apply_here")).body
    await differs(clerk, visit["visit_id"], 404)


async def test_so_many_wrong_cards_lock_the_terminal(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    paper = (await ordered(phone, "T1"))["text"]

    async def low(unit: object) -> None:
        await sql.execute("UPDATE terminals SET failures = 2")

    await server.house.database.unit_of_work("demo", low)
    for _ in range(2):
        await differs(clerk, (await clerk.scan(paper, "apply_here")).body["visit_id"])
    refused = await clerk.scan(paper, "apply_here")
    assert (refused.status, refused.body["code"]) == (429, "too-many")
    assert (refused.body["title"], "解除锁定" in refused.body["detail"]) == ("这个窗口暂停查验", True)


async def test_a_read_whose_answer_was_lost_and_that_came_home_later_is_one_line(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    paper = await ordered(phone, "T1")
    same, wrong = str(uuid4()), str(uuid4())
    for key in (same, wrong):  # the server heard it; the terminal did not hear the server
        assert (await clerk.scan(paper["text"], "apply_here", key=key)).status == 200
    compared = await read_of(server, paper, clerk, id=same, card_in_hand=True)
    other = await read_of(server, paper, clerk, id=wrong, verdict="card-mismatch")
    for _ in range(2):
        done = await bring(clerk, compared, other)
        assert (done["stored"], done["known"], done["wrong"]) == (0, 2, [])
    lines = {line["outcome"]: line for line in await seen(phone)}
    assert len(await seen(phone)) == len(await looks(phone)) == 2
    assert len(lines["accepted"]["fields"]) == 6
    assert "card-mismatch" in lines


async def test_a_read_that_came_home_before_its_own_request_is_one_line_too(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    paper, key = await ordered(phone, "T0"), str(uuid4())
    await bring(clerk, await read_of(server, paper, clerk, id=key))
    answer = await clerk.scan(paper["text"], "apply_here", key=key)
    assert (answer.status, answer.body["credential"]["tier"]) == (200, "T0")
    assert len(await seen(phone)) == 1
    await phone.must("DELETE", f"/api/v1/credentials/{paper['id']}", status=204)
    late = str(uuid4())
    await bring(clerk, await read_of(server, paper, clerk, id=late, verdict="revoked"))
    assert (await clerk.scan(paper["text"], "apply_here", key=late)).body["code"] == "code-revoked"
    assert len(await seen(phone)) == 2


async def test_old_reads_and_entries_of_past_lists_are_forgotten_and_what_waits_for_an_administrator_stays(
    server: Town,
) -> None:
    phone, three, five = await server.resident(), await server.counter(), await server.counter("C5", "5 号窗口")
    paper = await ordered(phone, "T0")
    for clerk in (three, five):  # one credential at two counters within a minute: somebody has to look at it
        assert (await clerk.scan(paper["text"], "apply_here")).status == 200
    assert (await five.scan("GZ1:NOTHING", "apply_here")).status != 200

    async def close(unit: Unit) -> None:
        await sql.execute("UPDATE status_lists SET closed_at = made_at")

    run, services = server.house.database.unit_of_work, server.services
    await run("demo", close)
    assert await run("", services.offline_reads.sweep) == await run("", services.publisher.sweep) == 0
    server.clock.advance(timedelta(days=401))
    assert await run("", services.offline_reads.sweep) == 1
    assert await run("", services.publisher.sweep) > 0
    counts = await row_counts()
    assert (counts["credential_reads"], counts["status_entries"], counts["read_conflicts"]) == (2, 0, 1)
