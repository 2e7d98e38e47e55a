"""The main job, step by step, so that several tests can tell it: each step asserts what it promises."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.forms import fill, first_field, materials
from tests.journeys.people import Counter, Desk, Phone


@dataclass(slots=True)
class Cast:
    """Who takes part. ``item`` is a written item that can be applied for online."""

    resident: Phone
    name: str
    id_number: str
    handler: Desk
    second_handler: Desk
    clerk: Counter
    operator: Desk
    publisher: Desk
    item: str


@dataclass(slots=True)
class Told:
    """What the steps so far have left behind."""

    case_no: str = ""
    item: dict[str, Any] = field(default_factory=dict)
    visit_id: str = ""
    campaign_id: str = ""
    code: str = ""


async def signs_in(cast: Cast) -> None:
    """Step 1: phone and SMS code give LoA 2; name and number raise it to 3; the number is never shown whole."""
    me = await cast.resident.sign_in()
    if me["loa"] < 3:
        me = await cast.resident.verify(cast.name, cast.id_number)
    assert me["loa"] == 3
    assert cast.id_number not in str(me)
    assert (await cast.resident.must("GET", "/api/v1/me"))["loa"] == 3


async def finds_the_item(cast: Cast, told: Told) -> None:
    """Step 2: the catalogue answers what people type."""
    told.item = await cast.resident.must("GET", f"/api/v1/items/{cast.item}")
    assert told.item["guide"] == "full"
    found = await cast.resident.must("GET", "/api/v1/items", params={"q": told.item["name"][:4]})
    assert cast.item in [one["code"] for one in found["items"]]


async def applies(cast: Cast, told: Told) -> None:
    """Step 3: the server checks the form it gave out; a case number that nobody can guess."""
    body = {
        "item": cast.item,
        "answers": fill(told.item),
        "materials": await materials(cast.resident, told.item),
    }
    done = await cast.resident.must("POST", "/api/v1/cases", body, status=201)
    told.case_no = done["case_no"]
    seen = await her_case(cast, told)
    assert seen["status"] == "submitted"
    assert seen["clock"]["state"] == "not_started"
    assert told.case_no in [one["case_no"] for one in (await cast.resident.must("GET", "/api/v1/cases"))["cases"]]


async def her_case(cast: Cast, told: Told) -> dict[str, Any]:
    seen = await cast.resident.must("GET", f"/api/v1/cases/{told.case_no}")
    assert isinstance(seen, dict)
    return seen


async def corrected_and_accepted(cast: Cast, told: Told) -> None:
    """Step 4, first half: received, one correction that names everything, corrected, accepted: the clock runs."""
    await cast.handler.act(told.case_no, "receive")
    target = f"field:{first_field(told.item)}"
    asked = [{"target": target, "reason": "请填写营业执照上的全称"}]
    await cast.handler.act(told.case_no, "request_correction", corrections=asked, opinion="请补正")
    seen = await her_case(cast, told)
    assert seen["status"] == "correction"
    assert [entry["target"] for todo in seen["todo"] for entry in todo["items"]] == [target]
    answers = {first_field(told.item): "示范印刷有限责任公司"}
    await cast.resident.must("POST", f"/api/v1/cases/{told.case_no}/corrections", {"answers": answers, "materials": []})
    await cast.handler.act(told.case_no, "accept")
    seen = await her_case(cast, told)
    assert seen["clock"]["state"] == "running"
    assert seen["clock"]["legal_due"]


async def decided_and_served(cast: Cast, told: Told) -> None:
    """Step 4, second half: one examines and proposes, another decides, and she is served the result."""
    await cast.handler.act(told.case_no, "start")
    await cast.handler.act(told.case_no, "propose", outcome="grant", opinion="材料齐全，符合条件")
    seen = await cast.handler.case(told.case_no)
    own = {"action": "approve_proposal", "version": seen["version"], "opinion": "同意"}
    refused = await cast.handler.call("POST", f"/console/api/v1/cases/{told.case_no}/transitions", body=own)
    assert 400 <= refused.status < 500, str(refused)
    await cast.second_handler.act(told.case_no, "approve_proposal", opinion="同意")
    await cast.handler.act(told.case_no, "serve")
    seen = await her_case(cast, told)
    assert seen["status"] == "delivered"
    assert seen["result"]["outcome"] == "grant"
    kinds = {paper["kind"] for paper in seen["documents"]}
    assert len(kinds) >= 4, kinds
    for paper in seen["documents"]:
        page = await cast.resident.must("GET", f"/api/v1/cases/{told.case_no}/documents/{paper['document_no']}")
        assert paper["document_no"] in page.decode()


async def was_told(cast: Cast, told: Told) -> None:
    """Step 5: every transition is in the inbox, and it reached her phone."""
    for _ in range(50):
        notices = (await cast.resident.must("GET", "/api/v1/notices"))["notices"]
        about = [one for one in notices if one["subject"] == f"case:{told.case_no}"]
        texts = [text for text in await cast.resident.sms() if "办件" in text or told.item["name"] in text]
        if len(about) >= 6 and len(texts) >= 4:
            break
        await asyncio.sleep(0.1)
    assert len(about) >= 6, [one["title"] for one in notices]
    assert len(texts) >= 4, texts
    await cast.resident.must("POST", f"/api/v1/notices/{about[0]['id']}/read", status=204)


async def shows_her_code(cast: Cast, told: Told) -> None:
    """Step 6: derived on the phone, accepted once; the second look says when and where; she sees who looked."""
    told.code = await cast.resident.code()
    first = await cast.clerk.scan(told.code, "apply_here", key="look-1")
    assert first.status == 200, str(first)
    assert first.body["outcome"] == "accepted"
    assert cast.name not in str(first.body["holder"]["name_masked"])
    told.visit_id = first.body["visit_id"]
    again = await cast.clerk.scan(told.code, "apply_here", key="look-1")
    assert again.body["visit_id"] == told.visit_id
    second = await cast.clerk.scan(told.code, "apply_here", key="look-2")
    assert second.body["code"] == "code-used"
    assert second.body["used_at"]
    assert second.body["counter"]
    seen = (await cast.resident.must("GET", "/api/v1/visits"))["visits"]
    assert told.visit_id in [visit["id"] for visit in seen]


async def answers_the_question(cast: Cast, told: Told) -> None:
    """Step 6, where the purpose asks for more than it may simply see: she says yes, the counter sees it."""
    before = await cast.clerk.must("GET", f"/counter/api/v1/visits/{told.visit_id}")
    assert cast.id_number not in str(before)
    if before["consent"] is None:
        return
    codes = [entry["code"] if isinstance(entry, dict) else entry for entry in before["consent"]["fields"]]
    await cast.resident.must("POST", f"/api/v1/visits/{told.visit_id}/consent", {"allow": True, "fields": codes})
    after = await cast.clerk.must("GET", f"/counter/api/v1/visits/{told.visit_id}")
    assert after["consent"]["state"] == "allowed"
    assert len(after["holder"]["fields"]) > len(before["holder"]["fields"])


async def hears_a_campaign(cast: Cast, told: Told) -> None:
    """Step 7: an operator writes, another person approves exactly that, and it arrives."""
    region = (await cast.resident.must("GET", "/api/v1/me"))["region"]
    words = {
        "title": "防汛提示",
        "body": "((姓名))，您好：本周有强降雨，请提前做好准备。",
        "audience": {"region": region, "item": None},
    }
    seen = await cast.operator.must("POST", "/console/api/v1/campaigns/preview", words)
    assert seen["people"] >= 1
    assert not seen["blockers"], seen["blockers"]
    made = await cast.operator.must(
        "POST", "/console/api/v1/campaigns", {**words, "category": "information"}, status=201
    )
    told.campaign_id = made["id"]
    path = f"/console/api/v1/campaigns/{told.campaign_id}"
    await cast.operator.must("POST", f"{path}/submission", {})
    waiting = await cast.publisher.must("GET", path)
    approval = {"content_hash": waiting["content_hash"], "people": waiting["people"]}
    own = await cast.operator.call("POST", f"{path}/approval", body=approval)
    assert own.status in (403, 409), str(own)
    await cast.publisher.must("POST", f"{path}/approval", approval)
    for _ in range(100):
        titles = [one["title"] for one in (await cast.resident.must("GET", "/api/v1/notices"))["notices"]]
        if "防汛提示" in titles:
            break
        await asyncio.sleep(0.1)
    assert "防汛提示" in titles


async def submits_twice_at_once(cast: Cast, told: Told) -> None:
    """Ten equal requests with one key: one case, ten equal answers; another body with that key is refused."""
    body = {"item": cast.item, "answers": fill(told.item), "materials": await materials(cast.resident, told.item)}
    key = {"Idempotency-Key": "a-double-click"}
    calls = [cast.resident.call("POST", "/api/v1/cases", body=body, headers=key) for _ in range(10)]
    answers = await asyncio.gather(*calls)
    assert {answer.status for answer in answers} == {201}, [str(answer) for answer in answers]
    assert len({answer.content for answer in answers}) == 1
    assert len((await cast.resident.must("GET", "/api/v1/cases"))["cases"]) == 1
    other = await cast.resident.call("POST", "/api/v1/cases", body={**body, "draft": True}, headers=key)
    assert other.status == 422
    assert other.body["code"] == "idempotency-key-reused"
