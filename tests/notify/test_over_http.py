"""Notices and campaigns as fronts meet them: the phone, the console, the live stream."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import Mock
from uuid import UUID, uuid4

import pytest

from notify import safety
from notify.channel import Parcel
from notify.paper import PaperChannel
from tests.journeys.town import Town

CONSOLE = "/console/api/v1/campaigns"
REACH = {
    "inbox": 1, "sms": 1, "live": 1, "wechat": 0, "inbox_only": 0,
    "ways": [{"channel": "sms", "label": "短信", "first": 1, "most": 1}],
}  # fmt: skip
BODY: dict[str, Any] = {
    "title": "社保卡可以线上换了",
    "body": "((姓名))您好，社保卡换卡现在可以线上办。",
    "audience": {"region": "511602", "item": None},
    "category": "service",
}


async def test_a_campaign_from_two_desks_to_a_phone(server: Town) -> None:
    phone = await server.resident()
    writer, both = await server.desk("O1", "operator"), await server.desk("O2", "operator", "publisher")
    looked = await writer.must("POST", f"{CONSOLE}/preview", {**BODY, "category": "service"})
    assert (looked["people"], looked["reach"], looked["blockers"]) == (1, REACH, [])
    assert looked["examples"][0]["name_masked"] == "王*兰"
    half = await writer.must("POST", f"{CONSOLE}/preview", {"title": "", "body": "((姓名", "audience": {"region": ""}})
    assert [one["code"] for one in half["blockers"]] == ["title-empty", "placeholder-broken"]
    assert all("{" not in one["message"] for one in half["blockers"])

    made = await writer.must("POST", CONSOLE, BODY, status=201)
    assert (made["state"], made["own"], made["people"], made["audience"]["region"]) == (
        "draft",
        True,
        None,
        "511602000000",
    )
    await both.must("PUT", f"{CONSOLE}/{made['id']}", BODY)
    waiting = await writer.must("POST", f"{CONSOLE}/{made['id']}/submission", {})
    released = {"content_hash": waiting["content_hash"], "people": waiting["people"]}
    approval = f"{CONSOLE}/{made['id']}/approval"
    await writer.refused("POST", approval, released, code="forbidden")
    await both.refused("POST", approval, released, code="campaign-same-person")
    other = await server.desk("P1", "publisher")
    await other.refused("POST", approval, {**released, "people": 7}, code="campaign-audience-changed")
    await other.refused("POST", approval, {**released, "content_hash": "0" * 64}, code="campaign-content-changed")
    await other.must("POST", approval, released)

    async def ended() -> bool:
        return bool((await other.must("GET", f"{CONSOLE}/{made['id']}"))["state"] == "finished")

    await _until(ended)
    (listed,) = (await writer.must("GET", CONSOLE))["campaigns"]
    assert listed["progress"] == {"done": 1, "total": 1, "planned": 2, "reached": 2, "failed": 0, "skipped": 0}
    page = await phone.must("GET", "/api/v1/notices")
    assert (page["notices"][0]["body"], page["unread"]) == ("王*兰您好，社保卡换卡现在可以线上办。", 1)
    assert any("王*兰您好" in text for text in await phone.sms())
    await other.refused("POST", f"{CONSOLE}/{made['id']}/stop", {}, code="campaign-wrong-state")
    await other.refused("GET", f"{CONSOLE}/{uuid4()}", code="campaign-not-found")


async def test_why_a_notice_came_is_told_to_its_resident_only(server: Town) -> None:
    phone = await server.resident()
    writer, both = await server.desk("O1", "operator"), await server.desk("O2", "operator", "publisher")
    made = await writer.must("POST", CONSOLE, BODY, status=201)
    waiting = await writer.must("POST", f"{CONSOLE}/{made['id']}/submission", {})
    released = {"content_hash": waiting["content_hash"], "people": waiting["people"]}
    await both.must("POST", f"{CONSOLE}/{made['id']}/approval", released)

    async def there() -> bool:
        return bool((await phone.must("GET", "/api/v1/notices"))["notices"])

    await _until(there)
    (listed,) = (await phone.must("GET", "/api/v1/notices"))["notices"]
    story = await phone.must("GET", f"/api/v1/notices/{listed['id']}")
    assert story["title"] == BODY["title"] and "通知方式" in story["why"]["because"]
    assert [way["label"] for way in story["why"]["ways"]] == ["收件箱", "打开的页面", "短信"]
    told = await both.must("GET", f"/console/api/v1/notices/{listed['id']}/why")
    assert [way["channel"] for way in told["ways"]] == ["inbox", "live", "sms"]
    await phone.refused("GET", f"/api/v1/notices/{uuid4()}", code="notice-not-found")
    clerk = await server.desk("C1", "clerk")
    await clerk.refused("GET", f"/console/api/v1/notices/{listed['id']}/why", code="forbidden")
    await both.refused("GET", "/console/api/v1/paper-tasks", code="forbidden")
    assert await clerk.must("GET", "/console/api/v1/paper-tasks") == {"tasks": [], "next_cursor": None}
    result = {"kind": "visit", "outcome": "handed"}
    person = UUID((await phone.must("GET", "/api/v1/me"))["id"])
    letter = Parcel(
        "letter-1", UUID(listed["id"]), "demo", "campaign", "service", "zh-CN", person, None, BODY["title"], "",
    )  # fmt: skip
    channel = PaperChannel(server.house.database.unit_of_work)
    assert await channel.send(letter) == await channel.send(letter)
    (task,) = (await clerk.must("GET", "/console/api/v1/paper-tasks"))["tasks"]
    assert (task["notice"], task["name_masked"], task["kind"]) == (listed["id"], "王*兰", "")
    for _ in range(2):
        done = await clerk.must("POST", f"/console/api/v1/paper-tasks/{task['id']}/result", result)
        assert (done["state"], done["kind"], done["staff_no"]) == ("handed", "visit", "C1")
    changed = {"kind": "letter", "outcome": "returned"}
    await clerk.refused("POST", f"/console/api/v1/paper-tasks/{task['id']}/result", changed, code="paper-task-over")
    await clerk.refused("POST", f"/console/api/v1/paper-tasks/{uuid4()}/result", result, code="paper-task-not-found")


async def test_reading_and_choosing(server: Town) -> None:
    phone = await server.resident()
    chosen = await phone.must("GET", "/api/v1/notice-preferences")
    assert set(chosen["statutory"].values()) == {True}
    assert (chosen["offered"], chosen["quiet"]) == (["live", "sms"], None)
    old_front = {"service": {"sms": False, "live": True}, "information": {"sms": False, "live": True}}
    changed = {**chosen, "service": {**chosen["service"], "sms": False}}
    assert await phone.must("PUT", "/api/v1/notice-preferences", old_front) == changed
    night = {**changed, "quiet": {"starts": "22:00", "ends": "07:00"}}
    assert await phone.must("PUT", "/api/v1/notice-preferences", night) == night
    assert await phone.must("PUT", "/api/v1/notice-preferences", old_front) == night
    assert await phone.must("PUT", "/api/v1/notice-preferences", changed) == changed
    wrong = {**changed, "quiet": {"starts": "24:00", "ends": "07:00"}}
    await phone.refused("PUT", "/api/v1/notice-preferences", wrong, code="invalid-input")
    assert await phone.must("GET", "/api/v1/notice-preferences") == changed
    await phone.refused("POST", f"/api/v1/notices/{uuid4()}/read", {}, code="notice-not-found")
    await phone.refused("GET", "/api/v1/notices?cursor=nonsense", code="invalid-input")


async def test_the_stream_tells_an_id_to_its_own_resident_only(server: Town) -> None:
    first, second = await server.resident(0), await server.resident(1)
    ids = [(await phone.must("GET", "/api/v1/me"))["id"] for phone in (first, second)]
    url = f"{server.origin}/api/v1/stream"
    async with first.session.get(url, headers=first.headers) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        assert await stream.content.readuntil(b"\n\n") == b"retry: 2000\n: open\n\n"
        await server.services.store.publish(f"resident:{ids[1]}", "notice", {"id": "theirs"})
        await server.services.store.publish(f"resident:{ids[0]}", "notice", {"id": "mine"})
        heard = await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 5)
        assert heard == b'event: notice\ndata: {"id":"mine"}\n\n'
    stranger = await server.stranger()
    await stranger.refused("GET", "/api/v1/stream", code="unauthenticated")


async def test_the_demo_phone_wants_a_number(server: Town) -> None:
    stranger = await server.stranger()
    await stranger.refused("GET", "/dev/outbox?to=12", code="invalid-input")
    assert await stranger.must("GET", "/dev/outbox?to=13999999999") == {"messages": []}


async def _until(reached: Callable[[], Awaitable[bool]], tries: int = 100) -> None:
    for _ in range(tries):
        if await reached():
            return
        await asyncio.sleep(0.05)
    raise TimeoutError


async def test_a_long_sending_is_said_in_hours(server: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await server.resident()
    desk = await server.desk("P9", "operator")
    found = {}
    for minutes in (89, 667):
        monkeypatch.setattr(safety, "minutes", Mock(return_value=minutes))
        seen = await desk.must("POST", f"{CONSOLE}/preview", BODY)
        found[minutes] = next(one["message"] for one in seen["checks"] if one["code"] == "finish")
    assert found[89].endswith("用时约 89 分钟。") and found[667].endswith("用时约 11 小时。")
