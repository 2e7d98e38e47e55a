"""Live news of one resident as server-sent events, to a fetch that carries the session in its header.

Events hold ids and words only; whoever hears one asks for the thing itself. A lost event costs nothing but
time: a page asks again when it opens the stream.
"""

from __future__ import annotations

import asyncio
import json
import time

from aiohttp import web

from config.floor.unit import Event
from server.services import Line
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="notices")

HEARTBEAT = 15.0
RECHECK = 60.0
LONGEST = 3600.0
"""Seconds: between signs of life, between looks whether the session still holds, and the life of one stream."""

_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}


@operations.get(
    "/api/v1/stream",
    name="hearEvents",
    summary="My live events: notice, case, visit, consent",
    access=Resident(),
    media="stream",
)
async def hear(call: Call[NoBody, NoQuery]) -> web.StreamResponse:
    """Runs until the client leaves, the session ends, or an hour is over (the client then opens it again)."""
    async with call.services.store.subscribe(f"resident:{call.resident.resident_id}") as line:
        response = web.StreamResponse(headers=_HEADERS)
        await response.prepare(call.request)
        try:
            await response.write(b"retry: 2000\n: open\n\n")
            await _tell(call, line, response)
        except (ConnectionError, TimeoutError):
            pass  # the client left, or reads nothing any more
        return response


async def _tell(call: Call[NoBody, NoQuery], line: Line, response: web.StreamResponse) -> None:
    began = checked = time.monotonic()
    while time.monotonic() - began < LONGEST:
        event = await line.next(HEARTBEAT)
        if _is_leaving(call.request):
            return
        if time.monotonic() - checked >= RECHECK:
            if not await _is_signed_in(call):
                return
            checked = time.monotonic()
        async with asyncio.timeout(HEARTBEAT):  # a reader that takes nothing is let go
            await response.write(encode(event))


def encode(event: Event | None) -> bytes:
    """One event as it goes over the wire; silence is a comment."""
    if event is None:
        return b": still here\n\n"
    data = json.dumps(dict(event.data), ensure_ascii=False, separators=(",", ":"))
    return f"event: {event.name}\ndata: {data}\n\n".encode()


async def _is_signed_in(call: Call[NoBody, NoQuery]) -> bool:
    token = call.request.headers.get("Authorization", "").removeprefix("Bearer ")
    unit = await call.services.database.reading(call.portal.id)
    found = await call.services.sessions.find(unit, "resident", token)
    return found is not None and found.session_id == call.resident.session_id


def _is_leaving(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()
