"""How long what is kept: rules are data, a dry run changes nothing, applying goes on after a death."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.adapters.migrate import schema
from server.domain.audit.service import Audit
from server.domain.privacy.retention import Retention, RetentionRules, RetentionUnusable, Rule, faults

PORTAL, OTHER = "demo", "neighbour"
RULES = RetentionRules.load(schema())
DAY = timedelta(days=1)


def room(database: Database, page: int = 2) -> Retention:
    return Retention(database.unit_of_work, Audit(), RULES, schema(), [PORTAL, OTHER], page=page)


async def a_visit(unit: Unit, at: datetime) -> UUID:
    visit_id = new_id()
    await sql.execute(
        "INSERT INTO visits (id, portal, region, at, resident_id, acting_id, terminal_id, hall, counter, staff_id,"
        " staff_no, purpose, scene, item, outcome, fields_seen, consent_state, consent_asked, consent_granted,"
        " card_fields, consent_licences)"
        " VALUES ($1,$2,'511602000000',$3,NULL,NULL,$1,'hall','3',$1,'C1','apply_here','01','','code-unknown','[]',"
        "'none','[]','[]','[]','[]')",
        visit_id, unit.portal, at,
    )  # fmt: skip
    return visit_id


def visits(*ages: int) -> Callable[[Unit], Any]:
    async def written(unit: Unit) -> None:
        for age in ages:
            await a_visit(unit, unit.now - age * DAY)

    return written


async def left(portal: str) -> int:
    row = await sql.row("SELECT count(*) AS n FROM visits WHERE portal = $1", portal)
    assert row is not None
    return int(row["n"])


async def test_a_dry_run_says_what_is_due_and_changes_nothing(database: Database) -> None:
    await database.unit_of_work(PORTAL, visits(1, 1000, 1097, 1200))
    due = {(found.rule.code, found.portal): found async for found in room(database).due()}
    assert due["visits", PORTAL].rows == 2
    assert due["visits", PORTAL].oldest is not None
    assert due["visits", OTHER].rows == 0
    assert await left(PORTAL) == 4
    assert await sql.rows("SELECT id FROM retention_runs") == []


async def test_rules_are_applied_a_page_at_a_time_and_put_on_record(database: Database) -> None:
    await database.unit_of_work(PORTAL, visits(1, 1097, 1098, 1099, 1100, 5))
    await database.unit_of_work(OTHER, visits(1097, 2))
    steps = [step async for step in room(database).applied() if step.rule.code == "visits"]
    assert [step.gone for step in steps if step.over] == [4, 1]
    assert len(steps) > 2
    assert (await left(PORTAL), await left(OTHER)) == (2, 1)
    entries = await sql.rows("SELECT portal, subject, fields_seen FROM audit_entries WHERE action = 'retention.apply'")
    assert {row["portal"]: sql.document(row["fields_seen"]) for row in entries} == {
        PORTAL: ["rows=4"],
        OTHER: ["rows=1"],
    }


async def test_a_run_that_died_is_gone_on_from_where_it_was(database: Database, clock: ShiftedClock) -> None:
    await database.unit_of_work(PORTAL, visits(1097, 1098, 1099, 1100, 1101))
    async for step in room(database).applied():
        if step.rule.code == "visits":
            break  # the process dies after its first page
    assert await left(PORTAL) == 3
    clock.advance(timedelta(hours=1))
    assert await room(database).apply_daily() >= 5
    assert await left(PORTAL) == 0
    runs = await sql.rows("SELECT id FROM retention_runs WHERE rule = 'visits' AND portal = $1", PORTAL)
    assert len(runs) == 1
    assert await room(database).apply_daily() == 0, "once a day is enough"


async def test_the_names_of_an_old_invitation_are_cleared_and_the_delegation_stays(database: Database) -> None:
    async def written(unit: Unit) -> None:
        ended = unit.now - 31 * DAY
        person, other = new_id(), new_id()
        await sql.execute(
            "INSERT INTO delegations (id, portal, region, kind, way, state, ended_as, principal_id, delegate_id,"
            " relation, all_items, items, all_purposes, purposes, scope_hash, valid_from, valid_until, proposed_by,"
            " proposed_at, answer_until, addressee_index, addressee_sealed, ended_at, recorded_no, confirmed_no, place)"
            " VALUES ($1,$2,'511602000000','relative','phone','ended','withdrawn',$3,$4,'child',$5,'[]',$6,'[]','x',"
            "$7,$8,$3,$7,$8,$9,$9,$7,'','','')",
            new_id(), unit.portal, person, other, True, False, ended, ended + DAY, b"sealed",
        )  # fmt: skip

    await database.unit_of_work(PORTAL, written)
    async for _ in room(database).applied():
        pass
    row = await sql.row("SELECT addressee_sealed, addressee_index, state FROM delegations")
    assert row is not None
    assert (row["addressee_sealed"], row["addressee_index"], row["state"]) == (None, None, "ended")


async def test_evidence_goes_some_time_after_its_request_was_answered_and_an_open_one_keeps_it(
    database: Database,
) -> None:
    kept: list[UUID] = []

    async def written(unit: Unit) -> None:
        for state, age in (("done", 91), ("open", 91), ("done", 89)):
            request, file, at = new_id(), new_id(), unit.now - age * DAY
            await sql.execute(
                "INSERT INTO correction_requests (id, portal, region, resident_id, category, said_sealed, state,"
                " asked_at, answered_at, answered_no) VALUES ($1,$2,'511602000000',$1,'identity',$3,$4,$5,$6,'')",
                request, unit.portal, b"sealed", state, at, at if state == "done" else None,
            )  # fmt: skip
            await sql.execute(
                "INSERT INTO material_files (id, portal, region, resident_id, correction_id, state, name, media_type,"
                " size, created_at, stored_at) VALUES ($1,$2,'511602000000',$3,$3,'stored',$4,'image/png',1,$5,$5)",
                file, unit.portal, request, b"sealed", at,
            )  # fmt: skip
            kept.append(file)

    await database.unit_of_work(PORTAL, written)
    async for _ in room(database).applied():
        pass
    rows = await sql.rows("SELECT id, state FROM material_files")
    found = {sql.uid(row["id"]): row["state"] for row in rows}
    assert [found[one] for one in kept] == ["dropped", "stored", "stored"]


RULE = Rule(
    code="visits", category="visits", table="visits", event="at", days=1096, action="delete", source="city",
    why={"zh-CN": "三年", "en": "three years"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"table": "audit_entries"}, "the record is never shortened"),
        ({"table": "nothing"}, "there is no table"),
        ({"event": "place"}, "is no time"),
        ({"days": 30, "at_least": 1096}, "the law asks for 1096 days"),
        ({"action": "clear"}, "columns are what clear clears"),
        ({"columns": ("nothing",)}, "has no nothing"),
        ({"action": "drop"}, "only uploaded files"),
        ({"where": "1 = 1; DROP TABLE visits"}, "one condition"),
    ],
)
def test_a_wrong_rule_is_named(change: dict[str, Any], fault: str) -> None:
    assert not faults(RULE, schema())
    assert any(fault in said for said in faults(RULE.model_copy(update=change), schema()))


def test_the_record_is_kept_for_four_hundred_days_at_least(tmp_path: Any) -> None:
    file = tmp_path / "retention.toml"
    file.write_text("rules = []\n[[kept]]\ncategory = 'record'\ndays = 399\nsource = 'city'\n[kept.why]\nen = 'x'\n")
    with pytest.raises(RetentionUnusable, match="400 days"):
        RetentionRules.load(schema(), file)
    record = next(kept for kept in RetentionRules.load(schema()).kept if kept.category == "record")
    assert record.days >= 400
