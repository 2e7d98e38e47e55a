"""A hall over HTTP: a manager, two counters, phones and the display, each with its own view of one line."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from config.floor import sql
from config.floor.unit import Unit
from server.web import streams
from tests.journeys.people import Counter, Desk
from tests.journeys.town import HALL, PASSWORD, Town
from tests.journeys.visitor import must_problem

CODE = "demo-hall"
MANAGED = f"/console/api/v1/halls/{CODE}"
BOARD = f"/hall/api/v1/halls/{CODE}"
TAKE = {"hall": CODE, "business": "general"}


async def _clerk(server: Town, staff_no: str = "C1", name: str = "3 号窗口") -> Counter:
    clerk = await server.counter(staff_no, name)
    await clerk.must("PUT", "/counter/api/v1/line/counter", {"is_open": True})
    return clerk


async def test_a_number_by_scan_called_at_the_counter_and_heard_on_the_phone(server: Town) -> None:
    phone, clerk = await server.resident(), await _clerk(server)
    seen = (await clerk.scan(await phone.code("01", at=server.now()), "hall_queue")).body
    given = await clerk.must(
        "POST", "/counter/api/v1/tickets", {"visit_id": seen["visit_id"], "business": "licence"}, status=201
    )
    assert (given["number"], given["ahead"], given["about"]) == ("B001", 0, "下一个")
    called = await clerk.must("POST", "/counter/api/v1/line/calls", {})
    assert (called["number"], called["counter_name"]) == ("B001", "3 号窗口")
    (mine,) = (await phone.must("GET", "/api/v1/queue-tickets"))["tickets"]
    assert (mine["state"], mine["state_label"], mine["counter_name"]) == ("called", "叫号", "3 号窗口")
    notices = (await phone.must("GET", "/api/v1/notices"))["notices"]
    assert notices[0]["title"] == "请 B001 到 3 号窗口"
    for _ in range(100):
        if any("B001" in text for text in await phone.sms()):
            break
        await asyncio.sleep(0.01)
    assert (await phone.sms())[0].endswith("您的号B001叫到了，请到3 号窗口。")


async def test_standing_in_line_is_no_look_at_her(server: Town) -> None:
    phone, clerk = await server.resident(), await _clerk(server)
    await phone.must("POST", "/api/v1/queue-tickets", TAKE, status=201)
    held = await clerk.must("POST", "/counter/api/v1/line/calls", {})
    for move in ("recall", "skip", "requeue"):
        await clerk.must("POST", f"/counter/api/v1/tickets/{held['id']}/moves", {"move": move})
    before = (await phone.must("GET", "/api/v1/looks"))["looks"]
    assert [one for one in before if one["place"].startswith(HALL)] == []


async def test_a_lost_answer_retried_with_the_same_key_takes_one_number(server: Town) -> None:
    phone, clerk = await server.resident(), await _clerk(server)
    key = {"Idempotency-Key": "once"}
    first = await phone.must("POST", "/api/v1/queue-tickets", TAKE, headers=key)
    again = await phone.must("POST", "/api/v1/queue-tickets", TAKE, headers=key)
    assert first == again
    paper = {"business": "general"}
    slips = [await clerk.must("POST", "/counter/api/v1/tickets", paper, headers=key) for _ in range(2)]
    assert [one["number"] for one in slips] == ["A002", "A002"]
    calls = [await clerk.must("POST", "/counter/api/v1/line/calls", {}, headers=key) for _ in range(2)]
    assert [one["number"] for one in calls] == ["A001", "A001"]
    assert (await clerk.must("GET", "/counter/api/v1/line"))["lines"][0]["waiting"] == 1


async def test_fifty_phones_at_once_over_http_get_fifty_numbers(server: Town) -> None:
    manager = await server.desk("D1", "hall_manager")
    answers = await asyncio.gather(
        *(manager.must("POST", f"{MANAGED}/tickets", {"business": "general"}, status=201) for _ in range(50))
    )
    assert sorted(one["number"] for one in answers) == [f"A{number:03d}" for number in range(1, 51)]


async def test_the_manager_runs_the_hall(server: Town) -> None:
    manager, phone = await server.desk("D1", "hall_manager"), await server.resident()
    mine = await phone.must("POST", "/api/v1/queue-tickets", TAKE, status=201)
    urgent = await manager.must("POST", f"{MANAGED}/tickets", {"business": "general", "green": "disabled"}, status=201)
    assert urgent["green_name"] == "残疾人"
    await manager.refused("POST", f"{MANAGED}/counters/1/calls", {}, code="counter-closed")
    shown = await manager.must("PUT", f"{MANAGED}/counters/1", {"is_open": True})
    assert [(one["number"], one["is_open"], one["staff_no"]) for one in shown["counters"]][:2] == [
        (1, True, "D1"), (2, False, None),
    ]  # fmt: skip
    called = await manager.must("POST", f"{MANAGED}/counters/1/calls", {})
    assert called["number"] == urgent["number"]
    for move, state in (("recall", "called"), ("skip", "skipped"), ("requeue", "waiting"), ("cancel", "cancelled")):
        moved = await manager.must("POST", f"{MANAGED}/tickets/{called['id']}/moves", {"move": move})
        assert moved["state"] == state
    await manager.refused("POST", f"{MANAGED}/tickets/{called['id']}/moves", {"move": "finish"}, code="ticket-moved")
    sent = await manager.must(
        "POST", f"{MANAGED}/tickets/{mine['id']}/moves", {"move": "transfer", "business": "pickup"}
    )
    assert (sent["number"], sent["business_name"]) == ("A001", "取件")
    (general, pickup) = (await manager.must("GET", MANAGED))["day"]
    assert (general["issued"], general["cancelled"], general["green"]) == (1, 1, 1)
    assert (pickup["business"], pickup["issued"]) == ("pickup", 1)
    await manager.refused("PUT", f"{MANAGED}/counters/99", {"is_open": True}, code="not-found")
    await manager.refused("PUT", f"{MANAGED}/counters/x", {"is_open": True}, code="not-found")


async def test_ending_the_day_asks_for_the_name_and_tells_everybody(server: Town) -> None:
    manager, phone = await server.desk("D1", "hall_manager"), await server.resident()
    await phone.must("POST", "/api/v1/queue-tickets", TAKE, status=201)
    problem = await manager.refused("POST", f"{MANAGED}/closing", {"confirm": "大厅"}, code="invalid-input")
    assert problem["errors"][0]["message"] == "和大厅的名称不一致，请照着输入。"
    assert (await manager.must("POST", f"{MANAGED}/closing", {"confirm": HALL}))["settled"] == 1
    (mine,) = (await phone.must("GET", "/api/v1/queue-tickets"))["tickets"]
    assert mine["state"] == "closed"
    assert (await phone.must("GET", "/api/v1/notices"))["notices"][0]["title"] == "A001 今天没有轮到"
    await phone.refused("POST", "/api/v1/queue-tickets", TAKE, code="hall-closed")
    await manager.refused("POST", f"{MANAGED}/closing", {"confirm": HALL}, code="hall-day-state")
    await manager.must("DELETE", f"{MANAGED}/closing", status=204)
    await manager.refused("DELETE", f"{MANAGED}/closing", code="hall-day-state")
    assert (await phone.must("POST", "/api/v1/queue-tickets", TAKE, status=201))["number"] == "A002"


async def test_a_resident_sees_and_gives_back_only_her_own(server: Town) -> None:
    wang, li = await server.resident(), await server.resident(1)
    offered = (await wang.must("GET", "/api/v1/halls"))["halls"]
    assert [(one["code"], one["by_app"], one["is_open"]) for one in offered] == [(CODE, True, True)]
    mine = await wang.must("POST", "/api/v1/queue-tickets", TAKE, status=201)
    again = await wang.refused("POST", "/api/v1/queue-tickets", TAKE, code="ticket-live")
    assert "A001" in again["detail"]
    await li.refused("DELETE", f"/api/v1/queue-tickets/{mine['id']}", code="not-found")
    assert (await li.must("GET", "/api/v1/queue-tickets"))["tickets"] == []
    theirs = await li.must("POST", "/api/v1/queue-tickets", TAKE, status=201)
    assert (theirs["ahead"], theirs["about"]) == (1, "约 10 分钟")
    assert (await wang.must("DELETE", f"/api/v1/queue-tickets/{mine['id']}"))["state"] == "cancelled"
    assert (await li.must("GET", "/api/v1/queue-tickets"))["tickets"][0]["ahead"] == 0
    await li.refused("POST", "/api/v1/queue-tickets", {"hall": "nowhere", "business": "general"}, code="not-found")
    await li.refused("POST", "/api/v1/queue-tickets", {"hall": CODE, "business": "nothing"}, code="invalid-input")


async def test_a_terminal_that_no_hall_knows_has_no_line(server: Town) -> None:
    clerk = await server.counter("C9", "99 号窗口")
    await clerk.refused("GET", "/counter/api/v1/line", code="not-found")
    await clerk.refused("POST", "/counter/api/v1/line/calls", {}, code="not-found")


async def test_a_clerk_moves_only_whom_her_counter_has(server: Town) -> None:
    first, second = await _clerk(server), await _clerk(server, "C2", "2 号窗口")
    await first.must("POST", "/counter/api/v1/tickets", {"business": "general"}, status=201)
    held = await first.must("POST", "/counter/api/v1/line/calls", {})
    path = f"/counter/api/v1/tickets/{held['id']}/moves"
    await second.refused("POST", path, {"move": "skip"}, code="not-found")
    await second.refused("POST", path, {"move": "cancel"}, code="invalid-input")
    await first.refused("POST", "/counter/api/v1/line/calls", {}, code="counter-occupied")
    sent = await first.must("POST", path, {"move": "transfer", "counter": 2})
    assert (sent["state"], sent["wanted_counter_name"]) == ("waiting", "2 号窗口")
    assert (await second.must("POST", "/counter/api/v1/line/calls", {}))["number"] == "A001"


async def test_the_board_is_open_to_all_and_names_nobody(server: Town) -> None:
    phone, clerk, stranger = await server.resident(), await _clerk(server), await server.stranger()
    await phone.must("POST", "/api/v1/queue-tickets", TAKE, status=201)
    await clerk.must("POST", "/counter/api/v1/line/calls", {})
    board = await stranger.must("GET", f"{BOARD}/board")
    assert [(one["number"], one["counter_name"], one["name_masked"]) for one in board["calls"]] == [
        ("A001", "3 号窗口", None),
    ]  # fmt: skip
    assert board["calls"][0]["voice"] == "请 A 0 0 1 号，到 3 号窗口"
    await stranger.refused("GET", "/hall/api/v1/halls/nowhere/board", code="not-found")
    must_problem(await stranger.call("GET", "/hall/api/v1/halls/nowhere/stream"), "not-found")


async def _hears(session: aiohttp.ClientSession, server: Town, wanted: str, then: object) -> str:
    """The first event of that name on a fresh stream, after ``then`` was done."""
    async with session.get(f"{server.origin}{BOARD}/stream") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        await answer.content.readuntil(b"\n\n")  # the line is open
        await then  # type: ignore[misc]
        while True:
            event = (await asyncio.wait_for(answer.content.readuntil(b"\n\n"), 10)).decode()
            if event.startswith(f"event: {wanted}"):
                return event


async def test_the_display_hears_of_every_change_also_after_it_reconnected(server: Town) -> None:
    clerk = await _clerk(server)
    async with aiohttp.ClientSession() as session:
        taken = clerk.must("POST", "/counter/api/v1/tickets", {"business": "general"})
        assert '"number":"A001"' in await _hears(session, server, "line", taken)
        await clerk.must("POST", "/counter/api/v1/tickets", {"business": "general"})  # while nobody listened
        called = clerk.must("POST", "/counter/api/v1/line/calls", {})
        assert '"state":"called"' in await _hears(session, server, "line", called)
        board = await clerk.must("GET", f"{BOARD}/board")  # what the page asks for when its line is back
        assert (board["calls"][0]["number"], board["lines"][0]["waiting"]) == ("A001", 1)


async def test_one_address_holds_only_so_many_open_streams(server: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST_OF_ADDRESS", 1)
    async with aiohttp.ClientSession() as session, session.get(f"{server.origin}{BOARD}/stream") as held:
        await held.content.readuntil(b"\n\n")
        stranger = await server.stranger()
        must_problem(await stranger.call("GET", f"{BOARD}/stream"), "too-many", status=429)


async def test_the_pages_are_there_for_whom_they_are(server: Town) -> None:
    manager, clerk, stranger = await server.desk("D1", "hall_manager"), await _clerk(server), await server.stranger()
    given = await clerk.must("POST", "/counter/api/v1/tickets", {"business": "general"}, status=201)
    html = {"Accept": "text/html"}
    for visitor, path, words in (
        (manager, "/console/halls", HALL),
        (manager, f"/console/halls/{CODE}", HALL),
        (manager, f"/console/halls/{CODE}/tickets/{given['id']}/slip", "A001"),
        (clerk, f"/counter/tickets/{given['id']}/slip", "前面没有人"),
        (stranger, f"/hall/{CODE}/board", HALL),
    ):
        answer = await visitor.call("GET", path, headers=html)
        assert answer.status == 200, path
        assert words in answer.content.decode(), path
    assert (await stranger.call("GET", "/hall/nowhere/board", headers=html)).status == 404
    handler = Desk(server.origin, "H1", PASSWORD)
    await server.hire("H1", ["handler"])
    await (await server.invite(handler)).sign_in()
    assert (await handler.call("GET", f"/console/halls/{CODE}", headers=html)).status == 403


async def test_whoever_works_in_one_hall_gets_into_no_other(server: Town) -> None:
    manager = await server.desk("D1", "hall_manager")
    clerk = await server.counter("C1", "3 号窗口")
    assert len((await manager.must("GET", "/console/api/v1/halls"))["halls"]) == 1

    async def elsewhere(unit: Unit) -> None:
        await sql.execute("UPDATE staff SET halls = $1", sql.to_json(["另一个大厅"]))

    await server.house.database.unit_of_work("demo", elsewhere)
    other = await server.invite(Desk(server.origin, "D1", PASSWORD))
    await other.sign_in()
    assert (await other.must("GET", "/console/api/v1/halls"))["halls"] == []
    hall = "/console/api/v1/halls/demo-hall"
    await other.refused("GET", hall, code="hall-not-yours")
    await other.refused("POST", f"{hall}/tickets", {"business": "household"}, code="hall-not-yours")
    assert (await other.call("GET", "/console/halls/demo-hall")).status == 403
    moved = await server.invite(Counter(server.origin, "C1", PASSWORD, clerk.device))
    answer = await moved.call(
        "POST", "/counter/api/v1/sessions", body={"staff_no": "C1", "password": PASSWORD}, headers={}
    )
    assert (answer.status, answer.body["code"]) == (403, "hall-missing")
