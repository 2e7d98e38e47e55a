"""For somebody without a phone: one clerk records it with the card in hand, another one confirms it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from config.floor import sql
from config.floor.unit import Unit, legal_day
from tests.domain.delegations.family import DAUGHTER, FATHER, ITEM, PATH, acts_for
from tests.journeys.people import Counter, Desk, Phone
from tests.journeys.town import PASSWORD, Town

RECORD, CONFIRM = "/counter/api/v1/delegations", "/console/api/v1/delegations"
HELPER = {"name": DAUGHTER["name"], "id_number": DAUGHTER["id_number"]}


def seen(town: Town, **other: Any) -> dict[str, Any]:
    """What the clerk sees: his card and hers."""
    today = legal_day(datetime.fromtimestamp(town.now(), UTC))
    return {
        "kind": "relative", "principal": FATHER, "card_in_hand": True, "helper": {"card": HELPER}, "relation": "father",
        "scope": {"items": [ITEM], "purposes": ["apply_here"]}, "last_day": (today + timedelta(days=30)).isoformat(),
        **other,
    }  # fmt: skip


async def recorded(town: Town) -> tuple[Counter, Desk, Phone, str]:
    """Recorded and confirmed: the clerk, the second one, the daughter's phone, the delegation."""
    phone, clerk, second = await town.resident(), await town.counter(), await town.desk("C2", "clerk")
    made = await clerk.must("POST", RECORD, seen(town), status=201)
    assert (made["state"], made["recorded_no"], made["pair"]) == ("proposed", "C1", "王*兰 代 王*山（父亲）")
    await second.must("POST", f"{CONFIRM}/{made['id']}/opening")
    done = await second.must("POST", f"{CONFIRM}/{made['id']}/confirmation", {"confirm": True})
    assert (done["state"], done["confirmed_no"]) == ("active", "C2")
    return clerk, second, phone, made["id"]


async def test_in_force_only_when_another_person_has_confirmed_it(server: Town) -> None:
    phone, clerk, second = await server.resident(), await server.counter(), await server.desk("C2", "clerk")
    made = await clerk.must("POST", RECORD, seen(server), status=201)
    assert (await phone.must("GET", "/api/v1/me"))["loa"] == 5
    (waiting,) = (await phone.must("GET", PATH))["delegations"]
    assert (waiting["state"], waiting["by_counter"], waiting["in_force"]) == ("proposed", True, False)
    await phone.refused("POST", f"{PATH}/{made['id']}/acceptance", {"accept": True}, code="not-found")
    acting = await acts_for(server, phone, made["id"])
    await acting.refused("GET", "/api/v1/cases", code="delegation-over")
    same = await server.invite(Desk(server.origin, "C1", PASSWORD))
    await same.sign_in()
    path = f"{CONFIRM}/{made['id']}/confirmation"
    await same.refused("POST", path, {"confirm": True}, code="delegation-second-person")
    assert [one["id"] for one in (await second.must("GET", CONFIRM))["delegations"]] == [made["id"]]
    await second.must("POST", f"{CONFIRM}/{made['id']}/opening")
    found = await asyncio.gather(*(second.call("POST", path, body={"confirm": yes}) for yes in (True, False, True)))
    assert len({one.body["state"] for one in found if one.status == 200}) == 1
    assert (await second.must("GET", CONFIRM))["delegations"] == []


