"""A resident of the neighbour city at our counter, over HTTP: her phone speaks to her portal, the counter to ours."""

from __future__ import annotations

from tests.journeys.people import Phone
from tests.journeys.town import PEOPLE, Town


async def neighbour(server: Town) -> Phone:
    """Signed in and verified at the portal of the neighbour city."""
    name, id_number, number = PEOPLE[0]
    phone = await server.invite(Phone(server.origin, number))
    phone.headers["Host"] = "linshi.localhost"
    await phone.sign_in()
    await phone.verify(name, id_number)
    return phone


async def test_a_neighbours_code_is_taken_as_agreed_and_she_sees_the_look_at_her_own_portal(server: Town) -> None:
    phone, clerk = await neighbour(server), await server.counter()
    answer = await clerk.scan(await phone.code("06", at=server.now()), "venue")
    assert answer.status == 200, str(answer)
    assert answer.body["recognised"]["name"] == "示范邻市一码通办"
    assert "互认协议" in answer.body["recognised"]["note"]
    assert [field["code"] for field in answer.body["holder"]["fields"]] == ["loa", "eligible"]
    assert (answer.body["holder"]["name_masked"], answer.body["next_steps"]) == (None, [])
    (look,) = (await phone.must("GET", "/api/v1/looks"))["looks"]
    assert (look["place"], look["purpose"]) == ("示范市政务服务大厅 3 号窗口", "入园")


async def test_without_an_agreement_it_is_an_unknown_code(server: Town) -> None:
    phone, clerk = await neighbour(server), await server.counter()
    code = await phone.code("00", at=server.now())
    refused = await clerk.scan(code, "apply_here")
    assert refused.body["code"] == "code-unknown"
    assert (await phone.must("GET", "/api/v1/looks"))["looks"] == []


async def test_licences_that_she_allows_come_from_her_own_portal(server: Town) -> None:
    phone, clerk = await neighbour(server), await server.counter()
    answer = await clerk.scan(await phone.code("02", at=server.now()), "show_licence")
    visit = answer.body["visit_id"]
    mine = (await phone.must("GET", "/api/v1/licences"))["licences"]
    body = {"allow": True, "fields": ["licences"], "licences": [mine[0]["id"]]}
    await phone.must("POST", f"/api/v1/visits/{visit}/consent", body)
    seen = await clerk.must("GET", f"/counter/api/v1/visits/{visit}/licences")
    assert [one["id"] for one in seen["licences"]] == [mine[0]["id"]]
