"""Any order of takes, calls, skips, recalls, transfers and cancellations against a model that fits on a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from config.floor.refusal import Refusal
from server.domain.halls.views import Ticket
from server.domain.sessions.callers import StaffCaller
from tests.domain.halls.lobby import Lobby

COUNTERS = (1, 3)
NEXT_MONDAY = timedelta(days=7)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "green", "call", "finish", "skip", "recall", "requeue", "transfer", "cancel"]),
        st.integers(0, 7),
    ),
    min_size=4,
    max_size=14,
)


@dataclass
class Model:
    """What must be so whatever happened."""

    given: dict[str, list[str]] = field(default_factory=dict)
    finished: set[str] = field(default_factory=set)
    held: dict[int, Ticket] = field(default_factory=dict)
    skipped: list[Ticket] = field(default_factory=list)


@bounds(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
@given(steps=STEPS)
async def test_whatever_happens_every_number_is_somewhere_once(lobby: Lobby, steps: list[tuple[str, int]]) -> None:
    lobby.clock.advance(NEXT_MONDAY)  # every example on a day of its own
    clerks, model, refusals = await lobby.open(*COUNTERS), Model(), set()
    for step, pick in steps:
        try:
            await _step(lobby, model, clerks, step, pick)
        except Refusal as refused:
            refusals.add(refused.code)
    assert refusals <= {"nobody-waiting", "counter-occupied"}
    state = await lobby.state()
    at_counters = {one.counter.number: one.ticket.label for one in state.counters if one.ticket}
    assert at_counters == {number: ticket.label for number, ticket in model.held.items()}
    waiting = [one.ticket.label for one in state.waiting]
    skipped = [one.label for one in state.skipped]
    everyone = [*waiting, *skipped, *at_counters.values(), *model.finished]
    assert sorted(everyone) == sorted(label for labels in model.given.values() for label in labels)
    for prefix, labels in model.given.items():
        assert labels == [f"{prefix}{number:03d}" for number in range(1, len(labels) + 1)]
    places = [one.ticket.place for one in state.waiting]
    assert places == sorted(places)


async def _step(lobby: Lobby, model: Model, clerks: dict[int, StaffCaller], step: str, pick: int) -> None:
    number = COUNTERS[pick % len(COUNTERS)]
    clerk, held = clerks[number], model.held.get(number)
    if step in ("take", "green"):
        taken = await lobby.take(("general", "licence")[pick % 2], green="elder" if step == "green" else "")
        model.given.setdefault(taken.label[0], []).append(taken.label)
    elif step == "call":
        model.held[number] = await lobby.next(clerk, number)
    elif step in ("finish", "skip", "transfer") and held:
        where = {"business": "pickup" if held.business != "pickup" else "general"} if step == "transfer" else {}
        moved = await lobby.move(held, step, clerk, **where)
        del model.held[number]
        model.finished |= {moved.label} if step == "finish" else set()
        model.skipped += [moved] if step == "skip" else []
    elif step in ("recall", "requeue", "cancel") and model.skipped:
        ticket = model.skipped[pick % len(model.skipped)]
        number = next(n for n in COUNTERS if ticket.business in lobby.hall.counter(n).serves)
        moved = await lobby.move(ticket, step, None if step == "cancel" else clerks[number])
        model.skipped.remove(ticket)
        if step == "recall":
            model.held[number] = moved
        model.finished |= {moved.label} if step == "cancel" else set()
