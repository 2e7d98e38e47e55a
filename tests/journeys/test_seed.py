"""The demonstration's past: made by the services, in every state, once."""

from __future__ import annotations

import io
from datetime import date

import pytest

from config.floor import sql
from config.floor.ids import new_id
from config.settings import Settings
from server.adapters.clock import ShiftedClock
from server.demo.cast import read_cast
from server.demo.seed import NotEmpty, seed
from server.domain.identifiers import read_id_number
from server.domain.sessions.callers import StaffCaller
from server.opening import Opened, opened

EVERY_STATE = {
    "submitted", "received", "correction", "accepted", "in_progress", "suspended", "proposed", "concluded",
    "delivered", "not_accepted", "returned", "withdrawn",
}  # fmt: skip


async def test_the_past_has_every_state_the_clock_runs_again_and_a_second_seed_is_refused(
    settings: Settings, clock: ShiftedClock
) -> None:
    async with opened(settings, clock=clock) as house:
        await _is_made_once(house, clock)


async def _is_made_once(house: Opened, clock: ShiftedClock) -> None:
    out, services = io.StringIO(), house.services
    before = await clock.read()
    await seed(services, clock, out, send=house.engine.work_off)
    assert await clock.read() >= before
    unsent = await sql.rows(
        "SELECT DISTINCT channel, reason FROM notify_deliveries"
        " WHERE state IN ('failed','pending') AND campaign_id IS NULL"
    )
    assert unsent == []  # every notice went in its own time
    states = {
        row["status"]: row["n"] for row in await sql.rows("SELECT status, count(*) AS n FROM cases GROUP BY status")
    }
    assert set(states) == EVERY_STATE
    assert 28 <= sum(states.values()) <= 36
    unit = await services.database.reading("demo")
    manager = StaffCaller(
        new_id(), new_id(), "M1", "某值班长", frozenset({"hall_manager"}), "大厅", "demo", "511602000000", None
    )
    lights = (await services.cases.queue(unit, manager, view="all")).counts
    assert all(lights[light] for light in ("overdue", "red", "yellow", "green", "none"))
    looks = await sql.rows("SELECT DISTINCT outcome FROM visits")
    assert {row["outcome"] for row in looks} == {"accepted", "code-used", "purpose-not-allowed"}
    notices = await sql.rows("SELECT DISTINCT status FROM campaigns")
    assert {"submitted", "rejected", "draft"} <= {row["status"] for row in notices}
    with pytest.raises(NotEmpty):
        await seed(services, clock, out, send=house.engine.work_off)
    assert "33 cases" in out.getvalue()


def test_nobody_of_the_cast_can_be_a_living_person() -> None:
    for person in read_cast().people:
        read = read_id_number(person.id_number, today=date(2026, 11, 22), earliest_year=1800)
        assert read.birth_date is not None
        assert read.birth_date.year < 1910
        assert person.phone.startswith("154")
