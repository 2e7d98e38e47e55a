"""Refusals as problems: status from the kind, words from the catalogue, wrong fields named, values never repeated."""

from __future__ import annotations

import json

import pytest
from pydantic import Field, ValidationError

from config.floor.refusal import FieldFault, Invalid, Missing
from config.wording import Wording
from server.domain.proving.errors import LoaNeeded
from server.web import problems
from server.web.shapes import Wire


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording()


def test_a_problem_says_what_and_what_now(wording: Wording) -> None:
    found = json.loads(problems.body_of(Missing(), wording, "zh-CN"))
    assert found["code"] == "not-found" and found["status"] == 404
    assert found["title"] == "没有找到" and "请返回" in found["detail"]
    assert json.loads(problems.body_of(Missing(), wording, "en"))["title"] == "Not found"


def test_special_statuses() -> None:
    statuses = [
        problems.status_of(one()) for one in (problems.Internal, problems.MethodNotAllowed, problems.HostUnknown)
    ]
    assert statuses == [500, 405, 421]


def test_wrong_fields_are_worded_and_unknown_codes_fall_back(wording: Wording) -> None:
    refusal = Invalid(faults=[FieldFault("phone", "missing"), FieldFault("x", "never-heard-of")])
    errors = json.loads(problems.body_of(refusal, wording, "zh-CN"))["errors"]
    assert [one["field"] for one in errors] == ["phone", "x"]
    assert errors[0]["message"] == "这一项必须填写。"
    assert errors[1]["message"] == "这一项没有填对，请检查后修改。"


class _Body(Wire):
    name: str = Field(max_length=3)


def test_a_refused_value_is_never_repeated(wording: Wording) -> None:
    with pytest.raises(ValidationError) as caught:
        _Body.model_validate({"name": "secret-value", "more": 1})
    text = problems.body_of(problems.invalid_input(caught.value), wording, "zh-CN").decode()
    assert "secret-value" not in text
    assert "最多 3 个字" in text


def test_facts_of_a_refusal_are_fields_of_the_problem(wording: Wording) -> None:
    limited = json.loads(problems.body_of(problems.TooMany(retry_after=60), wording, "en"))
    assert (limited["code"], limited["retry_after"]) == ("too-many", 60)
    assert json.loads(problems.body_of(LoaNeeded(needed=3), wording, "en"))["needed"] == 3
