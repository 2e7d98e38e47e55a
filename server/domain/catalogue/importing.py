"""One line of a list of items (CSV): what it must hold, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.domain.catalogue.records import content_hash, derived_code
from server.domain.catalogue.search import search_text
from server.domain.catalogue.themes import OTHER
from server.domain.identifiers import organisation_check_passes, uscc_check_passes

HEADER: Final = (
    "area_code",
    "department",
    "main_item",
    "name",
    "local_task_code",
    "task_type",
    "implementing_body_code",
)
# GB/T 39046-2020 annex A.1; the list writes single digits without the leading zero.
_ITEM_TYPES: Final = frozenset({"00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "20"})
_REGION: Final = re.compile(r"\d{12}", re.ASCII)
_LOCAL_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,63}", re.ASCII)
_SUFFIX: Final = re.compile(r"_\d+$", re.ASCII)


class RowInvalid(Exception):
    """A line that is not taken; the reason is a short stable word."""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One good line."""

    line: int
    region: str
    department: str
    main_item: str
    name: str
    local_code: str
    item_type: str
    warning: str
    theme: str

    def columns(self) -> dict[str, object]:
        """Its columns in ``catalogue_items`` without id, portal and instant."""
        content = [self.region, self.department, self.main_item, self.name, self.item_type, self.theme]
        code = derived_code(self.local_code)
        return {
            "region": self.region,
            "code": code,
            "alias": code,
            "local_code": self.local_code,
            "name": self.name,
            "name_en": "",
            "department": self.department,
            "theme": self.theme,
            "item_type": self.item_type,
            "online": False,
            "version": 0,
            "source": "import",
            "content_hash": content_hash(content),
            "search_text": search_text(self.name, self.main_item, self.department),
        }


def read_row(line: int, cells: Sequence[str], themes: Mapping[str, str]) -> ImportRow:
    """A line as a row, or ``RowInvalid``. ``themes`` names the theme of each department's items."""
    if len(cells) != len(HEADER):
        raise RowInvalid("columns")
    area, department, main_item, name, local_code, task_type, body = (cell.strip() for cell in cells)
    if not all(cell.isprintable() for cell in (department, main_item, name)):
        raise RowInvalid("characters")
    if not _REGION.fullmatch(area):
        raise RowInvalid("area_code")
    if not 0 < len(department) <= 64:
        raise RowInvalid("department")
    if not 0 < len(name) <= 200 or len(main_item) > 200:
        raise RowInvalid("name")
    if not _LOCAL_CODE.fullmatch(local_code):
        raise RowInvalid("local_task_code")
    item_type = task_type.zfill(2)
    if item_type not in _ITEM_TYPES:
        raise RowInvalid("task_type")
    return ImportRow(
        line,
        area,
        department,
        main_item,
        name,
        local_code,
        item_type,
        _body_warning(body),
        themes.get(department, OTHER),
    )


def _body_warning(body: str) -> str:
    """Why the implementing body's code is doubtful, or empty. Early codes fail the check: never a reason to refuse."""
    plain = _SUFFIX.sub("", body).upper()
    if uscc_check_passes(plain) or (len(plain) in (9, 10) and organisation_check_passes(plain)):
        return ""
    return "implementing_body_code"
