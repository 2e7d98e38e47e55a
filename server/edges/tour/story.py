"""The tour's story: ten steps, who acts in each, and the server events that tick it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Door = str  # "phone" | "counter" | "console"


@dataclass(frozen=True, slots=True)
class Sign:
    """An event that proves a step: its name and, where given, one fact it must carry."""

    name: str
    fact: str = ""
    value: str = ""

    def fits(self, name: str, data: Mapping[str, object]) -> bool:
        return name == self.name and (not self.fact or data.get(self.fact) == self.value)


@dataclass(frozen=True, slots=True)
class Step:
    """One step; its words are ``tour.steps.<id>``. ``cast`` names who is to act, ``pane`` the screen to look at."""

    id: str
    cast: str
    pane: Door
    signs: tuple[Sign, ...]


def _case(status: str) -> tuple[Sign, ...]:
    return (Sign("case", "status", status),)


STORY: tuple[Step, ...] = (
    Step("sign_in", "mother", "phone", (Sign("session"),)),
    Step("verify", "mother", "phone", (Sign("verification"),)),
    Step("apply", "mother", "phone", _case("submitted")),
    Step("receive", "handler", "console", _case("received")),
    Step("correct", "handler", "console", _case("correction")),
    Step("accept", "handler", "console", _case("accepted")),
    Step("decide", "handler2", "console", _case("concluded")),
    Step("serve", "handler", "console", _case("delivered")),
    Step("code", "clerk", "counter", (Sign("visit", "outcome", "accepted"),)),
    Step("notice", "operator", "console", (Sign("campaign", "status", "approved"),)),
)


def step_of(name: str, data: Mapping[str, object]) -> str | None:
    """The step that this event ticks, or None."""
    for step in STORY:
        if any(sign.fits(name, data) for sign in step.signs):
            return step.id
    return None
