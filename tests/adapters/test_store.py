"""The store, embedded and on Redis alike: events reach who listens, counters count, nothing blocks."""

from __future__ import annotations

import asyncio

from config.floor.unit import Event
from server.adapters.store_embedded import EmbeddedStore
from server.adapters.store_redis import RedisStore
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
