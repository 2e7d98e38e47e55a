"""An SMTP server on loopback that takes letters, refuses them, or loses its answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass
class Letters:
    """``fault``: "" well, ``lost`` (cut after the letter came), or a reply code for the letter."""

    fault: str = ""
    taken: list[str] = field(default_factory=list)
    port: int = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 letters\r\n")
        try:
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    letter = await reader.readuntil(b"\r\n.\r\n")
                    if self.fault in ("", "lost"):
                        self.taken.append(letter.decode())
                    if self.fault == "lost":
                        writer.transport.abort()
                        return
                    writer.write(f"{self.fault} no\r\n".encode() if self.fault else b"250 taken\r\n")
                elif verb == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                else:
                    writer.write(b"250 well\r\n")
        finally:
            writer.close()
