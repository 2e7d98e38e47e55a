"""A small HTTP/1.1 load generator: keep-alive connections, prepared bytes, one request at a time on each."""

from __future__ import annotations

import asyncio
import functools
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Rate:
    """What one run of load saw."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    server_us: float = 0.0

    @property
    def count(self) -> int:
        return len(self.latencies)

    @property
    def per_second(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0

    @property
    def median_ms(self) -> float:
        return statistics.median(self.latencies) * 1000 if self.latencies else 0.0

    @property
    def p99_ms(self) -> float:
        return sorted(self.latencies)[int(len(self.latencies) * 0.99)] * 1000 if self.latencies else 0.0


def request(method: str, path: str, *, port: int, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of one request; ``headers`` are written with dashes for underscores."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class _Line(asyncio.Protocol):
    """One connection: as soon as an answer is complete, the next request goes out."""

    def __init__(self, requests: Iterator[bytes], rate: Rate, ended: asyncio.Future[None]) -> None:
        self._requests, self._rate, self._ended = requests, rate, ended
        self._received = bytearray()
        self._wanted = -1
        self._begun = 0.0
        self.stopping = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        assert self._transport is not None
        following = None if self.stopping else next(self._requests, None)
        if following is None:
            self._transport.close()
            return
        self._received.clear()
        self._wanted = -1
        self._begun = time.perf_counter()
        self._transport.write(following)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._wanted < 0:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            self._wanted = end + 4 + _length(bytes(self._received[:end]))
        if len(self._received) >= self._wanted:
            self._rate.latencies.append(time.perf_counter() - self._begun)
            status = int(self._received[9:12])
            self._rate.statuses[status] = self._rate.statuses.get(status, 0) + 1
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._ended.done():
            self._ended.set_result(None)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def _same(line: _Line) -> _Line:
    return line


async def drive(port: int, requests: Iterator[bytes], *, seconds: float, connections: int = 32) -> Rate:
    """Load 127.0.0.1:port until the time is over or the requests are used up."""
    loop = asyncio.get_running_loop()
    rate = Rate()
    ends = [loop.create_future() for _ in range(connections)]
    begin = time.perf_counter()
    lines = []
    for end in ends:
        line = _Line(requests, rate, end)
        await loop.create_connection(functools.partial(_same, line), "127.0.0.1", port)
        lines.append(line)
    _, late = await asyncio.wait(ends, timeout=seconds)
    for line in lines:
        line.stopping = True
    if late:
        await asyncio.wait(late, timeout=10)
    rate.seconds = time.perf_counter() - begin
    return rate
