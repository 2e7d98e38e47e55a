"""The real program as a process of its own: started on a free port, asked whether it is ready, stopped by pid."""

from __future__ import annotations

import atexit
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from tests.services.process import ServiceError, answers, as_user, free_port

ROOT = Path(__file__).resolve().parents[2]
_OURS = re.compile(r"YIMA_(?!TEST_|CI\b)")


def clean_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Our own environment without anybody's YIMA_ settings, and with ``settings`` (names without YIMA_)."""
    kept = {name: value for name, value in os.environ.items() if not _OURS.match(name)}
    return kept | {f"YIMA_{name.upper()}": value for name, value in settings.items()} | {"PYTHONUNBUFFERED": "1"}


class Program:
    """``python -m server serve`` with its own folder; use it as a context."""

    def __init__(self, folder: Path, *, cpus: set[int] | None = None, **settings: str) -> None:
        self.port = free_port()
        self.log = folder / f"server-{self.port}.log"
        self._cpus = cpus
        self._environment = clean_environment({"data_dir": str(folder / "data"), **settings, "port": str(self.port)})
        self._process: subprocess.Popen[bytes] | None = None
        self.seconds_to_listen = 0.0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, *, seconds: float = 120.0) -> None:
        """Start it and return when it listens and answers /readyz."""
        line = [*as_user(None), sys.executable, "-m", "server", "serve"]
        begin = time.monotonic()
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                line, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=ROOT, env=self._environment
            )
        if self._cpus:
            os.sched_setaffinity(self._process.pid, self._cpus)
        atexit.register(self.stop)
        self._wait(lambda: answers(self.port), begin + seconds)
        self.seconds_to_listen = time.monotonic() - begin
        self._wait(self.is_ready, begin + seconds)

    def _wait(self, met: Callable[[], bool], deadline: float) -> None:
        while not met():
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                self.stop()
                raise ServiceError(f"the server did not start:\n{self.said()}")
            time.sleep(0.02)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.origin}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def said(self) -> str:
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def stop(self) -> int:
        """As Ctrl-C would; its exit code. Killed if it does not end in 20 s."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        atexit.unregister(self.stop)
        return self._process.returncode

    def __enter__(self) -> Program:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
