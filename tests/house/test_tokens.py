"""One token sheet: the residents' front's file is served to staff pages too, and every name that is used is in it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SHEET = ROOT / "miniapp_api/front/src/styles/tokens.css"
STAFF = (ROOT / "server/web/static/staff.css", *sorted((ROOT / "server/edges").glob("*/static/*.css")))


def test_there_is_one_sheet() -> None:
    assert SHEET.is_file()
    assert list(ROOT.glob("server/**/tokens.css")) == []


def test_staff_sheets_use_only_names_that_exist() -> None:
    texts = [path.read_text("utf-8") for path in (SHEET, *STAFF)]
    defined = {name for text in texts for name in re.findall(r"(--[a-z0-9-]+)\s*:", text)}
    used = {name for text in texts for name in re.findall(r"var\((--[a-z0-9-]+)", text)}
    assert used - defined == set()
    assert len(STAFF) >= 4
