"""Uploaded lists: file faults first and in a fixed order, row faults in their cells, fixed, given back safely."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import pytest

from config.floor.unit import Unit
from notify import sheet
from notify.campaign_record import CampaignRecord
from notify.errors import ListInUse, ListMissing
from notify.lists import phone_of
from notify.sheet import SheetWrong, guarded, read, written
from tests.notify.parts import PORTAL, REGION, WORDS, Room, ScriptedChannel, staff


def _workbook(rows: list[list[str | float]]) -> bytes:
    """The smallest XLSX that there can be."""
    cells = "".join(
        "<row>" + "".join(
            f'<c t="inlineStr"><is><t>{cell}</t></is></c>' if isinstance(cell, str) else f"<c><v>{cell}</v></c>"
            for cell in row
        ) + "</row>"
        for row in rows
    )  # fmt: skip
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def test_csv_with_everything_that_spreadsheets_add() -> None:
    text = "\ufeff手机号,地点,,\r\n\r\n13800000000,一楼,多余,,\r\n13800000001\r\n,,,\r\n"
    found = read("a.csv", text.encode())
    assert found.columns == ("手机号", "地点")
    assert found.rows == ((3, ("13800000000", "一楼")), (4, ("13800000001", "")))
    assert read("a.csv", "手机号\t地点\n13800000000\t一楼".encode("gb18030")).rows == ((2, ("13800000000", "一楼")),)


async def test_lists_are_paged_past_the_first_page(room: Room) -> None:
    async def decide(work: Callable[[Unit], Awaitable[None]]) -> None:
        await room.database.unit_of_work(PORTAL, work)

    made = []
    for number in range(3):
        text = f"手机号\n1380000000{number}\n"
        made.append(await room.lists.keep(decide, staff(1), REGION, f"名单 {number}", read("a.csv", text.encode())))
        room.later(seconds=1)
    unit = await room.database.reading(PORTAL)
    first, after = await room.lists.page(unit, None, 2)
    rest, over = await room.lists.page(unit, after, 2)
    assert [one.id for one in (*first, *rest)] == made[::-1]
    assert len(first) == 2 and over is None


def test_a_workbook_whose_phones_are_numbers() -> None:
    found = read("a.xlsx", _workbook([["Phone", "地点"], [13800000000.0, "一楼"]]))
    assert (found.columns, found.phone, found.rows) == (("Phone", "地点"), 0, ((2, ("13800000000", "一楼")),))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe\x00\x01", "sheet-unreadable"),
        (b"PK\x03\x04 not a workbook", "sheet-unreadable"),
        ("手机号\n".encode(), "sheet-no-rows"),
        (b"", "sheet-no-rows"),
        ("姓名,姓名\nx,y".encode(), "sheet-no-phone"),
        ("手机号,地 点,地点\n1,2,3".encode(), "sheet-column-twice"),
        (",".join(f"c{n}" for n in range(70)).encode() + b"\nx", "sheet-too-many-columns"),
    ],
)
def test_the_first_fault_of_a_file_is_told(content: bytes, code: str) -> None:
    with pytest.raises(SheetWrong) as wrong:
        read("a.csv", content)
    assert wrong.value.code == code


def test_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "ROWS", 3)
    with pytest.raises(SheetWrong, match="sheet-too-many-rows"):
        read("a.csv", "手机号\n1\n2\n3\n4".encode())


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-1", "@x"])
def test_no_cell_is_a_formula_in_what_is_given_back(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    again = read("b.csv", written(("手机号", "x"), [("13800000000", cell)]))
    assert again.rows[0][1][1] == cell


@pytest.mark.parametrize(
    ("text", "phone"),
    [("138 0000 0000", "13800000000"), ("+86-13800000000", "13800000000"), ("8613800000000", "13800000000"),
     ("1380000000", ""), ("１３８００００００００", ""), ("12800000000", "")],
)  # fmt: skip
def test_a_phone_however_it_was_typed(text: str, phone: str) -> None:
    assert phone_of(text) == phone


async def test_rows_are_judged_fixed_sent_and_then_left_alone(room: Room) -> None:
    first, second = room.people.add(2)
    text = "手机号,地点\n13800000000,一楼\n,二楼\nabc,三楼\n13800000000,四楼\n13899999999,五楼\n13800000001,\n"
    lists, author = room.lists, staff(1)

    async def decide(work: Callable[[Unit], Awaitable[None]]) -> None:
        await room.database.unit_of_work(PORTAL, work)

    run = room.database.unit_of_work
    list_id = await lists.keep(decide, author, REGION, "名单", read("a.csv", text.encode()))
    found = await run(PORTAL, lambda unit: lists.get(unit, list_id))
    assert (found.total, found.bad) == (6, 5)
    rows = await run(PORTAL, lambda unit: lists.rows(unit, list_id, only_bad=True))
    assert [(row.line, row.fault, row.column) for row in rows] == [
        (3, "list-phone-empty", "手机号"), (4, "list-phone-wrong", "手机号"), (5, "list-twice", "手机号"),
        (6, "list-phone-unknown", "手机号"), (7, "list-cell-empty", "地点"),
    ]  # fmt: skip
    assert [row.line for row in await run(PORTAL, lambda unit: lists.rows(unit, list_id, only_bad=False, after=6))] == [
        7
    ]
    fixed = await run(PORTAL, lambda unit: lists.fix(unit, list_id, 7, ["13800000001", "六楼"]))
    assert fixed.fault == ""
    still = await run(PORTAL, lambda unit: lists.fix(unit, list_id, 3, ["13800000001", "二楼"]))
    assert still.fault == "list-twice"
    head, bad = await run(PORTAL, lambda unit: lists.bad_rows(unit, list_id))
    assert (head.bad, len(bad)) == (4, 4)
    with pytest.raises(ListMissing):
        await run(PORTAL, lambda unit: lists.fix(unit, list_id, 99, ["1", "2"]))
    words = replace(WORDS, body="((姓名))您好，请到((地点))。", rules={"list": str(list_id)})
    await _sent(room, words)
    unit = await room.database.reading(PORTAL)
    bodies = {p: (await room.notify.inbox.page(unit, p)).notices[0].body for p in (first, second)}
    assert bodies == {first: "王*0您好，请到一楼。", second: "王*1您好，请到六楼。"}
    with pytest.raises(ListInUse):
        await run(PORTAL, lambda unit: lists.fix(unit, list_id, 7, ["13800000001", "七楼"]))
    with pytest.raises(ListInUse):
        await run(PORTAL, lambda unit: lists.discard(unit, list_id))
    with pytest.raises(ListMissing):
        await run("other", lambda unit: lists.get(unit, list_id))


async def _sent(room: Room, words: object) -> UUID:
    async def submit(unit: Unit) -> CampaignRecord:
        made = await room.campaigns.draft(unit, staff(1), REGION, words)  # type: ignore[arg-type]
        return await room.campaigns.submit(unit, staff(1), made.id)

    made = await room.database.unit_of_work(PORTAL, submit)

    async def approve(unit: Unit) -> object:
        return await room.campaigns.approve(unit, staff(2), made.id, content_hash=made.content_hash, people=made.people)

    await room.database.unit_of_work(PORTAL, approve)
    while await room.fan_out().step():
        pass
    await room.drain(room.dispatcher(ScriptedChannel()))
    return made.id
