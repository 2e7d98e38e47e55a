"""What whoever runs it asks for at night: alive and figures answer also while the database is away; ready does not."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest

from server.adapters.clock import DatabaseClock
from server.web.operating import Contract, healthz
from server.web.operations import Operations, Resident
from tests.journeys.town import Town
from tests.journeys.visitor import must_problem


async def test_alive_and_figures_answer_while_the_database_is_away(
    server: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await server.stranger()

    async def away(_: DatabaseClock) -> None:
        raise ConnectionRefusedError

    server.clock.forget()
    monkeypatch.setattr(DatabaseClock, "read", away)
    for path in ("/healthz", "/metrics", "/openapi.json"):
        assert (await visitor.call("GET", path)).status == 200, path
    for path in ("/readyz", "/api/v1/items"):
        must_problem(await visitor.call("GET", path), "busy", status=503)


async def test_the_contract_is_made_once_and_beside_the_event_loop() -> None:
    made: list[int] = []

    def make() -> dict[str, Any]:
        made.append(threading.get_ident())
        return {"openapi": "3.1.0", "info": {"title": "一码"}}

    contract = Contract(make)
    (document, body), second = await asyncio.gather(contract.read(), contract.read())
    assert json.loads(body) == document == {"openapi": "3.1.0", "info": {"title": "一码"}}
    assert second == (document, body)
    (where,) = made
    assert where != threading.get_ident()


def test_only_what_is_open_answers_without_the_database() -> None:
    table = Operations(tag="operations")
    with pytest.raises(TypeError, match="only what is open"):
        table.get("/who", name="who", summary="Who", access=Resident(), alone=True)(healthz)
