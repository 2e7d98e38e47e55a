"""Fan-out and drain of a push beside bare floors, and case notices meanwhile; part of ``make bench``.

``python -m tests.services --durable -- python -m tests.bench.notices``; YIMA_BENCH_PEOPLE (1,000,000),
YIMA_BENCH_SILENT (100,000) and YIMA_BENCH_DRAIN (20,000) set the sizes. Each pair runs in one process on one database.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from notify import queue, verdicts
from notify.campaign_ladders import climb_silent
from notify.channel import Health, Outcome, Parcel, Sent
from notify.dispatch import Dispatcher, DispatchOptions
from notify.engine.embedded import EmbeddedEngine, EngineOptions
from notify.fanout import CampaignFanOut
from notify.ladder import LANE_CASE
from notify.service import NotifyOptions
from server.adapters.clock import DatabaseClock
from server.adapters.database import Database
from server.adapters.store_embedded import EmbeddedStore
from tests.push.provider import HttpSms, counting_provider
from tests.push.sender import AUDIENCE, VAULT, Nobody
from tests.push.town import PORTAL, REGION, release
from tests.services.databases import PostgresDatabases
from tests.services.process import free_port

PEOPLE = int(os.environ.get("YIMA_BENCH_PEOPLE", "1000000"))
SILENT = int(os.environ.get("YIMA_BENCH_SILENT", "100000"))
DRAIN = int(os.environ.get("YIMA_BENCH_DRAIN", "20000"))
BATCH, ROUNDS, CASES = 100, 3, 200
TABLES = ("notify_messages", "notify_inbox", "notify_deliveries")


class Silent:
    """A channel that has sent at once."""

    name, provider, timeout, needs_phone, harmless_again = "sms", "", 5.0, False, False

    def __init__(self) -> None:
        self.cases: list[float] = []

    async def check(self) -> Health:
        return Health(ok=True)

    async def send(self, parcel: Parcel) -> Outcome:
        if parcel.event == "case":
            self.cases.append(time.monotonic())
        return Sent(delivered=True)


class Live(Silent):
    name = "live"


@asynccontextmanager
async def fresh(databases: PostgresDatabases) -> AsyncIterator[tuple[Database, Any]]:
    """An empty database, ours and a bare connection to it."""
    url = await databases.fresh()
    database = Database(url, clock=DatabaseClock(), publisher=EmbeddedStore(), statement_seconds=600)
    await database.open()
    bare = await asyncpg.connect(url)
    gc.freeze()  # as the program does when it is open: no collection looks at what was made until now
    try:
        yield database, bare
    finally:
        await bare.close()
        await database.close()
        await databases.drop(url)


def line(name: str, floor: float, ours: float, goal: float = 0.0) -> None:
    """``goal`` 0: nobody asked for one."""
    verdict = f"{goal:>8.2f}  {'reached' if ours / floor >= goal else 'MISSED'}" if goal else ""
    print(f"{name:<44}{floor:>10.0f}{ours:>10.0f}{ours / floor:>8.2f}{verdict}", flush=True)


async def _fan_out(databases: PostgresDatabases) -> None:
    async with fresh(databases) as (database, bare):
        await release(database, PEOPLE)
        await bare.execute("ANALYZE")
        runner = CampaignFanOut(run=database.unit_of_work, vault=VAULT, audience=AUDIENCE, options=NotifyOptions())
        began = time.monotonic()
        while await runner.step():
            pass
        ours = time.monotonic() - began
        for table in TABLES:
            await bare.execute(f"CREATE TABLE bare_{table} AS SELECT * FROM {table}")
        await bare.execute("TRUNCATE notify_deliveries, notify_inbox, notify_messages, notify_attempts")
        await bare.execute("CHECKPOINT")
        began = time.monotonic()
        async with bare.transaction():
            for table in TABLES:
                names = await bare.fetchval(
                    "SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_name = $1", table
                )
                await bare.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM bare_{table}")
        floor = time.monotonic() - began
    line(f"fan-out of {PEOPLE:,} people, a second", PEOPLE / floor, PEOPLE / ours, 0.5)
    print(
        f"largest memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB (goal 300)"
    )


async def _climb(databases: PostgresDatabases) -> None:
    """People whom WeChat told and who did not answer go on to a text message; the floor writes the same rows."""
    async with fresh(databases) as (database, bare):
        await release(database, SILENT)
        runner = CampaignFanOut(run=database.unit_of_work, vault=VAULT, audience=AUDIENCE, options=NotifyOptions())
        while await runner.step():
            pass
        for silence in (
            "UPDATE notify_deliveries SET channel = 'wechat', state = 'sent', client_msg_id = replace(client_msg_id, "
            "'-sms', '-wechat'), updated_at = now() - interval '5 hours' WHERE channel = 'sms'",
            "INSERT INTO notify_ladders (id, portal, region, recipient, category, steps, left_out, at_step, state, "
            "reason, next_at, decided_at, campaign_id) SELECT id, portal, region, recipient, category, "
            """'[["wechat",240],["sms",240]]', '{}', 0, 'climbing', '', now() - interval '1 hour', created_at, """
            "campaign_id FROM notify_messages",
            "CREATE TABLE before AS SELECT * FROM notify_ladders",
            "VACUUM ANALYZE",
        ):
            await bare.execute(silence)
        began, pieces = time.monotonic(), [0.0]
        while await database.unit_of_work("", climb_silent):
            pieces.append(time.monotonic() - began - sum(pieces))
        ours = time.monotonic() - began
        names = await bare.fetchval(
            "SELECT string_agg(column_name, ', ') FROM information_schema.columns "
            "WHERE table_name = 'notify_deliveries'"
        )
        for text in (
            "CREATE TABLE sms AS SELECT * FROM notify_deliveries WHERE channel = 'sms'",
            "CREATE TABLE after AS SELECT id, at_step, next_at FROM notify_ladders",
            "DELETE FROM notify_deliveries WHERE channel = 'sms'",
            "TRUNCATE notify_ladders",
            "INSERT INTO notify_ladders SELECT * FROM before",
            "VACUUM ANALYZE",
            "CHECKPOINT",
        ):
            await bare.execute(text)
        assert await bare.fetchval("SELECT count(*) FROM sms") == SILENT
        began = time.monotonic()
        async with bare.transaction():
            await bare.execute(
                "UPDATE notify_ladders l SET at_step = a.at_step, next_at = a.next_at FROM after a WHERE l.id = a.id"
            )
            await bare.execute(f"INSERT INTO notify_deliveries ({names}) SELECT {names} FROM sms")
        floor = time.monotonic() - began
    line(f"{SILENT:,} silent ones moved on, a second", SILENT / floor, SILENT / ours)
    print(f"longest transaction of it: {max(pieces) * 1000:.0f} ms")


def _dispatcher(database: Database, channel: Any) -> Dispatcher:
    return Dispatcher(
        run=database.unit_of_work, vault=VAULT, contacts=Nobody(), channels=[channel, Live()],
        options=DispatchOptions(batch=BATCH),
    )  # fmt: skip


async def ready(database: Database, bare: Any) -> UUID:
    """A campaign that is all fanned out, its active deliveries due; the pages' own channel is left out."""
    campaign_id = await release(database, DRAIN)
    runner = CampaignFanOut(run=database.unit_of_work, vault=VAULT, audience=AUDIENCE, options=NotifyOptions())
    while await runner.step():
        pass
    await bare.execute("DELETE FROM notify_deliveries WHERE channel = 'live'")
    await bare.execute("VACUUM ANALYZE notify_deliveries")
    return campaign_id


