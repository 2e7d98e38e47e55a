"""How far somebody's work reaches: regions hold the regions inside them, nothing at all reaches nothing."""

from __future__ import annotations

from typing import Any

import pytest

from config.floor.scope import WHOLE, Scope, covers, prefix


@pytest.mark.parametrize(
    ("region", "begins"),
    [
        ("510000000000", "51"), ("511600000000", "5116"), ("511602000000", "511602"), ("511602", "511602"),
        ("511602001000", "511602001"), ("511602001201", "511602001201"), ("510100000000", "5101"),
    ],
)  # fmt: skip
def test_a_region_is_what_its_code_begins_with(region: str, begins: str) -> None:
    assert prefix(region) == begins


def test_a_county_is_inside_its_city_and_not_the_other_way_round() -> None:
    assert covers(["511600000000"], "511602000000")
    assert not covers(["511602000000"], "511600000000")
    assert not covers(["511603000000"], "511602000000")
    assert not covers([], "511602000000")


def test_the_whole_portal_needs_no_condition() -> None:
    values: list[Any] = ["demo"]
    assert WHOLE.where(values, department="c.department", region="c.region") == ""
    assert values == ["demo"]


def test_a_scope_is_a_condition_on_the_columns_that_are_named() -> None:
    values: list[Any] = ["demo"]
    scope = Scope(("民政局", "林业局"), ("511602", "511603001000"))
    text = scope.where(values, department="c.department", region="c.region")
    assert text == (" AND c.department IN ($2, $3) AND c.department <> '' AND (c.region LIKE $4 OR c.region LIKE $5)")
    assert values == ["demo", "民政局", "林业局", "511602%", "511603001%"]
    assert scope.where([], region="region") == " AND (region LIKE $1 OR region LIKE $2)"


def test_nothing_named_reaches_nothing() -> None:
    assert Scope((), ()).where([], department="d", region="r") == " AND 1 = 0 AND 1 = 0"
    assert not Scope((), None).holds(department="民政局")
    assert not Scope(None, ()).holds(region="511602000000")
    assert Scope(None, None).holds(department="民政局", region="511602000000")
