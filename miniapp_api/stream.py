"""Live news of one resident as server-sent events, to a fetch that carries the session in its header.

Events hold ids and words only; whoever hears one asks for the thing itself. A lost event costs nothing but
time: a page asks again when it opens the stream.
"""

from __future__ import annotations

from aiohttp import web

from server.web.operations import Call, NoBody, NoQuery, Operations, Resident
from server.web.streams import stream

operations = Operations(tag="notices")


@operations.get(
    "/api/v1/stream",
    name="hearEvents",
    summary="My live events: notice, case, visit, consent",
    access=Resident(),
    media="stream",
)
async def hear(call: Call[NoBody, NoQuery]) -> web.StreamResponse:
    """Runs until the client leaves, the session ends, or an hour is over (the client then opens it again)."""

    async def signed_in() -> bool:
        token = call.request.headers.get("Authorization", "").removeprefix("Bearer ")
        unit = await call.services.database.reading(call.portal.id)
        found = await call.services.sessions.find(unit, "resident", token)
        return found is not None and found.session_id == call.resident.session_id

    return await stream(call, f"resident:{call.resident.resident_id}", still_allowed=signed_in)
