"""The port through which a channel speaks HTTP: this room imports no web library.

The adapter (``server/adapters/wire.py``) follows no redirect, caps times and sizes, and calls only hosts that it was
given. What matters to a sender is which of two failures it was: certainly not sent, or the answer lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from notify.channel import Retry, Unknown


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``headers`` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; empty if it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


class NotSent(Exception):
    """The request certainly never left: no connection, or an address that is not to be called."""


class AnswerLost(Exception):
    """The request may have arrived; no whole answer did."""


class Wire(Protocol):
    """One way out."""

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
        """POST once. ``NotSent`` or ``AnswerLost`` where there is no answer."""
        ...


async def asked(
    wire: Wire, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float
) -> Answer | Retry | Unknown:
    """The provider's answer, or what its absence means. 429 and 503 were certainly not taken; another 5xx may be a
    gateway that lost the answer of somebody who did."""
    try:
        answer = await wire.post(url, headers=headers, body=body, timeout=timeout)
    except NotSent as error:
        return Retry(f"unreachable:{error}"[:64])
    except AnswerLost:
        return Unknown("answer-lost")
    if answer.status in (429, 503):
        return Retry(f"http-{answer.status}")
    if answer.status >= 500:
        return Unknown(f"http-{answer.status}")
    return answer
