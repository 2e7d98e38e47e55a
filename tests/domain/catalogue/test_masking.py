"""What a desk sees of an answer before it has said why: pure rules, and the city's own items."""

from __future__ import annotations

import tomllib

import pytest

from server.domain.catalogue.files import ITEMS
from server.domain.catalogue.guide import FormField
from server.domain.catalogue.masking import mask_address, masked, personal


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"kind": "phone"}, "phone"),
        ({"kind": "text", "prefill": "phone"}, "phone"),
        ({"kind": "text", "format": "id_number"}, "id_number"),
        ({"kind": "text", "prefill": "id_number"}, "id_number"),
        ({"kind": "text", "prefill": "name"}, "name"),
        ({"kind": "text", "personal": "address"}, "address"),
        ({"kind": "text"}, None),
        ({"kind": "text", "format": "uscc"}, None),
        ({"kind": "date"}, None),
    ],
)
def test_what_an_answer_says_of_a_person(asked: dict[str, str], kind: str | None) -> None:
    assert personal(FormField.model_validate({"code": "one", "label": "一项", **asked})) == kind


def test_masks_follow_the_rule_of_the_house() -> None:
    assert masked("name", "王秀兰") == "王*兰"
    assert masked("phone", "13900001234") == "139****1234"
    assert masked("id_number", "511602190001010013") == "5116**********0013"
    assert masked("address", "四川省广安市广安区滨江路 12 号 3 栋") == "四川省广安市广安区****"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("广安区滨江路 12 号", "广安区****"),
        ("滨江路 12 号", "****"),
        ("", "****"),
        ("某某县", "****"),
        ("滨江小区 3 栋", "****"),
        ("华蓥市明光大道 1 号", "华蓥市****"),
    ],
)
def test_an_address_shows_its_county_and_nothing_of_the_street(address: str, shown: str) -> None:
    assert mask_address(address) == shown


def test_every_name_and_address_of_a_person_in_the_citys_items_is_marked() -> None:
    people = ("elder", "child", "applicant", "contact", "agent", "manager", "guardian", "post", "living")
    seen = 0
    for path in ITEMS.glob("*.toml"):
        for section in tomllib.loads(path.read_text("utf-8")).get("form", []):
            for asked in section["fields"]:
                if asked["code"].startswith(people) and asked["code"].endswith(("_name", "_address")):
                    assert personal(FormField.model_validate(asked)), f"{path.name}: {asked['code']}"
                    seen += 1
    assert seen > 8
