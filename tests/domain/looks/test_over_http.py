"""谁看过我的信息 over HTTP: every look is a line that she reads in plain words, and she may say that it was not her."""

from __future__ import annotations

from typing import Any

import pytest

from config.floor import sql
from server.domain.looks.service import NOT_LOOKS, PAGE, kind_of
from tests.house.test_audit_words import recorded
from tests.journeys.forms import fill, materials
from tests.journeys.people import Phone
from tests.journeys.town import Town

ITEM = "printing-licence"


async def applied(phone: Phone) -> str:
    """A case of hers; its number."""
    item = await phone.must("GET", f"/api/v1/items/{ITEM}")
    body = {"item": ITEM, "answers": fill(item), "materials": await materials(phone, item)}
    done = await phone.must("POST", "/api/v1/cases", body, status=201)
    return str(done["case_no"])


async def looks(phone: Phone, kind: str = "") -> list[dict[str, Any]]:
    found = await phone.must("GET", f"/api/v1/looks?kind={kind}")
    return list(found["looks"])


async def test_every_look_is_a_line_in_plain_words(server: Town) -> None:
    phone, clerk = await server.resident(0), await server.counter()
    case_no = await applied(phone)
    desk = await server.desk("H9", "handler")
    await desk.case(case_no)
    code = await phone.code("03", at=server.now())
    await clerk.scan(code, "apply_here")
    await clerk.scan(code, "apply_here")
    used, scan, read = await looks(phone)
    assert (read["kind"], read["what"], read["staff_no"], read["case_no"]) == ("case", "打开了您的办件", "H9", case_no)
    assert (read["place"], read["purpose"]) == ("区行政审批局", "办理您申请的“印刷经营许可证核发”")
    assert read["fields"] == ["申请内容和材料目录"]
    assert "个人信息保护法" in read["basis"]
    assert (scan["kind"], scan["place"], scan["staff_no"]) == ("scan", "示范市政务服务大厅 3 号窗口", "C1")
    assert (scan["purpose"], scan["outcome_label"], scan["refused"]) == ("办事", "已查验", False)
    assert "姓名" in "".join(scan["fields"])
    assert "第十三条" in scan["basis"]
    assert scan["consent"]["state"] == "pending"
    assert (used["outcome_label"], used["refused"], used["fields"]) == ("未通过：码已用过", True, [])


async def test_a_material_that_was_opened_is_named_as_her_form_names_it_in_the_language_she_reads(server: Town) -> None:
    phone, desk = await server.resident(0), await server.desk("H9", "handler")
    case_no = await applied(phone)
    handed = (await desk.case(case_no))["materials"]
    for one in handed:
        assert (await desk.call("GET", f"/console/api/v1/cases/{case_no}/files/{one['file_id']}")).status == 200
    named = [one["fields"] for one in await looks(phone) if "材料" in one["what"]]
    item = await phone.must("GET", f"/api/v1/items/{ITEM}")
    names = {one["code"]: one["name"] for one in item["materials"]}
    assert named == [[names[one["code"]]] for one in reversed(handed)] and "一份材料" not in str(named)
    english = await phone.must("GET", "/api/v1/looks", headers={"Accept-Language": "en"})
    guide = (await phone.must("GET", f"/api/v1/items/{ITEM}", headers={"Accept-Language": "en"}))["materials"]
    assert english["looks"][0]["fields"][0] in {one["name"] for one in guide} - set(names.values())


async def test_a_material_of_an_item_that_is_not_named_has_no_name_either(server: Town) -> None:
    phone = await server.resident(0)
    await applied(phone)
    files = [sql.uid(row["file_id"]) for row in await sql.rows("SELECT file_id FROM case_materials")]
    unit = await server.house.database.reading("demo")
    assert len(await server.services.cases.papers_named(unit, files, "zh-CN")) == len(files) > 0
    (row,) = await sql.rows("SELECT id, guide FROM item_versions WHERE item_code = $1", ITEM)
    guide = sql.to_json({**sql.document(row["guide"]), "sensitive": True})
    await sql.execute("UPDATE item_versions SET guide = $1 WHERE id = $2", guide, sql.uid(row["id"]))
    assert await server.services.cases.papers_named(unit, files, "zh-CN") == {}
    await sql.execute("DELETE FROM item_versions WHERE item_code = $1", ITEM)
    assert await server.services.cases.papers_named(unit, files, "zh-CN") == {}


