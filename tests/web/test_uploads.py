"""Uploads at once: what one resident, and all of them, may keep in this process's memory."""

from __future__ import annotations

import asyncio
from io import BytesIO
from urllib.parse import urlsplit

from miniapp_api import files
from tests.journeys.town import Town
from tests.journeys.visitor import must_problem

HEAD = (
    "POST /api/v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {}\r\nContent-Length: 100000\r\n"
    "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF'
)


async def test_slow_uploads_of_one_resident_leave_room_for_others(server: Town) -> None:
    slow, other = await server.resident(0, loa=2), await server.resident(1, loa=2)
    at = urlsplit(server.origin)
    open_ones = [await asyncio.open_connection(at.hostname, at.port) for _ in range(files.EACH)]
    try:
        for _, writer in open_ones:
            writer.write(HEAD.format(slow.headers["Authorization"]).encode())
        for _ in range(100):
            if files._held.total() == files.EACH:
                break
            await asyncio.sleep(0.02)
        refused = await slow.call("POST", "/api/v1/files", data={"file": BytesIO(b"%PDF-1.4")})
        must_problem(refused, "busy", status=503)
        assert (await other.call("POST", "/api/v1/files", data={"file": BytesIO(b"x")})).status != 503
    finally:
        for _, writer in open_ones:
            writer.close()
    for _ in range(200):
        if not files._held:
            break
        await asyncio.sleep(0.02)
    assert not files._held
