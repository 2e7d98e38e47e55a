"""Acting for others over HTTP: both say yes, either ends it, and nobody says a word for somebody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from tests.domain.delegations.family import AGENT, DAUGHTER, PATH, given, offer, trusted
from tests.journeys.town import Town


async def test_both_sides_say_yes_and_either_side_sees_the_other_masked(server: Town) -> None:
    principal, delegate, delegation = await given(server)
    (mine,) = (await principal.must("GET", PATH))["delegations"]
    (theirs,) = (await delegate.must("GET", PATH))["delegations"]
    assert (mine["side"], mine["delegate_masked"], mine["actions"]) == ("principal", "李*国", ["withdraw"])
    assert (theirs["side"], theirs["principal_masked"], theirs["actions"]) == ("delegate", "王*兰", ["renounce"])
    assert (theirs["in_force"], theirs["relation_label"]) == (True, "朋友")
    assert "办事" in theirs["scope"]["text"]
    assert theirs["scope"]["items"][0]["name"] in theirs["scope"]["text"]
    stranger = await server.resident(2)
    await stranger.refused("GET", f"{PATH}/{delegation}/acts", code="not-found")
    await stranger.refused("DELETE", f"{PATH}/{delegation}", code="not-found")
    acts = await delegate.must("GET", f"{PATH}/{delegation}/acts")
    assert acts == {"acts": [], "next_cursor": None}
    titles = [one["title"] for one in (await principal.must("GET", "/api/v1/notices"))["notices"]]
    assert titles.count("授权代办有变化") == 1


async def test_an_offer_to_nobody_is_answered_like_any_other(server: Town) -> None:
    principal = await trusted(server)
    known = await server.resident(1)
    for other in (AGENT, {**AGENT, "name": "李建军"}, {**AGENT, "phone": "15400000099"}):
        made = await principal.must("POST", PATH, offer(server, other=other), status=201)
        assert (made["state"], made["actions"]) == ("proposed", ["take_back"])
        await principal.refused("POST", PATH, offer(server, other=other), code="delegation-exists")
    assert len((await known.must("GET", PATH))["delegations"]) == 1


async def test_level_four_is_needed_on_both_sides(server: Town) -> None:
    low, high = await server.resident(1), await trusted(server)
    await low.refused("POST", PATH, offer(server), code="loa-needed")
    made = await high.must("POST", PATH, offer(server), status=201)
    await low.refused("POST", f"{PATH}/{made['id']}/acceptance", {"accept": True}, code="loa-needed")
    done = await low.must("POST", f"{PATH}/{made['id']}/acceptance", {"accept": False})
    assert (done["state"], done["ended_as"]) == ("ended", "refused")
    again = await low.must("POST", f"{PATH}/{made['id']}/acceptance", {"accept": False})
    assert again == done
    await high.refused("POST", f"{PATH}/{made['id']}/acceptance", {"accept": True}, code="not-found")


async def test_two_acceptances_at_once_are_one(server: Town) -> None:
    principal, delegate = await trusted(server, 0), await trusted(server, 1)
    made = await principal.must("POST", PATH, offer(server), status=201)
    path = f"{PATH}/{made['id']}/acceptance"
    yes = [delegate.call("POST", path, body={"accept": True}) for _ in range(4)]
    no = [delegate.call("POST", path, body={"accept": False}) for _ in range(2)]
    found = await asyncio.gather(*yes, *no)
    states = {one.body["state"] for one in found if one.status == 200}
    assert len(states) == 1, found
    assert all(one.body["code"] == "delegation-answered" for one in found if one.status != 200)
    titles = [one["title"] for one in (await principal.must("GET", "/api/v1/notices"))["notices"]]
    assert titles.count("授权代办有变化") == 1


async def test_it_ends_at_once_and_ends_once(server: Town) -> None:
    principal, delegate, delegation = await given(server)
    await delegate.must("DELETE", f"{PATH}/{delegation}", status=204)
    await principal.must("DELETE", f"{PATH}/{delegation}", status=204)
    (mine,) = (await principal.must("GET", PATH))["delegations"]
    assert (mine["state"], mine["ended_as"], mine["actions"]) == ("ended", "renounced", [])
    made = await principal.must("POST", PATH, offer(server), status=201)
    assert made["id"] != delegation


async def test_it_runs_out_by_the_clock_and_then_makes_room(server: Town) -> None:
    principal, _, _ = await given(server, days=3)
    server.clock.advance(timedelta(days=4, minutes=1))
    (mine,) = (await principal.must("GET", PATH))["delegations"]
    assert (mine["state"], mine["ended_as"], mine["in_force"]) == ("ended", "expired", False)
    await principal.must("POST", PATH, offer(server, days=3), status=201)
    swept = await server.house.database.unit_of_work("demo", server.services.delegations.expire)
    assert swept == 0, "making room has ended it"


async def test_what_cannot_be_meant_is_refused_field_by_field(server: Town) -> None:
    principal = await trusted(server)
    wrong: dict[str, dict[str, Any]] = {
        "scope-empty": {"scope": {}},
        "scope-twice": {"scope": {"all_items": True, "items": ["printing-licence"]}},
        "item-unknown": {"scope": {"items": ["no-such-item"]}},
        "purpose-unknown": {"scope": {"purposes": ["everything"]}},
        "scope-one-item": {"kind": "single_case", "relation": None, "scope": {"all_items": True}},
        "organisation-unknown": {"kind": "organisation", "relation": None},
        "case-unknown": {"kind": "single_case", "relation": None, "case_no": "5116020000010001"},
        "relation-expected": {"relation": None},
        "period-too-long": {"last_day": "2099-12-31"},
        "day-before-first": {"first_day": "2098-01-02", "last_day": "2098-01-01"},
        "delegation-to-oneself": {"other": {"name": DAUGHTER["name"], "phone": DAUGHTER["phone"]}},
    }
    for code, change in wrong.items():
        refused = await principal.refused("POST", PATH, offer(server, **change), code="invalid-input")
        assert code in {one["code"] for one in refused["errors"]}, (code, refused)
