"""Audit entries: in the deciding transaction, newest first, each reader their own part."""

from __future__ import annotations

from uuid import uuid4

import pytest

from config.floor.unit import SYSTEM, Actor, Unit
from server.adapters.database import Database
from server.domain.audit.service import Audit

PORTAL = "demo"


async def test_a_resident_reads_only_their_own_part(database: Database) -> None:
    audit, mine, other = Audit(), uuid4(), uuid4()

    async def write(unit: Unit) -> None:
        for number, who in enumerate([mine, other, mine]):
            await audit.record(
                unit, Actor("staff", uuid4(), "C1"), "visit", subject_kind="visit", subject=str(number),
                resident_id=who, fields=("name_masked",), place="3 号窗口",
            )  # fmt: skip

    await database.unit_of_work(PORTAL, write)
    unit = await database.reading(PORTAL)
    lines = await audit.of_resident(unit, mine)
    assert [line.subject for line in lines] == ["2", "0"]
    assert (lines[0].actor_label, lines[0].fields, lines[0].place) == ("C1", ("name_masked",), "3 号窗口")
    assert [line.subject for line in await audit.of_resident(unit, mine, before=str(lines[0].id))] == ["0"]


async def test_the_auditor_reads_the_portal_or_one_subject(database: Database) -> None:
    audit = Audit()

    async def write(unit: Unit) -> None:
        for subject in ("a", "b"):
            await audit.record(unit, SYSTEM, "case.accept", subject_kind="case", subject=subject)

    await database.unit_of_work(PORTAL, write)
    unit = await database.reading(PORTAL)
    assert len(await audit.of_portal(unit)) == 2
    assert [line.subject for line in await audit.of_portal(unit, subject="a")] == ["a"]
    assert await audit.of_portal(await database.reading("other")) == []


async def test_an_entry_of_a_decision_that_failed_never_was(database: Database) -> None:
    audit = Audit()

    async def fail(unit: Unit) -> None:
        await audit.record(unit, SYSTEM, "case.accept", subject_kind="case", subject="a")
        raise RuntimeError("the decision fails")

    with pytest.raises(RuntimeError):
        await database.unit_of_work(PORTAL, fail)
    assert await audit.of_portal(await database.reading(PORTAL)) == []
