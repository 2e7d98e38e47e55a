"""Counted budgets: so many of something in a window, exact under concurrency."""

from __future__ import annotations

from datetime import UTC, datetime

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Search

Key = bytes | Search
"""What a budget is for: an id, or the blind index of a value."""


async def spend(unit: Unit, name: str, key: Key, *, seconds: int) -> int:
    """Count one use in the window that holds ``unit.now``; the number used so far, this one included.

    One statement, so two at once are two. Stays counted only if the unit commits: refuse by *returning*.
    """
    window, until = _window(unit.now, seconds)
    key = await _settled(unit, name, key, window)
    row = await sql.row(
        'INSERT INTO budgets (id, portal, name, key, "window", used, expires_at) VALUES ($1,$2,$3,$4,$5,1,$6) '
        'ON CONFLICT (portal, name, key, "window") DO UPDATE SET used = budgets.used + 1 RETURNING used',
        new_id(), unit.portal, name, key, window, until,
    )  # fmt: skip
    assert row is not None
    return int(row["used"])


async def refund(unit: Unit, name: str, key: Key, *, seconds: int) -> None:
    """Give one use of the current window back: it turned out not to be what the budget counts."""
    window, _ = _window(unit.now, seconds)
    key = await _settled(unit, name, key, window)
    await sql.execute(
        "UPDATE budgets SET used = used - 1 "
        'WHERE portal = $1 AND name = $2 AND key = $3 AND "window" = $4 AND used > 0',
        unit.portal, name, key, window,
    )  # fmt: skip


async def used(unit: Unit, name: str, key: Key, *, seconds: int) -> int:
    """How much of the current window is used, without using more."""
    window, _ = _window(unit.now, seconds)
    key = await _settled(unit, name, key, window)
    row = await sql.row(
        'SELECT used FROM budgets WHERE portal = $1 AND name = $2 AND key = $3 AND "window" = $4',
        unit.portal, name, key, window,
    )  # fmt: skip
    return int(row["used"]) if row else 0


def seconds_left(now: datetime, seconds: int) -> int:
    """Until the current window ends: what a refusal's Retry-After says."""
    return seconds - int(now.timestamp()) % seconds


async def sweep(unit: Unit) -> int:
    """Remove some windows that are over; how many."""
    return await sql.delete_some("budgets", "expires_at < $1", unit.now)


async def _settled(unit: Unit, name: str, key: Key, window: int) -> bytes:
    """The key that the window's row has from now on: a change of the key of search resets no budget."""
    if isinstance(key, bytes):
        return key
    if key.other is not None:
        await sql.execute(
            "UPDATE budgets SET key = $1 WHERE portal = $2 AND name = $3 AND key = $4 AND \"window\" = $5"
            " AND NOT EXISTS (SELECT 1 FROM budgets b WHERE b.portal = $2 AND b.name = $3 AND b.key = $1"
            " AND b.\"window\" = $5)",
            key.here, unit.portal, name, key.other, window,
        )  # fmt: skip
    return key.here


def _window(now: datetime, seconds: int) -> tuple[int, datetime]:
    window = int(now.timestamp()) // seconds
    return window, datetime.fromtimestamp((window + 1) * seconds, UTC)
