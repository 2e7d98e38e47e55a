"""A newborn's guardianship begun on the phone: compared by one member of staff, confirmed by another."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from config.floor import sql
from config.floor.unit import SYSTEM, Unit, legal_day
from server.domain.delegations import newborn_rows
from server.domain.identifiers import check_digit
from tests.domain.delegations.family import acts_for, trusted
from tests.journeys.people import Desk, Phone, a_photo
from tests.journeys.town import PASSWORD, Town

PATH, DESK, CONFIRM = "/api/v1/newborns", "/console/api/v1/newborns", "/console/api/v1/delegations"
CERTIFICATE = "SAMPLE 2026 0001"
AWAY = "511603000000"
AGREES: dict[str, Any] = {"agrees": True}


def day(town: Town) -> date:
    return legal_day(datetime.fromtimestamp(town.now(), UTC))


async def said(town: Town, phone: Phone, **other: Any) -> dict[str, Any]:
    """What she says, its picture uploaded."""
    picture = await phone.upload(a_photo(), "出生证.jpg", "image/jpeg")
    words = {"relation": "mother", "name": "", "born": day(town).isoformat(), "certificate_no": CERTIFICATE}
    return {**words, "file_id": picture, **other}


async def asked(town: Town, which: int = 0, **other: Any) -> tuple[Phone, str]:
    phone = await trusted(town, which)
    made = await phone.must("POST", PATH, await said(town, phone, **other), status=201)
    return phone, str(made["id"])


async def checked(desk: Desk, request: str) -> str:
    """The first person's yes; the delegation that waits for the second one."""
    await desk.refused("POST", f"{DESK}/{request}/check", AGREES, code="newborn-unseen")
    await desk.must("POST", f"{DESK}/{request}/opening")
    await desk.must("POST", f"{DESK}/{request}/check", AGREES)
    waiting = (await desk.must("GET", CONFIRM))["delegations"]
    return str(next(one["id"] for one in waiting if one["newborn"] == request))


async def mine(phone: Phone) -> dict[str, Any]:
    return dict((await phone.must("GET", PATH))["newborns"][0])


async def titles(phone: Phone) -> list[str]:
    return [one["title"] for one in (await phone.must("GET", "/api/v1/notices"))["notices"]]


async def test_two_members_of_staff_compare_it_and_the_mother_acts_for_her_child(server: Town) -> None:
    phone, request = await asked(server)
    one, two = await server.desk("C1", "clerk"), await server.desk("C2", "clerk")
    shown = await mine(phone)
    assert (shown["state"], shown["child_masked"], shown["certificate_masked"]) == ("asked", "", "****0001")
    (waiting,) = (await one.must("GET", DESK))["newborns"]
    assert (waiting["guardian_masked"], waiting["relation_label"]) == ("王*兰", "母亲")
    opened = await one.must("POST", f"{DESK}/{request}/opening")
    assert (opened["guardian"], opened["certificate_no"], opened["child"]) == ("王秀兰", "SAMPLE20260001", "")
    picture = await one.call("GET", f"{DESK}/{request}/picture")
    assert (picture.status, picture.media) == (200, "image/jpeg")
    await one.must("POST", f"{DESK}/{request}/check", AGREES)
    delegation = (await one.must("GET", CONFIRM))["delegations"][0]["id"]
    assert (await mine(phone))["state"] == "recorded" and (await one.must("GET", DESK))["newborns"] == []
    acting = await acts_for(server, phone, delegation)
    await acting.refused("GET", "/api/v1/cases", code="delegation-over")
    path = f"{CONFIRM}/{delegation}/confirmation"
    await one.refused("POST", path, {"confirm": True}, code="delegation-second-person")
    await two.refused("POST", path, {"confirm": True}, code="delegation-unseen")
    await two.must("POST", f"{CONFIRM}/{delegation}/opening")
    await two.refused("POST", path, {"confirm": True}, code="delegation-unseen")  # of a child: with the certificate
    await two.must("POST", f"{DESK}/{request}/opening")
    await two.must("POST", path, {"confirm": True})
    assert (await mine(phone))["state"] == "done"
    assert (await acting.must("GET", "/api/v1/cases"))["cases"] == []
    (given,) = (await phone.must("GET", "/api/v1/delegations"))["delegations"]
    assert (given["principal_masked"], given["actions"]) == ("王**婴", ["add_number", "renounce"])
    assert {"新生儿登记有进展", "授权代办有变化"} <= set(await titles(phone))
    again = await one.call("POST", f"{DESK}/{request}/opening")
    assert again.body["code"] == "not-found", "what is decided is opened no more"
    looks = (await phone.must("GET", "/api/v1/looks"))["looks"]
    assert [(line["what"], line["fields"]) for line in looks if "对照" in line["what"]] == [
        ("对照出生证，打开了您的新生儿登记申请", ["姓名", "孩子的姓名", "出生证编号"]),
        ("对照出生证，打开了您的新生儿登记申请", ["出生证图片"]),
        ("对照出生证，打开了您的新生儿登记申请", ["姓名", "孩子的姓名", "出生证编号"]),
    ]
    born = day(server)
    digits = f"511602{born.year - 120:04d}{born.month:02d}{born.day:02d}123"
    number = digits + check_digit(digits)
    vars(server.register)["_population"][number] = "王小满"
    claim = {"name": "王小满", "id_number": number}
    done = await phone.must("POST", f"/api/v1/delegations/{delegation}/ward-number", claim)
    assert (done["principal_masked"], done["actions"]) == ("王*满", ["renounce"]), (
        "the same child, named and proven now"
    )
    assert "已经补登" in (await mine(phone))["next_text"]
    await phone.must("DELETE", f"/api/v1/delegations/{delegation}", status=204)
    assert "已经结束" in (await mine(phone))["next_text"]


