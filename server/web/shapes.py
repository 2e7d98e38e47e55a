"""The base of every wire shape: no unknown fields, no changes after reading."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer


class Wire(BaseModel):
    """A request body, a query or an answer. Bodies are read strictly: "1" is no number.

    Built when it is first used or warmed up, not when the program starts: that is a seventh of a start.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class NoBody(Wire):
    """An operation that takes no body."""


class NoQuery(Wire):
    """An operation that takes no query."""


def _zulu(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


Instant = Annotated[datetime, PlainSerializer(_zulu, return_type=str)]
"""An instant on the wire: ISO 8601 in UTC with Z, whole seconds."""
