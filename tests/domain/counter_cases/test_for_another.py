"""A code shown for somebody else at a counter: the case is that person's, the word is the bearer's, both are named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from config.floor import sql
from tests.domain.counter_cases.test_over_http import ITEM, application, concluded, shown
from tests.domain.delegations.family import PATH, acts_for, given
from tests.journeys.people import Counter, Phone
from tests.journeys.town import Town

CASES, ASKED = "/api/v1/cases", "/api/v1/counter-applications"
BOTH = "李*国 代 王*兰"


async def at_the_counter(server: Town, **offered: Any) -> tuple[Phone, Phone, Counter, str, str]:
    """Who gave the delegation, who has it, the clerk, the visit on his code for her, and the delegation's id."""
    principal, delegate, delegation = await given(server, **offered)
    acting, clerk = await acts_for(server, delegate, delegation), await server.counter()
    return principal, delegate, clerk, await shown(server, acting, clerk), delegation


async def begun(clerk: Counter, visit: str, way: str = "phone") -> dict[str, Any]:
    made = await clerk.must("POST", f"{visit}/cases", await application(clerk, visit, way), status=201)
    assert isinstance(made, dict)
    return made


async def test_a_case_begun_on_a_delegated_code_is_the_principals_and_the_bearer_confirms_it(server: Town) -> None:
    principal, delegate, clerk, visit, delegation = await at_the_counter(server)
    made = await begun(clerk, visit)
    assert (await principal.must("GET", ASKED))["applications"] == []
    await principal.refused("POST", f"{ASKED}/{made['id']}/answer", {"allow": True}, code="not-found")
    (asked,) = (await delegate.must("GET", ASKED))["applications"]
    assert (asked["for_whom"], asked["delegation"], asked["case_no"]) == ("王*兰", delegation, made["case_no"])
    assert asked["answers"]
    done = await delegate.must("POST", f"{ASKED}/{made['id']}/answer", {"allow": True})
    assert done["state"] == "confirmed"
    seen = await principal.must("GET", f"{CASES}/{made['case_no']}")
    assert (seen["status"], seen["for_whom"], seen["timeline"][-1]["actor"]) == ("submitted", BOTH, BOTH)
    assert "代办人在手机上确认提交" in seen["timeline"][-1]["note"]
    assert (await delegate.must("GET", CASES))["cases"] == []
    row = await sql.row("SELECT loa, on_behalf_of FROM cases WHERE case_no = $1", made["case_no"])
    assert row is not None
    assert (row["loa"], str(sql.uid(row["on_behalf_of"]))) == (5, delegation)
    acts = (await principal.must("GET", f"{PATH}/{delegation}/acts"))["acts"]
    assert acts
    assert all(one["text"].startswith(BOTH) for one in acts)


async def test_the_bearers_no_withdraws_it_and_the_bearers_card_lets_him_sign(server: Town) -> None:
    principal, delegate, clerk, visit, _ = await at_the_counter(server)
    made = await begun(clerk, visit)
    done = await delegate.must("POST", f"{ASKED}/{made['id']}/answer", {"allow": False})
    assert done["state"] == "refused"
    assert (await principal.must("GET", f"{CASES}/{made['case_no']}"))["status"] == "withdrawn"
    body = await application(clerk, visit, "paper")
    assert (await clerk.call("POST", f"{visit}/cases", body=body)).body["code"] == "card-not-seen"
    card = await clerk.must("POST", f"{visit}/card", {})
    assert "李*国 代 王*兰" in card["holder"]["acting_label"]
    signed = await clerk.must("POST", f"{visit}/cases", body, status=201)
    seen = await principal.must("GET", f"{CASES}/{signed['case_no']}")
    assert (seen["status"], seen["timeline"][-1]["actor"]) == ("submitted", BOTH)
    assert "代办人持身份证件到场签字" in seen["timeline"][-1]["note"]


async def test_a_result_handed_to_the_bearer_names_both(server: Town) -> None:
    principal, _, clerk, visit, delegation = await at_the_counter(server)
    await clerk.must("POST", f"{visit}/card", {})
    case_no = (await begun(clerk, visit, "paper"))["case_no"]
    await concluded(server, principal, case_no)
    done = await clerk.must("POST", f"{visit}/handovers", {"case_no": case_no}, status=201)
    seen = await principal.must("GET", f"{CASES}/{case_no}")
    assert (seen["status"], seen["timeline"][-1]["note"]) == ("delivered", f"在3 号窗口领取：{BOTH}")
    page = await clerk.call("GET", f"{visit}/cases/{case_no}/documents/{done['document_no']}")
    printed = page.content.decode()
    assert page.status == 200
    assert "领取人" in printed
    assert "李建国 代 王秀兰" in printed
    row = await sql.row("SELECT delegation_id FROM audit_entries WHERE action = 'visit.hand_over'")
    assert row is not None
    assert str(sql.uid(row["delegation_id"])) == delegation


