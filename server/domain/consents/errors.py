"""How this room says no."""

from __future__ import annotations

from config.floor.refusal import Refusal


class ConsentTextChanged(Refusal):
    """The words she saw are not the ones that stand now: they are shown again before she answers."""

    code = "consent-text-changed"
    kind = "conflict"


class ConsentNotAChoice(Refusal):
    """The law settles this purpose, or a notice can only be read: there is nothing to say no to."""

    code = "consent-not-a-choice"
    kind = "conflict"
