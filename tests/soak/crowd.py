"""Two servers of one town, four counters, and codes that all four read at the same moment."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import signal
import time
from collections import Counter as Tally
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from pydantic import SecretStr
from redis.asyncio import Redis

from codes import dynamic
from codes.holder import Holder
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.settings import Settings
from server.demo.device import Device
from server.domain.sessions.service import resident_facts
from server.opening import opened
from tests.bench.load import request
from tests.journeys.outside import program, staff_a_town
from tests.journeys.people import Counter, Phone
from tests.journeys.town import PASSWORD, PEOPLE, PORTAL, REGION
from tests.services.program import Program
from tests.soak.wires import Said, Times, Wires

CLERKS = ("C1", "C2", "C3", "C4")
SCANS = "/counter/api/v1/scans"
TRIES = 40
"""How often a counter asks again when no answer came: some 20 seconds."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A counter's keys to the door."""

    cookie: str
    csrf: str
    device: Device

    def scan(self, port: int, text: str, key: str) -> bytes:
        """One signed request, new each time, as a counter that asks again signs anew."""
        body = json.dumps({"text": text, "purpose": "apply_here"}).encode()
        signed = self.device.signature("POST", SCANS, body, time=time.time(), key=key)
        return request(
            "POST", SCANS, port=port, body=body, Cookie=self.cookie, X_Yima_CSRF=self.csrf, Idempotency_Key=key,
            **{name.replace("-", "_"): value for name, value in signed.items()},
        )  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """What a run came to."""

    codes: int = 0
    verdicts: Tally[str] = field(default_factory=Tally)
    lost: int = 0
    doubled: int = 0
    retried: int = 0
    times: Times = field(default_factory=Times)
    seconds: float = 0.0

    def add(self, verdicts: list[str]) -> None:
        """The verdicts of one code's counters."""
        self.codes += 1
        self.verdicts.update(verdicts)
        accepted = verdicts.count("accepted")
        self.lost += accepted == 0
        self.doubled += accepted > 1