async def _bare_batch(bare: Any, campaign_id: UUID, between: Callable[[list[Any]], Awaitable[None]]) -> int:
    """Our statements and commits of one batch, by hand."""
    now = datetime.now(UTC)
    due = (
        "SELECT id FROM notify_deliveries WHERE state = 'pending' AND next_at <= $3 "
        "AND (lease_until IS NULL OR lease_until <= $3)"
    )
    take = (
        "UPDATE notify_deliveries SET state = 'submitting', lease_id = $1, lease_until = $2, attempt = attempt + 1 "
        "WHERE id = ANY(ARRAY({} FOR UPDATE SKIP LOCKED)) RETURNING " + queue.TAKEN
    )
    lease = new_id()
    async with bare.transaction():
        await bare.fetch(
            take.format(f"{due} AND campaign_id IS NULL AND lane <= $5 ORDER BY lane, next_at LIMIT $4"),
            lease, now + timedelta(seconds=30), now, BATCH, 2,
        )  # fmt: skip
        await bare.fetch("SELECT id, rate, allowance, allowance_at FROM campaigns WHERE status = 'sending' LIMIT 50")
        rows = await bare.fetch(
            take.format(f"{due} AND campaign_id = $5 ORDER BY next_at LIMIT $4"),
            lease, now + timedelta(seconds=30), now, BATCH, campaign_id,
        )  # fmt: skip
        await bare.fetch(
            "SELECT d.id, m.portal, m.event, m.category, m.language, m.recipient, m.address, m.content, m.wording_id, "
            "i.read_at FROM notify_deliveries d JOIN notify_messages m ON m.id = d.message_id "
            "LEFT JOIN notify_inbox i ON i.id = m.id WHERE d.lease_id = $1",
            lease,
        )
    await between(rows)
    if rows:
        count = len(rows)
        async with bare.transaction():
            await bare.fetch(
                verdicts._POSTGRES, [row["id"] for row in rows], [lease] * count, ["delivered"] * count, [""] * count,
                [""] * count, [None] * count, [False] * count, [new_id() for _ in rows], [1] * count,
                ["delivered"] * count, now,
            )  # fmt: skip
            await bare.fetch(
                "UPDATE campaigns SET reached = reached + $1, updated_at = $2 WHERE id = $3 RETURNING id, reached",
                count, now, campaign_id,
            )  # fmt: skip
    return len(rows)


