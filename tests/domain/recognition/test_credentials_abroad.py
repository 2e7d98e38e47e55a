"""A credential of the neighbour city at our counter, with a network and without: as far as was agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from config.floor.ids import new_id
from server.domain.purposes.service import Purposes
from server.domain.recognition.service import FOLDER, Recognition
from tests.counter.offline import agreed
from tests.domain.credentials.test_over_http import ordered
from tests.domain.recognition.test_over_http import neighbour
from tests.domain.visits.test_offline_reads import bring, conflicts, read_of
from tests.journeys.people import Counter, Phone
from tests.journeys.town import Town


async def looks(phone: Phone) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await phone.must("GET", "/api/v1/looks"))["looks"]
    return found


async def kit_of(server: Town, clerk: Counter) -> dict[str, Any]:
    """What a terminal keeps: its kit, and the bytes behind every address of it."""
    kit: dict[str, Any] = await clerk.must("GET", "/counter/api/v1/offline-kit")
    stranger = await server.stranger()
    paths = [path for one in kit["agreed"] for path in (one["keys"], *one["lists"])]
    rows = [{"address": path, "bytes": (await stranger.must("GET", path)).hex()} for path in paths]
    return {"root": kit["root"], "agreed": kit["agreed"], "rows": rows, "now": server.now()}


async def test_online_it_shows_what_was_agreed_and_her_own_portal_has_the_line(server: Town) -> None:
    phone, clerk = await neighbour(server), await server.counter()
    paper = await ordered(phone, "T0")
    answer = await clerk.scan(paper["text"], "medical")
    assert answer.status == 200, str(answer)
    codes = [field["code"] for field in answer.body["holder"]["fields"]]
    assert (codes, answer.body["recognised"]["name"]) == (["name_masked", "loa", "senior"], "示范邻市一码通办")
    again = await clerk.must("GET", f"/counter/api/v1/visits/{answer.body['visit_id']}")
    assert [field["code"] for field in again["holder"]["fields"]] == codes
    (look,) = await looks(phone)
    assert (look["place"], look["purpose"]) == ("示范市政务服务大厅 3 号窗口", "就医")
    assert (await clerk.scan(paper["text"], "apply_here")).body["code"] == "code-unknown"
    await phone.must("DELETE", f"/api/v1/credentials/{paper['id']}", status=204)
    assert (await clerk.scan(paper["text"], "medical")).body["code"] == "code-revoked"


async def test_unplugged_it_is_read_by_the_agreed_keys_and_comes_home_to_her_portal(server: Town) -> None:
    phone, clerk = await neighbour(server), await server.counter()
    paper = await ordered(phone, "T1")
    kit = await kit_of(server, clerk)
    told = agreed([{"text": paper["text"], "purpose": purpose} for purpose in ("medical", "apply_here")], kit)
    assert [one["accepted"] for one in told] == [True, False]
    assert sorted(told[0]["agreed"]) == ["loa", "name_masked", "senior"]
    assert told[1]["reason"] == "unknown-key"
    there = replace(await server.house.database.reading("linshi"), portal="linshi")
    keys = await server.services.publisher.trusted(there)
    line = await read_of(server, paper, clerk, keys=keys, purpose="medical", card_in_hand=True)
    foreign = {**line, "id": str(new_id()), "purpose": "apply_here"}
    done = await bring(clerk, line, foreign)
    assert (done["stored"], [one["field"] for one in done["wrong"]]) == (1, ["credential"])
    (look,) = await looks(phone)
    assert (look["purpose"], look["fields"]) == ("就医", ["姓名（遮住）", "核验等级"])
    assert await conflicts(server) == []


async def test_once_the_agreement_is_over_its_keys_are_gone_at_the_next_sync(server: Town) -> None:
    phone, clerk = await neighbour(server), await server.counter()
    paper = await ordered(phone, "T0")
    kit = await kit_of(server, clerk)
    assert kit["agreed"][0]["regions"] == {"511621": "示范邻市"}
    last = date.fromisoformat(kit["agreed"][0]["until"])
    day_after = (last.toordinal() - date(1970, 1, 1).toordinal() + 1) * 86400.0
    (late,) = agreed([{"text": paper["text"], "purpose": "medical", "day": day_after}], kit)
    assert late["reason"] == "unknown-key", "the terminal itself knows the last day"
    recognition = server.services.recognition
    kept, recognition._agreements = recognition._agreements, ()
    try:
        assert (await clerk.must("GET", "/counter/api/v1/offline-kit"))["agreed"] == []
        stranger = await server.stranger()
        for path in (kit["agreed"][0]["keys"], *kit["agreed"][0]["lists"]):
            assert (await stranger.call("GET", path)).status == 404
        assert (await clerk.scan(paper["text"], "medical")).body["code"] == "code-unknown"
    finally:
        recognition._agreements = kept


def test_agreements_in_force_are_those_of_this_portal_and_day() -> None:
    recognition = Recognition.load(FOLDER, {"demo", "linshi"}, Purposes.load())
    assert [one.there for one in recognition.in_force("demo", date(2026, 11, 26))] == ["linshi"]
    assert recognition.in_force("demo", date(2030, 1, 1)) == ()
