"""Whose matters an employee sees, and where: rows beside the account, changed by somebody else."""

from __future__ import annotations

import aiohttp

from config.floor.ids import new_id
from config.floor.scope import Placed, Scope
from server.adapters.database import Database
from server.domain.sessions.callers import StaffCaller, StaffRole
from server.web.reach import THINGS
from tests.journeys.forms import fill, materials
from tests.journeys.people import Desk, Phone
from tests.journeys.town import DEPARTMENT, PASSWORD, PORTAL, Town

ITEM = "printing-licence"
AWAY = "511603000000"
_STAFF = "/console/api/v1/staff"


def _caller(*roles: StaffRole, departments: tuple[str, ...] | None = None) -> StaffCaller:
    return StaffCaller(
        new_id(), new_id(), "H1", "员工", frozenset(roles), DEPARTMENT, PORTAL, AWAY, None, departments=departments
    )


def test_without_rows_it_is_the_own_department_or_the_whole_portal_for_who_leads_or_audits() -> None:
    assert _caller("handler").scope == Scope((DEPARTMENT,))
    assert _caller("handler", "auditor").scope == Scope((DEPARTMENT,))
    assert _caller("hall_manager").scope == Scope(None)
    assert _caller("auditor", departments=("民政局",)).scope == Scope(("民政局",))
    assert _caller("handler", departments=("*",)).scope == Scope(None)


async def _applied(phone: Phone) -> str:
    item = await phone.must("GET", f"/api/v1/items/{ITEM}")
    body = {"item": ITEM, "answers": fill(item), "materials": await materials(phone, item)}
    return str((await phone.must("POST", "/api/v1/cases", body, status=201))["case_no"])


async def _away(town: Town, staff_no: str, *roles: str) -> Desk:
    await town.hire(staff_no, roles, region=AWAY)
    desk = await town.invite(Desk(town.origin, staff_no, PASSWORD))
    await desk.sign_in()
    return desk


async def test_a_scope_opens_and_shuts_cases_with_the_next_session(server: Town) -> None:
    case_no = await _applied(await server.resident())
    security = await server.desk("S1", "security_administrator")
    away = await _away(server, "H9", "handler")
    path = f"/console/api/v1/cases/{case_no}"
    await away.refused("GET", path, code="not-found")
    assert (await away.must("GET", "/console/api/v1/cases"))["cases"] == []
    await security.must("PUT", f"{_STAFF}/H9/scope", {"departments": [], "regions": ["511602"]})
    await away.refused("GET", path, code="unauthenticated")
    await away.sign_in()
    await away.must("GET", path)
    assert [one["case_no"] for one in (await away.must("GET", "/console/api/v1/cases"))["cases"]] == [case_no]
    await security.must("PUT", f"{_STAFF}/H9/scope", {"departments": ["区民政局"], "regions": ["511602"]})
    await away.sign_in()
    await away.refused("GET", path, code="not-found")
    (shown,) = [one for one in (await security.must("GET", _STAFF))["staff"] if one["staff_no"] == "H9"]
    assert (shown["departments"], shown["regions"]) == (["区民政局"], ["511602000000"])


async def test_nobody_changes_the_own_scope_or_goes_beyond_the_portal(server: Town) -> None:
    security = await server.desk("S1", "security_administrator")
    await server.hire("H1", ["handler"])
    await security.refused("PUT", f"{_STAFF}/S1/scope", {"departments": ["*"]}, code="own-account")
    wrong = await security.refused("PUT", f"{_STAFF}/H1/scope", {"regions": ["511602", "110101"]}, code="invalid-input")
    assert [(one["field"], one["code"]) for one in wrong["errors"]] == [("regions.1", "region-elsewhere")]
    await security.refused("PUT", f"{_STAFF}/NOBODY/scope", {}, code="not-found")


async def test_a_notice_reaches_no_further_than_its_author(server: Town) -> None:
    await server.resident()
    operator, away = await server.desk("O1", "operator"), await _away(server, "O9", "operator")
    count = "/console/api/v1/audience/count"
    assert (await operator.must("POST", count, {"rules": {}}))["people"] == 1
    assert (await away.must("POST", count, {"rules": {}}))["people"] == 0
    words = {"title": "停水", "body": "周六停水。", "audience": {"region": "", "item": None}, "category": "service"}
    made = await away.must("POST", "/console/api/v1/campaigns", words, status=201)
    bound = {"all": [{"region": AWAY}]}
    assert made["audience"]["rules"] == bound
    again = {**words, "audience": {"region": "", "item": None, "rules": bound}}
    edited = await away.must("PUT", f"/console/api/v1/campaigns/{made['id']}", again)
    assert edited["audience"]["rules"] == bound, "the bound is not laid on twice"
    own = await operator.must("POST", "/console/api/v1/campaigns", words, status=201)
    seen = (await away.must("GET", "/console/api/v1/campaigns"))["campaigns"]
    assert [one["id"] for one in seen] == [made["id"]]
    assert {one["id"] for one in (await operator.must("GET", "/console/api/v1/campaigns"))["campaigns"]} == {
        made["id"], own["id"],
    }  # fmt: skip


async def test_a_list_of_people_is_there_only_where_it_was_uploaded(server: Town) -> None:
    operator, away = await server.desk("O1", "operator"), await _away(server, "O9", "operator")
    form = aiohttp.FormData()
    form.add_field("file", "手机号\n15400000001\n".encode(), filename="名单.csv", content_type="text/csv")
    made = await operator.must("POST", "/console/api/v1/people-lists", data=form, status=201)
    assert (await away.must("GET", "/console/api/v1/people-lists"))["lists"] == []
    for path in ("", "/rows", "/bad-rows"):
        await away.refused("GET", f"/console/api/v1/people-lists/{made['id']}{path}", code="people-list-not-found")


async def test_an_auditor_of_a_region_reads_what_happened_there(server: Town) -> None:
    await server.resident()
    whole = await server.desk("A1", "auditor")
    away = await _away(server, "A9", "auditor")
    actions = {one["action"] for one in (await whole.must("GET", "/console/api/v1/audit"))["entries"]}
    assert {"staff.sign_in", "identity.verify"} <= actions
    theirs = (await away.must("GET", "/console/api/v1/audit"))["entries"]
    assert [(one["action"], one["actor"]) for one in theirs] == [("staff.sign_in", "A9")]


async def test_everything_that_is_placed_stands_in_a_table_with_portal_and_region(database: Database) -> None:
    unit = await database.reading(PORTAL)
    for thing in THINGS.values():
        key = "NOBODY" if thing.key != "id" else "00000000-0000-7000-8000-000000000001"
        assert not await thing.inside(unit, key, Scope(None, ("511602000000",)))
        assert not await thing.inside(unit, "no id at all", Scope())


async def test_a_row_is_inside_where_its_region_is(server: Town) -> None:
    await server.hire("H1", ["handler"])
    unit = await server.house.database.reading(PORTAL)
    staff = Placed("staff", key="staff_no")
    assert await staff.inside(unit, "H1", Scope(None, ("511600000000",)))
    assert not await staff.inside(unit, "H1", Scope(None, (AWAY,)))
    assert not await staff.inside(await server.house.database.reading("linshi"), "H1", Scope())
