"""Who is calling, as the session says: what handlers and services are told about the person behind a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from config.floor.unit import Actor

StaffRole = Literal[
    "clerk", "handler", "operator", "publisher", "hall_manager", "agent", "auditor", "administrator"
]  # fmt: skip
STAFF_ROLES: tuple[StaffRole, ...] = get_args(StaffRole)


@dataclass(frozen=True, slots=True)
class ResidentCaller:
    """A signed-in resident. ``loa`` is 2 (registered) to 5, as design §1 defines it."""

    session_id: UUID
    resident_id: UUID
    loa: int
    portal: str
    region: str
    language: str
    device: str

    @property
    def actor(self) -> Actor:
        return Actor(kind="resident", id=self.resident_id, label="resident")


@dataclass(frozen=True, slots=True)
class StaffCaller:
    """A signed-in member of staff; ``terminal_id`` is set only in a counter session."""

    session_id: UUID
    staff_id: UUID
    staff_no: str
    name: str
    roles: frozenset[str]
    department: str
    portal: str
    region: str
    terminal_id: UUID | None

    @property
    def actor(self) -> Actor:
        return Actor(kind="staff", id=self.staff_id, label=self.staff_no)


Caller = ResidentCaller | StaffCaller
