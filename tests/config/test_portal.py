"""Portals by host."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from config.portal import Portal, Portals, read_portals


def _portal(name: str, *hosts: str) -> Portal:
    return Portal(id=name, name=name, name_en=name, hosts=hosts, region="511602000000")


def test_a_host_belongs_to_one_portal() -> None:
    portals = Portals([_portal("a", "a.example"), _portal("b", "b.example")])
    found = portals.of_host("b.example")
    assert found is not None and found.id == "b"
    assert portals.of_host("c.example") is None
    assert [one.id for one in portals] == ["a", "b"]
    assert portals.get("a").name == "a"


def test_the_demo_portals_exist_only_in_the_demo() -> None:
    assert [one.id for one in read_portals(demo=True)] == ["demo", "linshi"]
    assert "demo" not in [one.id for one in read_portals(demo=False)]


def test_a_region_has_twelve_digits() -> None:
    with pytest.raises(ValidationError):
        Portal(id="a", name="a", name_en="a", hosts=(), region="5116")
