"""Importing a list of items: good lines go in, bad ones are named, a second run changes nothing."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from config.floor import sql
from server.adapters.database import Database
from server.domain.catalogue.errors import ImportFileInvalid
from server.domain.catalogue.importer import ImportReport, import_items, run_import

SAMPLE = Path(__file__).resolve().parents[3] / "config" / "sample" / "service_items_511602.csv"
HEADER = "area_code,department,main_item,name,local_task_code,task_type,implementing_body_code"
GOOD = "511602000000,区残联,,残疾人证新办,511F82001002-1,7,11511301008778490F"


def listed(tmp_path: Path, *lines: str | bytes, header: str = HEADER) -> Path:
    path = tmp_path / "list.csv"
    encoded = [line if isinstance(line, bytes) else line.encode() for line in (header, *lines)]
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join(encoded) + b"\n")
    return path


async def load(database: Database, path: Path) -> ImportReport:
    return await import_items(database, path, "demo", lambda done, total: None)


async def stored() -> int:
    row = await sql.row("SELECT COUNT(*) AS total FROM catalogue_items")
    return int(row["total"]) if row else 0


async def test_the_real_list_goes_in_once(database: Database) -> None:
    told: list[tuple[int, int]] = []
    first = await import_items(database, SAMPLE, "demo", lambda done, total: told.append((done, total)))
    assert (first.added, first.changed, first.unchanged, first.refused) == (1135, 0, 0, [])
    assert told[-1] == (1135, 1135)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    before = await sql.rows("SELECT id, content_hash, updated_at FROM catalogue_items ORDER BY id")
    second = await load(database, SAMPLE)
    assert (second.added, second.changed, second.unchanged) == (0, 0, 1135)
    assert await sql.rows("SELECT id, content_hash, updated_at FROM catalogue_items ORDER BY id") == before


async def test_a_doubtful_body_code_is_a_warning_only(database: Database, tmp_path: Path) -> None:
    lines = (GOOD, GOOD.replace("-1,", "-2,").replace("490F", "490G"), GOOD.replace("-1,", "-3,")[:-18] + "68236467-9")
    report = await load(database, listed(tmp_path, *lines))
    assert report.added == 3
    assert [(remark.line, remark.reason) for remark in report.warned] == [(3, "implementing_body_code")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (GOOD + ",x", "columns"),
        ("511602,区残联,,名,511F-1,7,x", "area_code"),
        ("511602000000,,,名,511F-1,7,x", "department"),
        ("511602000000,区残联,, ,511F-1,7,x", "name"),
        (f"511602000000,区残联,,{'名' * 201},511F-1,7,x", "name"),
        ("511602000000,区残联,,名,511F/1,7,x", "local_task_code"),
        ("511602000000,区残联,,名,511F-1,77,x", "task_type"),
        ("511602000000,区残联,,名\x00字,511F-1,7,x", "characters"),
        ("511602000000,区残联,,".encode() + b"\xff\xfe,511F-1,7,x", "characters"),
        ('511602000000,区残联,,"名"字,511F-1,7,x', "unreadable"),
        (GOOD, "twice"),
    ],
)
async def test_a_bad_line_is_named_and_the_good_ones_go_in(
    database: Database, tmp_path: Path, line: str | bytes, reason: str
) -> None:
    report = await load(database, listed(tmp_path, GOOD, line, GOOD.replace("-1,", "-2,")))
    assert [(remark.line, remark.reason) for remark in report.refused] == [(3, reason)]
    assert (report.added, await stored()) == (2, 2)


async def test_a_renamed_item_changes_and_keeps_its_code(database: Database, tmp_path: Path) -> None:
    await load(database, listed(tmp_path, GOOD))
    before = await sql.row("SELECT id, code, name FROM catalogue_items")
    report = await load(database, listed(tmp_path, GOOD.replace("新办", "办理")))
    assert (report.added, report.changed) == (0, 1)
    after = await sql.row("SELECT id, code, name FROM catalogue_items")
    assert before is not None
    assert after == {**before, "name": "残疾人证办理"}


@pytest.mark.parametrize("header", ["", "a,b,c", HEADER.replace("name", "title"), '"x'])
async def test_another_file_is_not_taken(database: Database, tmp_path: Path, header: str) -> None:
    with pytest.raises(ImportFileInvalid):
        await load(database, listed(tmp_path, GOOD, header=header))
    assert await stored() == 0


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


async def test_progress_is_a_bar_on_a_terminal_and_few_lines_elsewhere(database: Database, tmp_path: Path) -> None:
    log = io.StringIO()
    assert await run_import(database, "demo", SAMPLE, log) == 0
    lines = log.getvalue().splitlines()
    assert lines[-2].startswith("1135 added, 0 changed, 0 unchanged, 0 refused")
    assert 3 <= len(lines) <= 12
    screen = _Terminal()
    assert await run_import(database, "demo", listed(tmp_path, GOOD, "bad"), screen) == 1
    assert "\r[" in screen.getvalue()
    assert "line 3: refused (columns)" in screen.getvalue()


async def test_a_missing_or_foreign_file_is_said_in_words(database: Database, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.csv", listed(tmp_path, header="a,b")):
        told = io.StringIO()
        assert await run_import(database, "demo", path, told) == 2
        assert "was not imported" in told.getvalue()