async def test_beyond_the_delegation_nothing_is_begun_corrected_or_handed_over(server: Town) -> None:
    principal, delegate, clerk, visit, delegation = await at_the_counter(server, scope={"items": ["elder-card"],
                                                                        "purposes": ["apply_here"]})  # fmt: skip
    other = await server.counter("C2", "4 号窗口")
    hers = await shown(server, principal, other, card=True)
    case_no = (await begun(other, hers, "paper"))["case_no"]
    body = {"item": ITEM, "answers": {}, "materials": [], "way": "phone"}
    for method, path, given_body in (
        ("POST", f"{visit}/cases", body), ("GET", f"{visit}/prefill?item={ITEM}", None),
        ("GET", f"{visit}/cases/{case_no}", None), ("POST", f"{visit}/handovers", {"case_no": case_no}),
    ):  # fmt: skip
        refused = await clerk.refused(method, path, given_body, code="visit-beyond-delegation")
        assert "授权里写明的事项" in refused["detail"]
    acting = await acts_for(server, delegate, delegation)
    server.clock.advance(timedelta(seconds=30))
    seen = await clerk.scan(await acting.code("03", at=server.now()), "apply_here")
    assert seen.body["holder"]["open_cases"] == []
    assert [one["code"] for one in seen.body["next_steps"]] == ["accept"]
    assert "只限授权里写明的事项" in seen.body["next_steps"][0]["detail"]


async def test_a_delegation_withdrawn_meanwhile_begins_and_confirms_nothing(server: Town) -> None:
    principal, delegate, clerk, visit, delegation = await at_the_counter(server)
    made = await begun(clerk, visit)
    assert (await clerk.must("GET", f"/counter/api/v1/applications/{made['id']}"))["state"] == "pending"
    await principal.must("DELETE", f"{PATH}/{delegation}", status=204)
    assert (await delegate.must("GET", ASKED))["applications"] == []
    assert (await clerk.must("GET", f"/counter/api/v1/applications/{made['id']}"))["state"] == "withdrawn"
    for allow in (True, False):
        await delegate.refused("POST", f"{ASKED}/{made['id']}/answer", {"allow": allow}, code="delegation-over")
    assert (await principal.must("GET", f"{CASES}/{made['case_no']}"))["status"] == "draft"
    body = {"item": ITEM, "answers": {}, "materials": [], "way": "phone"}
    await clerk.refused("POST", f"{visit}/cases", body, code="delegation-over")


async def test_a_number_on_a_delegated_code_is_the_bearers(server: Town) -> None:
    _, delegate, delegation = await given(server, scope={"purposes": ["hall_queue"]})
    acting, clerk = await acts_for(server, delegate, delegation), await server.counter()
    seen = await clerk.scan(await acting.code("01", at=server.now()), "hall_queue")
    assert seen.status == 200, str(seen)
    line = await clerk.must("GET", "/counter/api/v1/line")
    body = {"visit_id": seen.body["visit_id"], "business": line["serves"][0]}
    taken = await clerk.must("POST", "/counter/api/v1/tickets", body, status=201)
    (held,) = (await delegate.must("GET", "/api/v1/queue-tickets"))["tickets"]
    assert held["number"] == taken["number"]


async def test_the_question_on_the_bearers_phone_names_whom_it_is_about(server: Town) -> None:
    principal, delegate, _, visit, _ = await at_the_counter(server)
    (asked, *_) = (await delegate.must("GET", "/api/v1/visits"))["visits"]
    assert (asked["for_whom"], asked["consent"]["state"]) == ("王*兰", "pending")
    assert (await principal.must("GET", "/api/v1/visits"))["visits"][0]["for_whom"] is None
    answer = f"/api/v1/visits/{visit.rsplit('/', 1)[1]}/consent"
    await principal.refused("POST", answer, {"allow": True, "fields": ["name"]}, code="not-found")
    done = await delegate.must("POST", answer, {"allow": True, "fields": ["name"]})
    assert (done["for_whom"], done["consent"]["state"]) == ("王*兰", "allowed")
