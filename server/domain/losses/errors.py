"""How a loss report is refused."""

from __future__ import annotations

from config.floor.refusal import Refusal


class ResidentNotFound(Refusal):
    """Nobody is registered and verified here under this name and number."""

    code = "resident-not-found"
    kind = "missing"
