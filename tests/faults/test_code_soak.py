"""Every code read by four counters at once, from two processes; one is killed and Redis forgets everything meanwhile.

The full size is ``make soak-code``; ``YIMA_SOAK_CODES`` sets this one's.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter as Tally
from pathlib import Path

import pytest

from tests.conftest import DATABASE_URL, REDIS_URL
from tests.services.databases import Databases
from tests.soak.crowd import peopled, two_servers

CODES = int(os.environ.get("YIMA_SOAK_CODES", "1000"))
pytestmark = pytest.mark.skipif(
    not DATABASE_URL, reason="two processes need PostgreSQL: python -m tests.services -- pytest"
)


def test_each_code_is_accepted_exactly_once_with_a_process_killed_and_redis_flushed(
    databases: Databases, tmp_path: Path
) -> None:
    url = asyncio.run(databases.fresh())
    with two_servers(tmp_path, url, REDIS_URL) as town:

        async def soak() -> None:
            async with peopled(town):
                handles = await town.handles(CODES)
                outcome = await town.race(handles, at_once=8, when={CODES // 3: "flush", CODES // 2: "kill"})
                assert outcome.verdicts == Tally({"accepted": CODES, "code-used": 3 * CODES}), outcome.verdicts
                assert (outcome.lost, outcome.doubled) == (0, 0)
                assert await town.recorded() == (CODES, CODES)

        asyncio.run(soak())
    asyncio.run(databases.drop(url))
