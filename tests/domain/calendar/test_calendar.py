"""The working-day count: the known vectors, the year that is not announced, and the explanation."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.wording import Wording
from server.domain.calendar.service import CalendarService, DueDate, Step, word_steps
from server.domain.calendar.table import YearTable, read_tables

CALENDAR = CalendarService.load()
WORDING = Wording()


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 2, 12), 5, date(2026, 2, 26)),
        (date(2026, 9, 18), 5, date(2026, 9, 24)),
        (date(2026, 4, 29), 3, date(2026, 5, 7)),
        (date(2026, 11, 20), 2, date(2026, 11, 24)),
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
        (date(2025, 9, 26), 2, date(2025, 9, 29)),
    ],
)
def test_known_vectors(start: date, days: int, due: date) -> None:
    assert CALENDAR.after(start, days) == DueDate(due, False)
    assert CALENDAR.used(start, due) == days


def test_the_count_starts_the_day_after_even_on_a_day_off() -> None:
    assert CALENDAR.after(date(2026, 10, 3), 1) == DueDate(date(2026, 10, 8), False)
    assert CALENDAR.used(date(2026, 10, 3), date(2026, 10, 3)) == 0
    assert CALENDAR.used(date(2026, 10, 8), date(2026, 10, 3)) == 0


def test_official_figures_of_the_years() -> None:
    tables = read_tables()
    for year, off, makeup in ((2025, 28, 5), (2026, 33, 6)):
        assert sum(day.year == year for day in tables.off) == off
        assert sum(day.year == year for day in tables.makeup) == makeup


def test_a_year_without_a_table_is_provisional() -> None:
    assert CALENDAR.covered_until == date(2026, 12, 31)
    assert CALENDAR.after(date(2026, 12, 30), 1) == DueDate(date(2026, 12, 31), False)
    assert CALENDAR.after(date(2026, 12, 31), 1) == DueDate(date(2027, 1, 1), True)
    assert CALENDAR.is_working(date(2027, 1, 2)) == (False, True)


def test_natural_days_are_just_days() -> None:
    assert CALENDAR.after(date(2026, 9, 30), 3, "day") == DueDate(date(2026, 10, 3), False)


@pytest.mark.parametrize("days", [-1, 10_000])
def test_an_impossible_limit_is_an_error(days: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        CALENDAR.after(date(2026, 1, 5), days)


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.integers(1, 90))
def test_the_end_is_a_working_day_and_counting_back_agrees(start: date, days: int) -> None:
    due = CALENDAR.after(start, days)
    assert CALENDAR.is_working(due.day)[0]
    assert CALENDAR.used(start, due.day) == days
    assert CALENDAR.used(start, due.day - timedelta(days=1)) == days - 1


def test_the_explanation_tells_what_was_left_out_and_what_was_worked() -> None:
    steps = CALENDAR.explain(date(2026, 9, 18), 5)
    assert steps == [
        Step("calendar.steps.start", {"day": date(2026, 9, 18)}),
        Step("calendar.steps.weekend", {"count": 1}),
        Step("calendar.steps.makeup", {"day": date(2026, 9, 20)}),
        Step("calendar.steps.end", {"day": date(2026, 9, 24), "count": 5}),
    ]
    assert word_steps(WORDING, "zh-CN", steps)[2] == "9月20日 周日 调休上班，计入。"
    assert word_steps(WORDING, "en", steps)[2] == "Sun 20 September is a make-up working day and counts."


def test_a_holiday_is_named_once_and_a_guess_is_said() -> None:
    worded = word_steps(WORDING, "zh-CN", CALENDAR.explain(date(2026, 2, 12), 5))
    assert "2月15日 周日 至 2月23日 周一 春节放假，不计。" in worded
    worded = word_steps(WORDING, "zh-CN", CALENDAR.explain(date(2026, 12, 30), 3))
    assert "2027 年" in worded[-1]
    assert "暂定" in worded[-1]


@given(st.dates(date(2024, 1, 1), date(2027, 6, 30)), st.integers(0, 60), st.sampled_from(["zh-CN", "en"]))
def test_every_explanation_can_be_worded(start: date, days: int, language: str) -> None:
    for sentence in word_steps(WORDING, language, CALENDAR.explain(start, days)):
        assert sentence
        assert not re.search(r"[{}]", sentence)


def test_a_wrong_table_is_refused(tmp_path: Path) -> None:
    good = {
        "year": 2027,
        "notice": "通知",
        "number": "",
        "announced": date(2026, 11, 1),
        "off": [{"name": "new_year", "first": date(2027, 1, 1), "last": date(2027, 1, 1)}],
    }
    assert YearTable.model_validate(good).year == 2027
    for wrong in (
        {**good, "makeup": [{"name": "new_year", "day": date(2027, 1, 4)}]},
        {**good, "off": [{"name": "new_year", "first": date(2027, 1, 2), "last": date(2027, 1, 1)}]},
        {**good, "holiday": 1},
    ):
        with pytest.raises(ValidationError):
            YearTable.model_validate(wrong)
    assert CalendarService.load(tmp_path).covered_until is None
