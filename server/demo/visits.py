"""Looks at codes in the past: accepted ones, a second look at a used code, a purpose that the holder did not choose."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from codes import dynamic
from codes.service import Holder
from config.floor.refusal import Refusal
from server.demo.desk import Days, Desk, SeedStopped

Add = Callable[[datetime, Callable[[], Awaitable[None]]], None]

# who, how many working days back, when, scene on the phone, purpose at the counter, and how the look ends.
_LOOKS = (
    ("agent", 14, "10:05", "03", "apply_here", ""),
    ("n01", 9, "09:12", "01", "hall_queue", ""),
    ("n04", 6, "14:48", "03", "apply_here", ""),
    ("agent", 3, "11:20", "01", "apply_here", "purpose-not-allowed"),
    ("agent", 3, "11:22", "03", "apply_here", ""),
    ("n05", 2, "16:02", "02", "show_licence", ""),
    ("n09", 1, "10:41", "00", "apply_here", ""),
)
_USED_TWICE = ("n07", 1, "15:33")


def add_visits(desk: Desk, days: Days, add: Add) -> None:
    """Every look of the past."""
    for key, ago, clock, scene, purpose, ending in _LOOKS:
        at = days.at(ago, clock)
        add(at, _look(desk, key, at, scene, purpose, ending))
    key, ago, clock = _USED_TWICE
    at = days.at(ago, clock)
    add(at, _look(desk, key, at, "03", "apply_here", "", again="code-used"))


def _look(
    desk: Desk, key: str, at: datetime, scene: str, purpose: str, ending: str, again: str = ""
) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        text = await code_of(desk, key, at, scene)
        await _scan(desk, text, purpose, ending)
        if again:
            await _scan(desk, text, purpose, again)

    return run


async def code_of(desk: Desk, key: str, at: datetime, scene: str) -> str:
    """The code as the phone derives it at that moment."""
    who = desk.residents[key]
    holder = Holder(
        subject=who.resident_id, acting=who.resident_id, delegation=None, device=who.device, portal=who.portal,
        session_id=who.session_id, region=who.region,
    )  # fmt: skip
    issued = await desk.decide(lambda unit: desk.services.codes.issue(unit, holder))
    return dynamic.compose(issued.key, issued.handle, dynamic.step_of(at.timestamp()), scene)


async def _scan(desk: Desk, text: str, purpose: str, ending: str) -> None:
    visits, clerk = desk.services.visits, desk.staff["clerk"]
    found = await desk.services.database.unit_of_work(
        desk.portal.id, lambda unit: visits.receive(unit, clerk, text, purpose)
    )
    code = found.code if isinstance(found, Refusal) else ""
    if code != ending:
        raise SeedStopped(f"a look ended with {code or 'accepted'}, not {ending or 'accepted'}")
