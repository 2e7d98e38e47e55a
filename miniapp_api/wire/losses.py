"""Wire shapes of a loss report."""

from __future__ import annotations

from typing import Literal

from server.web.shapes import Wire


class LossReport(Wire):
    """What is lost. ``here_too`` also ends the session that reports, for a phone that is not one's own."""

    what: Literal["phone", "paper", "all"]
    reason: Literal["lost", "stolen", "misused"] = "lost"
    here_too: bool = False


class LossReported(Wire):
    """How much of it there was to end."""

    sessions: int
    codes: int
    credentials: int