REFUSED = {
    "unreadable": "看不清", "mismatch": "不一样", "not_guardian": "父母不是您", "at_counter": "当面核对",
}  # fmt: skip


async def test_a_no_says_why_and_what_to_do_and_she_may_ask_again(server: Town) -> None:
    phone, request = await asked(server)
    desk = await server.desk("C1", "clerk")
    path = f"{DESK}/{request}/check"
    await desk.refused("POST", path, {"agrees": False}, code="invalid-input")
    await desk.refused("POST", path, {"agrees": True, "reason": "mismatch"}, code="invalid-input")
    for reason, words in REFUSED.items():
        request = (await mine(phone))["id"]
        path = f"{DESK}/{request}/check"
        no = {"agrees": False, "reason": reason}
        assert await desk.must("POST", path, no) == await desk.must("POST", path, no), "the same word again"
        await desk.refused("POST", path, AGREES, code="newborn-decided")
        shown = await mine(phone)
        assert (shown["state"], shown["reason"], shown["actions"]) == ("refused", reason, []) and words in shown[
            "next_text"
        ]
        await phone.refused("DELETE", f"{PATH}/{request}", code="newborn-decided")
        await phone.must("POST", PATH, await said(server, phone), status=201)
    dropped = await sql.rows("SELECT state FROM material_files ORDER BY created_at, id")
    assert [row["state"] for row in dropped] == ["dropped"] * 4 + ["stored"], "a refused one's picture goes"


async def test_a_look_at_one_of_a_guardians_requests_is_none_at_the_other(server: Town) -> None:
    phone, first = await asked(server)
    second = await phone.must("POST", PATH, await said(server, phone, certificate_no="SAMPLE 2026 0002"), status=201)
    desk = await server.desk("H1", "clerk")
    await desk.must("POST", f"{DESK}/{first}/opening")
    await desk.refused("POST", f"{DESK}/{second['id']}/check", AGREES, code="newborn-unseen")
    await desk.must("POST", f"{DESK}/{first}/check", AGREES)


async def test_what_cannot_be_taken_is_refused_in_clear_words(server: Town) -> None:
    phone = await trusted(server)
    good = await said(server, phone)
    early, late = (day(server) - timedelta(days=400)).isoformat(), (day(server) + timedelta(days=1)).isoformat()
    wrong = {
        "newborn-born": [{"born": early}, {"born": late}], "newborn-certificate": [{"certificate_no": " 1 2 3 "}],
        "name-length": [{"name": "王"}],
    }  # fmt: skip
    for code, changes in wrong.items():
        for change in changes:
            refused = await phone.refused("POST", PATH, {**good, **change}, code="invalid-input")
            assert [one["code"] for one in refused["errors"]] == [code]
    weak = await server.resident(2)
    await weak.refused("POST", PATH, await said(server, weak), code="loa-needed")
    await phone.refused("POST", PATH, {**good, "file_id": str(UUID(int=7))}, code="file-not-usable")
    found = await asyncio.gather(*(phone.call("POST", PATH, body=good) for _ in range(3)))
    assert sorted(one.status for one in found)[0] == 201 and sum(one.status == 201 for one in found) == 1
    await phone.refused("POST", PATH, await said(server, phone), code="newborn-asked")


async def test_she_takes_it_back_until_it_is_decided(server: Town) -> None:
    phone, request = await asked(server)
    desk, other = await server.desk("C1", "clerk"), await server.resident(1)
    await other.refused("DELETE", f"{PATH}/{request}", code="not-found")
    for _ in range(2):
        await phone.must("DELETE", f"{PATH}/{request}", status=204)
    assert (await mine(phone))["state"] == "taken_back"
    await desk.refused("POST", f"{DESK}/{request}/check", AGREES, code="newborn-decided")
    again = await phone.must("POST", PATH, await said(server, phone), status=201)
    delegation = await checked(desk, again["id"])
    await phone.refused("POST", PATH, await said(server, phone), code="newborn-asked")
    await phone.must("DELETE", f"{PATH}/{again['id']}", status=204)
    assert ((await mine(phone))["state"], (await mine(phone))["actions"]) == ("taken_back", [])
    second = await server.desk("C2", "clerk")
    answer = f"{CONFIRM}/{delegation}/confirmation"
    await second.refused("POST", answer, {"confirm": True}, code="delegation-answered")
    rows = await sql.rows("SELECT ward_born FROM delegations WHERE state <> 'ended'")
    assert rows == [], "nothing stands"


