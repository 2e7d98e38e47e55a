"""A newborn who is recorded at a counter with the certificate in hand is one child, whatever was asked on the phone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from config.floor import sql
from tests.domain.delegations.family import trusted
from tests.domain.delegations.test_at_the_counter import CONFIRM, RECORD, seen
from tests.domain.delegations.test_newborns import AGREES, CERTIFICATE, DESK, PATH, asked, day, mine, said
from tests.journeys.people import Counter
from tests.journeys.town import Town

HUSBAND = {"name": "李建国", "id_number": "511602185807202317"}
WHOLE = {"all_items": True, "all_purposes": True}


def paper(town: Town, *, helper: dict[str, Any] | None = None, **child: Any) -> dict[str, Any]:
    """What the clerk sees: the certificate, and the guardian with a card."""
    newborn = {"name": "王小满", "born": day(town).isoformat(), "certificate_no": CERTIFICATE, "relation": "mother"}
    more = {"helper": {"card": helper}} if helper else {}
    return seen(town, kind="guardian", principal=None, relation=None, newborn={**newborn, **child}, scope=WHOLE, **more)


async def children() -> int:
    row = await sql.row("SELECT count(*) AS n FROM residents WHERE loa = 2 AND phone_index IS NULL")
    assert row is not None
    return int(row["n"])


async def test_what_she_asked_on_the_phone_goes_on_at_the_counter_and_is_one_child(server: Town) -> None:
    phone, request = await asked(server)
    clerk, second = await server.counter(), await server.desk("C2", "clerk")
    made = await clerk.must("POST", RECORD, paper(server, certificate_no="sample20260001"), status=201)
    assert (made["newborn"], made["pair"]) == (request, "王*兰 代 王*满")
    assert (await mine(phone))["state"] == "recorded" and (await second.must("GET", DESK))["newborns"] == []
    assert "新生儿登记有进展" in [one["title"] for one in (await phone.must("GET", "/api/v1/notices"))["notices"]]
    no = {"agrees": False, "reason": "mismatch"}
    await second.refused("POST", f"{DESK}/{request}/check", no, code="newborn-decided")
    opened = await second.must("POST", f"{DESK}/{request}/opening")
    assert opened["media_type"] == "image/jpeg", "her picture is still beside it"
    await second.must("POST", f"{CONFIRM}/{made['id']}/confirmation", {"confirm": True})
    assert (await mine(phone))["state"] == "done" and await children() == 1
    await phone.refused("POST", PATH, await said(server, phone), code="newborn-asked")
    await clerk.refused("POST", RECORD, paper(server), code="delegation-exists")
    assert await children() == 1


async def test_what_a_counter_recorded_is_on_her_phone_and_is_not_asked_again(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    second = await server.desk("C2", "clerk")
    made = await clerk.must("POST", RECORD, paper(server, name=""), status=201)
    shown = await mine(phone)
    assert (shown["id"], shown["state"], shown["certificate_masked"]) == (made["newborn"], "recorded", "****0001")
    assert made["pair"] == "王*兰 代 王**婴", "without a name it is held by the guardian's"
    await phone.refused("POST", PATH, await said(server, phone), code="newborn-asked")
    opened = await second.must("POST", f"{DESK}/{made['newborn']}/opening")
    assert (opened["certificate_no"], opened["media_type"]) == ("SAMPLE20260001", "")
    assert (await second.call("GET", f"{DESK}/{made['newborn']}/picture")).status == 404
    await phone.must("DELETE", f"{PATH}/{made['newborn']}", status=204)
    assert (await mine(phone))["state"] == "taken_back"
    await phone.must("POST", PATH, await said(server, phone), status=201)


async def test_on_the_phone_and_at_two_counters_at_once_it_is_one_child(server: Town) -> None:
    phone = await trusted(server)
    clerk, other = await server.counter(), await server.counter("C5", "5 号窗口")
    words = await said(server, phone)

    async def at(desk: Counter) -> int:
        return (await desk.call("POST", RECORD, body=paper(server))).status

    async def on_the_phone() -> int:
        return (await phone.call("POST", PATH, body=words)).status

    found = await asyncio.gather(at(clerk), on_the_phone(), at(other))
    assert set(found) <= {201, 409} and [found[0], found[2]].count(201) == 1, found
    assert await children() == 1
    rows = await sql.rows("SELECT state FROM newborn_requests")
    assert [row["state"] for row in rows] == ["recorded"], "one request, one delegation"


async def test_both_parents_at_counters_have_the_same_child(server: Town) -> None:
    await server.resident()
    clerk, other = await server.counter(), await server.counter("C5", "5 号窗口")
    his = paper(server, helper=HUSBAND, relation="father", name="王小满满")
    found = await asyncio.gather(clerk.call("POST", RECORD, body=paper(server)), other.call("POST", RECORD, body=his))
    assert [one.status for one in found] == [201, 201], [str(one) for one in found]
    assert await children() == 1


async def test_a_child_is_known_by_certificate_and_birthday_never_by_a_name(server: Town) -> None:
    phone, _ = await asked(server, name="王小满")
    clerk = await server.counter()
    yesterday = (day(server) - timedelta(days=1)).isoformat()
    refused = await clerk.refused("POST", RECORD, paper(server, born=yesterday), code="newborn-differs")
    assert day(server).isoformat() in refused["detail"]
    refused = await clerk.refused("POST", RECORD, paper(server, certificate_no="SAMPLE 0002"), code="newborn-similar")
    assert "0001" in refused["detail"], "the same name and day: perhaps a slip, perhaps a twin"
    assert await children() == 0 and (await mine(phone))["state"] == "asked"
    await clerk.must("POST", RECORD, paper(server), status=201)
    twin = paper(server, certificate_no="SAMPLE 0002", is_another=True)
    await clerk.must("POST", RECORD, twin, status=201)
    assert await children() == 2
    his = paper(server, helper=HUSBAND, born=yesterday)
    await clerk.refused("POST", RECORD, his, code="newborn-other-child")
    assert await children() == 2


async def test_a_number_mistyped_at_a_counter_makes_no_second_child_of_what_she_asks_on_the_phone(
    server: Town,
) -> None:
    phone, clerk = await trusted(server), await server.counter()
    await clerk.must("POST", RECORD, paper(server, certificate_no="SAMPLE 2026 0007"), status=201)
    request = (await phone.must("POST", PATH, await said(server, phone), status=201))["id"]
    desk = await server.desk("C2", "clerk")
    await desk.must("POST", f"{DESK}/{request}/opening")
    refused = await desk.refused("POST", f"{DESK}/{request}/check", AGREES, code="newborn-similar")
    assert "0007" in refused["detail"] and await children() == 1
    await desk.must("POST", f"{DESK}/{request}/check", {**AGREES, "is_another": True})
    assert await children() == 2


async def test_what_she_took_back_does_not_go_on(server: Town) -> None:
    phone, request = await asked(server)
    clerk = await server.counter()
    await phone.must("DELETE", f"{PATH}/{request}", status=204)
    made = await clerk.must("POST", RECORD, paper(server), status=201)
    assert made["newborn"] != request and await children() == 1