class Town:
    """Two processes on one database and one Redis."""

    def __init__(self, folder: Path, database_url: str, redis_url: str) -> None:
        self.folder, self.database_url, self.redis_url = folder, database_url, redis_url
        self.servers = [program(folder, database_url=database_url, redis_url=redis_url) for _ in range(2)]
        self.settings = Settings(profile="test", data_dir=folder / "data", database_url=SecretStr(database_url))
        self.wires = [Wires(server.port) for server in self.servers]
        self.dead: set[int] = set()
        self.desks: list[Desk] = []
        self.resident = new_id()

    async def people(self) -> None:
        """A proven resident and four clerks at their counters."""
        async with AsyncExitStack() as stack:
            name, id_number, number = PEOPLE[0]
            phone = await stack.enter_async_context(Phone(self.servers[0].origin, number))
            if (await phone.sign_in())["loa"] < 3:
                await phone.verify(name, id_number)
            self.resident = type(self.resident)(phone.me["id"])
            for turn, staff_no in enumerate(CLERKS):
                clerk = await stack.enter_async_context(Counter(self.servers[turn % 2].origin, staff_no, PASSWORD))
                await clerk.sign_in()
                cookie = next(one.value for one in clerk.session.cookie_jar if one.key == "yima_counter")
                self.desks.append(Desk(f"yima_counter={cookie}", clerk.headers["X-Yima-CSRF"], clerk.device))

    async def handles(self, number: int) -> list[tuple[str, bytes]]:
        """Fresh handles with their keys, each of a session of its own."""
        made: list[tuple[str, bytes]] = []

        async def some(unit: Unit) -> None:
            for _ in range(min(500, number - len(made))):
                holder = Holder(self.resident, self.resident, None, "soak", PORTAL, session_id=new_id(), region=REGION)
                issued = await house.services.codes.issue(unit, holder)
                made.append((issued.handle, issued.key))

        async with opened(self.settings) as house:
            while len(made) < number:
                await house.database.unit_of_work(PORTAL, some)
        return made

    async def tokens(self, number: int) -> list[str]:
        """Bearer tokens of as many signed-in phones."""
        made: list[str] = []

        async def some(unit: Unit) -> None:
            facts = resident_facts(loa=3, language="zh-CN")
            for _ in range(min(500, number - len(made))):
                opening = house.services.sessions.open(unit, "resident", self.resident, region=REGION, facts=facts)
                made.append((await opening).token)

        async with opened(self.settings) as house:
            while len(made) < number:
                await house.database.unit_of_work(PORTAL, some)
        return made

    def kill(self, which: int) -> None:
        """As the machine's loss would: nothing is said to anybody."""
        self.dead.add(which)
        os.kill(self.servers[which].pid, signal.SIGKILL)

    async def flush(self) -> None:
        """All that Redis knows is gone."""
        async with Redis.from_url(self.redis_url) as redis:
            await redis.flushall()

    async def scan(self, desk: Desk, first: int, text: str, key: str, outcome: Outcome) -> Said:
        """What a counter does: ask, and ask again with the same key, elsewhere too, while no answer comes."""
        begun = time.perf_counter()
        for attempt in range(TRIES):
            which = next(turn % 2 for turn in (first + attempt, first + attempt + 1) if turn % 2 not in self.dead)
            try:
                said = await self.wires[which].ask(desk.scan(self.servers[which].port, text, key))
            except ConnectionError:
                outcome.retried += 1
                await asyncio.sleep(random.uniform(0.05, 0.5))
                continue
            if said.status != 503:
                outcome.times.all.append(time.perf_counter() - begun)
                return said
            outcome.retried += 1
            await asyncio.sleep(random.uniform(0.2, 1.0))
        raise AssertionError(f"no answer for {key} after {TRIES} tries")

    async def race(self, handles: list[tuple[str, bytes]], *, at_once: int, when: dict[int, str]) -> Outcome:
        """Every code read by all counters at the same moment; ``when`` so many codes are done, this happens."""
        outcome, numbers, begun = Outcome(), itertools.count(), time.perf_counter()

        async def lane() -> None:
            while handles:
                handle, key = handles.pop()
                number = next(numbers)
                await self._happens(when.get(number, ""))
                text = dynamic.compose(key, handle, dynamic.step_of(time.time()), "03")
                scans = (
                    self.scan(desk, number + turn, text, f"{handle}-{turn}", outcome)
                    for turn, desk in enumerate(self.desks)
                )
                outcome.add([said.verdict for said in await asyncio.gather(*scans)])

        await asyncio.gather(*(lane() for _ in range(at_once)))
        outcome.seconds = time.perf_counter() - begun
        return outcome

    async def _happens(self, what: str) -> None:
        if what == "kill":
            self.kill(1)
        elif what == "flush":
            await self.flush()

    async def recorded(self) -> tuple[int, int]:
        """What the database holds: uses of codes, and looks that were accepted."""
        connection = await asyncpg.connect(self.database_url)
        try:
            uses = await connection.fetchval("SELECT count(*) FROM code_uses")
            looks = await connection.fetchval("SELECT count(*) FROM visits WHERE outcome = 'accepted'")
        finally:
            await connection.close()
        return int(uses), int(looks)


@contextmanager
def two_servers(folder: Path, database_url: str, redis_url: str) -> Iterator[Town]:
    """The town, staffed and serving; stopped whatever happens."""
    more = [(number, ("clerk",), f"{number} 号窗口") for number in CLERKS[1:]]
    staff_a_town(folder, database_url=database_url, more=more)
    town = Town(folder, database_url, redis_url)
    started: list[Program] = []
    try:
        for server in town.servers:
            server.start()
            started.append(server)
        yield town
    finally:
        for server in started:
            server.stop()


@asynccontextmanager
async def peopled(town: Town) -> AsyncIterator[Town]:
    """With its people in place; connections closed afterwards."""
    await town.people()
    try:
        yield town
    finally:
        for wires in town.wires:
            wires.close()
