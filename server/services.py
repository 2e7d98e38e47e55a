"""What every edge may ask for: one frozen set, made by ``server/opening.py``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from codes.publishing import Publisher
from codes.service import Codes
from config.floor.unit import Event, Unit
from config.floor.vault import Vault
from config.portal import Portals
from config.settings import Settings
from config.wording import Wording
from notify.board import Board
from notify.callbacks import Callbacks
from notify.campaigns import Campaigns
from notify.history import History
from notify.service import Notify
from server.channel_house import ChannelHouse
from server.domain.answers.service import Answers
from server.domain.audit.sealing import Seals
from server.domain.audit.service import Audit
from server.domain.calendar.service import CalendarService
from server.domain.cases.service import Cases
from server.domain.catalogue.service import CatalogueService
from server.domain.counter_cases.service import CounterCases
from server.domain.credentials.service import ResidentCredentials
from server.domain.delegations.service import Delegations
from server.domain.halls.service import Halls
from server.domain.keys.search_change import SearchChange
from server.domain.licences.service import Licences
from server.domain.looks.service import Looks
from server.domain.losses.service import Losses
from server.domain.materials.service import Materials
from server.domain.privacy.rotation import Rotation
from server.domain.proving.service import Proving
from server.domain.purposes.service import Purposes
from server.domain.recognition.service import Recognition
from server.domain.replays.service import Replays
from server.domain.residents.arrivals import Arrivals
from server.domain.residents.card import Cards
from server.domain.residents.service import IdentityRegister, Residents
from server.domain.residents.sign_in import PhoneSignIn
from server.domain.residents.ways import Way
from server.domain.sessions.devices import Devices
from server.domain.sessions.otp import OneTimeCodes
from server.domain.sessions.service import Sessions
from server.domain.staff.roster import Roster
from server.domain.staff.second_factor import SecondFactor
from server.domain.staff.service import Staff
from server.domain.terminals.service import Terminals
from server.domain.visits.comparing import Comparing
from server.domain.visits.conflicts import Conflicts
from server.domain.visits.offline import OfflineReads
from server.domain.visits.ports import PortraitSource
from server.domain.visits.service import Visits
from server.rights_house import Rights

T = TypeVar("T")
CLOSING = Event("", "closing", {})
"""What every line hears last, when the process stops."""


class Line(Protocol):
    """One listener of live events."""

    async def next(self, timeout: float) -> Event | None: ...


class Store(Protocol):
    """What may vanish: live events and coarse counters."""

    def publish_soon(self, events: Sequence[Event]) -> None: ...

    async def publish(self, topic: str, name: str, data: dict[str, str | int | bool | None]) -> None: ...

    def subscribe(self, *topics: str) -> AbstractAsyncContextManager[Line]: ...

    async def hit(self, key: str, seconds: int) -> int: ...

    async def ready(self) -> bool: ...

    def end_lines(self) -> None:
        """Tell every listener that nothing more will come."""
        ...


class Clock(Protocol):
    """The one source of time: the database's clock."""

    async def read(self) -> datetime: ...


class Database(Protocol):
    """Units of work."""

    async def reading(self, portal: str) -> Unit: ...

    async def unit_of_work(self, portal: str, decide: Callable[[Unit], Awaitable[T]]) -> T: ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that is open."""

    settings: Settings
    wording: Wording
    portals: Portals
    database: Database
    clock: Clock
    store: Store
    vault: Vault
    codes: Codes
    publisher: Publisher
    credentials: ResidentCredentials
    offline_reads: OfflineReads
    comparing: Comparing
    conflicts: Conflicts
    notify: Notify
    channels: ChannelHouse
    callbacks: Callbacks
    answers: Answers
    campaigns: Campaigns
    board: Board
    history: History
    residents: Residents
    cards: Cards
    register: IdentityRegister
    proving: Proving
    sessions: Sessions
    devices: Devices
    otp: OneTimeCodes
    sign_in: PhoneSignIn
    ways: Mapping[str, Way]
    platform_code: Callable[..., str] | None  # demonstration only: what a platform hands to somebody who logs in there
    arrivals: Arrivals
    staff: Staff
    roster: Roster
    second_factor: SecondFactor
    terminals: Terminals
    catalogue: CatalogueService
    calendar: CalendarService
    cases: Cases
    materials: Materials
    purposes: Purposes
    recognition: Recognition
    visits: Visits
    delegations: Delegations
    counter_cases: CounterCases
    portraits: PortraitSource
    licences: Licences
    halls: Halls
    audit: Audit
    seals: Seals
    rotation: Rotation
    search_change: SearchChange
    looks: Looks
    losses: Losses
    replays: Replays
    rights: Rights
