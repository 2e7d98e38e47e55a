"""How every room says no: one kind of error with a stable code, worded elsewhere.

The code is the public contract; the sentence comes from ``config/words/<language>/*.toml`` under
``problems.<code>``; the HTTP status from the kind, in one table of ``server/web/problems.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Kind = Literal[
    "malformed",  # 400: cannot be read at all
    "unauthenticated",  # 401: who are you?
    "forbidden",  # 403: you may not
    "missing",  # 404: not here, or not yours
    "conflict",  # 409: not in this state, or already done
    "gone",  # 410: was here, is over
    "too-large",  # 413
    "media",  # 415: not a kind of content we take
    "invalid",  # 422: readable, but a field is wrong
    "limited",  # 429: too often
    "unavailable",  # 503: try again
]


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One wrong field: where (dotted path), a stable code, and the facts its sentence needs."""

    field: str
    code: str
    facts: tuple[tuple[str, str | int], ...] = ()


class Refusal(Exception):
    """A public no. Subclasses set ``code`` and ``kind``; ``facts`` fill the sentence's placeholders.

    Raised, it rolls the unit of work back. A refusal that must leave a trace (a counted attempt, a
    refused look) is *returned* by the service instead, so that the unit commits.
    """

    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = "conflict"
    words: ClassVar[str] = ""
    """Another key under ``problems.`` where the same code is said in other words; empty = the code itself."""

    def __init__(
        self, *, faults: Sequence[FieldFault] = (), retry_after: int | None = None, **facts: str | int
    ) -> None:
        super().__init__(self.code)
        self.faults = tuple(faults)
        self.retry_after = retry_after
        self.facts = facts
        self.more: dict[str, Any] = {}
        """What an edge adds for whoever reads the problem: lists and tables, no words of a sentence."""


class Invalid(Refusal):
    """One or more fields are wrong; ``faults`` names each."""

    code = "invalid-input"
    kind = "invalid"


class Missing(Refusal):
    """Not here, or not the caller's: the two are never told apart."""

    code = "not-found"
    kind = "missing"


class Forbidden(Refusal):
    """Known caller, but not allowed to do this."""

    code = "forbidden"
    kind = "forbidden"


class Busy(Refusal):
    """The house is full; nothing was done; come back after ``retry_after`` seconds."""

    code = "busy"
    kind = "unavailable"


class TooMany(Refusal):
    """Too often in a short time; come back after ``retry_after`` seconds."""

    code = "too-many"
    kind = "limited"
