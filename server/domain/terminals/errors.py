"""How a terminal is refused. Whoever is no registered terminal hears one sentence, whatever it sent."""

from __future__ import annotations

from config.floor.refusal import Refusal


class TerminalUnknown(Refusal):
    """No registered terminal signed this: no signature, a wrong one, an unknown terminal or a withdrawn one."""

    code = "terminal-unknown"
    kind = "forbidden"


class TerminalClock(Refusal):
    """A registered terminal signed it, but its clock is too far off: ``seconds`` (whole, absolute), ``way`` in words'
    key (``fast`` or ``slow``) and ``server_time`` (unix seconds). Only told after the signature was found good."""

    code = "terminal-clock"
    kind = "forbidden"


class TerminalNonceUsed(Refusal):
    """This very request was decided before: it came a second time."""

    code = "terminal-nonce-used"
    kind = "conflict"


class EnrolmentRefused(Refusal):
    """The code is wrong, over or used, or the proof does not fit the key; the reasons are never told apart."""

    code = "enrolment-refused"
    kind = "forbidden"


class EnrolmentTooMany(Refusal):
    """Too many enrolment codes were tried from one address, or in this portal."""

    code = "enrolment-too-many"
    kind = "limited"


class TerminalState(Refusal):
    """Not in this state: a new code is only given to a terminal that waits for its device."""

    code = "terminal-state"
    kind = "conflict"
