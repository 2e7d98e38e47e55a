"""How the catalogue says no."""

from __future__ import annotations

from collections.abc import Sequence

from config.floor.refusal import Refusal


class ItemUnknown(Refusal):
    """No such item in this portal (or no such version of it)."""

    code = "item-unknown"
    kind = "missing"


class CursorInvalid(Refusal):
    """The place in a list is not one that this service gave out."""

    code = "cursor-invalid"
    kind = "invalid"


class GuideFaulty(Exception):
    """A guide file breaks the schema or a quality rule; nothing was published. For operators, not for residents."""

    def __init__(self, name: str, flaws: Sequence[str]) -> None:
        super().__init__(f"{name}: " + "; ".join(flaws))
        self.name = name
        self.flaws = tuple(flaws)


class ImportFileInvalid(Exception):
    """The file as a whole is not a list of items (no such header). For operators."""
