"""``python -m tests.services [--durable] -- <command>``: both servers up, the command, both servers down.

The command sees YIMA_TEST_DATABASE_URL and YIMA_TEST_REDIS_URL; its exit code is ours.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from types import FrameType

from tests.services.process import as_user
from tests.services.running import running


def _run(command: list[str], added: dict[str, str]) -> int:
    child = subprocess.Popen([*as_user(None, dies_by="TERM"), *command], env={**os.environ, **added})

    def forward(number: int, _frame: FrameType | None) -> None:
        if child.poll() is None:
            child.send_signal(number)

    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGHUP, forward)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells the command itself
    code = child.wait()
    return code if code >= 0 else 128 - code


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.services", description=__doc__)
    parser.add_argument("--durable", action="store_true", help="keep fsync on")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    with running(durable=asked.durable) as services:
        print(f"PostgreSQL on port {services.postgres.port}, Redis on port {services.redis.port}", flush=True)
        return _run(asked.command, services.environment)


if __name__ == "__main__":
    sys.exit(main())
