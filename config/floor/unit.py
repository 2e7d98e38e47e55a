"""The unit of work: what one decision knows while its transaction is open.

An edge opens it (``Database.unit_of_work``), services join it. It carries the one instant that every
rule of this decision uses, the portal that scopes every query, and what is to be told after the commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

LEGAL_ZONE = ZoneInfo("Asia/Shanghai")


def legal_day(instant: datetime) -> date:
    """The date in law at this instant: Asia/Shanghai, wherever the machine stands."""
    return instant.astimezone(LEGAL_ZONE).date()


@dataclass(frozen=True, slots=True)
class Event:
    """Something open pages may want to know at once. Ids and plain words only, never personal data.

    topic: ``resident:<uuid>``, ``terminal:<uuid>``, ``staff:<portal>``, or ``wake:notify`` for the dispatcher.
    """

    topic: str
    name: str
    data: Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it. ``label`` is what may be shown (a staff number, 本人): never a name or a phone.

    ``delegation``: under which one a resident acts for somebody else; ``loa``: at which level."""

    kind: Literal["resident", "staff", "system"]
    id: UUID | None
    label: str
    delegation: UUID | None = None
    loa: int | None = None


SYSTEM = Actor(kind="system", id=None, label="system")


@dataclass(frozen=True, slots=True)
class Unit:
    """One decision. ``now`` was read once from the database's clock (UTC)."""

    now: datetime
    portal: str
    events: list[Event] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The legal day of ``now``."""
        return legal_day(self.now)

    def tell(self, topic: str, name: str, **data: str | int | bool | None) -> None:
        """Publish after the commit; forgotten if the unit rolls back. Losing it loses only speed."""
        self.events.append(Event(topic, name, data))
