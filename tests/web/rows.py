"""How many rows every table has: to see that a refused request left nothing behind."""

from __future__ import annotations

import asyncio

from config.floor import sql
from notify.sweeps import SWEEPS

# What may change although nothing was decided: the coarse budgets, and when a session was last seen.
NOT_DECISIONS = {"budgets", "sqlite_sequence", "tortoise_migrations"}


async def row_counts() -> dict[str, int]:
    """Table → rows, without the tables that count attempts; of a server whose own first round of sweeps is over."""
    await _swept()
    found: dict[str, int] = {}
    for table in await _tables():
        if table not in NOT_DECISIONS:
            counted = await sql.row(f'SELECT count(*) AS n FROM "{table}"')
            assert counted is not None
            found[table] = int(counted["n"])
    return found


async def _swept() -> None:
    """A server that has just started writes down its sweeps, whatever it is asked meanwhile."""
    for _ in range(1000):
        if len(await sql.rows("SELECT id FROM notify_sweeps")) == len(SWEEPS):
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def _tables() -> list[str]:
    if sql.is_postgres():
        rows = await sql.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    else:
        rows = await sql.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    return sorted(row["name"] for row in rows)
