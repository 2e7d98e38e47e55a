"""The engine in a process of its own, which may be told where to kill itself.

Fault points are the ends of its units of work and the provider's call; an order names one and how often it is passed
before, as ``claim-committed:3``. The program itself has no such points: they are put round its two ports.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from config.floor.unit import Unit
from notify.audience import Audience, Bound
from notify.campaign_ladders import CampaignWork
from notify.channel import Outcome, Parcel
from notify.channels.inbox import InboxChannel
from notify.contacts import Manner
from notify.dispatch import Dispatcher, DispatchOptions
from notify.engine.cluster import ClusterEngine
from notify.engine.embedded import EmbeddedEngine, Engine, EngineOptions
from notify.fanout import CampaignFanOut
from notify.ladder import Patience
from notify.segments import Leaf
from notify.service import NotifyOptions
from notify.sweeps import Sweeper
from server.adapters.clock import DatabaseClock
from server.adapters.database import Database
from server.adapters.keyring import KeyringVault
from server.adapters.store_embedded import EmbeddedStore
from tests.push.provider import HttpSms

T = TypeVar("T")
VAULT = KeyringVault({"t1": bytes(range(32))}, "t1", bytes(range(32, 64)))
POINTS = (
    "fan-out-before-commit", "fan-out-committed", "claim-before-commit", "claim-committed", "provider-asked",
    "provider-answered", "finish-before-commit", "finish-committed", "sweep-before-commit", "job-put",
)  # fmt: skip
LEASE = timedelta(seconds=4)
PATIENCE = Patience(doubt_wait=timedelta(seconds=1))


class Fault:
    """Kills this process, without a word, when its point is passed for the n-th time."""

    def __init__(self, named: str) -> None:
        self._point, _, count = named.partition(":")
        self._left = int(count or 0)
        self.passed: Counter[str] = Counter()

    def pass_by(self, point: str) -> None:
        self.passed[point] += 1
        if point == self._point and self.passed[point] > self._left:
            os.kill(os.getpid(), signal.SIGKILL)


class Nobody:
    """What the engine asks of the house; the people are only ids here."""

    async def phone(self, resident_id: UUID) -> str | None:
        return None

    async def phones(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        return {}

    async def address(self, resident_id: UUID, provider: str) -> str | None:
        return None

    async def reach(self, resident_id: UUID) -> frozenset[str]:
        return frozenset()

    async def manner(self, resident_id: UUID) -> Manner:
        return Manner()

    def people(self, unit: Unit, bound: Bound) -> str:
        return "(SELECT recipient AS id FROM campaign_recipients) r WHERE 1 = 1"

    def fact(self, unit: Unit, leaf: Leaf, bound: Bound) -> str:
        return "1 = 1"

    async def masked(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]:
        return {}

    def applied(self, unit: Unit, leaf: Leaf, bound: Bound) -> str:
        return "1 = 0"

    async def names(self, unit: Unit, codes: list[str]) -> Mapping[str, str]:
        return {}

    async def sensitive(self, unit: Unit, codes: Sequence[str]) -> bool:
        return False


AUDIENCE = Audience(residents=Nobody(), cases=Nobody(), items=Nobody(), place=lambda portal, region: "示范区")


def faulty(database: Database, fault: Fault, kind: str) -> Any:
    """The database's unit of work with fault points before and after its commit. ``kind``: whose unit it is."""

    async def run(portal: str, decide: Callable[[Unit], Awaitable[T]]) -> T:
        name = kind or _kind(decide)

        async def decided(unit: Unit) -> T:
            answer = await decide(unit)
            if answer or name == "finish":
                fault.pass_by(f"{name}-before-commit")
            return answer

        answer = await database.unit_of_work(portal, decided)
        if answer or name == "finish":
            fault.pass_by(f"{name}-committed")
        return answer

    return run


def _kind(decide: Any) -> str:
    named = getattr(decide, "__qualname__", "")
    if "_send" in named:
        return "finish"
    return "claim" if "step" in named or "job" in named else "sweep"


class FaultySms(HttpSms):
    """The channel with fault points round its call."""

    def __init__(self, port: int, fault: Fault) -> None:
        super().__init__(port)
        self._fault = fault

    async def send(self, parcel: Parcel) -> Outcome:
        self._fault.pass_by("provider-asked")
        outcome = await super().send(parcel)
        self._fault.pass_by("provider-answered")
        return outcome


def engine_of(kind: str, database: Database, fault: Fault, channel: HttpSms, redis: str, batch: int) -> Engine:
    """One of the two engines over ``database``."""
    dispatcher = Dispatcher(
        run=faulty(database, fault, ""), vault=VAULT, contacts=Nobody(), channels=[InboxChannel(), channel],
        options=DispatchOptions(batch=batch, lease=LEASE, patience=PATIENCE),
    )  # fmt: skip
    fan_out = CampaignWork(
        CampaignFanOut(
            run=faulty(database, fault, "fan-out"), vault=VAULT, audience=AUDIENCE, options=NotifyOptions(), chunk=1_000
        ),
        database.unit_of_work,
    )
    options = EngineOptions(poll=0.2, sweep_every=0.5, backoff=0.3, bulk=2 if kind != "sqlite" else 1)
    sweeper = Sweeper(database.unit_of_work)
    if kind != "cluster":
        return EmbeddedEngine(dispatcher, fan_out, EmbeddedStore(), options, sweeper=sweeper)
    from server.adapters.jobs_taskiq import TaskiqJobs

    class Put(TaskiqJobs):
        async def put(self, reserved: UUID) -> None:
            await super().put(reserved)
            fault.pass_by("job-put")

    return ClusterEngine(
        dispatcher, fan_out, EmbeddedStore(), run=database.unit_of_work, express=Put(redis, "express"),
        bulk=Put(redis, "bulk"), options=options, sweeper=sweeper,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """What one sender is told. ``provider``: its port; ``fault``: where to die."""

    engine: str
    database_url: str
    provider: int
    redis: str = ""
    fault: str = ""
    batch: int = 50


async def _work(order: Order) -> None:
    """Work until SIGTERM."""
    fault = Fault(order.fault)
    database = Database(order.database_url, clock=DatabaseClock(), publisher=EmbeddedStore())
    channel = FaultySms(order.provider, fault)
    await database.open()
    engine = engine_of(order.engine, database, fault, channel, order.redis, order.batch)
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await engine.start()
    try:
        await told.wait()
    finally:
        await engine.stop()
        await channel.close()
        with contextlib.suppress(Exception):
            await database.close()


def work(order: Order) -> None:
    """A whole process: it ends by SIGTERM, or by its fault."""
    asyncio.run(_work(order))