async def _nothing(rows: list[Any]) -> None:
    """Between the two transactions."""


async def _drain(databases: PostgresDatabases) -> None:
    floors, ours = [], []
    for _ in range(ROUNDS):
        async with fresh(databases) as (database, bare):
            campaign_id = await ready(database, bare)
            began = time.monotonic()
            while await _bare_batch(bare, campaign_id, _nothing):
                pass
            floors.append(DRAIN / (time.monotonic() - began))
        async with fresh(databases) as (database, bare):
            await ready(database, bare)
            dispatcher = _dispatcher(database, Silent())
            began = time.monotonic()
            while await dispatcher.step():
                pass
            ours.append(DRAIN / (time.monotonic() - began))
    line("drain without a provider, a second", statistics.median(floors), statistics.median(ours), 0.6)


async def _drain_by_http(databases: PostgresDatabases) -> None:
    """Both through the same loopback provider; its own work is on either side alike."""
    floors, ours = [], []
    async with counting_provider(free_port()) as provider:
        for _ in range(ROUNDS):
            async with fresh(databases) as (database, bare):
                campaign_id = await ready(database, bare)
                url = f"http://127.0.0.1:{provider.port}/send?id="
                async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as session:
                    began = time.monotonic()
                    ids = [row["id"] for row in await bare.fetch(
                        "SELECT id FROM notify_deliveries WHERE campaign_id = $1 AND state = 'pending'", campaign_id
                    )]  # fmt: skip
                    for start in range(0, len(ids), BATCH):
                        part = ids[start : start + BATCH]
                        await asyncio.gather(*(_posted(session, f"{url}{one}") for one in part))
                        await bare.execute(
                            "UPDATE notify_deliveries SET state = 'delivered' WHERE id = ANY($1::uuid[])", part
                        )
                    floors.append(DRAIN / (time.monotonic() - began))
            async with fresh(databases) as (database, bare):
                await ready(database, bare)
                channel = HttpSms(provider.port, timeout=10)
                dispatcher = _dispatcher(database, channel)
                began = time.monotonic()

                async def loop(dispatcher: Dispatcher = dispatcher) -> None:
                    while await dispatcher.step():
                        pass

                await asyncio.gather(loop(), loop())
                ours.append(DRAIN / (time.monotonic() - began))
                await channel.close()
    line("drain through HTTP, a second", statistics.median(floors), statistics.median(ours), 0.5)


