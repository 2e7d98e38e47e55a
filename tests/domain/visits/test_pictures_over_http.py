"""A counter looks at a portrait and at licences, over HTTP: when, for how long, and what stays of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from server.adapters.papers_standin import PapersStandIn
from tests.journeys.people import Counter, Phone
from tests.journeys.town import Town


def papers(server: Town) -> PapersStandIn:
    assert server.house.papers is not None
    return server.house.papers


async def scanned(server: Town, phone: Phone, clerk: Counter, purpose: str = "apply_here") -> dict[str, Any]:
    phone.forget_key()
    answer = await clerk.scan(await phone.code("00", at=server.now()), purpose)
    assert answer.status == 200, str(answer)
    assert isinstance(answer.body, dict)
    return answer.body


async def allow(phone: Phone, visit: str, fields: list[str], licences: list[str] | None = None) -> dict[str, Any]:
    body = {"allow": True, "fields": fields, "licences": licences or []}
    answered = await phone.must("POST", f"/api/v1/visits/{visit}/consent", body)
    assert isinstance(answered, dict)
    return answered


async def test_the_portrait_comes_after_her_yes_is_not_stored_and_is_gone_after_minutes(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    visit = (await scanned(server, phone, clerk))["visit_id"]
    path = f"/counter/api/v1/visits/{visit}/portrait"
    assert (await clerk.call("GET", path)).body["code"] == "not-granted"
    await allow(phone, visit, ["portrait", "id_number"])
    shown = await clerk.must("GET", f"/counter/api/v1/visits/{visit}")
    assert [one["code"] for one in shown["pictures"]] == ["portrait"]
    picture = await clerk.call("GET", path)
    assert (picture.status, picture.media) == (200, "image/png")
    assert "no-store" in picture.headers["Cache-Control"]
    server.clock.advance(timedelta(seconds=300))
    assert (await clerk.call("GET", path)).body["code"] == "not-granted"
    (line,) = (await phone.must("GET", "/api/v1/visits"))["visits"]
    assert line["portrait"] == "看过照片"
    assert "证件照片" in line["fields"]


async def test_a_source_that_is_away_says_that_nobody_was_compared_and_the_look_stays_on_record(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    visit = (await scanned(server, phone, clerk))["visit_id"]
    await allow(phone, visit, ["portrait"])
    for mode, code, status in (("down", "portrait-unavailable", 503), ("nobody", "portrait-missing", 404)):
        papers(server).portraits = mode  # type: ignore[assignment]
        answer = await clerk.call("GET", f"/counter/api/v1/visits/{visit}/portrait")
        assert (answer.status, answer.body["code"], answer.body["title"]) == (status, code, "未核对照片")
    (line,) = (await phone.must("GET", "/api/v1/visits"))["visits"]
    assert (line["portrait"], line["fields"][-1]) == ("没有照片，未核对", "在办的事")


async def test_the_card_in_hand_is_said_once_over_a_lost_answer_and_the_resident_reads_it(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    visit = await scanned(server, phone, clerk)
    assert [one["code"] for one in visit["card"]["fields"]] == ["name", "id_number", "portrait"]
    path, key = f"/counter/api/v1/visits/{visit['visit_id']}/card", {"Idempotency-Key": "card-1"}
    first = await clerk.call("POST", path, body={}, headers=key)
    again = await clerk.call("POST", path, body={}, headers=key)
    assert (first.status, again.status, first.body) == (200, 200, again.body)
    assert "511602186209161281" in {one["value"] for one in first.body["holder"]["fields"]}
    assert first.body["card"]["confirmed_at"]
    (line,) = (await phone.must("GET", "/api/v1/visits"))["visits"]
    assert line["card_in_hand"]
    assert "身份证号" in line["fields"]


async def test_a_licence_is_shown_where_its_holder_chose_it_and_nowhere_else(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    mine = await phone.must("GET", "/api/v1/licences")
    assert mine["complete"]
    assert {one["status_label"] for one in mine["licences"]} == {"有效", "过期", "注销"}
    chosen, other = mine["licences"][0]["id"], mine["licences"][1]["id"]
    face = await phone.must("GET", f"/api/v1/licences/{chosen}")
    assert (face["holder"], face["status"]) == ("王秀兰", "valid")
    visit = (await scanned(server, phone, clerk, "show_licence"))["visit_id"]
    base = f"/counter/api/v1/visits/{visit}/licences"
    assert (await clerk.call("GET", base)).body["code"] == "not-granted"
    await allow(phone, visit, ["licences"], [chosen])
    seen = await clerk.must("GET", base)
    assert [one["id"] for one in seen["licences"]] == [chosen]
    looked = await clerk.must("GET", f"{base}/{chosen}")
    assert looked["watermark"].startswith("3 号窗口 · C1 · ")
    assert (await clerk.call("GET", f"{base}/{other}")).status == 404
    papers(server).licences = "down"
    assert (await clerk.call("GET", f"{base}/{chosen}")).body["code"] == "licences-unavailable"
    assert (await clerk.must("GET", base))["complete"] is False
    assert (await phone.must("GET", "/api/v1/licences"))["complete"] is False


async def test_licences_of_others_cannot_be_reached(server: Town) -> None:
    wang, chen = await server.resident(), await server.resident(2)
    hers = (await wang.must("GET", "/api/v1/licences"))["licences"][0]["id"]
    assert (await chen.call("GET", f"/api/v1/licences/{hers}")).status == 404
    assert (await chen.call("GET", "/api/v1/licences/x")).status == 404


async def test_a_venue_learns_yes_with_the_reason_and_no_age(server: Town) -> None:
    phone, clerk = await server.resident(2), await server.counter()
    holder = (await scanned(server, phone, clerk, "venue"))["holder"]
    values = {one["code"]: one["value"] for one in holder["fields"]}
    assert values["eligible"] == "不符合（不在免票的年龄，也没有在本平台领取老年人优待证）"
    assert set(values) == {"loa", "eligible"}
