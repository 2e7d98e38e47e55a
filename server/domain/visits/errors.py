"""How a look at a code, or its question, is refused. What is wrong with the code itself says ``codes.errors``."""

from __future__ import annotations

from config.floor.refusal import Refusal, TooMany


class PurposeNotAllowed(Refusal):
    """The code was shown for another scene, or this terminal may not ask for that purpose."""

    code = "purpose-not-allowed"
    kind = "forbidden"


class TerminalLocked(TooMany):
    """Too many refused scans at this terminal; it may scan again after ``retry_after`` seconds."""

    words = "too-many-terminal-locked"


class TerminalTooFast(TooMany):
    """More looks in a minute than this terminal may make; it may scan again after ``retry_after`` seconds."""

    words = "too-many-terminal-fast"


class NotGranted(Refusal):
    """The resident has not allowed this, or the minutes for which she did are over."""

    code = "not-granted"
    kind = "forbidden"


class CardNotCompared(Refusal):
    """An offline credential was shown, and nobody has said yet that the identity card agrees with it."""

    code = "card-not-compared"
    kind = "conflict"


class ConsentClosed(Refusal):
    """The question was answered before, otherwise; ``state`` says how it stands."""

    code = "consent-closed"
    kind = "conflict"


class PortraitUnavailable(Refusal):
    """The portrait's source did not answer in time or not in its form: whoever stands here was not compared."""

    code = "portrait-unavailable"
    kind = "unavailable"


class PortraitMissing(Refusal):
    """The source has no portrait of this person."""

    code = "portrait-missing"
    kind = "missing"
