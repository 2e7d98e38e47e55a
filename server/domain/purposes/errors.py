"""How the purposes' data is refused."""

from __future__ import annotations


class PurposesUnusable(ValueError):
    """The files of ``config/purposes/`` contradict the rules; the program does not start. Names every fault."""
