"""How staff rules say no."""

from __future__ import annotations

from config.floor.refusal import Refusal


class RoleMissing(Refusal):
    """The staff number is right, but its roles do not open this door."""

    code = "role-missing"
    kind = "forbidden"


class HallMissing(Refusal):
    """The terminal stands in a hall where this employee does not work."""

    code = "hall-missing"
    kind = "forbidden"
