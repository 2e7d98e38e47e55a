"""The scan is committed, and its answer never arrives: asked again with the same key, the counter is told the same."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from codes import dynamic
from tests.conftest import DATABASE_URL, REDIS_URL
from tests.services.databases import Databases
from tests.soak.crowd import Town, peopled, two_servers
from tests.soak.wires import Wires

pytestmark = pytest.mark.skipif(
    not DATABASE_URL, reason="two processes need PostgreSQL: python -m tests.services -- pytest"
)


class Swallower:
    """Stands before a server, passes the request on, waits for the whole answer, and closes without a word of it."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self.port = 0
        self.swallowed: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._server_port)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            back.write(head + await reader.readexactly(_length(head)))
            answer = await there.readuntil(b"\r\n\r\n")
            self.swallowed.append(answer + await there.readexactly(_length(answer)))
        finally:
            back.close()
            writer.transport.abort()


def _length(head: bytes) -> int:
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in lines if name == b"content-length"), 0)


@asynccontextmanager
async def _swallowing(port: int) -> AsyncIterator[Swallower]:
    made = Swallower(port)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


def test_a_lost_answer_is_never_a_false_code_used(databases: Databases, tmp_path: Path) -> None:
    url = asyncio.run(databases.fresh())
    with two_servers(tmp_path, url, REDIS_URL) as town:
        asyncio.run(_lost_and_asked_again(town))
    asyncio.run(databases.drop(url))


async def _lost_and_asked_again(town: Town) -> None:
    async with peopled(town), _swallowing(town.servers[0].port) as swallower:
        desk, port = town.desks[0], town.servers[0].port
        for number, (handle, key) in enumerate(await town.handles(5)):
            text = dynamic.compose(key, handle, dynamic.step_of(time.time()), "03")
            through = Wires(swallower.port)
            with pytest.raises(ConnectionError):
                await through.ask(desk.scan(port, text, f"lost-{number}"))
            assert b" 200 OK" in swallower.swallowed[number], "the look was taken and committed before it was lost"
            first = swallower.swallowed[number].split(b"\r\n\r\n", 1)[1]
            for wires, server in zip(town.wires, town.servers, strict=True):
                again = await wires.ask(desk.scan(server.port, text, f"lost-{number}"))
                assert (again.status, again.content) == (200, first)
                assert again.headers["idempotent-replayed"] == "true"
            other = await town.wires[0].ask(town.desks[1].scan(port, text, f"other-{number}"))
            assert other.verdict == "code-used"
