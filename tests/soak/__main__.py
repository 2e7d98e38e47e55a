"""``make soak-code``: the full sizes, and one table of what they came to.

10,000 codes read by four counters each, from two processes; again with Redis flushed and one process killed in
mid-run; 3,000 phones that fetch a key in one second while counters scan. Bounded: it ends by itself.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.services.databases import PostgresDatabases
from tests.soak.crowd import Outcome, Town, peopled, two_servers
from tests.soak.storm import Storm, storm_of

CODES = int(os.environ.get("YIMA_SOAK_CODES", "10000"))
PHONES = int(os.environ.get("YIMA_SOAK_PHONES", "3000"))
LANES = 8
KEY_SECONDS, SCAN_MS = 10.0, 500.0


def _memory(town: Town) -> str:
    found = []
    for number, server in enumerate(town.servers):
        status = Path(f"/proc/{server.pid}/status")
        lines = status.read_text().splitlines() if number not in town.dead and status.exists() else []
        resident = next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)
        found.append(f"{resident // 1024} MiB" if resident else "killed")
    return " and ".join(found)


def _raced(name: str, outcome: Outcome, recorded: tuple[int, int], memory: str) -> bool:
    accepted = outcome.verdicts["accepted"]
    wanted = {"accepted": outcome.codes, "code-used": 3 * outcome.codes}
    well = dict(outcome.verdicts) == wanted and recorded == (outcome.codes, outcome.codes) and not outcome.lost
    rate = sum(outcome.verdicts.values()) / outcome.seconds
    judged = "as it must be" if well else f"WRONG: {dict(outcome.verdicts)}, in the database {recorded}"
    print(
        f"{name:<36}{outcome.codes:>8}{accepted:>10}{outcome.lost:>6}{outcome.doubled:>9}{outcome.retried:>9}"
        f"{outcome.times.at(0.5):>8.0f}{outcome.times.at(0.99):>8.0f}{rate:>8.0f}  {memory}, {judged}",
        flush=True,
    )
    return well


async def _race(town: Town, name: str, when: dict[int, str]) -> bool:
    async with peopled(town):
        before = await town.recorded()
        outcome = await town.race(await town.handles(CODES), at_once=LANES, when=when)
        after = await town.recorded()
    return _raced(name, outcome, (after[0] - before[0], after[1] - before[1]), _memory(town))


async def _undisturbed(town: Town) -> bool:
    return await _race(town, "two processes", {})


async def _disturbed(town: Town) -> bool:
    return await _race(town, "Redis flushed, one process killed", {CODES // 3: "flush", CODES // 2: "kill"})


async def _storm(town: Town) -> bool:
    async with peopled(town):
        storm = await storm_of(town, PHONES, scans=20_000)
    _stormed(storm, _memory(town))
    return storm.with_key == storm.phones and storm.scans.lost == 0


def _stormed(storm: Storm, memory: str) -> None:
    slowest = storm.times.at(1 - 1 / max(storm.phones, 1))
    scans = storm.scans.times
    print(
        f"\nstorm: {storm.phones} phones in one second, {storm.with_key} have their key; "
        f"p50 {storm.times.at(0.5):.0f} ms, p99 {storm.times.at(0.99):.0f} ms, "
        f"the last after {slowest / 1000:.1f} s (goal {KEY_SECONDS:.0f}); "
        f"5xx {storm.unavailable} (goal 0), statuses {dict(storm.statuses)}\n"
        f"scans meanwhile: {len(scans.all)}, p50 {scans.at(0.5):.0f} ms, p99 {scans.at(0.99):.0f} ms "
        f"(goal {SCAN_MS:.0f}), {dict(storm.scans.verdicts)}; {memory}",
        flush=True,
    )


def _in_a_town(databases: PostgresDatabases, redis_url: str, run: Callable[[Town], Awaitable[bool]]) -> bool:
    """Each part has a database and two processes of its own."""

    async def whole(town: Town) -> bool:
        return await run(town)

    url = asyncio.run(databases.fresh())
    try:
        with tempfile.TemporaryDirectory(prefix="yima-soak-") as made, two_servers(Path(made), url, redis_url) as town:
            return asyncio.run(whole(town))
    finally:
        asyncio.run(databases.drop(url))


def main() -> int:
    databases = PostgresDatabases(os.environ["YIMA_TEST_DATABASE_URL"])
    heads = ("codes", "accepted", "lost", "doubled", "retried", "p50 ms", "p99 ms", "scans/s")
    widths = (8, 10, 6, 9, 9, 8, 8, 8)
    named = "".join(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True))
    print(f"{'each code at four counters at once':<36}{named}", flush=True)
    redis_url = os.environ["YIMA_TEST_REDIS_URL"]
    try:
        well = [_in_a_town(databases, redis_url, run) for run in (_undisturbed, _disturbed, _storm)]
    finally:
        databases.close()
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
