"""Uploaded lists of people: upload, look, fix in place, take the bad rows home. A row that is right is shown masked;
one that is wrong in whole, or nobody could put it right."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from config.floor.refusal import FieldFault
from config.floor.unit import Unit
from notify import sheet
from notify.errors import CellMasked, SheetRefused
from notify.lists import PAGE, PeopleList, Row
from server.domain.catalogue.masking import mask_address
from server.domain.identifiers import mask_id_number, mask_name, mask_phone
from server.edges.console.audience_shapes import (
    KeptQuery,
    PeopleLists,
    PeopleListShown,
    RowFixed,
    RowPage,
    RowShown,
    RowsQuery,
)
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff
from server.web.uploads import read_upload

operations = Operations(tag="console-lists")
_ROOT = "/console/api/v1/people-lists"
_WRITER = Staff("audience.write")
_MISSING = ("people-list-not-found",)
_NAMED = re.compile(r"姓名|名字|收件人|联系人|^name$|full.?name", re.I)
_PLACED = re.compile(r"地址|住址|address", re.I)
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_ID_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9Xx])")
_MASK = re.compile(r"(?<![0-9])(?:1[3-9][0-9]\*{4}[0-9]{4}(?![0-9])|[1-9][0-9]{3}\*{10}[0-9]{3}[0-9Xx](?![0-9Xx]))")


@operations.post(
    _ROOT, name="uploadPeopleList", summary="A CSV or XLSX of up to 100,000 people, in the form field file",
    access=_WRITER, answer=PeopleListShown, status=201, own_unit=True, media="multipart", limit=12,
    problems=("file-expected", "file-empty", "file-too-large", "upload-timeout", "sheet-refused"),
)  # fmt: skip
async def upload(call: Call[NoBody, NoQuery]) -> PeopleListShown:
    """What is wrong with the file as a whole is refused; what is wrong in rows is kept and shown."""
    name, content = await read_upload(call.request, call.services.settings.limits.upload_bytes)
    try:
        found = await asyncio.to_thread(sheet.read, name, content)
    except sheet.SheetWrong as wrong:
        fault = FieldFault("file", wrong.code, tuple(wrong.facts.items()))
        raise SheetRefused(faults=(fault,)) from None
    services, region = call.services, call.staff.region

    async def decide(work: Callable[[Unit], Awaitable[None]]) -> None:
        await services.database.unit_of_work(call.portal.id, work)

    list_id = await services.campaigns.lists.keep(decide, call.actor, region, name, found)

    async def done(unit: Unit) -> PeopleList:
        await services.audit.record(
            unit, call.actor, "people_list.upload", subject_kind="people_list", subject=str(list_id), region=region,
            outcome="done",
        )  # fmt: skip
        return await services.campaigns.lists.get(unit, list_id)

    return _list(await call.decide(done))


@operations.get(
    _ROOT, name="listPeopleLists", summary="Uploaded lists, those changed last first", access=_WRITER, query=KeptQuery,
    answer=PeopleLists, problems=("invalid-input",),
)  # fmt: skip
async def lists(call: Call[NoBody, KeptQuery]) -> PeopleLists:
    """A hundred at a time."""
    found, after = await call.services.campaigns.lists.page(call.unit, call.query.cursor, scope=call.staff.scope)
    return PeopleLists(lists=[_list(one) for one in found], next_cursor=after)


@operations.get(
    f"{_ROOT}/{{id}}", name="getPeopleList", summary="One list", access=_WRITER, answer=PeopleListShown,
    problems=_MISSING,
)  # fmt: skip
async def one(call: Call[NoBody, NoQuery]) -> PeopleListShown:
    """Its columns and how many rows are bad."""
    return _list(await call.services.campaigns.lists.get(call.unit, call.path_id("id")))


@operations.get(
    f"{_ROOT}/{{id}}/rows", name="listPeopleListRows", summary="Fifty rows in the sheet's order", access=_WRITER,
    query=RowsQuery, answer=RowPage, problems=_MISSING,
)  # fmt: skip
async def rows(call: Call[NoBody, RowsQuery]) -> RowPage:
    """All of them, or the bad ones."""
    room, list_id = call.services.campaigns.lists, call.path_id("id")
    found = await room.rows(call.unit, list_id, only_bad=call.query.only == "bad", after=call.query.after)
    columns = (await room.get(call.unit, list_id)).columns
    shown = [_row(call, columns, row) for row in found]
    return RowPage(rows=shown, next_after=found[-1].line if len(found) == PAGE else None)


@operations.put(
    f"{_ROOT}/{{id}}/rows/{{line}}", name="fixPeopleListRow", summary="Other cells for one row, judged again",
    access=_WRITER, body=RowFixed, answer=RowShown,
    problems=(*_MISSING, "people-list-in-use", "people-list-cell-masked"),
)  # fmt: skip
async def fix(call: Call[RowFixed, NoQuery]) -> RowShown:
    """Until a notice that uses the list was handed in. What a page showed masked is not taken for a value."""
    line = call.path["line"]
    number = int(line) if line.isascii() and line.isdigit() and len(line) < 8 else 0
    cells = [" ".join(cell.split()) for cell in call.body.cells]
    room, list_id = call.services.campaigns.lists, call.path_id("id")
    columns, before = await room.columns(call.unit, list_id), await room.row(call.unit, list_id, number)
    for column, cell, old in zip(columns, cells, before.cells, strict=False):
        if cell != old and is_mask(column, cell):
            raise CellMasked(column=column)
    return _row(call, columns, await room.fix(call.unit, list_id, number, cells))


@operations.get(
    f"{_ROOT}/{{id}}/bad-rows", name="downloadBadRows", summary="The bad rows as CSV, with what is wrong",
    access=_WRITER, media="binary", problems=_MISSING,
)  # fmt: skip
async def bad_rows(call: Call[NoBody, NoQuery]) -> web.Response:
    """For a spreadsheet: no cell is one that it would run."""
    found, bad = await call.services.campaigns.lists.bad_rows(call.unit, call.path_id("id"))
    said = {row.fault: call.text(f"publishing.rows.{row.fault}") for row in bad}
    table = [(*row.cells, f"{said[row.fault]}（{row.column}）") for row in bad]
    content = await asyncio.to_thread(sheet.written, (*found.columns, call.text("publishing.rows.heading")), table)
    return web.Response(
        body=content,
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": 'attachment; filename="bad-rows.csv"', "Cache-Control": "private, no-store"},
    )


@operations.delete(
    f"{_ROOT}/{{id}}", name="discardPeopleList", summary="Put a list away", access=_WRITER,
    problems=(*_MISSING, "people-list-in-use"),
)  # fmt: skip
async def discard(call: Call[NoBody, NoQuery]) -> None:
    """Not while a notice that was handed in uses it."""
    await call.services.campaigns.lists.discard(call.unit, call.path_id("id"))


def _list(found: PeopleList) -> PeopleListShown:
    return PeopleListShown(
        id=found.id, name=found.name, columns=list(found.columns), total=found.total, bad=found.bad,
        owner=found.owner_no, updated_at=found.updated_at,
    )  # fmt: skip


def masked(columns: Sequence[str], cells: Sequence[str]) -> list[str]:
    """A right row as a page shows it: numbers of people wherever they stand, names and addresses by their column."""
    return [_masked(column, cell) for column, cell in zip(columns, cells, strict=True)]


def _masked(column: str, cell: str) -> str:
    if _NAMED.search(column):
        return mask_name(cell) if cell else ""
    if _PLACED.search(column):
        return mask_address(cell) if cell else ""
    without = _ID_NUMBER.sub(lambda met: mask_id_number(met[0]), cell)
    return _MOBILE.sub(lambda met: mask_phone(met[0]), without)


def is_mask(column: str, cell: str) -> bool:
    """Whether a cell is what ``masked`` makes of a value of this column, whichever value that was."""
    if _NAMED.search(column):
        return "*" in cell
    return ("****" in cell and bool(_PLACED.search(column))) or bool(_MASK.search(cell))


def _row(call: Call[Any, Any], columns: Sequence[str], row: Row) -> RowShown:
    fault = call.text(f"publishing.rows.{row.fault}") if row.fault else ""
    cells = list(row.cells) if row.fault else masked(columns, row.cells)
    return RowShown(line=row.line, cells=cells, fault_code=row.fault, fault=fault, column=row.column)
