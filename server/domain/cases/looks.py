"""Who read which case lately, so that a page that renews itself makes one audit entry and not hundreds.

Kept in this process only: losing it costs an entry too many, never one too few.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

_MOST = 10_000


class Looks:
    """The last recorded look of one person at one case."""

    def __init__(self, every: timedelta = timedelta(minutes=30)) -> None:
        self._every = every
        self._last: OrderedDict[tuple[UUID, UUID], datetime] = OrderedDict()

    def is_new(self, staff_id: UUID, case_id: UUID, now: datetime) -> bool:
        """Whether this look is to be recorded."""
        last = self._last.get((staff_id, case_id))
        return last is None or not timedelta(0) <= now - last < self._every

    def keep(self, staff_id: UUID, case_id: UUID, now: datetime) -> None:
        """It was recorded."""
        self._last[staff_id, case_id] = now
        self._last.move_to_end((staff_id, case_id))
        while len(self._last) > _MOST:
            self._last.popitem(last=False)
