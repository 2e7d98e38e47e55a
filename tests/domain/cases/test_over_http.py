"""Cases and files over HTTP: the resident's and the desk's contract."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import aiohttp

from server.adapters.clock import ShiftedClock
from tests.domain.cases.office import ANSWERS, ITEM
from tests.domain.materials.samples import ZIP, jpeg, pdf
from tests.journeys.people import Phone
from tests.journeys.town import Town
from tests.journeys.visitor import must_problem

FILES = "/api/v1/files"
CASES = "/api/v1/cases"
DESK = "/console/api/v1/cases"


async def _apply(phone: Phone) -> Any:
    papers = [
        {"code": "site_proof", "file_id": await phone.upload(pdf(), "证明.pdf", "application/pdf")},
        {"code": "authorisation", "file_id": await phone.upload(jpeg(), "委托书.jpg", "image/jpeg")},
    ]
    return await phone.must("POST", CASES, {"item": ITEM, "answers": ANSWERS, "materials": papers}, status=201)


async def test_a_case_from_the_phone_to_the_desk_and_back(server: Town) -> None:
    phone = await server.resident()
    handler, second = await server.desk("H1", "handler"), await server.desk("H2", "handler")
    case_no = (await _apply(phone))["case_no"]
    (listed,) = (await phone.must("GET", CASES))["cases"]
    assert (listed["status_label"], listed["next"]["who"], listed["todo"]) == ("已提交", "区行政审批局", 0)
    assert listed["to_review"] is False

    queue = await handler.must("GET", f"{DESK}?view=department&status=&light=&q=")
    assert queue["cases"][0]["applicant_masked"] == "王*兰"
    await handler.act(case_no, "receive")
    seen = await handler.case(case_no)
    assert [one["action"] for one in seen["actions"]] == ["accept", "request_correction", "not_accept"]
    assert {"target": "material:site_proof", "label": "生产经营场所使用证明"} in seen["correctable"]
    asked = [{"target": "material:site_proof", "reason": "看不清，请重拍"}]
    await handler.act(case_no, "request_correction", corrections=asked)

    mine = await phone.must("GET", f"{CASES}/{case_no}")
    (todo,) = mine["todo"]
    assert (todo["kind"], todo["items"][0]["label"]) == ("correct", "生产经营场所使用证明")
    assert mine["actions"] == ["correct", "withdraw"]
    notice = mine["documents"][-1]
    page = (await phone.must("GET", f"{CASES}/{case_no}/documents/{notice['document_no']}")).decode()
    for words in ("补正告知书", "看不清，请重拍", "王秀兰", "演示环境", notice["document_no"]):
        assert words in page
    fresh = [{"code": "site_proof", "file_id": await phone.upload(pdf(), "新.pdf", "application/pdf")}]
    done = await phone.must("POST", f"{CASES}/{case_no}/corrections", {"answers": {}, "materials": fresh}, status=200)
    assert done["status"] == "received"

    await handler.act(case_no, "accept")
    await handler.act(case_no, "start")
    await handler.act(case_no, "propose", outcome="grant", opinion="符合条件")
    body = {"action": "approve_proposal", "version": (await handler.case(case_no))["version"]}
    await handler.refused("POST", f"{DESK}/{case_no}/transitions", body, code="same-person")
    await second.act(case_no, "approve_proposal")
    await handler.act(case_no, "serve")
    mine = await phone.must("GET", f"{CASES}/{case_no}")
    assert mine["result"] == {"outcome": "grant", "text": "符合条件"}
    assert mine["clock"]["state"] == "stopped"
    assert all(isinstance(line, str) and "{" not in line for line in mine["clock"]["explanation"])
    for paper in mine["documents"]:
        shown = await second.call("GET", f"{DESK}/{case_no}/documents/{paper['document_no']}")
        assert (shown.status, shown.media) == (200, "text/html")
    material = (await second.case(case_no))["materials"][0]
    content = await second.call("GET", f"{DESK}/{case_no}/files/{material['file_id']}")
    assert content.status == 200
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    assert [one["to_review"] for one in (await phone.must("GET", CASES))["cases"]] == [True]
    await phone.must("POST", f"{CASES}/{case_no}/review", {"grade": 1}, status=201)
    assert [one["to_review"] for one in (await phone.must("GET", CASES))["cases"]] == [False]
    english = await phone.must("GET", f"{CASES}/{case_no}", headers={"Accept-Language": "en"})
    assert english["review"] == {"grade": 1, "comment": None}


async def test_only_the_date_beyond_the_calendar_is_marked(server: Town, clock: ShiftedClock) -> None:
    clock.set(datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
    phone, handler = await server.resident(), await server.desk("H1", "handler")
    case_no = (await _apply(phone))["case_no"]
    await handler.act(case_no, "receive")
    await handler.act(case_no, "accept")
    mine, theirs = await phone.must("GET", f"{CASES}/{case_no}"), await handler.case(case_no)
    for seen in (mine, theirs):
        dates = seen["clock"]
        assert dates["legal_due"].startswith("2027-")
        assert dates["promised_due"].startswith("2026-")
        assert (dates["legal_provisional"], dates["promised_provisional"], dates["provisional"]) == (True, False, False)
        assert (seen["next"]["by"], seen["next"]["provisional"]) == (dates["promised_due"], False)
        assert "法定" in dates["explanation"][-1]
    (listed,) = (await phone.must("GET", CASES))["cases"]
    (queued,) = (await handler.must("GET", f"{DESK}?view=all"))["cases"]
    assert (listed["next"]["provisional"], queued["provisional"]) == (False, False)
    told = (await phone.must("GET", "/api/v1/notices"))["notices"]
    assert not any("暂定" in notice["body"] for notice in told)
    paper = next(one for one in mine["documents"] if one["kind"] == "acceptance_notice")
    page = await phone.must("GET", f"{CASES}/{case_no}/documents/{paper['document_no']}")
    assert "暂定" not in page.decode()


async def test_a_doubled_submission_is_answered_again(server: Town) -> None:
    phone = await server.resident()
    body = {"item": ITEM, "answers": {"machines": 2}, "draft": True}
    key = {"Idempotency-Key": "k-1"}
    first = await phone.must("POST", CASES, body, status=201, headers=key)
    assert await phone.must("POST", CASES, body, status=201, headers=key) == first
    assert len((await phone.must("GET", CASES))["cases"]) == 1
    await phone.refused("POST", f"{CASES}/{first['case_no']}/submission", {}, code="invalid-input")


async def test_nobody_elses(server: Town) -> None:
    phone, stranger = await server.resident(), await server.resident(1)
    auditor, operator = await server.desk("A1", "auditor"), await server.desk("O1", "operator")
    case_no = (await _apply(phone))["case_no"]
    file_id = (await phone.must("GET", f"{CASES}/{case_no}"))["materials"][0]["file_id"]
    for path in (f"{CASES}/{case_no}", f"{CASES}/1", f"{FILES}/{file_id}", f"{FILES}/nonsense"):
        await stranger.refused("GET", path, code="not-found")
    await stranger.refused("POST", f"{CASES}/{case_no}/withdrawal", {}, code="not-found")
    assert (await auditor.case(case_no))["actions"] == []
    body = {"action": "receive", "version": 1}
    await auditor.refused("POST", f"{DESK}/{case_no}/transitions", body, code="forbidden")
    await operator.refused("GET", f"{DESK}/{case_no}", code="forbidden")
    unproven = await server.resident(2, loa=2)
    await unproven.refused("POST", CASES, {"item": ITEM, "draft": True}, code="loa-needed")


HOSTILE = [
    (b"", "file-empty"),
    (ZIP, "file-type-refused"),
    (pdf() + ZIP, "file-damaged"),
    (b"<svg/>", "file-type-refused"),
]


async def test_hostile_uploads(server: Town) -> None:
    phone = await server.resident()
    for content, code in HOSTILE:
        form = aiohttp.FormData()
        form.add_field("file", content, filename="../../x.pdf", content_type="application/pdf")
        must_problem(await phone.call("POST", FILES, data=form), code)


async def test_uploads_that_are_none(server: Town) -> None:
    phone = await server.resident()
    other = aiohttp.FormData()
    other.add_field("other", b"x", filename="x")
    must_problem(await phone.call("POST", FILES, data=other), "file-expected")
    must_problem(await phone.call("POST", FILES, body={}), "file-expected")
    for bad in (b"", b"--", b"--b\r\n\r\n", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"):
        answer = await phone.call("POST", FILES, data=bad, headers={"Content-Type": "multipart/form-data; boundary=b"})
        must_problem(answer, "file-expected")
    no_boundary = await phone.call("POST", FILES, data=b"x", headers={"Content-Type": "multipart/form-data"})
    must_problem(no_boundary, "file-expected")
    large = aiohttp.FormData()
    large.add_field("file", io.BytesIO(pdf(b" " * (10 * 1024 * 1024))), filename="x.pdf")
    must_problem(await phone.call("POST", FILES, data=large), "file-too-large", status=413)
