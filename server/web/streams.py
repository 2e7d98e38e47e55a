"""Server-sent events: one way to open a stream, keep it alive, and end it when the house closes."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from aiohttp import web

from config.floor.refusal import TooMany
from config.floor.unit import Event
from server.services import CLOSING
from server.web.operations import AnyCall

HEARTBEAT = 15.0
RECHECK = 60.0
LONGEST = 3600.0
"""Seconds: between signs of life, between looks whether the listener may still listen, and the life of one stream."""

MOST, MOST_OF_ADDRESS = 10, 100
"""Streams that one session may hold open in this process: more tabs than anybody reads; and those of one address
without a session: a hall's displays, counters and desks behind one line."""

_open: Counter[UUID | str] = Counter()
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}


def encode(event: Event) -> bytes:
    """One event as it goes over the wire: its name and its data, never its topic."""
    data = json.dumps(dict(event.data), ensure_ascii=False, separators=(",", ":"))
    return f"event: {event.name}\ndata: {data}\n\n".encode()


async def stream(
    call: AnyCall,
    *topics: str,
    write_event: Callable[[Event], bytes] = encode,
    still_allowed: Callable[[], Awaitable[bool]] | None = None,
) -> web.StreamResponse:
    """Tell the listener what happens on ``topics`` until it leaves, may no longer listen, an hour is over,
    or the process stops. A listener that reads nothing for a heartbeat is let go. ``TooMany`` beyond the most."""
    whose, most = (call.caller.session_id, MOST) if call.caller else (call.client, MOST_OF_ADDRESS)
    if _open[whose] >= most:
        raise TooMany(retry_after=30)
    _open[whose] += 1
    try:
        return await _run(call, topics, write_event, still_allowed)
    finally:
        _open[whose] -= 1
        if not _open[whose]:
            del _open[whose]


async def _run(
    call: AnyCall,
    topics: Sequence[str],
    write_event: Callable[[Event], bytes],
    still_allowed: Callable[[], Awaitable[bool]] | None,
) -> web.StreamResponse:
    async with call.services.store.subscribe(*topics) as line:
        response = web.StreamResponse(headers=_HEADERS)
        await response.prepare(call.request)
        began = checked = time.monotonic()
        try:
            await response.write(b"retry: 2000\n: open\n\n")
            while time.monotonic() - began < LONGEST:
                event = await line.next(HEARTBEAT)
                if event is CLOSING or call.request.transport is None or call.request.transport.is_closing():
                    break
                if still_allowed and time.monotonic() - checked >= RECHECK:
                    if not await still_allowed():
                        break
                    checked = time.monotonic()
                async with asyncio.timeout(HEARTBEAT):
                    await response.write(b": still here\n\n" if event is None else write_event(event))
        except (ConnectionError, TimeoutError):
            pass  # the listener left, or reads nothing any more
        return response
