"""The store, embedded and on Redis alike: events reach who listens, counters count, nothing blocks."""

from __future__ import annotations

import asyncio
import time

import pytest

from config.floor.unit import Event
from server.adapters.store_embedded import EmbeddedStore
from server.adapters.store_redis import RedisStore
from server.services import CLOSING
from tests.conftest import REDIS_URL


async def test_an_event_reaches_its_topic_only(store: EmbeddedStore) -> None:
    async with store.subscribe("resident:1") as mine, store.subscribe("resident:2") as other:
        store.publish_soon([Event("resident:1", "case", {"case_no": "1"})])
        heard = await mine.next(1.0)
        assert heard is not None and (heard.name, dict(heard.data)) == ("case", {"case_no": "1"})
        assert await other.next(0.02) is None


async def test_a_slow_listener_loses_the_oldest(store: EmbeddedStore) -> None:
    async with store.subscribe("t") as line:
        store.publish_soon([Event("t", str(n), {}) for n in range(300)])
        first = await line.next(0.1)
        assert first is not None and first.name == "44"


async def test_the_mirror_hears_everything() -> None:
    store = EmbeddedStore(mirror_topic="tour")
    async with store.subscribe("tour") as line:
        await store.publish("resident:1", "visit", {})
        heard = await line.next(0.1)
        assert heard is not None and heard.name == "visit"


async def test_hits_are_counted_per_key(store: EmbeddedStore) -> None:
    assert [await store.hit("a", 60) for _ in range(3)] == [1, 2, 3]
    assert await store.hit("b", 60) == 1
    assert await store.ready()


async def test_events_cross_processes(store: EmbeddedStore) -> None:
    if not REDIS_URL:
        assert not isinstance(store, RedisStore)
        return
    other = RedisStore(REDIS_URL)
    await other.open()
    try:
        async with other.subscribe("t") as line:
            heard = None
            for _ in range(20):
                store.publish_soon([Event("t", "case", {})])
                if heard := await line.next(0.2):
                    break
            assert heard is not None and heard.name == "case"
    finally:
        await other.close()


async def test_redis_away_costs_speed_not_answers() -> None:
    store = RedisStore("redis://127.0.0.1:1/0")
    await store.open()
    try:
        assert await store.hit("a", 60) == 1
        assert not await store.ready()
        async with store.subscribe("t") as line:
            store.publish_soon([Event("t", "case", {})])
            heard = await line.next(0.5)
            assert heard is not None
        await asyncio.sleep(0.05)
    finally:
        await store.close()


async def test_a_frozen_redis_costs_one_request_a_moment_and_the_next_nothing() -> None:
    """It takes the connection and the command, and never answers."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    store = RedisStore(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
    await store.open()
    try:
        begun = time.monotonic()
        assert await store.hit("a", 60) == 1
        first = time.monotonic()
        assert first - begun < 0.3
        assert [await store.hit("a", 60) for _ in range(50)] == list(range(2, 52))
        assert not await store.ready()
        assert time.monotonic() - first < 0.1
    finally:
        await store.close()
        server.close()


async def test_who_listens_while_the_house_closes_is_told_so(store: EmbeddedStore) -> None:
    store.end_lines()
    async with store.subscribe("t") as line:
        assert await line.next(0.1) is CLOSING


async def test_a_flood_of_callers_forgets_the_oldest_and_stays_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.adapters.store_embedded._MOST_KEYS", 1000)
    store = EmbeddedStore()
    for number in range(5000):
        await store.hit(str(number), 60)
        assert await store.hit("busy", 60) == number + 1
    assert len(store._hits) <= 1001
