"""The engine inside the process: prompt on news, patient without, clean at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from notify.engine.embedded import EmbeddedEngine, EngineOptions
from tests.notify.parts import Room, ScriptedChannel


class NoCampaigns:
    """Nothing to fan out."""

    async def step(self) -> int:
        return 0


async def test_news_is_sent_at_once(room: Room) -> None:
    channel = ScriptedChannel()
    engine = _engine(room, channel, EngineOptions(poll=30.0, sweep_every=30.0))
    await engine.start()
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await room.code("13900000000")
    await _until(lambda: bool(channel.seen))
    assert time.monotonic() - began < 2
    await engine.stop()
    assert await room.states() == {"sent": 1}


async def test_what_was_left_by_a_dead_process_is_sent_without_news(room: Room) -> None:
    await room.code("13900000000")
    channel = ScriptedChannel()
    engine = _engine(room, channel, EngineOptions(poll=0.05))
    await engine.start()
    await _until(lambda: bool(channel.seen))
    await engine.stop()
    assert await room.states() == {"sent": 1}


async def test_stopping_lets_the_batch_in_hand_finish(room: Room) -> None:
    await room.code("13900000000")
    channel = ScriptedChannel(delay=0.3)
    engine = _engine(room, channel)
    await engine.start()
    await _until(lambda: bool(channel.seen))
    began = time.monotonic()
    await engine.stop(deadline=5)
    assert time.monotonic() - began < 2
    assert await room.states() == {"sent": 1}


async def test_stopping_keeps_its_deadline(room: Room) -> None:
    await room.code("13900000000")
    channel = ScriptedChannel(delay=30.0, timeout=10.0)
    engine = _engine(room, channel)
    await engine.start()
    await _until(lambda: bool(channel.seen))
    began = time.monotonic()
    await engine.stop(deadline=0.2)
    assert time.monotonic() - began < 2
    assert await room.states() == {"submitting": 1}


async def test_a_fault_does_not_end_the_work(room: Room) -> None:
    channel = ScriptedChannel()
    engine = _engine(room, channel, EngineOptions(poll=0.05, backoff=0.05))
    calls = 0

    async def failing_once() -> int:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ConnectionError("the database restarts")
        return 0

    engine._campaigns.step = failing_once  # type: ignore[method-assign]
    await engine.start()
    await _until(lambda: calls > 2)
    await room.code("13900000000")
    await _until(lambda: bool(channel.seen))
    await engine.stop()
    assert calls > 2


def _engine(room: Room, channel: ScriptedChannel, options: EngineOptions | None = None) -> EmbeddedEngine:
    return EmbeddedEngine(room.dispatcher(channel), NoCampaigns(), room.store, options or EngineOptions(poll=0.1))


async def _until(true_at_last: Callable[[], bool], tries: int = 500) -> None:
    for _ in range(tries):
        if true_at_last():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError
