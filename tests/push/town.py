"""A released campaign over many people, the senders that work on it, and what the tables say afterwards."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.selection import Selection
from config.floor.unit import Unit
from notify.fanout_rows import row_id
from server.adapters.database import Database
from tests.push.sender import Order, work

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.push.sender"])
PORTAL, REGION = "demo", "511602000000"


@dataclass(frozen=True, slots=True)
class Left:
    """What the database says: recipients, whom nothing reached, whose inbox was written twice, states of the sms."""

    people: int
    lost: int
    doubled: int
    states: dict[str, int]
    status: str


async def release(database: Database, people: int, *, rate: int = 0, canary: int = 0) -> UUID:
    """A campaign released to ``people`` ids, made by the database."""
    campaign_id = new_id()

    async def decide(unit: Unit) -> None:
        await sql.execute(
            "INSERT INTO campaigns (id, portal, region, title, body, category, audience_region, audience_item, "
            "audience_label, fills, content_hash, status, author_id, author_no, editor_id, submitter_id, approver_id, "
            "approver_no, reason, people, expanded, planned, reached, failed, skipped, all_expanded, created_at, "
            "updated_at, decided_at, rate, canary, canary_state) VALUES "
            "($1,$2,$3,'停水通知','明早八点至十点停水。','service','','','','{}','x','approved',$4,'S1',$4,$4,$5,'S2','',$6,"
            "0,0,0,0,0,$7,$8,$8,$8,$9,$10,$11)",
            campaign_id, PORTAL, REGION, new_id(), new_id(), people, False, unit.now, rate, canary,
            "running" if canary else "",
        )  # fmt: skip
        chosen = people_of(people, int(unit.now.timestamp() * 1000))
        own = "$1::uuid, $2::varchar, $3::varchar" if sql.is_postgres() else "$1, $2, $3"
        await sql.execute(
            "INSERT INTO campaign_recipients (campaign_id, portal, region, recipient) "
            f"SELECT {own}, id FROM ({chosen.after(3)}) AS people WHERE true",
            campaign_id, PORTAL, REGION, *chosen.values,
        )  # fmt: skip

    await database.unit_of_work(PORTAL, decide)
    return campaign_id


def people_of(count: int, stamp: int) -> Selection:
    """So many ids, one after another, as a statement."""
    first = str(row_id(stamp, 0))[:23]
    if sql.is_postgres():
        return Selection(
            f"SELECT ('{first}-' || lpad(to_hex(n), 12, '0'))::uuid AS id FROM generate_series(1, $1::int) AS n",
            (count,),
        )
    return Selection(
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < $1) "
        f"SELECT printf('{first}-%012x', n) AS id FROM c",
        (count,),
    )


async def left(campaign_id: UUID) -> Left:
    """Read it all, outside any transaction."""
    campaign = await sql.row("SELECT people, status FROM campaigns WHERE id = $1", campaign_id)
    told = await sql.row(
        "SELECT count(*) AS rows, count(DISTINCT recipient) AS people FROM notify_inbox i WHERE EXISTS "
        "(SELECT 1 FROM notify_messages m WHERE m.id = i.id AND m.campaign_id = $1)",
        campaign_id,
    )
    states = await sql.rows(
        "SELECT state, count(*) AS n FROM notify_deliveries WHERE campaign_id = $1 AND channel = 'sms' GROUP BY state",
        campaign_id,
    )
    assert campaign is not None and told is not None
    people = int(campaign["people"])
    return Left(
        people, people - int(told["people"]), int(told["rows"]) - int(told["people"]),
        {row["state"]: int(row["n"]) for row in states}, campaign["status"],
    )  # fmt: skip


async def finished(campaign_id: UUID, seconds: float = 120.0) -> Left:
    """What is left once the campaign has ended; TimeoutError if it does not."""
    async with asyncio.timeout(seconds):
        while (now := await left(campaign_id)).status != "done":  # noqa: ASYNC110 (it happens elsewhere and sets no event here)
            await asyncio.sleep(0.2)
    return now


async def in_flight(campaign_id: UUID) -> int:
    """How many deliveries were submitting when a sender died: the promised bound of repeats."""
    row = await sql.row(
        "SELECT count(*) AS n FROM notify_deliveries WHERE campaign_id = $1 AND state = 'submitting'", campaign_id
    )
    return int(row["n"]) if row else 0


class Sender:
    """A sender process, forked from one that has imported everything already."""

    def __init__(self, order: Order) -> None:
        self._process = _FORKS.Process(target=work, args=(order,), daemon=True)

    async def start(self) -> None:
        await asyncio.to_thread(self._process.start)

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    async def died(self, seconds: float = 120.0) -> int:
        """Wait until it has ended; the signal that ended it, 0 if it was none, -1 if it lives."""
        await asyncio.to_thread(self._process.join, seconds)
        code = self._process.exitcode
        return -1 if code is None else max(0, -code)

    async def stop(self) -> None:
        """Ask it to end, and see that it does."""
        if self._process.exitcode is None:
            self._process.terminate()
            if await self.died(15) == -1:
                self._process.kill()
                await self.died()


@asynccontextmanager
async def sender(order: Order) -> AsyncIterator[Sender]:
    """A sender that is stopped at the end, if its fault has not ended it before."""
    made = Sender(order)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
