"""One good call of everything about numbers and lines, by a resident, a clerk and the hall's manager."""

from __future__ import annotations

import time
from typing import Any

from tests.journeys.people import Counter, Desk, Phone
from tests.journeys.town import HALL
from tests.journeys.visitor import Visitor

CODE = "demo-hall"
_HALL = f"/console/api/v1/halls/{CODE}"


async def stands_in_line(phone: Phone, clerk: Counter, manager: Desk) -> dict[str, str]:
    """A day of the hall, ended and opened again; what path parameters may be filled with."""
    await phone.must("GET", "/api/v1/halls")
    mine = await phone.must("POST", "/api/v1/queue-tickets", {"hall": CODE, "business": "household"}, status=201)
    await phone.must("GET", "/api/v1/queue-tickets")
    await phone.must("DELETE", f"/api/v1/queue-tickets/{mine['id']}")
    await _at_the_counter(phone, clerk)
    last = await _as_manager(manager)
    async with Visitor(phone.origin) as stranger:
        await stranger.must("GET", f"/hall/api/v1/halls/{CODE}/board")
        phone.seen += stranger.seen
    return {"queue-tickets/id": mine["id"], "tickets/id": last["id"], "halls/hall": CODE, "counters/number": "3"}


async def _at_the_counter(phone: Phone, clerk: Counter) -> None:
    await clerk.must("PUT", "/counter/api/v1/line/counter", {"is_open": True})
    phone.forget_key()
    seen = await clerk.scan(await phone.code("01", at=time.time()), "hall_queue")
    assert seen.status == 200, str(seen)
    body = {"visit_id": seen.body["visit_id"], "business": "general"}
    await clerk.must("POST", "/counter/api/v1/tickets", body, status=201)
    found = await clerk.must("GET", f"/counter/api/v1/visits/{body['visit_id']}/tickets")
    assert [one["business"] for one in found["tickets"]] == ["general"]
    called = await clerk.must("POST", "/counter/api/v1/line/calls", {})
    await clerk.must("POST", f"/counter/api/v1/tickets/{called['id']}/moves", {"move": "finish"})
    assert (await clerk.must("GET", "/counter/api/v1/line"))["hall_name"] == HALL


async def _as_manager(manager: Desk) -> Any:
    assert [one["code"] for one in (await manager.must("GET", "/console/api/v1/halls"))["halls"]] == [CODE]
    await manager.must("PUT", f"{_HALL}/counters/4", {"is_open": True})
    for _ in range(2):
        last = await manager.must("POST", f"{_HALL}/tickets", {"business": "licence"}, status=201)
    await manager.must("POST", f"{_HALL}/counters/4/calls", {})
    await manager.must("POST", f"{_HALL}/tickets/{last['id']}/moves", {"move": "green", "green": "elder"})
    shown = await manager.must("GET", _HALL)
    assert [one["number"] for one in shown["waiting"]] == [last["number"]]
    await manager.must("POST", f"{_HALL}/closing", {"confirm": HALL})
    await manager.must("DELETE", f"{_HALL}/closing", status=204)
    return last