async def test_what_she_did_herself_and_what_was_decided_are_not_looks(server: Town) -> None:
    phone = await server.resident(0)
    case_no = await applied(phone)
    desk = await server.desk("H9", "handler")
    await desk.act(case_no, "receive")
    assert [one["what"] for one in await looks(phone)] == ["打开了您的办件"]


async def test_the_list_is_narrowed_by_kind_and_read_by_pages(server: Town) -> None:
    phone, clerk = await server.resident(0), await server.counter()
    desk = await server.desk("H9", "handler")
    await desk.case(await applied(phone))
    code = await phone.code("03", at=server.now())
    for _ in range(PAGE + 1):
        await clerk.scan(code, "apply_here")
    assert {one["kind"] for one in await looks(phone, "scan")} == {"scan"}
    assert [one["kind"] for one in await looks(phone, "case")] == ["case"]
    assert await looks(phone, "offline") == await looks(phone, "other") == []
    first = await phone.must("GET", "/api/v1/looks")
    rest = await phone.must("GET", f"/api/v1/looks?cursor={first['next_cursor']}")
    ids = [one["id"] for one in first["looks"] + rest["looks"]]
    assert len(set(ids)) == len(ids) == PAGE + 2
    assert rest["next_cursor"] is None
    await phone.refused("GET", "/api/v1/looks?cursor=7", code="invalid-input")


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every read of the tables that the list is made of."""
    asked: list[str] = []
    rows = sql.rows

    async def listened(text: str, *values: object) -> list[sql.Row]:
        asked.append(text)
        return await rows(text, *values)

    monkeypatch.setattr(sql, "rows", listened)
    return asked


async def test_a_page_takes_three_statements_however_long_it_is(server: Town, statements: list[str]) -> None:
    phone, clerk = await server.resident(0), await server.counter()
    desk = await server.desk("H9", "handler")
    await desk.case(await applied(phone))
    code = await phone.code("03", at=server.now())
    for _ in range(5):
        await clerk.scan(code, "apply_here")
    statements.clear()
    assert len(await looks(phone)) == 6
    mine = [one for one in statements if "audit_entries" in one or " visits " in one or " cases " in one]
    assert len(mine) == 3


async def test_that_was_not_me_is_on_record_once_and_the_auditor_finds_it(server: Town) -> None:
    phone, clerk = await server.resident(0), await server.counter()
    other, auditor = await server.resident(2), await server.desk("A9", "auditor")
    await clerk.scan(await phone.code("01", at=server.now()), "hall_queue")
    (look,) = await looks(phone)
    assert look["disputed"] is False
    for _ in range(2):
        said = await phone.must("POST", f"/api/v1/looks/{look['id']}/dispute", {})
        assert said["disputed"] is True
    assert [one["disputed"] for one in await looks(phone)] == [True]
    found = (await auditor.must("GET", "/console/api/v1/audit?view=disputed"))["entries"]
    assert [(one["action_label"], one["subject"], one["place"]) for one in found] == [
        ("居民说不是本人", look["id"], "示范市政务服务大厅 3 号窗口")
    ]
    await other.refused("POST", f"/api/v1/looks/{look['id']}/dispute", {}, code="not-found")


async def test_nobody_sees_another_persons_looks(server: Town) -> None:
    phone, clerk, other = await server.resident(0), await server.counter(), await server.resident(2)
    await clerk.scan(await phone.code("01", at=server.now()), "hall_queue")
    assert len(await looks(phone)) == 1
    assert await looks(other) == []


def test_every_recorded_action_is_a_look_or_is_named_as_none() -> None:
    """New looks are in her list from their first day; this only guards that what is hidden still exists."""
    assert {one for one in NOT_LOOKS if one.startswith(("visit.", "look."))} <= recorded()
    assert (kind_of("visit.look"), kind_of("case.look"), kind_of("visit.offline"), kind_of("loss.report")) == (
        "scan", "case", "offline", "other",
    )  # fmt: skip
