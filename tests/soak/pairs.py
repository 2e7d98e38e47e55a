"""Two questions that differ only in what the asker must not learn: asked in turn, and what their answers betray."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.journeys.visitor import Answer

Ask = Callable[[int], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Pair:
    """``there`` asks about something that exists, ``nowhere`` the same about nothing; each gets the number of its turn.

    ``share``: of the turns that are asked for, where each costs a password's work.
    """

    name: str
    there: Ask
    nowhere: Ask
    share: float = 1.0


@dataclass(slots=True)
class Found:
    """What the answers to one pair looked like, and how long they took, in milliseconds."""

    name: str
    looks: tuple[set[tuple[int, int, str]], set[tuple[int, int, str]]] = field(default_factory=lambda: (set(), set()))
    took: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    @property
    def alike(self) -> bool:
        """Every answer of both sides has one status, one length and one code."""
        return len(self.looks[0] | self.looks[1]) == 1

    @property
    def medians(self) -> tuple[float, float]:
        return statistics.median(self.took[0]), statistics.median(self.took[1])

    @property
    def slower(self) -> float:
        """How often ``there`` took longer than ``nowhere``, over all couples of turns: 0.5 where nothing is told."""
        there, nowhere = self.took
        more = sum((one > other) + (one == other) / 2 for one in there for other in nowhere)
        return more / (len(there) * len(nowhere))


async def asked(pair: Pair, turns: int) -> Found:
    """Ask both sides so many times, in a fresh order each time, after one turn that does not count."""
    found = Found(pair.name)
    sides = (pair.there, pair.nowhere)
    for side in sides:
        await side(0)
    for turn in range(1, turns + 1):
        for which in random.sample((0, 1), 2):
            begun = time.perf_counter()
            answer = await sides[which](turn)
            found.took[which].append((time.perf_counter() - begun) * 1000)
            code = answer.body.get("code", "") if answer.status >= 400 else ""
            found.looks[which].add((answer.status, len(answer.content), code))
    return found
