"""Plain HTTP/1.1 over kept connections, and what was answered how fast. No library stands between test and server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

WAIT = 30.0


@dataclass(frozen=True, slots=True)
class Said:
    """One answer."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content)

    @property
    def verdict(self) -> str:
        """``accepted``, or the code of the problem."""
        return "accepted" if self.status == 200 else str(self.body["code"])


class Wires:
    """Connections to one server; a broken one is never used again."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, data: bytes) -> Said:
        """The answer to one request; ``ConnectionError`` if the server went away before it."""
        wire = self._free.pop() if self._free else await asyncio.open_connection("127.0.0.1", self.port)
        try:
            async with asyncio.timeout(WAIT):
                wire[1].write(data)
                said = await _read(wire[0])
        except (OSError, asyncio.IncompleteReadError) as error:
            wire[1].close()
            raise ConnectionError(type(error).__name__) from error
        self._free.append(wire)
        return said

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()
        self._free.clear()


async def _read(reader: asyncio.StreamReader) -> Said:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    content = await reader.readexactly(int(headers.get("content-length", "0")))
    return Said(int(head[0].split()[1]), headers, content)


@dataclass(slots=True)
class Times:
    """How long answers took, seconds."""

    all: list[float] = field(default_factory=list)

    def at(self, part: float) -> float:
        """Milliseconds below which this part of them lies."""
        return sorted(self.all)[int(len(self.all) * part)] * 1000 if self.all else 0.0
