"""What a desk must not lose from sight, and what a resident's switch for a department does, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from config.floor import sql
from config.floor.unit import Unit
from tests.journeys.people import Desk, Phone
from tests.journeys.town import DEPARTMENT, Town
from tests.notify.test_over_http import BODY, CONSOLE

INFORMATION = {**BODY, "category": "information"}


async def _handed_in(writer: Desk, words: dict[str, Any]) -> dict[str, Any]:
    made = await writer.must("POST", CONSOLE, words, status=201)
    handed: dict[str, Any] = await writer.must("POST", f"{CONSOLE}/{made['id']}/submission", {})
    return handed


async def _released(writer: Desk, other: Desk, words: dict[str, Any]) -> None:
    seen = await _handed_in(writer, words)
    body = {"content_hash": seen["content_hash"], "people": seen["people"]}
    await other.must("POST", f"{CONSOLE}/{seen['id']}/approval", body)


async def _newest(phone: Phone) -> dict[str, Any]:
    (first, *_) = (await phone.must("GET", "/api/v1/notices"))["notices"]
    shown: dict[str, Any] = await phone.must("GET", f"/api/v1/notices/{first['id']}")
    return shown


async def _switch(phone: Phone, *, stopped: bool) -> None:
    chosen = await phone.must("GET", "/api/v1/notice-preferences")
    assert [one["name"] for one in chosen["departments"]] == [DEPARTMENT]
    wanted = {**chosen, "departments": [{"name": DEPARTMENT, "stopped": stopped}]}
    assert await phone.must("PUT", "/api/v1/notice-preferences", wanted) == wanted


async def test_a_departments_information_is_switched_off_told_why_and_on_again(server: Town) -> None:
    phone = await server.resident()
    writer, other = await server.desk("O1", "operator"), await server.desk("P1", "publisher")
    await server.house.engine.stop()
    chosen = await phone.must("GET", "/api/v1/notice-preferences")
    rings = {**chosen, "information": {**chosen["information"], "sms": True}}
    await phone.must("PUT", "/api/v1/notice-preferences", rings)

    async def told(title: str, **more: Any) -> bool:
        """Whether it came as a text message; it is in the inbox either way."""
        before = len(await phone.sms())
        await _released(writer, other, {**INFORMATION, "title": title, **more})
        await server.house.engine.work_off()
        assert (await _newest(phone))["title"] == title
        return len(await phone.sms()) > before

    assert await told("第一条")
    await _switch(phone, stopped=True)
    assert not await told("第二条")
    why = (await _newest(phone))["why"]
    (left,) = [one for one in why["left_out"] if one["channel"] == "sms"]
    assert left["text"] == "您不再接收这个部门的资讯提醒"
    assert await told("第三条", category="statutory", law="《老年人权益保障法》第三十三条")
    await _switch(phone, stopped=False)
    assert await told("第四条")


async def test_what_waits_for_approval_is_counted_and_paged_past_the_twentieth(server: Town) -> None:
    await server.resident()
    writer, other = await server.desk("O1", "operator"), await server.desk("P1", "publisher", "operator")
    oldest = await _handed_in(writer, BODY)
    for number in range(21):
        await writer.must("POST", CONSOLE, {**BODY, "title": f"草稿 {number}"}, status=201)
    assert oldest["id"] not in [one["id"] for one in (await other.must("GET", CONSOLE))["campaigns"]]
    waiting = await other.must("GET", f"{CONSOLE}?show=waiting")
    assert (waiting["count"], [one["id"] for one in waiting["campaigns"]]) == (1, [oldest["id"]])
    rest = await other.must("GET", f"{CONSOLE}?show=others")
    assert (rest["count"], len(rest["campaigns"])) == (21, 20) and rest["next_cursor"]
    first = await writer.must("GET", f"{CONSOLE}?show=mine")
    second = await writer.must("GET", f"{CONSOLE}?show=mine&cursor={first['next_cursor']}")
    assert (first["count"], len(first["campaigns"]), len(second["campaigns"])) == (22, 20, 2)
    assert second["campaigns"][-1]["id"] == oldest["id"] and second["next_cursor"] is None
    assert (await other.must("GET", f"{CONSOLE}?show=mine"))["count"] == 0
    await other.must("POST", f"{CONSOLE}/{oldest['id']}/rejection", {"reason": "写得更短些"})
    decided = await other.must("GET", f"{CONSOLE}?show=decided")
    assert (decided["count"], decided["campaigns"][0]["state"]) == (1, "rejected")
    assert (await other.must("GET", f"{CONSOLE}?show=waiting"))["count"] == 0
    await other.refused("GET", f"{CONSOLE}?show=nothing", code="invalid-input")


async def test_the_top_line_says_the_worst_that_is_true(server: Town) -> None:
    desk = await server.desk("O1", "operator")
    await server.resident()
    await server.house.engine.stop()

    async def line() -> str:
        async with desk.session.get(f"{desk.origin}/console/notices", headers=desk.headers) as answer:
            text = await answer.text()
        return text.split('data-live="today"')[1].split("<h2>")[0]

    async def unwell(unit: Unit) -> None:
        await sql.execute("UPDATE notify_providers SET failures = 1 WHERE channel = 'sms'")

    await server.house.engine.work_off()
    assert "一切正常" in await line()
    await server.house.database.unit_of_work("", unwell)
    shaky = await line()
    assert "不稳" in shaky and 'href="/console/notices/providers"' in shaky and "一切正常" not in shaky
    await server.house.database.unit_of_work("", _doubt)
    both = await line()
    assert "还没等到服务商的回音" in both and 'href="/console/notices/failed"' in both
    await server.house.database.unit_of_work("", _old_doubt)
    worst = await line()
    assert worst.index("message-bad") < worst.index("message-warn") and "条不知道是否送达" in worst


async def _doubt(unit: Unit) -> None:
    await sql.execute(
        "UPDATE notify_deliveries SET state = 'in_doubt', updated_at = $1 WHERE channel = 'sms'", unit.now
    )


async def _old_doubt(unit: Unit) -> None:
    await sql.execute(
        "UPDATE notify_deliveries SET updated_at = $1 WHERE state = 'in_doubt'", unit.now - timedelta(minutes=20)
    )
