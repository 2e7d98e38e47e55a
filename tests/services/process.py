"""One server process of a test run: who it runs as, where, and how it is surely stopped again."""

from __future__ import annotations

import atexit
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

# Below the range that Linux hands to outgoing connections, so that none of them takes our port first.
LOWEST_PORT, HIGHEST_PORT = 20_000, 32_767
QUIET = {"LANG": "C.UTF-8", "LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "TZ": "UTC"}


class ServiceError(RuntimeError):
    """A server that the tests need could not be found or started."""


def free_port() -> int:
    """A loopback port that nobody listens on, out of reach of outgoing connections."""
    for _ in range(200):
        port = random.SystemRandom().randint(LOWEST_PORT, HIGHEST_PORT)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServiceError("no free port between 20000 and 32767")


def unprivileged_user() -> pwd.struct_passwd | None:
    """Whom servers run as: nobody special where we are nobody special, else a system user without rights."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServiceError("running as root, and neither a user 'postgres' nor 'nobody' exists to run the servers as")


def as_user(user: pwd.struct_passwd | None, *, dies_by: str = "KILL") -> list[str]:
    """The words in front of a command: drop rights, and die with us (by that signal) whatever ends us."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if user is not None:
            raise ServiceError("running as root needs setpriv (package util-linux) to start servers without rights")
        return []
    prefix = [setpriv, "--pdeathsig", dies_by]
    if user is not None:
        prefix += ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups", "--no-new-privs"]
    return [*prefix, "--"]


def reachable_by_others(path: Path) -> bool:
    """Whether any user may read ``path`` and pass every folder above it."""
    resolved = path.resolve()
    if not resolved.stat().st_mode & 0o005:
        return False
    return all(folder.stat().st_mode & 0o001 for folder in resolved.parents)


def _open_to_all(copied: Path) -> None:
    for path in (copied, *copied.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


class Room:
    """A temporary folder that the servers' user owns, with a short path (UNIX sockets allow about 100 bytes)."""

    def __init__(self) -> None:
        self.user = unprivileged_user()
        self.path = Path(tempfile.mkdtemp(prefix="yima-", dir="/tmp" if Path("/tmp").is_dir() else None))
        self.path.chmod(0o755)
        atexit.register(self.remove)

    def folder(self, name: str) -> Path:
        """A private folder of the servers' user."""
        made = self.path / name
        made.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(made, self.user.pw_uid, self.user.pw_gid)
        return made

    def for_user(self, source: Path) -> Path:
        """``source`` itself where the servers' user can reach it, else a copy that it can."""
        if self.user is None or reachable_by_others(source):
            return source
        target = self.path / source.name
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True)
        else:
            shutil.copy2(source, target)
        _open_to_all(target)
        return target

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class Server:
    """A child process in a session of its own, so that Ctrl-C reaches us first and we stop it in order."""

    def __init__(
        self, name: str, command: Sequence[str | Path], *, room: Room, stop_with: signal.Signals, dies_by: str = "KILL"
    ) -> None:
        self.name, self._stop_with, self.log = name, stop_with, room.path / f"{name}.log"
        line = [*as_user(room.user, dies_by=dies_by), *(str(part) for part in command)]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                line, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=room.path, env=QUIET, start_new_session=True
            )
        atexit.register(self.stop)

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_until(self, ready: Callable[[], bool], *, seconds: float = 30.0) -> None:
        """Return once ``ready()`` is true; ServiceError with the server's own words if it ended or was too slow."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if ready():
                return
            time.sleep(0.05)
        said = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
        self.stop()
        raise ServiceError(f"{self.name} did not start:\n{said}")

    def stop(self) -> None:
        """Ask it to end, wait, and kill it and its children if it does not."""
        if self.process.poll() is None:
            self.process.send_signal(self._stop_with)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)
        atexit.unregister(self.stop)


def answers(port: int) -> bool:
    """Whether somebody accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
