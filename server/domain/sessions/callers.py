"""Who is calling, as the session says: what handlers and services are told about the person behind a request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args
from uuid import UUID

from config.floor.scope import EVERYWHERE, Scope
from config.floor.unit import Actor
from server.domain.sessions.mandate import Mandate

StaffRole = Literal[
    "clerk", "handler", "operator", "publisher", "hall_manager", "agent", "auditor", "administrator",
    "security_administrator",
]  # fmt: skip
STAFF_ROLES: tuple[StaffRole, ...] = get_args(StaffRole)


@dataclass(frozen=True, slots=True)
class ResidentCaller:
    """A signed-in resident. ``loa`` is 2 (registered) to 5, as design §1 defines it.

    With a ``mandate`` the call is on behalf of its principal: ``resident_id`` is whose matters these are, and every
    other fact is the caller's own.
    """

    session_id: UUID
    resident_id: UUID
    loa: int
    portal: str
    region: str
    language: str
    device: str
    mandate: Mandate | None = None

    @property
    def acting_id(self) -> UUID:
        """The person who calls: oneself, or who acts for ``resident_id`` under the mandate."""
        return self.mandate.delegate_id if self.mandate else self.resident_id

    @property
    def actor(self) -> Actor:
        if self.mandate is None:
            return Actor(kind="resident", id=self.resident_id, label="resident", loa=self.loa)
        return Actor("resident", self.acting_id, "delegate", self.mandate.delegation_id, self.loa)

    def acting_for(self, mandate: Mandate) -> ResidentCaller:
        """The same session, acting for the mandate's principal; level, language and device stay the caller's own."""
        return replace(self, resident_id=mandate.principal_id, region=mandate.region, mandate=mandate)


@dataclass(frozen=True, slots=True)
class TerminalPlace:
    """One registered terminal: where it stands, what it may ask for, and its own limits (None = the city's)."""

    id: UUID
    hall: str
    counter: str
    purposes: tuple[str, ...]
    region: str
    name: str = ""
    scans_per_minute: int | None = None
    failures: int | None = None
    lock_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceCaller:
    """A registered terminal whose signature was found good; nobody is on shift, or nobody was asked for."""

    portal: str
    place: TerminalPlace

    @property
    def session_id(self) -> UUID:
        """What its requests are counted by."""
        return self.place.id

    @property
    def actor(self) -> Actor:
        return Actor(kind="system", id=self.place.id, label="terminal")


@dataclass(frozen=True, slots=True)
class StaffCaller:
    """A signed-in member of staff; ``terminal_id`` is set only in a counter session, and ``place`` where the
    terminal's signature was checked for this very request. ``halls``: those where she works; none named = every hall of
    the portal."""

    session_id: UUID
    staff_id: UUID
    staff_no: str
    name: str
    roles: frozenset[str]
    department: str
    portal: str
    region: str
    terminal_id: UUID | None
    place: TerminalPlace | None = None
    halls: tuple[str, ...] = ()
    locked: bool = False
    """Nobody was there for a while: until the holder shows up again this session opens nothing."""
    departments: tuple[str, ...] | None = None
    """Whose matters she sees, where the roster says so; None = as her roles have it."""
    regions: tuple[str, ...] | None = None
    """Where those matters are; None = anywhere in the portal."""

    @property
    def scope(self) -> Scope:
        """How far her work reaches: the department's matters; the whole portal's for who leads a hall or audits."""
        if self.departments is not None:
            return Scope(None if EVERYWHERE in self.departments else self.departments, self.regions)
        whole = self.roles & {"hall_manager", "auditor"} and not self.roles & {"handler", "clerk"}
        return Scope(None if whole else (self.department,), self.regions)

    @property
    def actor(self) -> Actor:
        return Actor(kind="staff", id=self.staff_id, label=self.staff_no)


Caller = ResidentCaller | StaffCaller | DeviceCaller