async def test_nobody_confirms_what_they_have_not_opened_since_it_was_recorded(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    second, third = await server.desk("C2", "clerk"), await server.desk("C3", "clerk")
    first = await clerk.must("POST", RECORD, seen(server), status=201)
    other = await clerk.must("POST", RECORD, seen(server, scope={"all_items": True}), status=201)
    yes, path = {"confirm": True}, f"{CONFIRM}/{first['id']}"
    opened = await second.must("POST", f"{path}/opening")
    assert (opened["principal"], opened["delegate"]) == (FATHER["name"], DAUGHTER["name"])
    assert opened["principal_number"].startswith("5116") and opened["principal_number"] != FATHER["id_number"]
    looks = [one for one in (await phone.must("GET", "/api/v1/looks"))["looks"] if one["staff_no"] == "C2"]
    assert [(one["what"], one["fields"], one["purpose"]) for one in looks] == [
        ("打开窗口记录的授权代办，核对了双方是谁", ["姓名", "身份证号（遮住）"], "核对您的申请")
    ]
    refused = await third.refused("POST", f"{path}/confirmation", yes, code="delegation-unseen")
    assert "打开核对" in refused["detail"], "another one's look is none"
    await second.refused("POST", f"{CONFIRM}/{other['id']}/confirmation", yes, code="delegation-unseen")
    await third.must("POST", f"{CONFIRM}/{other['id']}/confirmation", {"confirm": False})
    await second.must("POST", f"{path}/confirmation", yes)
    await second.must("POST", f"{path}/confirmation", yes)  # said again, the same
    await third.refused("POST", f"{path}/opening", code="not-found")


async def test_a_desk_of_another_place_neither_opens_nor_confirms_it(server: Town) -> None:
    await server.resident()
    clerk = await server.counter()
    made = await clerk.must("POST", RECORD, seen(server), status=201)
    await server.hire("F1", ["clerk"], region="511603000000")
    far = await server.invite(Desk(server.origin, "F1", PASSWORD))
    await far.sign_in()
    await far.refused("POST", f"{CONFIRM}/{made['id']}/opening", code="not-found")
    for yes in (True, False):
        await far.refused("POST", f"{CONFIRM}/{made['id']}/confirmation", {"confirm": yes}, code="not-found")


async def test_he_takes_it_back_by_his_card_and_the_next_scan_is_refused(server: Town) -> None:
    clerk, _, phone, delegation = await recorded(server)
    acting = await acts_for(server, phone, delegation)
    first = await clerk.scan(await acting.code("03", at=server.now()), "apply_here")
    assert first.body["holder"]["acting_label"] == "王*兰 代 王*山（父亲）出示", str(first)
    card = {**FATHER, "card_in_hand": True}
    (given,) = (await clerk.must("POST", f"{RECORD}/lookups", card))["delegations"]
    hers = {**HELPER, "card_in_hand": True}
    await clerk.refused("POST", f"{RECORD}/{given['id']}/withdrawal", hers, code="not-found")
    done = await clerk.must("POST", f"{RECORD}/{given['id']}/withdrawal", card)
    assert (done["state"], done["state_label"]) == ("ended", "已收回")
    server.clock.advance(timedelta(seconds=30))
    over = await clerk.scan(acting.derive("03", at=server.now()), "apply_here")
    assert over.body["code"] == "code-revoked"
    nobody = {"name": "王德水", "id_number": FATHER["id_number"], "card_in_hand": True}
    await clerk.refused("POST", f"{RECORD}/lookups", nobody, code="resident-not-found")


async def test_the_helper_is_proven_by_an_own_code_or_a_card(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    await clerk.refused("POST", RECORD, seen(server, helper={}), code="delegation-helper-not-proven")
    scan = await clerk.scan(await phone.code("03", at=server.now()), "apply_here")
    by_code = seen(server, helper={"visit_id": scan.body["visit_id"]})
    await clerk.refused("POST", RECORD, by_code, code="delegation-helper-not-proven")
    checked = await clerk.must("POST", "/counter/api/v1/identity-checks", {**HELPER, "card_in_hand": True}, status=201)
    assert checked == {"name_masked": "王*兰", "loa": 5, "known_before": True, "code_is_theirs": False}
    assert "已在窗口核验身份" in [one["title"] for one in (await phone.must("GET", "/api/v1/notices"))["notices"]]
    await clerk.must("POST", RECORD, by_code, status=201)
    wrong = {**FATHER, "name": "王德水"}
    await clerk.refused("POST", RECORD, seen(server, principal=wrong), code="identity-mismatch")


async def test_a_newborn_without_a_number_has_a_guardian_and_an_agent_is_on_the_payroll(server: Town) -> None:
    clerk = await server.counter()
    today = legal_day(datetime.fromtimestamp(server.now(), UTC)).isoformat()
    paper = {"name": "王小满", "born": today, "certificate_no": "SAMPLE 2026 0001"}
    child = {"principal": None, "newborn": paper, "relation": None}
    made = await clerk.must("POST", RECORD, seen(server, kind="guardian", **child), status=201)
    assert made["pair"] == "王*兰 代 王*满"
    wrong: dict[str, dict[str, Any]] = {
        "newborn-born": {**child, "kind": "guardian", "newborn": {**paper, "born": "2001-01-01"}},
        "newborn-certificate": {**child, "kind": "guardian", "newborn": {**paper, "certificate_no": "1 2 3"}},
        "ward-not-newborn": {**child, "kind": "agent"},
        "ward-grown-up": {"kind": "guardian", "relation": None},
        "agent-unknown": {"kind": "agent", "relation": None, "agent_no": "C1"},
    }
    for code, change in wrong.items():
        refused = await clerk.refused("POST", RECORD, seen(server, **change), code="invalid-input")
        assert code in {one["code"] for one in refused["errors"]}, (code, refused)
    await server.hire("D1", ["agent"])
    await sql.execute("UPDATE staff SET name = $1 WHERE staff_no = 'D1'", DAUGHTER["name"])
    agent = seen(server, kind="agent", relation=None, agent_no="D1")
    assert (await clerk.must("POST", RECORD, agent, status=201))["kind_label"] == "村（社区）代办员"


SPOILED = (
    "confirmed_by = recorded_by", "kind = 'organisation'", "way = 'phone'", "delegate_id = principal_id",
    "items = '[]', purposes = '[]'", "delegate_loa = 3", "ended_as = 'withdrawn'", "case_no = '1'", "all_items = TRUE",
    "agent_id = principal_id", "valid_until = valid_from",
    # No chains: on the phone nobody proposes for somebody else.
    "way = 'phone', recorded_by = NULL, confirmed_by = NULL",
)  # fmt: skip


async def test_the_database_itself_refuses_what_no_delegation_may_be(server: Town) -> None:
    _, _, _, delegation = await recorded(server)
    for change in SPOILED:

        async def spoil(unit: Unit, change: str = change) -> None:
            await sql.execute(f"UPDATE delegations SET {change} WHERE id = $1", delegation)

        with pytest.raises((IntegrityError, OperationalError)):
            await server.house.database.unit_of_work("demo", spoil)
