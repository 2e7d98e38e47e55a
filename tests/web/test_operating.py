"""What whoever runs it asks for at night: alive and figures answer also while the database is away; ready does not."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest

from server.adapters.clock import DatabaseClock
from server.web.operating import Contract
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
    assert json.loads(body) == document == make()
    assert second == (document, body)
    here = threading.get_ident()
    assert len(made) == 2 and made[0] != here == made[1]  # the second is this test's own
