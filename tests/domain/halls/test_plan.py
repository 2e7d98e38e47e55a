"""Halls are data: the files as they are, and every mistake that somebody who edits them can make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.floor.refusal import Missing
from server.demo.cast import read_cast
from server.domain.calendar.service import CalendarService
from server.domain.halls.errors import HallsUnusable
from server.domain.halls.plan import FOLDER, Plans, read
from tests.domain.halls.lobby import DEMO, plan

ITEMS = frozenset(path.stem for path in (FOLDER.parent / "items").glob("*.toml"))
GOOD = (FOLDER / "demo-hall.toml").read_text("utf-8")


def test_the_halls_that_are_shipped_have_no_fault() -> None:
    halls, faults = read(FOLDER, ITEMS)
    assert faults == []
    assert all(hall.sample for hall in halls)


def test_the_demonstrations_terminals_stand_in_a_hall() -> None:
    for terminal in read_cast().terminals:
        assert DEMO.named("demo", terminal.hall).counter_named(terminal.counter).serves


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda text: text.replace('code = "demo-hall"', 'code = "other"'), "code"),
        (lambda text: text.replace('prefix = "B"', 'prefix = "A"'), "businesses.prefix"),
        (lambda text: text.replace('prefix = "B"', 'prefix = "b"'), "prefix: one or two"),
        (lambda text: text.replace("number = 2", "number = 1"), "counters.number"),
        (lambda text: text.replace('zh-CN = "2 号窗口"', 'zh-CN = "1 号窗口"'), "counters.name"),
        (lambda text: text.replace('serves = ["licence"]', 'serves = ["nothing"]'), "nothing is no business"),
        (lambda text: text.replace('serves = ["general", "licence", "pickup"]', 'serves = ["pickup"]')
            .replace('serves = ["licence"]', 'serves = ["pickup"]'), "nobody serves licence"),
        (lambda text: text.replace('closes = "24:00"', 'closes = "00:00"'), "hours.0"),
        (lambda text: text.replace('closes = "24:00"', 'closes = "25:00"'), "hours.0"),
        (lambda text: text.replace("days = [1, 2, 3, 4, 5, 6, 7]", "days = [0]"), "hours.0.days"),
        (lambda text: text.replace('"printing-licence"', '"no-such-item"'), "no item no-such-item"),
        (lambda text: text.replace('en = "Demo City Service Hall"', 'en = ""'), "name: words"),
        (lambda text: text.replace('en = "Elderly"', f'en = "{"x" * 65}"'), "at most 64"),
        (lambda text: text.replace("green_every = 3", "green_every = 0"), "queue.green_every"),
        (lambda text: text.replace("green_every = 3", "green_evry = 3"), "queue.green_evry"),
        (lambda text: text + "\n[", "not TOML"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_is_named(tmp_path: Path, break_it: Callable[[str], str], said: str) -> None:
    broken = break_it(GOOD)
    assert broken != GOOD
    (tmp_path / "demo-hall.toml").write_text(broken, "utf-8")
    _, faults = read(tmp_path, ITEMS)
    assert any(said in fault.message for fault in faults), faults
    if "no-such-item" not in broken:
        with pytest.raises(HallsUnusable, match=r"demo-hall\.toml"):
            Plans.load(tmp_path)


def test_two_halls_of_one_name_cannot_be_told_apart(tmp_path: Path) -> None:
    for code in ("demo-hall", "second"):
        (tmp_path / f"{code}.toml").write_text(GOOD.replace('code = "demo-hall"', f'code = "{code}"'), "utf-8")
    assert {fault.file for fault in read(tmp_path)[1]} == {"demo-hall.toml", "second.toml"}


def test_no_hall_at_all_is_no_fault(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        Plans.load(tmp_path).get("demo", "demo-hall")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-09-29T02:00", True),  # Tuesday
        ("2026-10-01T02:00", False),  # a holiday
        ("2026-10-10T02:00", True),  # a Saturday worked to make up for it
        ("2026-10-11T02:00", False),  # Sunday
    ],
)
def test_the_hall_follows_the_calendar_of_working_days(moment: str, is_open: bool) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert plan().is_open(now, CALENDAR) is is_open


CALENDAR = CalendarService.load()
