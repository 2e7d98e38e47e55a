"""Who a notice is for: a closed form of rules, counted by the database, never read into memory, never SQL of people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from notify import segments
from notify.audience import Audience, Bound
from notify.segments import Leaf, RulesWrong, condition, holds, leaves, read
from notify.steps import LadderRules
from notify.ways import Ways
from server.adapters.database import Database
from server.domain.cases.reading import Reading
from server.domain.residents import audience as facts
from tests.notify.parts import NOON, PORTAL, REGION, ItemNames, Room, staff

FORM = {
    "all": [
        {"region": "511602"},
        {"any": [{"item": "printing", "states": ["accepted"]}, {"age": {"from": 60}}]},
        {"not": {"channel": "wechat"}},
    ]
}
WRONG: list[Any] = [
    [], "x", {"sql": "1=1"}, {"region": "51' OR 1=1"}, {"region": 511602}, {"item": "x'; DROP TABLE cases--"},
    {"item": "a", "states": ["x' OR 1"]}, {"item": "a", "more": 1}, {"age": {}}, {"age": {"from": 9, "to": 3}},
    {"age": {"from": True}}, {"age": {"from": "1"}}, {"channel": "pigeon"}, {"elder": 1}, {"list": "x"}, {"any": []},
    {"all": [{"all": "x"}]}, {"all": [], "any": []}, {"not": []}, {"all": [{"region": "511602"}] * 41},
    {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"elder": True}}}}}}}},
]  # fmt: skip


def test_the_closed_form_becomes_leaves_and_one_boolean() -> None:
    rule = read(FORM)
    assert [(leaf.path, leaf.kind) for leaf in leaves(rule)] == [
        ("all.0", "region"), ("all.1.any.0", "item"), ("all.1.any.1", "age"), ("all.2.not", "channel")
    ]  # fmt: skip
    assert condition(rule, lambda leaf: leaf.kind) == "((region) AND ((item) OR (age)) AND (NOT (channel)))"
    assert condition(read({}), lambda leaf: leaf.kind) == "(1 = 1)"


@pytest.mark.parametrize("form", WRONG)
def test_anything_else_is_refused(form: Any) -> None:
    with pytest.raises(RulesWrong):
        read(form)


def test_values_are_bound_whatever_they_hold() -> None:
    bound = Bound()
    text = condition(read(FORM), lambda leaf: f"x = {bound.add(leaf.text)}")
    assert "511602" not in text
    assert len(bound.values) == 4


@given(st.lists(st.booleans(), min_size=4, max_size=4))
def test_holding_follows_the_form(truth: list[bool]) -> None:
    rule = read(FORM)
    given_truth = dict(zip((leaf.path for leaf in leaves(rule)), truth, strict=True))
    assert holds(rule, given_truth) == (truth[0] and (truth[1] or truth[2]) and not truth[3])


class _Residents:
    """The real facts, without the service around them."""

    def people(self, unit: Unit, bound: Bound) -> str:
        return facts.people(unit, bound)

    def fact(self, unit: Unit, leaf: Leaf, bound: Bound) -> str:
        return facts.fact(unit, leaf, bound, 60)

    async def masked(self, unit: Unit, ids: object) -> dict[UUID, str]:
        return {}


class _Cases:
    """The real words, without the service around them."""

    def applied(self, unit: Unit, leaf: Leaf, bound: Bound) -> str:
        return Reading.applied(cast(Reading, None), unit, leaf, bound)


async def test_rules_meet_the_real_tables(database: Database) -> None:
    people = {name: new_id() for name in ("old", "young", "far", "closed", "stranger")}
    for name, person in people.items():
        await sql.execute(
            "INSERT INTO residents (id, portal, region, phone_sealed, id_kind, loa, language, elder, created_at, "
            "closed_at, birth_year) VALUES ($1,$2,$3,$4,'',2,'zh-CN',$5,$6,$7,$8)",
            person, "other" if name == "stranger" else PORTAL, "320000000000" if name == "far" else "511602001000",
            b"x" if name != "young" else None, name == "old", NOON, NOON if name == "closed" else None,
            1900 if name == "old" else 1930,
        )  # fmt: skip
    await sql.execute(
        "INSERT INTO notify_preferences (id, portal, region, resident_id, category, sms, live, updated_at) "
        "VALUES ($1,$2,'',$3,'service',$4,$4,$5)",
        new_id(), PORTAL, people["far"], False, NOON,
    )  # fmt: skip
    audience = Audience(residents=_Residents(), cases=_Cases(), items=ItemNames(), place=lambda portal, region: "")
    unit = replace(await database.reading(PORTAL), now=NOON)

    async def named(form: Any) -> set[str]:
        found = await audience.select(unit, read(form), "service").first(9)
        return {name for name, person in people.items() if person in found}

    assert await named({}) == {"old", "young", "far"}
    assert await named({"region": "511602"}) == {"old", "young"}
    assert await named({"region": "510000"}) == {"old", "young"}
    assert await named({"age": {"from": 60}}) == {"old"}
    assert await named({"not": {"elder": True}}) == {"young", "far"} == await named({"elder": False})
    assert await named({"channel": "sms"}) == {"old", "far"}
    assert await named({"any": [{"channel": "web_push"}, {"channel": "wechat"}]}) == set()
    assert await named({"item": "printing", "states": ["accepted"]}) == set() == await named({"list": str(new_id())})
    everyone = audience.select(unit, read({}), "service")
    assert await everyone.count() == 3
    counted = await audience.count(unit, everyone, Ways("service", LadderRules()), NOON - timedelta(days=7))
    assert (counted.people, counted.most["sms"], counted.live, counted.unreached, counted.again) == (3, 1, 2, 2, 0)
    rule = read({"all": [{"region": "511602"}, {"age": {"to": 50}}]})
    assert await audience.why(unit, rule, people["old"]) == {"all.0": True, "all.1": False}
    assert await audience.why(unit, rule, people["stranger"]) is None


async def test_segments_are_kept_under_a_name(room: Room) -> None:
    door = room.campaigns.segments

    async def make(unit: Unit) -> UUID:
        return (await door.keep(unit, staff(1), REGION, "老人", {"age": {"from": 60}})).id

    segment = await room.database.unit_of_work(PORTAL, make)
    changed = await room.database.unit_of_work(PORTAL, lambda unit: door.change(unit, segment, "高龄", {"elder": True}))
    assert (changed.name, changed.rules, changed.owner_no) == ("高龄", {"elder": True}, "S001")
    with pytest.raises(RulesWrong):
        await room.database.unit_of_work(PORTAL, lambda unit: door.change(unit, segment, "x", {"sql": "1"}))
    await room.database.unit_of_work(PORTAL, lambda unit: door.discard(unit, segment))
    assert await room.database.unit_of_work(PORTAL, door.page) == ([], None)
    with pytest.raises(Exception, match="segment-not-found"):
        await room.database.unit_of_work(PORTAL, lambda unit: door.discard(unit, segment))
    assert segments.read(None).parts == ()