async def _posted(session: aiohttp.ClientSession, url: str) -> None:
    async with session.post(url, data=b"") as answer:
        await answer.read()


async def _meanwhile(databases: PostgresDatabases) -> None:
    """Case notices while a campaign is fanned out and sent: from their commit to their channel."""
    async with fresh(databases) as (database, _):
        store, channel = EmbeddedStore(), Silent()
        await release(database, DRAIN * 2)
        engine = EmbeddedEngine(
            _dispatcher(database, channel),
            CampaignFanOut(run=database.unit_of_work, vault=VAULT, audience=AUDIENCE, options=NotifyOptions()),
            store, EngineOptions(bulk=2),
        )  # fmt: skip
        await engine.start()
        posted = []
        for number in range(CASES):
            await database.unit_of_work(PORTAL, partial(_post, number=number))
            store.publish_soon([])
            posted.append(time.monotonic())
            await asyncio.sleep(0.02)
        while len(channel.cases) < CASES:  # noqa: ASYNC110 (it happens elsewhere and sets no event here)
            await asyncio.sleep(0.05)
        await engine.stop()
    waits = sorted(max(0.0, came - at) for at, came in zip(posted, sorted(channel.cases), strict=True))
    late = waits[int(CASES * 0.99) - 1]
    print(
        f"case notices meanwhile: p50 {waits[CASES // 2] * 1000:.0f} ms, p99 {late * 1000:.0f} ms (goal 2,000)",
        flush=True,
    )


async def _post(unit: Unit, number: int) -> None:
    message = new_id()
    await sql.execute(
        "INSERT INTO notify_messages (id, portal, region, recipient, event, template_version, category, dedupe_key, "
        "content, language, subject, lane, created_at) VALUES ($1,$2,$3,$4,'case',1,'service',$5,$6,'zh-CN','',$7,$8)",
        message, PORTAL, REGION, new_id(), f"case:{number}", SEALED, LANE_CASE, unit.now,
    )  # fmt: skip
    await sql.execute(
        "INSERT INTO notify_deliveries (id, message_id, portal, region, channel, step, lane, state, attempt, next_at, "
        "expires_at, client_msg_id, provider_ref, reason, updated_at) "
        "VALUES ($1,$2,$3,$4,'sms',1,$5,'pending',0,$6,$7,$8,'','',$6)",
        new_id(), message, PORTAL, REGION, LANE_CASE, unit.now, unit.now + timedelta(hours=1), f"{message.hex}-sms",
    )  # fmt: skip


def sealed() -> bytes:
    from notify.outbox import Words

    return Words("标题", "内容", "内容", "", {}).sealed(VAULT)


SEALED = sealed()


def measured(title: str, *measures: Callable[[PostgresDatabases], Coroutine[Any, Any, None]]) -> int:
    """Each beside its floor, one line each below ``title``."""
    databases = PostgresDatabases(os.environ["YIMA_TEST_DATABASE_URL"])
    print(f"\n{title:<44}{'floor':>10}{'ours':>10}{'ratio':>8}{'goal':>8}")
    try:
        for measure in measures:
            asyncio.run(measure(databases))
    finally:
        databases.close()
    return 0


def main() -> int:
    return measured("a push", _fan_out, _climb, _drain, _drain_by_http, _meanwhile)


if __name__ == "__main__":
    sys.exit(main())
