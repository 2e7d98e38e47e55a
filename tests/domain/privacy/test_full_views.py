"""Masked by default; the whole is a call of its own: a role, a reason, an answer, an entry, and the resident knows."""

from __future__ import annotations

import json
from typing import Any

from config.floor import sql
from config.portal import Portal
from tests.domain.cases.office import ANSWERS, ITEM
from tests.domain.materials.samples import jpeg, pdf
from tests.journeys.people import Desk, Phone
from tests.journeys.town import PEOPLE, Town

NAME, ID_NUMBER, NUMBER = PEOPLE[0]
DESK = "/console/api/v1"
WHY = {"reason": "examine", "note": "身份证号和材料上的对不上"}
EVERYTHING = WHY | {"fields": ["name", "id_number", "phone", "answers"]}


async def applied(phone: Phone) -> str:
    papers = [
        {"code": "site_proof", "file_id": await phone.upload(pdf(), "证明.pdf", "application/pdf")},
        {"code": "authorisation", "file_id": await phone.upload(jpeg(), "委托书.jpg", "image/jpeg")},
    ]
    body = {"item": ITEM, "answers": ANSWERS, "materials": papers}
    return str((await phone.must("POST", "/api/v1/cases", body, status=201))["case_no"])


async def _whole(desk: Desk, case_no: str, body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await desk.must("POST", f"{DESK}/cases/{case_no}/full-view", body)
    return found


async def test_a_desk_sees_a_case_masked_and_the_whole_by_role_and_reason_and_the_resident_knows(server: Town) -> None:
    phone, desk = await server.resident(), await server.desk("H1", "handler")
    case_no = await applied(phone)
    mine = {one["code"]: one["shown"] for one in (await phone.must("GET", f"/api/v1/cases/{case_no}"))["answers"]}
    seen = await desk.case(case_no)
    hidden = {one["label"]: one["code"] for one in seen["answers"] if one["masked"]}
    assert hidden, "the item asks for a person's name and number"
    for value in [NAME, ID_NUMBER, NUMBER, *[mine[code] for code in hidden.values()]]:
        assert value not in json.dumps(seen, ensure_ascii=False)

    whole = await _whole(desk, case_no, EVERYTHING)
    assert (whole["name"], whole["id_number"], whole["phone"]) == (NAME, ID_NUMBER, NUMBER)
    assert {one["label"]: one["shown"] for one in whole["answers"]} == {
        label: mine[code] for label, code in hidden.items()
    }
    part = await _whole(desk, case_no, WHY | {"fields": ["phone"]})
    assert {key: part[key] for key in ("name", "id_number", "phone", "answers")} == {
        "name": None, "id_number": None, "phone": NUMBER, "answers": None,
    }  # fmt: skip

    looks = (await phone.must("GET", "/api/v1/looks?kind=case"))["looks"]
    first, second = [one for one in looks if one["what"] == "看了您平时遮住的完整信息"]
    assert (first["fields"], first["staff_no"]) == (["完整手机号"], "H1")
    assert second["fields"] == ["完整姓名", "完整证件号码", "完整手机号", "申请里填的姓名、号码和住址"]
    assert "核对您的申请" in second["purpose"]
    told = [one for one in (await phone.must("GET", "/api/v1/notices"))["notices"] if "完整信息" in one["title"]]
    assert len(told) == 1, "once a day for one employee and one case"
    assert "H1" in told[0]["body"] and "核对您的申请" in told[0]["body"]


async def test_the_reason_is_on_record_sealed_and_read_by_the_auditor_alone(server: Town) -> None:
    phone, desk = await server.resident(), await server.desk("H1", "handler")
    await _whole(desk, await applied(phone), EVERYTHING)
    (entry,) = await sql.rows("SELECT purpose, fields_seen FROM audit_entries WHERE action = 'case.full_view'")
    assert entry["purpose"] == "examine" and sql.document(entry["fields_seen"]) == EVERYTHING["fields"]
    assert WHY["note"] not in repr(await sql.rows("SELECT * FROM audit_entries"))
    assert WHY["note"].encode() not in bytes((await sql.rows("SELECT note_sealed FROM full_views"))[0]["note_sealed"])
    auditor = await server.desk("AU1", "auditor")
    found = (await auditor.must("GET", f"{DESK}/audit?action=case.full_view"))["entries"]
    assert [(one["note"], one["actor"]) for one in found] == [(WHY["note"], "H1")]


async def test_without_role_reason_or_reach_nothing_is_shown_and_nothing_recorded(server: Town) -> None:
    phone, desk = await server.resident(), await server.desk("H1", "handler")
    case_no = await applied(phone)
    path = f"{DESK}/cases/{case_no}/full-view"
    auditor = await server.desk("AU1", "auditor")
    await auditor.refused("POST", path, EVERYTHING, code="forbidden")
    wrongs: tuple[dict[str, object], ...] = (
        {"note": "  "}, {"note": "看看"}, {"reason": "curious"}, {"fields": []}, {"fields": ["birth_date"]},
    )  # fmt: skip
    for wrong in wrongs:
        await desk.refused("POST", path, EVERYTHING | wrong, code="invalid-input")
    await desk.refused("POST", f"{DESK}/cases/nothing/full-view", EVERYTHING, code="not-found")
    assert await sql.rows("SELECT id FROM full_views") == []
    looks = (await phone.must("GET", "/api/v1/looks"))["looks"]
    assert not any("完整" in one["what"] for one in looks)


async def test_who_answers_a_correction_sees_whom_to_call_and_a_portal_may_leave_out_the_notice(
    server: Town,
) -> None:
    phone, desk = await server.resident(), await server.desk("H1", "handler")
    asked = await phone.must("POST", "/api/v1/me/corrections", {"category": "identity", "said": "名字错了"}, status=201)
    path = f"{DESK}/corrections/{asked['id']}/full-view"
    for nothing in ("answers", "papers"):  # she asks for no name and has put no evidence beside it
        await desk.refused("POST", path, WHY | {"fields": [nothing]}, code="invalid-input")
    quiet = server.services.rights.full_views
    quiet._tells = lambda portal: False
    whole = await desk.must("POST", path, {"fields": ["phone"], "reason": "contact", "note": "打电话核对姓名"})
    assert (whole["phone"], whole["name"], whole["answers"]) == (NUMBER, None, None)
    assert not any("完整信息" in one["title"] for one in (await phone.must("GET", "/api/v1/notices"))["notices"])
    looks = (await phone.must("GET", "/api/v1/looks?kind=other"))["looks"]
    assert [(one["what"], one["purpose"]) for one in looks if one["fields"] == ["完整手机号"]] == [
        ("看了您平时遮住的完整信息", "联系您本人")
    ]
    assert Portal.model_fields["tell_full_views"].default is False, "a portal decides it"
