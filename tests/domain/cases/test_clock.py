"""Vectors of the clock, on the published calendar of 2026."""

from __future__ import annotations

from datetime import date

import pytest

from server.domain.calendar.service import CalendarService
from server.domain.cases.clock import ClockOptions, Facts, Lights, Limit, Pause, Reading, read
from server.domain.cases.workflow import Status

CALENDAR = CalendarService.load()
OPTIONS = ClockOptions()
TWENTY = Limit(20, "working_day")
FIVE = Limit(5, "working_day")


def on(day: date, facts: Facts) -> Reading:
    return read(facts, day, CALENDAR, OPTIONS)


def test_before_acceptance_only_the_five_day_check_runs() -> None:
    reading = on(date(2026, 9, 18), Facts(Status.SUBMITTED, check_from=date(2026, 9, 18), legal=TWENTY, promised=FIVE))
    assert reading.state == "not_started"
    assert reading.due == date(2026, 9, 24)  # 20 September is worked
    assert reading.legal_due is None
    assert reading.used_days == 0


def test_the_count_begins_the_working_day_after_acceptance() -> None:
    facts = Facts(Status.ACCEPTED, accepted_on=date(2026, 2, 12), legal=TWENTY, promised=FIVE)
    reading = on(date(2026, 2, 12), facts)
    assert reading.promised_due == date(2026, 2, 26)  # over the Spring Festival, with two make-up days
    assert reading.due == reading.promised_due
    assert reading.used_days == 0
    assert on(date(2026, 2, 13), facts).used_days == 1


def test_labour_day() -> None:
    facts = Facts(Status.IN_PROGRESS, accepted_on=date(2026, 4, 29), promised=Limit(3, "working_day"))
    assert on(date(2026, 4, 29), facts).promised_due == date(2026, 5, 7)


def test_a_pause_is_not_counted() -> None:
    plain = Facts(Status.IN_PROGRESS, accepted_on=date(2026, 3, 2), legal=TWENTY)
    paused = Facts(
        Status.IN_PROGRESS,
        accepted_on=date(2026, 3, 2),
        legal=TWENTY,
        pauses=(Pause(date(2026, 3, 4), date(2026, 3, 11)),),
    )
    reading = on(date(2026, 3, 12), paused)
    assert reading.paused_days == 5
    assert on(date(2026, 3, 12), plain).legal_due == date(2026, 3, 30)
    assert reading.legal_due == date(2026, 4, 7)  # five working days later; Qingming is 4 to 6 April
    assert reading.used_days == 3


def test_while_it_is_suspended_nothing_is_due() -> None:
    facts = Facts(Status.SUSPENDED, accepted_on=date(2026, 3, 2), legal=TWENTY, pauses=(Pause(date(2026, 3, 4)),))
    reading = on(date(2026, 3, 20), facts)
    assert (reading.state, reading.due, reading.used_days, reading.paused) == ("paused", None, 2, True)


def test_calendar_days_and_instant_items() -> None:
    days = Facts(Status.ACCEPTED, accepted_on=date(2026, 3, 2), promised=Limit(7, "day"), legal=TWENTY)
    assert on(date(2026, 3, 2), days).promised_due == date(2026, 3, 9)
    instant = Facts(Status.ACCEPTED, accepted_on=date(2026, 3, 2), promised=Limit(0, "working_day"), legal=TWENTY)
    assert on(date(2026, 3, 2), instant).due == date(2026, 3, 2)
    sunday = Facts(Status.ACCEPTED, accepted_on=date(2026, 3, 1), promised=Limit(0, "working_day"))
    assert on(date(2026, 3, 1), sunday).due == date(2026, 3, 2)


def test_beyond_the_published_calendar_a_date_is_provisional() -> None:
    facts = Facts(Status.ACCEPTED, accepted_on=date(2026, 12, 28), legal=TWENTY)
    reading = on(date(2026, 12, 28), facts)
    assert reading.provisional
    assert reading.explanation[-1].key == "provisional"


def test_only_the_date_beyond_the_published_calendar_is_provisional() -> None:
    facts = Facts(Status.ACCEPTED, accepted_on=date(2026, 11, 20), legal=Limit(60, "working_day"), promised=FIVE)
    reading = on(date(2026, 11, 20), facts)
    assert reading.due == reading.promised_due == date(2026, 11, 27)
    assert reading.legal_due is not None
    assert reading.legal_due.year == 2027
    assert (reading.due_provisional, reading.promised_provisional, reading.legal_provisional) == (False, False, True)
    assert reading.provisional  # the case is still to be counted anew
    assert reading.explanation[-1].key == "provisional_legal"


def test_a_case_that_is_decided_has_no_guessed_date_but_that_of_service() -> None:
    sixty = Limit(60, "working_day")
    decided = Facts(Status.CONCLUDED, accepted_on=date(2026, 11, 20), stopped_on=date(2026, 11, 23), legal=sixty)
    assert not on(date(2026, 11, 24), decided).provisional
    late = Facts(Status.CONCLUDED, accepted_on=date(2026, 11, 20), stopped_on=date(2026, 12, 28), legal=sixty)
    assert on(date(2026, 12, 28), late).due_provisional


def test_a_decision_stops_the_clock_and_starts_the_ten_days_of_service() -> None:
    facts = Facts(
        Status.CONCLUDED, accepted_on=date(2026, 3, 2), stopped_on=date(2026, 3, 9), legal=TWENTY, promised=FIVE
    )
    reading = on(date(2026, 3, 30), facts)
    assert (reading.state, reading.used_days) == ("stopped", 5)
    assert reading.due == date(2026, 3, 23)


@pytest.mark.parametrize(
    ("due", "light"),
    [
        (None, "none"),
        (date(2026, 3, 5), "overdue"),
        (date(2026, 3, 6), "red"),
        (date(2026, 3, 9), "red"),  # over a weekend: one working day
        (date(2026, 3, 10), "yellow"),
        (date(2026, 3, 11), "yellow"),
        (date(2026, 3, 12), "green"),
    ],
)
def test_lights(due: date | None, light: str) -> None:
    assert Lights.on(date(2026, 3, 6), CALENDAR, OPTIONS).light(due, 20) == light


@pytest.mark.parametrize(
    ("limit", "lights"),  # by working days left, from the day of acceptance to the last day
    [
        (0, "red"),
        (1, "green red"),
        (2, "green red red"),
        (5, "green green green yellow red red"),
        (20, " ".join(["green"] * 17 + ["yellow", "yellow", "red", "red"])),
        (60, " ".join(["green"] * 57 + ["yellow", "yellow", "red", "red"])),
    ],
)
def test_a_warning_comes_in_the_second_half_of_a_limit(limit: int, lights: str) -> None:
    accepted = date(2026, 3, 6)
    due = CALENDAR.after(accepted, limit).day if limit else accepted
    days = [accepted, *(CALENDAR.after(accepted, used).day for used in range(1, limit + 1))]
    assert [Lights.on(day, CALENDAR, OPTIONS).light(due, limit) for day in days] == lights.split()
