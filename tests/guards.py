"""What no test may do without noticing: leave loopback, or block the event loop from inside our rooms."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from blockbuster import BlockBuster

ROOMS = ["server", "codes", "notify", "miniapp_api"]
MAY_BLOCK = {  # while the house opens or closes, nobody waits for an answer
    "server/adapters/database.py": {"open"},
    "server/adapters/migrate.py": {"migrate", "create_from_models"},
    "asyncpg/connect_utils.py": {"_parse_connect_arguments"},  # looks for ~/.pgpass at each new connection
    "server/opening.py": {"opened", "_assemble"},
    "server/__main__.py": {"import_items"},  # a command loads what only it needs
    "server/app.py": {"make_app"},
    "prometheus_client/process_collector.py": {"collect"},  # /proc is memory
    "jinja2/loaders.py": {"get_source"},  # each template once
    "coverage/collector.py": {"lock_data"},  # the tracer's own lock, held by a thread that enters a file at that moment
}


class OutsideWorld(RuntimeError):
    """A test tried to reach something that is not this machine's loopback."""


def _is_near(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a UNIX socket's path
    host = str(address[0])
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


@contextmanager
def loopback_only() -> Iterator[None]:
    """Connections to anything but loopback raise ``OutsideWorld``."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any, /) -> None:
        if not _is_near(address):
            raise OutsideWorld(f"a test reached for {address!r}")
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any, /) -> int:
        if not _is_near(address):
            raise OutsideWorld(f"a test reached for {address!r}")
        return connect_ex(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign, assignment]  # this is the guard
    socket.socket.connect_ex = guarded_ex  # type: ignore[method-assign, assignment]  # this is the guard
    try:
        yield
    finally:
        socket.socket.connect = connect  # type: ignore[method-assign]  # as it was
        socket.socket.connect_ex = connect_ex  # type: ignore[method-assign]  # as it was


@contextmanager
def no_blocking() -> Iterator[None]:
    """A blocking call on a running loop raises, where one of our rooms is on the stack."""
    watch = BlockBuster(ROOMS)
    for function in watch.functions.values():
        for file, names in MAY_BLOCK.items():
            function.can_block_in(file, names)
    watch.activate()
    try:
        yield
    finally:
        watch.deactivate()
