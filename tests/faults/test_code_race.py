"""One code, many counters: 40 scans of it at once from two server processes on PostgreSQL, exactly one accepted."""

from __future__ import annotations

import asyncio
import os
from collections import Counter as Tally
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.conftest import DATABASE_URL, REDIS_URL
from tests.journeys.outside import program, staff_a_town
from tests.journeys.people import Counter, Phone
from tests.journeys.town import PASSWORD, PEOPLE
from tests.journeys.visitor import Answer
from tests.services.databases import Databases
from tests.services.program import Program

ROUNDS = int(os.environ.get("YIMA_RACE_ROUNDS", "5"))
SCANS = 40
CLERKS = ("C1", "C2", "C3", "C4")
pytestmark = pytest.mark.skipif(
    not DATABASE_URL, reason="two processes need PostgreSQL: python -m tests.services -- pytest"
)


@pytest.fixture(scope="module")
def two_servers(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, Program]]:
    """Two processes of one town on one database, with the same keys."""
    folder: Path = tmp_path_factory.mktemp("race")
    url = asyncio.run(databases.fresh())
    staff_a_town(folder, database_url=url, more=[(no, ("clerk",), f"{no} 号窗口") for no in CLERKS[1:]])
    both = [program(folder, database_url=url, redis_url=REDIS_URL) for _ in range(2)]
    try:
        for one in both:
            one.start()
        yield both[0], both[1]
    finally:
        for one in both:
            one.stop()
        asyncio.run(databases.drop(url))


@asynccontextmanager
async def _people(servers: tuple[Program, Program]) -> AsyncIterator[tuple[Phone, list[Counter]]]:
    async with AsyncExitStack() as stack:
        name, id_number, number = PEOPLE[0]
        phone = await stack.enter_async_context(Phone(servers[0].origin, number))
        if (await phone.sign_in())["loa"] < 3:
            await phone.verify(name, id_number)
        clerks = []
        for turn, staff_no in enumerate(CLERKS):
            clerk = await stack.enter_async_context(Counter(servers[turn % 2].origin, staff_no, PASSWORD))
            await clerk.sign_in()
            clerks.append(clerk)
        yield phone, clerks


async def _race(phone: Phone, clerks: list[Counter]) -> list[Answer]:
    phone.forget_key()
    text = await phone.code()
    scans = [clerks[turn % len(clerks)].scan(text, "apply_here", key=f"{text[-8:]}-{turn}") for turn in range(SCANS)]
    return list(await asyncio.gather(*scans))


async def test_one_code_is_accepted_once(two_servers: tuple[Program, Program]) -> None:
    async with _people(two_servers) as (phone, clerks):
        for _ in range(ROUNDS):
            answers = await _race(phone, clerks)
            tally = Tally(answer.body.get("code", "accepted") for answer in answers)
            assert tally == {"accepted": 1, "code-used": SCANS - 1}, tally
            winner = next(answer.body for answer in answers if answer.status == 200)
            losers = [answer.body for answer in answers if answer.status != 200]
            assert {loser["used_at"] for loser in losers} == {winner["at"]}
            assert len({loser["counter"] for loser in losers}) == 1


async def test_one_key_is_answered_once_by_both_processes(two_servers: tuple[Program, Program]) -> None:
    async with _people(two_servers) as (phone, clerks):
        for number in range(ROUNDS):
            phone.forget_key()
            text = await phone.code()
            scans = [clerks[0].scan(text, "apply_here", key=f"same-{number}") for _ in range(10)]
            answers = await asyncio.gather(*scans)
            assert {answer.status for answer in answers} == {200}
            assert len({answer.body["visit_id"] for answer in answers}) == 1
