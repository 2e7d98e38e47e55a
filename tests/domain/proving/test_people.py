"""People without the common number, children without any yet, and accounts that a card at a counter makes theirs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.floor import sql
from config.floor.unit import legal_day
from server.domain.identifiers import IdNumberInvalid, check_digit, luhn_passes, read_id_number
from tests.domain.delegations.family import DAUGHTER
from tests.journeys.people import Counter
from tests.journeys.town import PEOPLE, Town
from tests.journeys.visitor import must_problem

CHECKS = "/counter/api/v1/identity-checks"
RECORD = "/counter/api/v1/delegations"
TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("H00000001", "hk_macao_pass"), ("M0000000101", "hk_macao_pass"), ("00000001", "taiwan_pass"),
        ("E00000001", "chinese_passport"), ("EA0000001", "chinese_passport"), ("uto/l898902c", "passport"),
        ("810000189408230023", "hk_macao_taiwan_residence"),
    ],
)  # fmt: skip
def test_documents_beside_the_identity_card_are_read(number: str, kind: str) -> None:
    number = number[:17] + check_digit(number[:17]) if len(number) == 18 else number
    found = read_id_number(number, today=TODAY, earliest_year=1800)
    assert (found.kind, found.number) == (kind, number.upper())


@pytest.mark.parametrize("number", ["H0000", "0000000", "UT/L898902C", "L898902C", "UTO/", "UTO/L8989-2C"])
def test_what_is_no_document_is_refused(number: str) -> None:
    with pytest.raises(IdNumberInvalid):
        read_id_number(number, today=TODAY)


def test_a_card_number_passes_its_own_check() -> None:
    assert luhn_passes("9999000000000004")
    assert not any(luhn_passes(text) for text in ("9999000000000005", "999900000000", "9" * 20, "99990000 0000004"))


async def test_a_foreign_passport_is_a_person_like_any_other(server: Town) -> None:
    vars(server.register)["_population"]["UTO/L898902C"] = "ANNA MARIA ERIKSSON"
    phone = await server.resident(0, loa=2)
    claim = {"method": "name_and_id", "name": "ANNA  MARIA ERIKSSON", "id_number": "uto/L898902C"}
    done = (await phone.call("POST", "/api/v1/me/verifications", body=claim)).body
    assert (done["loa"], done["resident"]["id_number_masked"]) == (3, "UTO/****902C")
    phone.headers["Authorization"] = f"Bearer {done['token']}"
    ahead = (await phone.must("GET", "/api/v1/me/proofs"))["ahead"]
    assert {way["code"] for way in ahead[0]["ways"]} == {"phone_and_bank", "counter"}, "no platform checks this face"


async def _scanned(server: Town, clerk: Counter, which: int) -> tuple[Any, str]:
    phone = await server.resident(which, loa=2)
    code = await phone.code(at=server.now())
    visit = await clerk.must("POST", "/counter/api/v1/scans", {"text": code, "purpose": "apply_here"})
    return phone, visit["visit_id"]


async def test_the_card_at_a_counter_proves_the_account_whose_code_was_shown(server: Town) -> None:
    clerk = await server.counter()
    name, number, _ = PEOPLE[0]
    phone, visit = await _scanned(server, clerk, 0)
    card = {"name": name, "id_number": number, "card_in_hand": True}
    done = await clerk.must("POST", CHECKS, {**card, "visit_id": visit}, status=201)
    assert (done["loa"], done["known_before"], done["code_is_theirs"]) == (5, True, True)
    assert (await phone.must("GET", "/api/v1/me"))["loa"] == 5
    shown = await phone.must("GET", "/api/v1/me/proofs")
    assert (shown["proofs"][0]["way"], shown["ahead"]) == ("counter", [])
    other, visit = await _scanned(server, clerk, 1)
    done = await clerk.must("POST", CHECKS, {**card, "visit_id": visit}, status=201)
    assert done["code_is_theirs"] is False, "the card is somebody's already"
    assert (await other.must("GET", "/api/v1/me"))["loa"] == 2


async def test_a_newborn_gets_a_number_later_and_stays_the_same_resident(server: Town) -> None:
    clerk = await server.counter()
    phone = await server.resident(0)
    today = legal_day(datetime.fromtimestamp(server.now(), UTC))
    body = {
        "kind": "guardian", "card_in_hand": True,
        "newborn": {"name": "王小满", "born": today.isoformat(), "certificate_no": "SAMPLE 2026 0001"},
        "helper": {"card": {key: DAUGHTER[key] for key in ("name", "id_number")}}, "scope": {"all_items": True},
        "last_day": date(today.year + 1, today.month, min(today.day, 28)).isoformat(),
    }  # fmt: skip
    made = await clerk.must("POST", RECORD, body, status=201)
    second = await server.desk("C9", "clerk")
    await second.must("POST", f"/console/api/v1/newborns/{made['newborn']}/opening")
    await second.must("POST", f"/console/api/v1/delegations/{made['id']}/confirmation", {"confirm": True})
    (found,) = (await phone.must("GET", "/api/v1/delegations"))["delegations"]
    assert "add_number" in found["actions"]
    before = await sql.row("SELECT principal_id AS id FROM delegations")
    digits = f"511602{today.year - 120:04d}{today.month:02d}{today.day:02d}123"
    number = digits + check_digit(digits)
    path = f"/api/v1/delegations/{found['id']}/ward-number"
    claim = {"name": "王小满", "id_number": number}
    must_problem(await phone.call("POST", path, body={**claim, "id_number": PEOPLE[1][1]}), "invalid-input")
    must_problem(await phone.call("POST", path, body=claim), "identity-mismatch")
    vars(server.register)["_population"][number] = "王小满"
    server.register.mode = "down"
    must_problem(await phone.call("POST", path, body=claim), "identity-register-unavailable")
    server.register.mode = "well"
    done = await phone.must("POST", path, claim)
    assert "add_number" not in done["actions"] and done["state"] == "active"
    child = await sql.row("SELECT id, loa FROM residents WHERE id_kind = 'mainland' AND loa = 3")
    assert child is not None and before is not None and sql.uid(child["id"]) == sql.uid(before["id"])
    must_problem(await phone.call("POST", path, body=claim), "identity-already-verified")
    other = await server.resident(1)
    assert (await other.call("POST", path, body=claim)).status in (403, 404)
