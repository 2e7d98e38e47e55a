"""A push whose senders are killed at every step: nobody is left out, nobody told twice by the inbox."""

from __future__ import annotations

import os

import pytest

from server.adapters.database import Database
from tests.push.provider import counting_provider
from tests.push.sender import Order
from tests.push.town import finished, in_flight, release, sender
from tests.services.process import free_port

PEOPLE = int(os.environ.get("YIMA_PUSH_PEOPLE", "5000"))
REDIS_URL = os.environ.get("YIMA_TEST_REDIS_URL", "")
POSTGRES = bool(os.environ.get("YIMA_TEST_DATABASE_URL"))
FAULTS = (
    "fan-out-before-commit:2",
    "claim-committed:9",
    "provider-asked:500",
    "provider-answered:700",
    "finish-committed:8",
)


@pytest.mark.parametrize(
    "engine",
    [
        pytest.param("sqlite", marks=pytest.mark.skipif(POSTGRES, reason="the other database")),
        pytest.param("postgres", marks=pytest.mark.skipif(not POSTGRES, reason="the other database")),
        pytest.param("cluster", marks=pytest.mark.skipif(not POSTGRES, reason="needs PostgreSQL and Redis")),
    ],
)
async def test_five_kills_lose_nobody_and_repeat_no_more_than_was_in_flight(
    database: Database, database_url: str, engine: str
) -> None:
    campaign_id = await release(database, PEOPLE)
    unsure = 0
    async with counting_provider(free_port()) as provider:
        for fault in FAULTS:
            async with sender(Order(engine, database_url, provider.port, REDIS_URL, fault)) as one:
                assert await one.died() == 9, fault
            unsure += await in_flight(campaign_id)
        before = len(provider.seen)
        async with sender(Order(engine, database_url, provider.port, REDIS_URL)):
            now = await finished(campaign_id)
        seen = provider.seen
    assert (now.lost, now.doubled) == (0, 0)
    assert now.states == {"delivered": PEOPLE}
    assert len(seen) == PEOPLE > before
    assert sum(seen.values()) - PEOPLE <= unsure


@pytest.mark.skipif(not POSTGRES, reason="needs PostgreSQL and Redis")
async def test_switching_engines_with_messages_in_flight_loses_nothing(database: Database, database_url: str) -> None:
    people = PEOPLE // 5
    campaign_id = await release(database, people)
    unsure = 0
    async with counting_provider(free_port()) as provider:
        for engine, fault in (("cluster", "provider-asked:200"), ("postgres", "provider-answered:200")):
            async with sender(Order(engine, database_url, provider.port, REDIS_URL, fault)) as one:
                assert await one.died() == 9, fault
            unsure += await in_flight(campaign_id)
        async with sender(Order("cluster", database_url, provider.port, REDIS_URL)):
            now = await finished(campaign_id)
    assert (now.lost, now.doubled, now.states) == (0, 0, {"delivered": people})
    assert sum(provider.seen.values()) - people <= unsure
