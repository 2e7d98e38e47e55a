"""How the agreements' data is refused."""

from __future__ import annotations


class RecognitionUnusable(ValueError):
    """The files of recognition agreements contradict the rules; the program does not start. Names every fault."""
