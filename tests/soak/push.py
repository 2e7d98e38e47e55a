"""``make soak-push``: a push that is killed at every step on every engine, and one whose parts are taken away.

YIMA_SOAK_PEOPLE (100,000), YIMA_SOAK_KILLS (20) and YIMA_SOAK_FROZEN (60 s) set the sizes; words after the command
(sqlite, postgres, cluster, outages) choose parts. One table: nobody lost, no
inbox doubled, a provider sees no more repeats than were in flight at the kills, how soon sending went on.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import redis.asyncio

from config.floor import sql
from server.adapters.clock import DatabaseClock
from server.adapters.database import Database
from server.adapters.store_embedded import EmbeddedStore
from tests.push.provider import CountingProvider, counting_provider
from tests.push.sender import Order
from tests.push.town import Left, finished, in_flight, release, sender
from tests.services.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.services.process import QUIET, Server, answers, free_port
from tests.services.running import Running, running

PEOPLE = int(os.environ.get("YIMA_SOAK_PEOPLE", "100000"))
KILLS = int(os.environ.get("YIMA_SOAK_KILLS", "20"))
FROZEN = float(os.environ.get("YIMA_SOAK_FROZEN", "60"))
STEPS = (
    "fan-out-before-commit", "fan-out-committed", "claim-before-commit", "claim-committed", "provider-asked",
    "provider-answered", "finish-before-commit", "finish-committed",
)  # fmt: skip
RESUME, BACK = 10.0, 3.0
_MOST = 3_600.0


@dataclass(slots=True)
class Town:
    """One fresh database, a released campaign, a provider that counts."""

    engine: str
    database_url: str
    redis_url: str
    campaign_id: UUID
    provider: CountingProvider

    def order(self, fault: str = "") -> Order:
        return Order(self.engine, self.database_url, self.provider.port, self.redis_url, fault)

    async def next_call(self, since: float) -> float:
        """Seconds from ``since`` until the provider was asked again."""
        while not self.provider.came or self.provider.came[-1] < since:  # noqa: ASYNC110 (it happens elsewhere and sets no event here)
            await asyncio.sleep(0.02)
        return next(at for at in self.provider.came if at >= since) - since


@asynccontextmanager
async def town(engine: str, databases: Databases, redis_url: str) -> AsyncIterator[Town]:
    url = await databases.fresh()
    database = Database(url, clock=DatabaseClock(), publisher=EmbeddedStore(), statement_seconds=120)
    await database.open()
    try:
        async with counting_provider(free_port()) as provider:
            yield Town(engine, url, redis_url, await release(database, PEOPLE), provider)
    finally:
        await database.close()
        await databases.drop(url)


def _fault(step: str) -> str:
    """Die at this step, so far into it that all kills together are spread over the whole push."""
    chunks, batches = max(1, PEOPLE // 1_000 // KILLS), max(1, PEOPLE // 50 // KILLS)
    counts = {"fan-out": chunks // 2, "claim": batches // 2, "finish": batches // 2, "provider": PEOPLE // KILLS // 2}
    return f"{step}:{next(count for kind, count in counts.items() if step.startswith(kind))}"


async def _killed(databases: Databases, engine: str, redis_url: str) -> bool:
    async with town(engine, databases, redis_url) as one:
        began, unsure, kills, slowest = time.monotonic(), 0, 0, 0.0
        steps = itertools.cycle(STEPS)
        while kills < KILLS and (await _spreads(one) or await _waits(one)):
            step = next(steps)
            if step.startswith("fan-out") and not await _spreads(one):
                continue  # everybody is on the list: no more of it to be killed in
            async with sender(one.order(_fault(step))) as process:
                kills += await process.died(20) == signal.SIGKILL
            unsure += await in_flight(one.campaign_id)
            since = asyncio.get_running_loop().time()
            if await _waits(one):
                async with sender(one.order("provider-answered:5")) as process:
                    slowest = max(slowest, await asyncio.wait_for(one.next_call(since), 60))
                    await process.died(30)
                unsure += await in_flight(one.campaign_id)
        async with sender(one.order()):
            now = await finished(one.campaign_id, _MOST)
        name = f"{engine}, {kills} kills" if kills == KILLS else f"{engine}, only {kills} kills of {KILLS}"
        return _said(name, now, one, unsure, slowest, RESUME, time.monotonic() - began)


async def _spreads(one: Town) -> bool:
    row = await sql.row("SELECT id FROM campaigns WHERE id = $1 AND NOT all_expanded", one.campaign_id)
    return row is not None


async def _waits(one: Town) -> bool:
    row = await sql.row(
        "SELECT id FROM notify_deliveries WHERE campaign_id = $1 AND state = 'pending' LIMIT 1", one.campaign_id
    )
    return row is not None


def _said(
    name: str, now: Left, one: Town, unsure: int, slowest: float, goal: float, seconds: float, *, bounded: bool = True
) -> bool:
    repeats = sum(one.provider.seen.values()) - len(one.provider.seen)
    well = now.lost == now.doubled == 0 and now.states == {"delivered": now.people} and slowest <= goal
    well = well and len(one.provider.seen) == now.people and (repeats <= unsure or not bounded)
    bound = str(unsure) if bounded else "-"
    print(
        f"{name:<34}{now.people:>8}{now.lost:>6}{now.doubled:>9}{repeats:>9}{bound:>9}{slowest:>9.1f}{seconds:>9.0f}"
        f"  {'as it must be' if well else f'WRONG: {now.states}'}",
        flush=True,
    )
    return well


async def _taken_away(
    databases: Databases, run: Running, name: str, away: Callable[[Running, Town], Awaitable[None]]
) -> bool:
    """One sender of the cluster; in its midst a part goes and comes back."""
    async with town("cluster", databases, run.redis.url) as one, sender(one.order()):
        began = time.monotonic()
        while len(one.provider.seen) < PEOPLE // 20:  # noqa: ASYNC110 (it happens elsewhere and sets no event here)
            await asyncio.sleep(0.02)
        await away(run, one)
        since, back = asyncio.get_running_loop().time(), 0.0
        if len(one.provider.seen) < PEOPLE:  # else it was all sent meanwhile
            back = await asyncio.wait_for(one.next_call(since), 120)
        now = await _patiently(one)
        return _said(name, now, one, 0, back, BACK, time.monotonic() - began, bounded=False)


async def _patiently(one: Town) -> Left:
    while True:
        with contextlib.suppress(OSError):
            return await finished(one.campaign_id, _MOST)
        await asyncio.sleep(0.5)


async def _postgres_stops(run: Running, _: Town) -> None:
    """``-m immediate``, then a start with crash recovery."""
    await _again(run.postgres.server, signal.SIGQUIT, run.postgres.port)
    while True:  # it listens before it has recovered
        try:
            await (await asyncpg.connect(run.postgres.url)).close()
            return
        except (OSError, asyncpg.PostgresError):
            await asyncio.sleep(0.05)


async def _redis_stops(run: Running, _: Town) -> None:
    await _again(run.redis.server, signal.SIGKILL, run.redis.port)


async def _redis_freezes(run: Running, _: Town) -> None:
    os.kill(run.redis.server.pid, signal.SIGSTOP)
    await asyncio.sleep(5)
    os.kill(run.redis.server.pid, signal.SIGCONT)


async def _redis_is_flushed(run: Running, _: Town) -> None:
    async with redis.asyncio.from_url(run.redis.url) as line:
        await line.flushall()


async def _provider_freezes(_: Running, one: Town) -> None:
    one.provider.thawed.clear()
    await asyncio.sleep(FROZEN)
    one.provider.thawed.set()


async def _again(server: Server, by: signal.Signals, port: int) -> None:
    """End a server hard and start the very same one; it is stopped with the others at the end."""
    server.process.send_signal(by)
    await asyncio.to_thread(server.process.wait)
    await asyncio.sleep(1)
    arguments, folder = server.process.args, server.log.parent
    with server.log.open("ab") as out:
        server.process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=folder, env=QUIET, start_new_session=True
        )
    while not answers(port):  # noqa: ASYNC110 (it happens elsewhere and sets no event here)
        await asyncio.sleep(0.05)


OUTAGES = (
    ("PostgreSQL stopped at once", _postgres_stops),
    ("Redis killed", _redis_stops),
    ("Redis frozen 5 s", _redis_freezes),
    ("Redis flushed", _redis_is_flushed),
    (f"provider frozen {FROZEN:.0f} s", _provider_freezes),
)


def main() -> int:
    print(f"{'push':<34}{'people':>8}{'lost':>6}{'doubled':>9}{'repeats':>9}{'at most':>9}{'resumed':>9}{'seconds':>9}")
    wanted, well = set(sys.argv[1:]) or {"sqlite", "postgres", "cluster", "outages"}, True
    if "sqlite" in wanted:
        with tempfile.TemporaryDirectory(prefix="yima-push-") as made:
            well = asyncio.run(_killed(SqliteDatabases(Path(made)), "sqlite", ""))
    with running(durable=True) as run:
        for engine in sorted(wanted & {"postgres", "cluster"}, reverse=True):
            databases = PostgresDatabases(run.postgres.url)
            well = asyncio.run(_killed(databases, engine, run.redis.url)) and well
            databases.close()
        for name, away in OUTAGES if "outages" in wanted else ():
            databases = PostgresDatabases(run.postgres.url)
            well = asyncio.run(_taken_away(databases, run, name, away)) and well
            databases.close()
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
