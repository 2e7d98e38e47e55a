"""Files and papers at the desk: in hand, or for a reason; evidence of a correction for a reason always; she sees it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from config.floor import sql
from tests.domain.materials.samples import jpeg, pdf
from tests.domain.privacy.test_full_views import DESK, NAME, applied
from tests.journeys.people import Phone
from tests.journeys.town import Town

WHY = {"reason": "complaint", "note": "本人来电投诉办理太慢"}
ME = "/api/v1/me/corrections"
WANTED = "王秀岚"


async def _looks(phone: Phone, kind: str) -> list[tuple[str, str, list[str], str]]:
    found = (await phone.must("GET", f"/api/v1/looks?kind={kind}"))["looks"]
    return [(one["staff_no"], one["what"], one["fields"], one["purpose"]) for one in found]


async def test_files_and_papers_open_to_those_who_handle_the_case_and_to_others_for_a_reason(server: Town) -> None:
    phone = await server.resident()
    case_no = await applied(phone)
    handler, colleague = await server.desk("H1", "handler"), await server.desk("H2", "handler")
    auditor = await server.desk("AU1", "auditor")
    await handler.act(case_no, "receive")
    await handler.act(case_no, "accept")
    seen = await handler.case(case_no)
    assert seen["papers"] == {"access": "in_hand", "until": None}
    assert [one["file_name"][-4:] for one in seen["materials"]] == [".pdf", ".jpg"]
    file = f"{DESK}/cases/{case_no}/files/{seen['materials'][0]['file_id']}"
    paper = f"{DESK}/cases/{case_no}/documents/{seen['documents'][-1]['document_no']}"
    assert (await handler.call("GET", file)).status == 200

    for other in (colleague, auditor):
        theirs = await other.case(case_no)
        assert theirs["papers"]["access"] == "reason_needed"
        assert {one["file_name"] for one in theirs["materials"]} == {""}, "people name a picture after themselves"
        for path in (file, paper):
            await other.refused("GET", path, code="full-view-needed")
    view = f"{DESK}/cases/{case_no}/full-view"
    await auditor.refused("POST", view, WHY | {"fields": ["papers", "name"]}, code="forbidden")
    await auditor.refused("POST", view, {"fields": ["papers"]}, code="full-view-needed")
    await auditor.refused("POST", view, {"fields": ["papers"], "note": "有人投诉"}, code="invalid-input")
    asked = await auditor.must("POST", view, WHY | {"fields": ["papers"]})
    assert (asked["name"], asked["id_number"], asked["answers"]) == (None, None, None)
    assert (await auditor.case(case_no))["papers"] == {"access": "opened", "until": asked["open_until"]}
    assert NAME in (await auditor.must("GET", paper)).decode()
    await colleague.must("POST", view, WHY | {"fields": ["phone"]})
    assert (await colleague.must("POST", view, {"fields": ["name"]}))["name"] == NAME, "nothing is typed twice"
    assert (await colleague.call("GET", file)).status == 200

    item = "办理您申请的“印刷经营许可证核发”"
    why = f"{item} · 处理您的投诉"
    opened = [one for one in await _looks(phone, "case") if one[1] != "打开了您的办件"]
    assert opened == [
        ("H2", "打开了您交的材料", ["生产经营场所使用证明"], why),
        ("H2", "看了您平时遮住的完整信息", ["完整姓名"], why),
        ("H2", "看了您平时遮住的完整信息", ["完整手机号"], why),
        ("AU1", "打开了您的文书", ["受理通知书"], why),
        ("AU1", "说明了理由，要看您的材料和文书", ["材料和文书"], why),
        ("H1", "打开了您交的材料", ["生产经营场所使用证明"], item),
    ]


async def _asked(phone: Phone, **more: Any) -> dict[str, Any]:
    body = {"category": "identity", "said": "户口簿上已经改了", "wanted_name": WANTED} | more
    done: dict[str, Any] = await phone.must("POST", ME, body, status=201)
    return done


async def test_the_evidence_of_a_name_is_seen_for_a_reason_and_the_name_too(server: Town) -> None:
    phone, desk = await server.resident(), await server.desk("H1", "handler")
    files = [
        await phone.upload(jpeg(), "wang-xiulan.jpg", "image/jpeg"),
        await phone.upload(pdf(), "proof.pdf", "application/pdf"),
    ]
    asked = await _asked(phone, files=files)
    assert (asked["wanted_name"], [one["name"] for one in asked["files"]]) == (WANTED, ["wang-xiulan.jpg", "proof.pdf"])
    assert (await phone.must("GET", ME))["corrections"] == [asked]
    assert (await phone.call("GET", f"/api/v1/files/{files[0]}")).status == 200, "hers to look at"

    (waits,) = (await desk.must("GET", f"{DESK}/corrections"))["corrections"]
    assert (waits["wanted_name_masked"], waits["open_until"]) == ("王*岚", None)
    assert [one["media_type"] for one in waits["files"]] == ["image/jpeg", "application/pdf"]
    assert WANTED not in repr(waits) and "xiulan" not in repr(waits), "nor what she called her picture"
    path = f"{DESK}/corrections/{asked['id']}"
    await desk.refused("GET", f"{path}/files/{files[0]}", code="full-view-needed")
    whole = await desk.must("POST", f"{path}/full-view", WHY | {"reason": "amend", "fields": ["answers", "papers"]})
    assert whole["answers"] == [{"label": "要改成的姓名", "shown": WANTED}]
    assert (await desk.call("GET", f"{path}/files/{files[0]}")).media == "image/jpeg"
    (waits,) = (await desk.must("GET", f"{DESK}/corrections"))["corrections"]
    assert waits["open_until"] == whole["open_until"]
    await desk.refused("GET", f"{path}/files/{await phone.upload(pdf(), 'x.pdf', 'application/pdf')}", code="not-found")
    auditor = await server.desk("AU1", "auditor")
    await auditor.refused("GET", f"{path}/files/{files[0]}", code="forbidden")
    file, view = await _looks(phone, "other")
    assert file == ("H1", "打开了您交的证明材料", ["一份证明材料"], "更正您的信息")
    assert view[2] == ["要改成的姓名", "证明材料"]


async def test_evidence_goes_with_its_request_or_not_at_all(server: Town) -> None:
    phone, other = await server.resident(), await server.resident(1)
    mine, theirs = [await one.upload(pdf(), "证明.pdf", "application/pdf") for one in (phone, other)]
    body = {"category": "identity", "said": "户口簿上已经改了", "files": [mine, theirs]}
    await phone.refused("POST", ME, body, code="file-not-usable")
    assert (await phone.must("GET", ME))["corrections"] == []
    await _asked(phone, files=[mine])
    await phone.refused("POST", ME, body | {"files": [mine]}, code="file-not-usable")
    await phone.refused("POST", ME, body | {"files": [mine] * 6}, code="invalid-input")
    await phone.refused(
        "POST", ME, {"category": "cases", "said": "状态不对", "wanted_name": WANTED}, code="invalid-input"
    )
    rows = await sql.rows("SELECT state FROM material_files WHERE id IN ($1,$2) ORDER BY id", UUID(mine), UUID(theirs))
    assert [row["state"] for row in rows] == ["stored", "pending"]
