"""What a form takes and what it refuses, question by question."""

from __future__ import annotations

from datetime import date

import pytest

from server.domain.catalogue.answers import check_answers, check_materials, show_answer
from server.domain.catalogue.files import ITEMS, read_guide
from server.domain.identifiers import check_digit

TODAY = date(2026, 11, 22)
PRINTING = read_guide(ITEMS / "printing-licence.toml")
ALLOWANCE = read_guide(ITEMS / "elder-allowance.toml")
GOOD: dict[str, object] = {
    "company_name": " 示范印刷有限公司 ",
    "credit_code": "91511602ma00000000",
    "site_address": "示范区东街 2 号",
    "site_kind": "rented",
    "lease_end": "2027-12-31",
    "scope": ["other_prints", "packaging"],
    "machines": 3,
    "machine_list": "一号机\r\n二号机",
    "agent_name": "李建国",
    "agent_phone": "15400000003",
    "truth": True,
}


def faults(**changes: object) -> dict[str, str]:
    outcome = check_answers(PRINTING, {**GOOD, **changes}, today=TODAY)
    return {fault.field: fault.code for fault in outcome} if isinstance(outcome, list) else {}


def test_good_answers_are_tidied_and_kept() -> None:
    kept = check_answers(PRINTING, GOOD, today=TODAY)
    assert isinstance(kept, dict)
    assert kept["company_name"] == "示范印刷有限公司"
    assert kept["credit_code"] == "91511602MA00000000"
    assert kept["scope"] == ["packaging", "other_prints"]
    assert kept["machine_list"] == "一号机\n二号机"


@pytest.mark.parametrize(
    ("code", "value", "fault"),
    [
        ("company_name", "字" * 101, "too-long"),
        ("company_name", "甲\n乙", "characters"),
        ("company_name", 5, "wrong-type"),
        ("credit_code", "1234", "not-a-credit-code"),
        ("site_kind", "borrowed", "not-an-option"),
        ("lease_end", "2026-11-21", "date-too-early"),
        ("lease_end", "2026-02-30", "not-a-date"),
        ("lease_end", "20271231", "not-a-date"),
        ("scope", "packaging", "wrong-type"),
        ("scope", ["packaging", "packaging"], "not-an-option"),
        ("scope", [], "required"),
        ("machines", 0, "too-small"),
        ("machines", 1000, "too-large"),
        ("machines", "3", "wrong-type"),
        ("machines", True, "wrong-type"),
        ("agent_phone", "0826-1234567", "not-a-phone"),
        ("truth", False, "not-agreed"),
        ("truth", "true", "wrong-type"),
        ("stranger", "x", "unknown-field"),
    ],
)
def test_each_wrong_answer_has_its_fault(code: str, value: object, fault: str) -> None:
    assert faults(**{code: value}) == {f"answers.{code}": fault}


def test_a_question_that_is_not_asked_is_left_out() -> None:
    kept = check_answers(PRINTING, {**GOOD, "site_kind": "owned"}, today=TODAY)
    assert isinstance(kept, dict)
    assert "lease_end" not in kept
    assert faults(lease_end=None) == {"answers.lease_end": "required"}


def test_age_and_identity_are_checked_for_another_person() -> None:
    answers: dict[str, object] = {
        "relation": "parent", "elder_name": "王德山", "elder_address": "示范区", "bank_name": "示范银行",
        "account_owner": True, "other_benefit": "none", "contact_name": "王秀兰", "contact_phone": "15400000001",
    }  # fmt: skip

    def outcome(birth: str) -> object:
        first = f"511602{birth}117"
        given = {**answers, "elder_id_number": first + check_digit(first)}
        found = check_answers(ALLOWANCE, given, today=TODAY, year_shift=120)
        return {fault.code: dict(fault.facts) for fault in found} if isinstance(found, list) else "taken"

    assert outcome("18261122") == "taken"
    assert outcome("18261123") == {"too-young": {"min": 80}}
    assert outcome("18260230") == {"id-number-birth-date": {}}


def test_materials_follow_the_answers() -> None:
    assert check_materials(PRINTING, {}, ["site_proof", "authorisation"]) == []
    found = check_materials(PRINTING, {}, ["authorisation", "odd"])
    assert [(fault.field, fault.code) for fault in found] == [
        ("materials.odd", "unknown-field"),
        ("materials.site_proof", "required"),
    ]
    venue = read_guide(ITEMS / "public-venue-licence.toml")
    given = ["floor_plan", "hygiene_report"]
    assert check_materials(venue, {"central_air": False}, given) == []
    assert [fault.field for fault in check_materials(venue, {"central_air": True}, given)] == ["materials.air_report"]


def test_answers_are_shown_as_people_read_them() -> None:
    scope, truth, machines = PRINTING.field("scope"), PRINTING.field("truth"), PRINTING.field("machines")
    assert scope is not None
    assert truth is not None
    assert machines is not None
    shown = show_answer(PRINTING, scope, ["packaging", "other_prints"], yes="是", no="否")
    assert shown == "包装装潢印刷品印刷、其他印刷品印刷"
    english = show_answer(PRINTING, scope, ["packaging"], yes="Yes", no="No", language="en")
    assert english == "Packaging"
    assert show_answer(PRINTING, truth, True, yes="是", no="否") == "是"
    assert show_answer(PRINTING, machines, 3, yes="是", no="否") == "3"
