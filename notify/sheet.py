"""An uploaded sheet as headings and rows: CSV or XLSX, read in a thread, judged in a fixed order. Pure.

File faults come first and alone, in this order: unreadable, too many rows, no rows, no column of phone numbers, two
columns of one name. What is wrong in single rows is the next step (``lists``).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from notify.placeholders import key

ROWS, COLUMNS, CELL = 100_000, 60, 500
UNPACKED = 200 * 1024 * 1024
PHONES = ("手机号", "手机号码", "手机", "电话", "phone", "phone number", "mobile")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SheetWrong(ValueError):
    """The file as a whole cannot be used; ``code`` says why."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Sheet:
    """Headings, the place of the phone number, and (line, cells) of every row that is not blank."""

    columns: tuple[str, ...]
    phone: int
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(name: str, content: bytes) -> Sheet:
    """The sheet, or ``SheetWrong``. May take seconds: for a thread."""
    lines = _workbook(content) if content[:4] == b"PK\x03\x04" else _csv(content, name)
    table = [(number, _row(cells)) for number, cells in enumerate(lines, start=1)]
    filled = [(number, cells) for number, cells in table if any(cells)]
    if len(filled) > ROWS + 1:
        raise SheetWrong("sheet-too-many-rows", most=ROWS)
    if len(filled) < 2:
        raise SheetWrong("sheet-no-rows")
    headings = _headings(filled[0][1])
    phone = place_of_phone(headings)
    _no_doubles(headings)
    width = len(headings)
    rows = tuple((number, _fitted(cells, width)) for number, cells in filled[1:])
    return Sheet(headings, phone, rows)


def place_of_phone(headings: Sequence[str]) -> int:
    """Which column holds the phone numbers; ``SheetWrong`` where none does."""
    for place, heading in enumerate(headings):
        if key(heading) in _PHONE_KEYS:
            return place
    raise SheetWrong("sheet-no-phone")


def _headings(cells: Sequence[str]) -> tuple[str, ...]:
    """The named columns; the thousands of empty ones that spreadsheets add at the end are none."""
    names = list(cells)
    while names and not names[-1]:
        names.pop()
    if len(names) > COLUMNS:
        raise SheetWrong("sheet-too-many-columns", most=COLUMNS)
    return tuple(name[:40] or f"({place})" for place, name in enumerate(names, start=1))


def _no_doubles(headings: Sequence[str]) -> None:
    seen: set[str] = set()
    for heading in headings:
        if key(heading) in seen:
            raise SheetWrong("sheet-column-twice", name=heading)
        seen.add(key(heading))


def _row(cells: Iterable[object]) -> tuple[str, ...]:
    return tuple(_cell(cell) for cell in cells)


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a phone number in a sheet is a number
    text = " ".join(str("" if value is None else value).replace("\0", "").split())[:CELL]
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text  # our own guard comes off again


def _fitted(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """As many cells as headings: ragged rows are filled up, what stands beyond the last heading is nobody's."""
    return (*cells[:width], *("" for _ in range(width - len(cells))))


def _csv(content: bytes, name: str) -> Iterator[list[str]]:
    text = _decoded(content)
    dialect = "\t" if text.partition("\n")[0].count("\t") > text.partition("\n")[0].count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=dialect)
    try:
        for number, row in enumerate(reader):
            if number > 2 * ROWS:
                raise SheetWrong("sheet-too-many-rows", most=ROWS)
            yield row
    except csv.Error as error:
        raise SheetWrong("sheet-unreadable", name=name[:60]) from error


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise SheetWrong("sheet-unreadable", name="")


def _workbook(content: bytes) -> Iterator[Sequence[object]]:
    from python_calamine import CalamineError, CalamineWorkbook  # only where somebody uploads one

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > UNPACKED:
                raise SheetWrong("sheet-too-many-rows", most=ROWS)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
    except SheetWrong:
        raise
    except (CalamineError, ValueError, IndexError, OSError, zipfile.BadZipFile) as error:
        raise SheetWrong("sheet-unreadable", name="") from error
    if sheet.height > 2 * ROWS:
        raise SheetWrong("sheet-too-many-rows", most=ROWS)
    yield from sheet.iter_rows()


def written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV for a spreadsheet: with a byte order mark, and no cell that a spreadsheet would run as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in (columns, *rows):
        writer.writerow([guarded(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def guarded(cell: str) -> str:
    """The cell as plain text for any spreadsheet (CWE-1236)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


_PHONE_KEYS = frozenset(key(name) for name in PHONES)
