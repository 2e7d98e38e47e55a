"""``make bench``: our rates beside hand-written floors, as ratios of one run; rounds interleaved, medians shown.

The server under load has one core, the load another; PostgreSQL runs where it likes.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import codes_cost, vault_cost
from tests.bench.load import Rate, drive, request
from tests.bench.town import Handles, Known, Phones, live, scans
from tests.journeys.outside import program, staff_a_town
from tests.services.process import answers, as_user, free_port
from tests.services.program import ROOT

ROUNDS = int(os.environ.get("YIMA_BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("YIMA_BENCH_SECONDS", "2"))
SERVER_CPU, LOAD_CPU = {0}, {max(os.sched_getaffinity(0))}
Requests = Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Served:
    """A server under load: where it listens, and whose CPU time counts."""

    port: int
    pid: int


@dataclass(slots=True)
class Comparison:
    """One thing measured twice in each round: the floor and ours."""

    name: str
    wanted: float
    floor_at: Served
    floor: Requests
    ours_at: Served
    ours: Requests
    connections: int = 32
    pairs: list[tuple[Rate, Rate]] = field(default_factory=list)

    def round(self) -> None:
        """The floor, then ours."""
        first = _drive(self.floor_at, self.floor(), self.connections)
        second = _drive(self.ours_at, self.ours(), self.connections)
        self.pairs.append((first, second))

    def line(self) -> str:
        ratio = statistics.median(ours.per_second / floor.per_second for floor, ours in self.pairs)
        floor, ours = (statistics.median(pair[side].per_second for pair in self.pairs) for side in (0, 1))
        spent = [statistics.median(pair[side].server_us for pair in self.pairs) for side in (0, 1)]
        slow = statistics.median(pair[1].p99_ms for pair in self.pairs)
        verdict = "reached" if ratio >= self.wanted else "MISSED"
        figures = f"{floor:>10.0f}{ours:>10.0f}{ratio:>8.2f}{self.wanted:>8.2f}"
        work = f"server CPU {spent[0]:.0f} and {spent[1]:.0f} µs ({spent[0] / spent[1]:.2f})"
        return f"{self.name:<30}{figures}  {verdict:<8} {work}, p99 {slow:.0f} ms"


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _drive(served: Served, requests: Iterator[bytes], connections: int) -> Rate:
    before = _cpu_seconds(served.pid)
    rate = asyncio.run(drive(served.port, requests, seconds=SECONDS, connections=connections))
    rate.server_us = (_cpu_seconds(served.pid) - before) / max(rate.count, 1) * 1e6
    bad = {status: count for status, count in rate.statuses.items() if status not in (200, 201)}
    if bad or not rate.count:
        raise SystemExit(f"port {served.port} answered {rate.statuses}: the figures would mean nothing")
    return rate


def _start_floor(database_url: str, secrets: Path) -> tuple[subprocess.Popen[bytes], int]:
    port = free_port()
    line = [*as_user(None), sys.executable, "-m", "tests.bench.floor", str(port), database_url, str(secrets)]
    process = subprocess.Popen(line, cwd=ROOT)
    os.sched_setaffinity(process.pid, SERVER_CPU)
    while not answers(port):
        if process.poll() is not None:
            raise SystemExit("the floor did not start")
        time.sleep(0.05)
    return process, port


def _comparisons(known: Known, handles: Handles, phones: Phones, floor: Served, ours: Served) -> list[Comparison]:
    hello = request("GET", "/hello", port=floor.port)
    alive = request("GET", "/healthz", port=ours.port)
    floor_case = request("GET", f"/cases/{known.case_no}", port=floor.port, Authorization=known.bearer)
    our_case = request("GET", f"/api/v1/cases/{known.case_no}", port=ours.port, Authorization=known.bearer)
    return [
        Comparison(
            "trivial JSON, whole stack", 0.6, floor, lambda: itertools.repeat(hello), ours,
            lambda: itertools.repeat(alive),
        ),
        Comparison(
            "GET /api/v1/cases/{case_no}", 0.5, floor, lambda: itertools.repeat(floor_case), ours,
            lambda: itertools.repeat(our_case),
        ),
        Comparison(
            "counter scan", 0.7, floor, lambda: scans("/scans", floor.port, known, handles.codes()), ours,
            lambda: scans("/counter/api/v1/scans", ours.port, known, handles.codes()), connections=16,
        ),
        Comparison(
            "sign-in by phone and code", 0.5, floor, lambda: phones.entering("/sessions", floor.port), ours,
            lambda: phones.entering("/api/v1/sessions", ours.port), connections=16,
        ),
    ]  # fmt: skip


def _resident_memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _absolute(folder: Path, database_url: str) -> None:
    with program(folder, database_url=database_url) as server:
        time.sleep(2)
        print(f"start to listening {server.seconds_to_listen:.2f} s (goal 2)")
        print(f"idle memory {_resident_memory(server.pid):.0f} MiB (goal 150)", flush=True)
    subprocess.run([sys.executable, "-m", "tests.bench.loop_hold"], cwd=ROOT, check=True)


def main() -> int:
    database_url, redis_url = os.environ["YIMA_TEST_DATABASE_URL"], os.environ["YIMA_TEST_REDIS_URL"]
    with tempfile.TemporaryDirectory(prefix="yima-bench-") as made:
        _measure(Path(made), database_url, redis_url)
    return 0


def _measure(folder: Path, database_url: str, redis_url: str) -> None:
    staff_a_town(folder, database_url=database_url)
    with program(folder, cpus=SERVER_CPU, database_url=database_url, redis_url=redis_url) as server:
        known = live(server)
        handles = Handles(folder, database_url, known.resident_id)
        phones = Phones(folder, database_url)
        floor, port = _start_floor(database_url, folder / "data" / "secrets.json")
        os.sched_setaffinity(0, LOAD_CPU)
        try:
            compared = _comparisons(known, handles, phones, Served(port, floor.pid), Served(server.port, server.pid))
            for number in range(ROUNDS):
                handles.issue(int(SECONDS * 1500))
                phones.issue(int(SECONDS * 3000))
                for one in compared:
                    one.round()
                print(f"round {number + 1} of {ROUNDS}", flush=True)
        finally:
            floor.terminate()
            floor.wait(10)
            os.sched_setaffinity(0, os.sched_getaffinity(os.getppid()))
    print(f"\n{'requests a second':<30}{'floor':>10}{'ours':>10}{'ratio':>8}{'goal':>8}")
    for one in compared:
        print(one.line())
    codes_cost.report()
    vault_cost.report()
    _absolute(folder, database_url)


if __name__ == "__main__":
    sys.exit(main())