async def test_the_second_persons_no_and_a_word_that_nobody_confirms_in_time_end_it(server: Town) -> None:
    phone, request = await asked(server)
    one, two = await server.desk("C1", "clerk"), await server.desk("C2", "clerk")
    delegation = await checked(one, request)
    await two.must("POST", f"{CONFIRM}/{delegation}/confirmation", {"confirm": False})
    assert (await mine(phone))["state"] == "refused" and "第二位" in (await mine(phone))["next_text"]
    again = await phone.must("POST", PATH, await said(server, phone), status=201)
    await checked(one, again["id"])
    server.clock.advance(timedelta(days=8))
    await phone.sign_in()
    assert (await mine(phone))["state"] == "expired"


async def test_both_parents_have_the_same_child_also_when_both_are_checked_at_once(server: Town) -> None:
    _, hers = await asked(server, 0)
    _, his = await asked(server, 1, relation="father", certificate_no="sample20260001")
    one, two = await server.desk("C1", "clerk"), await server.desk("C2", "clerk")
    await asyncio.gather(checked(one, hers), checked(two, his))
    rows = await sql.rows("SELECT DISTINCT principal_id FROM delegations WHERE kind = 'guardian'")
    assert len(rows) == 1
    wards = await sql.row("SELECT count(*) AS n FROM residents WHERE loa = 2 AND phone_index IS NULL")
    assert wards is not None and wards["n"] == 1
    third = await trusted(server, 2)
    yesterday = (day(server) - timedelta(days=1)).isoformat()
    other = await third.must("POST", PATH, await said(server, third, born=yesterday), status=201)
    await one.refused("POST", f"{DESK}/{other['id']}/check", AGREES, code="newborn-other-child")
    assert (await mine(third))["state"] == "asked", "it still waits for a no with its reason"


async def test_nobody_else_sees_it_and_a_closed_account_leaves_nothing_waiting(server: Town) -> None:
    phone, request = await asked(server)
    other = await server.resident(1)
    assert (await other.must("GET", PATH))["newborns"] == []
    await server.hire("F1", ["clerk"], region=AWAY)
    far = await server.invite(Desk(server.origin, "F1", PASSWORD))
    await far.sign_in()
    assert (await far.must("GET", DESK))["newborns"] == []
    for path in (f"{request}/opening", f"{request}/check"):
        await far.refused("POST", f"{DESK}/{path}", AGREES if path.endswith("check") else None, code="not-found")
    assert (await far.call("GET", f"{DESK}/{request}/picture")).status == 404
    end_all = server.services.delegations.end_all
    closes = partial(end_all, actor=SYSTEM, resident_id=UUID(phone.me["id"]))
    await server.house.database.unit_of_work("demo", closes)
    assert (await mine(phone))["state"] == "taken_back"


async def test_lists_are_read_by_pages_and_one_asks_a_few_times_a_day(
    server: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newborn_rows, "PAGE", 2)
    phone = await trusted(server)
    for number in range(5):
        await phone.must("POST", PATH, await said(server, phone, certificate_no=f"SAMPLE {number}"), status=201)
    await phone.refused("POST", PATH, await said(server, phone, certificate_no="SAMPLE 5"), code="too-many")
    desk = await server.desk("C1", "clerk")
    for who, path in ((phone, PATH), (desk, DESK)):
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page: dict[str, Any] = await who.must("GET", f"{path}?cursor={cursor}")
            seen += [one["certificate_masked"] for one in page["newborns"]]
            cursor = page["next_cursor"]
        assert sorted(seen) == [f"****{number}" for number in range(5)], "a short number shows its last place only"
        await who.refused("GET", f"{path}?cursor=7", code="invalid-input")


SPOILED = (
    "state = 'taken_back'", "state = 'refused', decided_at = asked_at", "relation = 'uncle'", "guardian_loa = 3",
    "state = 'recorded', decided_at = asked_at", "reason = 'mismatch'", "file_id = NULL",
)  # fmt: skip


async def test_the_database_itself_refuses_what_no_request_may_be(server: Town) -> None:
    await asked(server)
    for change in SPOILED:

        async def spoil(unit: Unit, change: str = change) -> None:
            await sql.execute(f"UPDATE newborn_requests SET {change}")

        with pytest.raises((IntegrityError, OperationalError)):
            await server.house.database.unit_of_work("demo", spoil)
