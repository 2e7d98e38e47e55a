"""Watching and steering as the console meets them: one person steers, a look needs a reason, a release needs two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from server.edges.console.watch_api import guarded
from server.edges.console.watch_words import share
from tests.journeys.people import Desk
from tests.journeys.town import PEOPLE, Town
from tests.notify.test_over_http import BODY, CONSOLE

PAGES = ("", "/failed", "/failed/list?channel=sms&state=failed&reason=x", "/calendar", "/providers", "/resident")


async def _released(server: Town, writer: Desk, at: datetime) -> str:
    """A notice that another person has released for later."""
    made = await writer.must("POST", CONSOLE, BODY, status=201)
    path = f"{CONSOLE}/{made['id']}"
    await writer.must("POST", f"{path}/schedule", {"at": at.isoformat()})
    seen = await writer.must("POST", f"{path}/submission", {})
    other = await server.desk("P1", "publisher")
    await other.must("POST", f"{path}/approval", {"content_hash": seen["content_hash"], "people": seen["people"]})
    return path


async def _page(desk: Desk, path: str) -> str:
    async with desk.session.get(f"{desk.origin}/console/notices{path}", headers=desk.headers) as answer:
        assert answer.status == 200, path
        return await answer.text()


async def test_a_campaign_is_steered_by_one_person(server: Town) -> None:
    await server.resident()
    writer = await server.desk("O1", "operator")
    tomorrow = datetime.fromtimestamp(server.now(), UTC) + timedelta(days=1)
    path = await _released(server, writer, tomorrow)
    page = f"/campaigns/{path.rsplit('/', 1)[1]}"
    assert "一秒内停下" in await _page(writer, page)
    assert (await writer.must("POST", f"{path}/pause"))["pause_reason"] == "operator"
    assert "有人暂停了发送" in await _page(writer, page)
    await writer.must("POST", f"{path}/pace", {"rate": 30})
    await writer.refused("POST", f"{path}/pace", {"rate": -1}, code="invalid-input")
    await writer.refused("POST", f"{path}/schedule", {"at": "2020-01-01T00:00:00Z"}, code="invalid-input")
    await writer.refused("POST", f"{path}/resending", {"channel": "email"}, code="campaign-wrong-state")
    await writer.must("POST", f"{path}/stop")
    made = await writer.must(
        "POST", f"{path}/follow-ups", {"kind": "correction", "title": "更正", "body": "以今天的为准。"}, status=201
    )
    assert made["state"] == "draft"
    assert "更正" in await _page(writer, page)
    table = await writer.call("POST", f"{path}/export")
    assert table.status == 200
    assert table.media.startswith("text/csv")
    await writer.refused("POST", f"{path}/pause", code="campaign-wrong-state")


async def test_a_resident_sees_who_looked_at_her_notices_and_why(server: Town) -> None:
    phone = await server.resident()
    desk = await server.desk("O1", "operator")
    resident_id = (await phone.must("GET", "/api/v1/me"))["id"]
    assert "收到的消息" in await _page(desk, f"/residents/{resident_id}")
    assert "王*兰" not in await _page(desk, f"/residents/{resident_id}")
    await desk.refused("POST", "/console/api/v1/notice-looks", {"phone": "1", "reason": "asked"}, code="invalid-input")
    unknown: dict[str, Any] = {"phone": "15400000099", "reason": "asked"}
    await desk.refused("POST", "/console/api/v1/notice-looks", unknown, code="not-found")
    found = await desk.must("POST", "/console/api/v1/notice-looks", {"phone": PEOPLE[0][2], "reason": "complaint"})
    assert found["resident_id"] == resident_id
    assert "王*兰" in await _page(desk, f"/residents/{resident_id}")
    (look, *_) = (await phone.must("GET", "/api/v1/looks"))["looks"]
    assert (look["staff_no"], look["purpose"]) == ("O1", "处理您的投诉")
    colleague = await server.desk("O2", "operator")
    assert "王*兰" not in await _page(colleague, f"/residents/{resident_id}")


async def test_every_page_opens_with_nothing_to_show(server: Town) -> None:
    desk = await server.desk("O1", "operator", "administrator")
    for path in PAGES:
        assert "<h1>" in await _page(desk, path)
    async with desk.session.get(f"{desk.origin}/console/notices/calendar?month=x", headers=desk.headers) as answer:
        assert answer.status == 422
    group = {"channel": "sms", "state": "failed", "reason": "x", "count": 1}
    await desk.refused("POST", "/console/api/v1/failed/retries", group, code="failed-count-changed")
    await desk.refused("POST", "/console/api/v1/failed/given-up", group, code="failed-count-changed")
    share_moved = {"channel": "sms", "giver": "a", "taker": "b", "points": 10}
    await desk.refused("POST", "/console/api/v1/provider-moves", share_moved, code="share-cannot-move")
    async with desk.session.get(f"{desk.origin}/console/notices/messages/{uuid4()}", headers=desk.headers) as answer:
        assert answer.status == 404


def test_no_cell_is_a_formula() -> None:
    assert [guarded(one) for one in ("=1+1", "+x", "-x", "@x", "plain")] == ["'=1+1", "'+x", "'-x", "'@x", "plain"]


def test_a_bar_is_full_only_at_the_end() -> None:
    assert [share(0, 0), share(1, 3), share(999, 1000), share(5, 5)] == [0, 33, 99, 100]
