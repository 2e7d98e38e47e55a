"""扫码办事 and 出件 over HTTP: nothing is submitted in her name without her, and a result goes only to its person."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from typing import Any

from tests.journeys.forms import fill
from tests.journeys.people import Counter, Phone, a_page, a_photo
from tests.journeys.town import Town

ITEM = "printing-licence"


async def shown(server: Town, phone: Phone, clerk: Counter, *, card: bool = False, purpose: str = "apply_here") -> str:
    """A code shown at the counter, with the card in hand if asked; the path of the visit."""
    phone.forget_key()
    answer = await clerk.scan(await phone.code("00", at=server.now()), purpose)
    assert answer.status == 200, str(answer)
    path = f"/counter/api/v1/visits/{answer.body['visit_id']}"
    if card:
        await clerk.must("POST", f"{path}/card", {})
    return path


async def scanned(clerk: Counter, visit: str, content: bytes, name: str) -> str:
    body = {"name": name, "content": base64.b64encode(content).decode()}
    return str((await clerk.must("POST", f"{visit}/files", body, status=201))["file_id"])


async def application(clerk: Counter, visit: str, way: str, code: str = ITEM) -> dict[str, Any]:
    """A whole application as the desk fills it in."""
    item = await clerk.must("GET", f"/api/v1/items/{code}")
    handed = []
    for wanted in item["materials"]:
        if wanted["required"]:
            content, name = (a_page(), "材料.pdf") if "pdf" in wanted["media"] else (a_photo(), "照片.jpg")
            handed.append({"code": wanted["code"], "file_id": await scanned(clerk, visit, content, name)})
    return {"item": code, "answers": fill(item), "materials": handed, "way": way}


async def concluded(server: Town, phone: Phone, case_no: str) -> None:
    """Two handlers decide the case."""
    first, second = await server.desk("H1", "handler"), await server.desk("H2", "handler")
    for action, more in (
        ("receive", {}), ("accept", {}), ("start", {}), ("propose", {"outcome": "grant", "opinion": "符合条件"}),
    ):  # fmt: skip
        await first.act(case_no, action, **more)
    await second.act(case_no, "approve_proposal")


async def test_a_case_begun_at_the_counter_is_hers_only_after_her_word_on_the_phone(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    visit = await shown(server, phone, clerk)
    made = await clerk.must("POST", f"{visit}/cases", await application(clerk, visit, "phone"), status=201)
    assert made["state"] == "pending"
    case_no = made["case_no"]
    (before,) = (await phone.must("GET", "/api/v1/cases"))["cases"]
    assert (before["case_no"], before["status"]) == (case_no, "draft")
    (asked,) = (await phone.must("GET", "/api/v1/counter-applications"))["applications"]
    assert (asked["counter"], asked["staff_no"]) == ("3 号窗口", "C1")
    assert asked["answers"] and asked["materials"]
    done = await phone.must("POST", f"/api/v1/counter-applications/{asked['id']}/answer", {"allow": True})
    assert done == {"id": asked["id"], "case_no": case_no, "state": "confirmed"}
    seen = await phone.must("GET", f"/api/v1/cases/{case_no}")
    assert seen["status"] == "submitted"
    assert "本人在手机上确认提交" in seen["timeline"][-1]["note"]
    told = await clerk.must("GET", f"/counter/api/v1/applications/{made['id']}")
    assert told["state"] == "confirmed"
    desk = await server.desk("H8", "handler")
    assert case_no in [one["case_no"] for one in (await desk.must("GET", "/console/api/v1/cases"))["cases"]]
    again = await phone.must("POST", f"/api/v1/counter-applications/{asked['id']}/answer", {"allow": True})
    assert again["state"] == "confirmed"
    other = await phone.call("POST", f"/api/v1/counter-applications/{asked['id']}/answer", body={"allow": False})
    assert other.body["code"] == "application-answered"


async def test_a_no_withdraws_it_and_too_late_leaves_her_the_draft(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    visit = await shown(server, phone, clerk)
    refused = await clerk.must("POST", f"{visit}/cases", await application(clerk, visit, "phone"), status=201)
    path = f"/api/v1/counter-applications/{refused['id']}/answer"
    assert (await phone.must("POST", path, {"allow": False}))["state"] == "refused"
    assert (await phone.must("GET", f"/api/v1/cases/{refused['case_no']}"))["status"] == "withdrawn"
    late = await clerk.must("POST", f"{visit}/cases", await application(clerk, visit, "phone"), status=201)
    server.clock.advance(timedelta(seconds=301))
    path = f"/api/v1/counter-applications/{late['id']}/answer"
    assert (await phone.must("POST", path, {"allow": True}))["state"] == "expired"
    house = server.house
    assert await house.database.unit_of_work("demo", house.services.counter_cases.expire) == 1
    assert (await phone.must("GET", "/api/v1/counter-applications"))["applications"] == []
    assert (await phone.must("GET", f"/api/v1/cases/{late['case_no']}"))["status"] == "draft"
    await phone.must("POST", f"/api/v1/cases/{late['case_no']}/submission", {})


async def test_yes_and_no_at_once_make_one_answer(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    visit = await shown(server, phone, clerk)
    made = await clerk.must("POST", f"{visit}/cases", await application(clerk, visit, "phone"), status=201)
    path = f"/api/v1/counter-applications/{made['id']}/answer"
    answers = await asyncio.gather(*(phone.call("POST", path, body={"allow": one % 2 == 0}) for one in range(4)))
    states = {one.body.get("state") for one in answers if one.status == 200}
    assert len(states) == 1
    status = (await phone.must("GET", f"/api/v1/cases/{made['case_no']}"))["status"]
    assert (states, status) in (({"confirmed"}, "submitted"), ({"refused"}, "withdrawn"))


async def test_a_signature_on_paper_counts_with_the_card_in_hand_and_a_lost_answer_makes_one_case(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    visit = await shown(server, phone, clerk)
    body = await application(clerk, visit, "paper")
    assert (await clerk.call("POST", f"{visit}/cases", body=body)).body["code"] == "card-not-seen"
    await clerk.must("POST", f"{visit}/card", {})
    key = {"Idempotency-Key": "one-case"}
    first = await clerk.call("POST", f"{visit}/cases", body=body, headers=key)
    again = await clerk.call("POST", f"{visit}/cases", body=body, headers=key)
    assert (first.status, first.body) == (201, again.body)
    assert first.body["state"] == "confirmed"
    seen = await phone.must("GET", f"/api/v1/cases/{first.body['case_no']}")
    assert seen["status"] == "submitted"
    assert "本人持身份证件到场签字" in seen["timeline"][-1]["note"]
    assert len((await phone.must("GET", "/api/v1/cases"))["cases"]) == 1


async def test_a_form_is_filled_only_with_what_she_allowed(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    visit = await shown(server, phone, clerk)
    form = f"{visit}/prefill?item=elder-card"
    assert (await clerk.must("GET", form))["values"] == {}
    consent = f"/api/v1/visits/{visit.rsplit('/', 1)[1]}/consent"
    await phone.must("POST", consent, {"allow": True, "fields": ["phone"]})
    assert (await clerk.must("GET", form))["values"] == {"contact_phone": "15400000001"}


async def test_faults_of_the_form_are_told_at_the_desk_and_nothing_is_kept(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    visit = await shown(server, phone, clerk)
    body = {"item": ITEM, "answers": {}, "materials": [], "way": "phone"}
    answer = await clerk.call("POST", f"{visit}/cases", body=body)
    assert (answer.status, answer.body["code"]) == (422, "invalid-input")
    assert answer.body["errors"]
    assert (await phone.must("GET", "/api/v1/cases"))["cases"] == []
    broken = await clerk.call("POST", f"{visit}/files", body={"name": "x.pdf", "content": "!!!!"})
    assert (broken.status, broken.body["code"]) == (422, "invalid-input")


async def test_another_counter_another_purpose_and_an_old_look_begin_nothing(server: Town) -> None:
    phone, clerk, other = await server.resident(), await server.counter(), await server.counter("C2", "4 号窗口")
    visit = await shown(server, phone, clerk)
    body = await application(clerk, visit, "phone")
    assert (await other.call("POST", f"{visit}/cases", body=body)).status == 404
    gate = await shown(server, phone, clerk, purpose="venue")
    assert (await clerk.call("POST", f"{gate}/cases", body=body)).body["code"] == "visit-not-for-applying"
    server.clock.advance(timedelta(minutes=46))
    assert (await clerk.call("POST", f"{visit}/cases", body=body)).body["code"] == "visit-not-for-applying"


async def test_corrections_are_handed_in_at_the_desk_with_the_card_in_hand(server: Town) -> None:
    phone, clerk, desk = await server.resident(), await server.counter(), await server.desk("H1", "handler")
    visit = await shown(server, phone, clerk, card=True)
    made = await clerk.must("POST", f"{visit}/cases", await application(clerk, visit, "paper"), status=201)
    case_no = made["case_no"]
    await desk.act(case_no, "receive")
    item = await clerk.must("GET", f"/api/v1/items/{ITEM}")
    first = item["form"][0]["fields"][0]
    wanted = {"target": f"field:{first['code']}", "reason": "与执照不一致"}
    await desk.act(case_no, "request_correction", corrections=[wanted])
    seen = await clerk.must("GET", f"{visit}/cases/{case_no}")
    assert (seen["status"], [one["label"] for one in seen["corrections"]]) == ("correction", [first["label"]])
    body = {"case_no": case_no, "answers": {first["code"]: fill(item)[first["code"]]}, "materials": []}
    assert (await clerk.must("POST", f"{visit}/corrections", body))["status"] == "received"


async def test_a_result_is_handed_over_to_its_person_once_and_can_be_printed(server: Town) -> None:
    phone, other, clerk = await server.resident(), await server.resident(2), await server.counter()
    visit = await shown(server, phone, clerk, card=True)
    case_no = (await clerk.must("POST", f"{visit}/cases", await application(clerk, visit, "paper"), status=201))[
        "case_no"
    ]
    early = await clerk.call("POST", f"{visit}/handovers", body={"case_no": case_no})
    assert early.body["code"] == "wrong-state"
    await concluded(server, phone, case_no)
    strange = await shown(server, other, clerk)
    assert (await clerk.call("POST", f"{strange}/handovers", body={"case_no": case_no})).status == 404
    visit = await shown(server, phone, clerk)
    key = {"Idempotency-Key": "hand-over"}
    done, again = [
        await clerk.call("POST", f"{visit}/handovers", body={"case_no": case_no}, headers=key) for _ in range(2)
    ]
    assert (done.status, done.body) == (201, again.body)
    assert (await phone.must("GET", f"/api/v1/cases/{case_no}"))["status"] == "delivered"
    page = f"{visit}/cases/{case_no}/documents/{done.body['document_no']}"
    printed = await clerk.call("GET", page)
    assert (printed.status, printed.media) == (200, "text/html")
    assert case_no[:4] in printed.content.decode()
    papers = (await phone.must("GET", f"/api/v1/cases/{case_no}"))["documents"]
    assert (await clerk.call("GET", page.replace(done.body["document_no"], papers[0]["document_no"]))).status == 404
    twice = await clerk.call("POST", f"{visit}/handovers", body={"case_no": case_no})
    assert twice.body["code"] == "wrong-state"
    titles = [one["title"] for one in (await phone.must("GET", "/api/v1/notices"))["notices"]]
    assert any("送达" in title for title in titles), titles
