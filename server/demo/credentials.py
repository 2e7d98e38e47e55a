"""Offline credentials of the past: papers that live, one reported lost, and a read that came home too late."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from codes.credential_options import Tier
from codes.publishing import uri_of
from config.floor.ids import new_id
from server.demo.desk import Days, Desk, SeedStopped
from server.domain.credentials.service import Issued
from server.domain.sessions.callers import StaffCaller

Add = Callable[[datetime, Callable[[], Awaitable[None]]], None]

# who, how many working days back, when, and which tier
_PAPERS: tuple[tuple[str, int, str, Tier], ...] = (
    ("n01", 12, "09:20", "T1"),
    ("n03", 20, "10:15", "T1"),
    ("n05", 8, "15:05", "T0"),
)
_LOST = ("n03", 5, "18:30")
_READ_LATE = ("n03", 4, "09:40")


def add_credentials(desk: Desk, days: Days, add: Add) -> None:
    """Three papers; one is lost, and a counter without a network reads it the next morning by a list of the night."""
    issued: dict[str, Issued] = {}
    for key, ago, clock, tier in _PAPERS:
        add(days.at(ago, clock), _order(desk, issued, key, tier))
    key, ago, clock = _LOST
    add(days.at(ago, clock), _lose(desk, issued, key))
    key, ago, clock = _READ_LATE
    add(days.at(ago, clock), _bring(desk, issued, key, days.at(ago, clock)))


def _order(desk: Desk, issued: dict[str, Issued], key: str, tier: Tier) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        who, credentials = desk.residents[key], desk.services.credentials
        issued[key] = await desk.decide(lambda unit: credentials.order(unit, who.actor, who.resident_id, tier, "paper"))

    return run


def _lose(desk: Desk, issued: dict[str, Issued], key: str) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        who, paper = desk.residents[key], issued[key].held
        await desk.decide(lambda unit: desk.services.credentials.lost(unit, who.actor, who.resident_id, paper.id))

    return run


def _bring(desk: Desk, issued: dict[str, Issued], key: str, at: datetime) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        clerk, paper = _clerk(desk), issued[key].held
        line = {
            "id": str(new_id()), "at": (at - timedelta(minutes=20)).isoformat(), "list": uri_of(paper.list_number),
            "idx": paper.idx, "tier": paper.tier, "verdict": "accepted", "purpose": "apply_here",
            "staff_no": clerk.staff_no, "card_in_hand": True, "list_age_seconds": 16 * 3600,
        }  # fmt: skip
        came = await desk.decide(lambda unit: desk.services.offline_reads.take(unit, clerk, [line]))
        if came.stored != 1:
            raise SeedStopped("an offline read of the past was not taken")

    return run


def _clerk(desk: Desk) -> StaffCaller:
    return next(one for one in desk.staff.values() if one.terminal_id is not None)
