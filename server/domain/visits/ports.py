"""What the visits room needs from others, as they offer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from config.floor.unit import Actor, Unit
from server.domain.sessions.mandate import Mandate


class Caller(Protocol):
    """The clerk at a terminal (``StaffCaller``); ``place`` is set where the terminal signed the request."""

    @property
    def staff_id(self) -> UUID: ...
    @property
    def staff_no(self) -> str: ...
    @property
    def terminal_id(self) -> UUID | None: ...
    @property
    def place(self) -> Place | None: ...
    @property
    def actor(self) -> Actor: ...


class Place(Protocol):
    """Where a terminal stands, what it may ask for, and its own limits (None = the city's)."""

    @property
    def id(self) -> UUID: ...
    @property
    def hall(self) -> str: ...
    @property
    def counter(self) -> str: ...
    @property
    def purposes(self) -> tuple[str, ...]: ...
    @property
    def region(self) -> str: ...
    @property
    def scans_per_minute(self) -> int | None: ...
    @property
    def failures(self) -> int | None: ...
    @property
    def lock_seconds(self) -> int | None: ...


class Terminals(Protocol):
    """Registered terminals; raises the refusal ``terminal-unknown``."""

    async def get(self, unit: Unit, terminal_id: UUID) -> Place: ...


class Residents(Protocol):
    """The only way to a resident's values; the caller settles why and records it."""

    async def disclose(self, unit: Unit, resident_id: UUID, fields: Sequence[str]) -> Mapping[str, str]: ...


class Mandates(Protocol):
    """Delegations behind codes."""

    async def under(self, unit: Unit, delegation_id: UUID) -> Mandate | None:
        """What it allows now, held until the unit ends; None where it is over."""
        ...


class CaseInHand(Protocol):
    """A case that is not finished."""

    @property
    def case_no(self) -> str: ...
    @property
    def item_code(self) -> str: ...
    @property
    def organisation_id(self) -> UUID | None: ...
    @property
    def item_name(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def department(self) -> str: ...


class Cases(Protocol):
    """The resident's cases in hand."""

    async def open_count(self, unit: Unit, resident_id: UUID) -> Sequence[CaseInHand]: ...

    async def held(self, unit: Unit, resident_id: UUID, items: Sequence[str]) -> set[str]:
        """Those of the items that this resident was granted here."""
        ...


@dataclass(frozen=True, slots=True)
class VisitOptions:
    """Waits and bounds, the project's own defaults; a city sets its own."""

    consent_seconds: int = 90
    disclosure_seconds: int = 300
    scans_per_minute: int = 120
    failures: int = 10
    failure_window_seconds: int = 60
    lock_seconds: int = 300
    page: int = 30


@dataclass(frozen=True, slots=True)
class Portrait:
    """A licence portrait on its way to one screen. It is never written down."""

    media_type: Literal["image/png", "image/jpeg"]
    content: bytes


class PortraitSource(Protocol):
    """Where portraits are kept (a population or licence system). Called outside any unit of work.

    ``PortraitMissing`` where it has none of this person; every other failure, also a picture of somebody else, is
    ``PortraitUnavailable``.
    """

    async def portrait(self, name: str, id_number: str, *, purpose: str, basis: str) -> Portrait: ...
