"""Watching and steering as the console meets them: one person steers, a look needs a reason, a release needs two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from config.floor import sql
from config.floor.unit import Unit
from server.domain.staff import roster
from server.edges.console import team_pages
from server.edges.console.watch_api import guarded
from server.edges.console.watch_words import share
from tests.journeys.people import Desk
from tests.journeys.town import DEPARTMENT, PEOPLE, PORTAL, REGION, Town
from tests.notify.test_over_http import BODY, CONSOLE

PAGES = (
    "",
    "/teams",
    "/record",
    "/failed",
    "/failed/list?channel=sms&state=failed&reason=x",
    "/calendar",
    "/providers",
    "/resident",
)


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
    elder = {"elder_title": "改了", "elder_body": "看今天的。"}
    made = await writer.must(
        "POST", f"{path}/follow-ups",
        {"kind": "correction", "title": "更正", "body": "以今天的为准。", **elder}, status=201,
    )  # fmt: skip
    assert made["state"] == "draft"
    draft = await writer.must("GET", f"{CONSOLE}/{made['id']}")
    assert (draft["elder_title"], draft["elder_body"]) == ("改了", "看今天的。")
    assert "更正" in await _page(writer, page)
    table = await writer.call("POST", f"{path}/export")
    assert table.status == 200
    assert table.media.startswith("text/csv")
    await writer.refused("POST", f"{path}/pause", code="campaign-wrong-state")


async def test_people_are_said_to_be_taken_in_only_while_they_are(server: Town) -> None:
    await server.resident()
    writer = await server.desk("O1", "operator")
    path = await _released(server, writer, datetime.fromtimestamp(server.now(), UTC) + timedelta(days=1))
    page = f"/campaigns/{path.rsplit('/', 1)[1]}"
    half = "UPDATE campaigns SET status = $1, all_expanded = TRUE, people = 2, planned = 5"  # nothing moves it on
    for status in ("approved", "sending", "paused", "stopped"):

        async def turned(_: Unit, status: str = status) -> None:
            await sql.execute(half, status)

        await server.house.database.unit_of_work(PORTAL, turned)
        said = await _page(writer, page)
        assert ("已排好 5 次投递，其中 0 次有了结果，其余的人还在排" in said) is (status == "sending"), status
        assert ("0 / 5 次投递有了结果" in said) is (status != "sending"), status


async def test_what_follows_a_statutory_notice_names_its_law_and_asks_for_elder_words_where_it_had_some(
    server: Town,
) -> None:
    await server.resident()
    writer, other = await server.desk("O1", "operator"), await server.desk("P1", "publisher")
    law = "《老年人权益保障法》第三十三条"
    words = {**BODY, "category": "statutory", "law": law, "elder_title": "高龄津贴", "elder_body": "请打 12345。"}
    made = await writer.must("POST", CONSOLE, words, status=201)
    path = f"{CONSOLE}/{made['id']}"
    seen = await writer.must("POST", f"{path}/submission", {})
    await other.must("POST", f"{path}/approval", {"content_hash": seen["content_hash"], "people": seen["people"]})
    await writer.must("POST", f"{path}/stop")
    page = await _page(writer, f"/campaigns/{made['id']}")
    assert "上一条给长辈版单独写过" in page and 'value="更正：高龄津贴"' in page
    body = {"kind": "withdrawal", "title": "撤回", "body": "请以新的为准。"}
    follower = await writer.must("POST", f"{path}/follow-ups", body, status=201)
    draft = await writer.must("GET", f"{CONSOLE}/{follower['id']}")
    assert (draft["category"], draft["law"]) == ("statutory", law)


async def test_departments_are_paged_and_their_people_counted(server: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team_pages, "PAGE", 1)
    monkeypatch.setattr(roster, "MEMBERS", 1)
    chief = await server.desk("A1", "administrator")
    for number in ("O1", "O2"):
        await server.hire(number, ["operator"])
    await chief.must("POST", "/console/api/v1/teams", {"name": "民政局", "people_a_day": 1, "yuan_a_day": 0})
    first = await _page(chief, "/teams")
    names = sorted(["民政局", DEPARTMENT])
    assert names[0] in first and names[1] not in first and "下一页" in first
    second = await _page(chief, f"/teams?after={quote(names[0])}")
    assert names[1] in second and "下一页" not in second
    own = first if names[0] == DEPARTMENT else second
    assert "前 1 人，共 2 人" in own and "O1" in own and "O2" not in own


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


async def test_the_ladder_of_one_message_is_told_in_plain_words_and_the_next_one_is_foreseen(server: Town) -> None:
    phone = await server.resident()
    desk = await server.desk("O1", "operator")
    me = UUID((await phone.must("GET", "/api/v1/me"))["id"])
    await server.house.engine.stop()

    async def told(unit: Unit) -> UUID | None:
        return await server.services.notify.post(
            unit, recipient=me, region=REGION, event="ticket.called", category="service", dedupe_key="t",
            values={"number": "A001", "counter": "3 号窗口"},
        )  # fmt: skip

    message = await server.house.database.unit_of_work("demo", told)
    assert "开始发送" in await _page(desk, f"/messages/{message}")
    await server.house.engine.work_off()
    shown = await _page(desk, f"/messages/{message}")
    assert "放进收件箱" in shown and "短信" in shown and "送达" in shown
    await desk.must("POST", "/console/api/v1/notice-looks", {"phone": PEOPLE[0][2], "reason": "asked"})
    foreseen = await _page(desk, f"/residents/{me}")
    assert "现在发一条会怎么送" in foreseen and "马上；居民正打开着页面才看得到" in foreseen
    chosen = await phone.must("GET", "/api/v1/notice-preferences")
    await phone.must("PUT", "/api/v1/notice-preferences", {**chosen, "service": {**chosen["service"], "sms": False}})
    assert "没有用：居民关掉了这种方式" in await _page(desk, f"/residents/{me}")


async def test_the_record_of_sending_is_filtered_paged_and_taken_away_with_an_entry(server: Town) -> None:
    await server.resident()
    desk, other = await server.desk("O1", "operator"), await server.desk("O2", "operator")
    for number in range(52):
        await desk.must("POST", CONSOLE, {**BODY, "title": f"第 {number} 条"}, status=201)
    await other.must("POST", "/console/api/v1/notice-looks", {"phone": PEOPLE[0][2], "reason": "complaint"})
    first = await _page(desk, "/record")
    assert "王*兰" in first and "处理投诉" in first and "下一页" in first
    assert first.count("撰写消息") == 49
    assert "处理投诉" not in await _page(desk, "/record?what=campaign&who=O1")
    assert "没有这样的记录" in await _page(desk, "/record?who=O9")
    assert "没有这样的记录" in await _page(desk, "/record?last=2020-01-01")
    today = datetime.fromtimestamp(server.now(), UTC).date()
    cursor = first.split("cursor=")[1].split('"')[0]
    assert (await _page(desk, f"/record?cursor={cursor}")).count("撰写消息") == 3
    for wrong in ("who=x'", "what=nothing", "first=2020-13-01"):
        async with desk.session.get(f"{desk.origin}/console/notices/record?{wrong}", headers=desk.headers) as answer:
            assert answer.status == 422, wrong
    asked = {"who": "O1", "what": "campaign", "first": str(today - timedelta(days=2)), "last": ""}
    table = await desk.call("POST", "/console/api/v1/notice-record/export", body=asked)
    assert (table.status, table.media.split(";")[0]) == (200, "text/csv")
    assert "导出操作记录" in await _page(desk, "/record")
    chief = await server.desk("A1", "administrator")
    await chief.refused("POST", "/console/api/v1/notice-record/export", {}, code="forbidden")


async def test_failed_ones_are_tried_again_or_left_out_and_a_sign_in_code_never_comes_again(server: Town) -> None:
    phone = await server.resident()
    desk = await server.desk("O1", "operator")
    me = UUID((await phone.must("GET", "/api/v1/me"))["id"])

    async def told(unit: Unit) -> None:
        await server.services.notify.post(
            unit, recipient=me, region=REGION, event="ticket.called", category="service", dedupe_key="t",
            values={"number": "A001", "counter": "3 号窗口"},
        )  # fmt: skip
        await sql.execute("UPDATE notify_deliveries SET state = 'failed', reason = 'gone' WHERE channel = 'sms'")

    await server.house.engine.stop()
    await server.house.database.unit_of_work("demo", told)
    (codes,) = await sql.rows("SELECT COUNT(*) AS n FROM notify_deliveries WHERE channel = 'sms' AND lane = 0")
    (rest,) = await sql.rows("SELECT COUNT(*) AS n FROM notify_deliveries WHERE channel = 'sms' AND lane > 0")
    assert codes["n"] and rest["n"]
    group = {"channel": "sms", "state": "failed", "reason": "gone", "count": codes["n"] + rest["n"]}
    less = {**group, "count": 99}
    await desk.refused("POST", "/console/api/v1/failed/retries", less, code="failed-count-changed")
    assert (await desk.must("POST", "/console/api/v1/failed/retries", group))["moved"] == rest["n"]
    assert not await sql.rows("SELECT id FROM notify_deliveries WHERE lane = 0 AND state = 'pending'")
    left = {**group, "count": codes["n"]}
    assert (await desk.must("POST", "/console/api/v1/failed/given-up", left))["moved"] == codes["n"]


async def test_an_administrator_moves_a_share_and_the_record_says_so(server: Town) -> None:
    chief = await server.desk("A1", "administrator")
    now = datetime.fromtimestamp(server.now(), UTC)
    for provider, points in (("one", 60), ("two", 40)):
        await sql.execute(
            "INSERT INTO notify_providers (id, channel, provider, share, resting, moved_at, updated_at)"
            " VALUES ($1,'email',$2,$3,$3,$4,$4)",
            uuid4(), provider, points, now,
        )  # fmt: skip
    move = {"channel": "email", "giver": "one", "taker": "two", "points": 10}
    assert (await chief.must("POST", "/console/api/v1/provider-moves", move))["moved"] == 10
    await chief.refused("POST", "/console/api/v1/provider-moves", {**move, "points": 60}, code="share-cannot-move")
    rows = await sql.rows("SELECT provider, share FROM notify_providers WHERE channel = 'email' ORDER BY provider")
    assert [(row["provider"], row["share"]) for row in rows] == [("one", 50), ("two", 50)]
    assert len(await sql.rows("SELECT id FROM audit_entries WHERE action = 'provider.move'")) == 1


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
