"""What a provider's word means for a delivery: later, never, or not known (then later, and said aloud)."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from notify.channel import Rejected, Retry

_log = logging.getLogger("yima.notify.channels")


class Codes:
    """Permanent codes never go again; a code in neither list is tried again and logged for whoever keeps the list."""

    def __init__(self, *, later: Iterable[str | int], never: Iterable[str | int]) -> None:
        self.later = frozenset(str(code) for code in later)
        self.never = frozenset(str(code) for code in never)

    def outcome(self, provider: str, code: str, detail: str = "") -> Rejected | Retry:
        """What the delivery becomes. ``detail`` (a field's name, never a value) goes into the reason."""
        reason = f"{code}:{detail}"[:64] if detail else code[:64] or "no-code"
        if code in self.never:
            return Rejected(reason)
        if code not in self.later:
            _log.warning("%s answered with a code that is not listed: %s", provider, reason)
        return Retry(reason)
