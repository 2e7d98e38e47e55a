"""Values of a statement in the making."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Bound:
    """What is bound so far."""

    values: list[Any] = field(default_factory=list)

    def add(self, value: Any) -> str:
        """Bind a value; its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}"
