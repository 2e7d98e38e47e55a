"""How a look at a code, or its question, is refused. What is wrong with the code itself says ``codes.errors``."""

from __future__ import annotations

from config.floor.refusal import Refusal, TooMany


class PurposeNotAllowed(Refusal):
    """The code was shown for another scene, or this terminal may not ask for that purpose."""

    code = "purpose-not-allowed"
    kind = "forbidden"


class TerminalLocked(TooMany):
    """Too many refused scans at this terminal; it may scan again after ``retry_after`` seconds."""


class ConsentClosed(Refusal):
    """The question was answered before, otherwise; ``state`` says how it stands."""

    code = "consent-closed"
    kind = "conflict"
