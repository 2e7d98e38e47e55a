"""Who stands at the counter, and for whom: herself, or somebody else under a delegation that reaches this far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

from config.floor.scope import Scope
from config.floor.unit import Actor, Unit
from server.domain.counter_cases.errors import BeyondBearer, CardNotSeen, NotForApplying
from server.domain.delegations.errors import DelegationOver
from server.domain.residents.service import ResidentProfile
from server.domain.sessions.mandate import Mandate
from server.domain.visits.errors import CardNotCompared

Way = Literal["phone", "paper"]
PURPOSE = "apply_here"
_CARD_LOA = 5


class Clerk(Protocol):
    """Whoever works at a terminal (``StaffCaller``)."""

    @property
    def staff_id(self) -> UUID: ...
    @property
    def staff_no(self) -> str: ...
    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def department(self) -> str: ...
    @property
    def scope(self) -> Scope: ...
    @property
    def terminal_id(self) -> UUID | None: ...
    @property
    def actor(self) -> Actor: ...


class Shown(Protocol):
    """An accepted look at a code; ``delegation_id`` where it was shown for somebody else."""

    @property
    def at(self) -> datetime: ...
    @property
    def purpose(self) -> str: ...
    @property
    def resident_id(self) -> UUID: ...
    @property
    def acting_id(self) -> UUID: ...
    @property
    def delegation_id(self) -> UUID | None: ...
    @property
    def hall(self) -> str: ...
    @property
    def counter(self) -> str: ...
    @property
    def card_at(self) -> datetime | None: ...
    @property
    def on_paper(self) -> bool: ...


class Visits(Protocol):
    """Looks at codes; ``Missing`` for another terminal's, ``CardNotCompared`` where a card has to be compared first."""

    async def whose(self, unit: Unit, visit_id: UUID, terminal_id: UUID | None) -> Shown: ...


class Residents(Protocol):
    """Who they are."""

    async def get(self, unit: Unit, resident_id: UUID) -> ResidentProfile: ...

    async def masked(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]: ...


class Mandates(Protocol):
    """Delegations at this instant."""

    async def now(self, unit: Unit, delegation_id: UUID) -> Mandate | None: ...

    async def hold(self, unit: Unit, mandate: Mandate) -> None: ...


@dataclass(frozen=True, slots=True)
class Applying:
    """The resident as the one who applies. ``loa``: the bearer's, 5 with the bearer's card in the clerk's hand;
    ``mandate``: under which the bearer acts for the resident."""

    resident_id: UUID
    region: str
    loa: int
    mandate: Mandate | None = None


@dataclass(frozen=True, slots=True)
class Bearer:
    """An accepted look that may be worked on now, and the mandate where it was shown for somebody else."""

    shown: Shown
    mandate: Mandate | None

    def must_allow(self, case_no: str, item_code: str, organisation_id: UUID | None) -> None:
        """``BeyondBearer`` for a case that the delegation does not reach. The clerk sees that it is there."""
        if self.mandate and not self.mandate.allows_case(case_no, item_code, organisation_id):
            raise BeyondBearer

    def must_be_compared(self) -> None:
        """``CardNotCompared`` for a paper without a card: anybody may have copied it, and a result is gone."""
        if self.shown.on_paper and self.shown.card_at is None:
            raise CardNotCompared

    def must_begin(self, item_code: str) -> None:
        """``BeyondBearer`` for an item that the delegation does not name."""
        if self.mandate and not self.mandate.allows_item(item_code):
            raise BeyondBearer


class Bearers:
    """Reads who may have what done at a counter."""

    def __init__(self, visits: Visits, residents: Residents, mandates: Mandates, visit_life: timedelta) -> None:
        self._visits = visits
        self._residents = residents
        self._mandates = mandates
        self._visit_life = visit_life

    async def of(self, unit: Unit, clerk: Clerk, visit_id: UUID) -> Bearer:
        """Whoever showed a code here to have something done; ``DelegationOver`` once a delegation has ended."""
        shown = await self._visits.whose(unit, visit_id, clerk.terminal_id)
        for_another = shown.resident_id != shown.acting_id
        if unit.now - shown.at > self._visit_life or shown.purpose != PURPOSE:
            raise NotForApplying
        if for_another and shown.delegation_id is None:
            raise NotForApplying
        mandate = await self.mandate(unit, shown.delegation_id) if for_another and shown.delegation_id else None
        if mandate and not mandate.allows_purpose(PURPOSE):
            raise BeyondBearer
        return Bearer(shown, mandate)

    async def mandate(self, unit: Unit, delegation_id: UUID) -> Mandate:
        """What it allows, held until the unit ends, so that a use lies before a withdrawal or after it."""
        found = await self._mandates.now(unit, delegation_id)
        if found is None:
            raise DelegationOver
        await self._mandates.hold(unit, found)
        return found

    async def stands(self, unit: Unit, delegation_id: UUID | None) -> bool:
        """Whether a delegation is still in force; where there is none nothing can have ended."""
        return delegation_id is None or await self._mandates.now(unit, delegation_id) is not None

    async def applying(self, unit: Unit, bearer: Bearer, way: Way) -> Applying:
        """The applicant: for a signature on paper with the bearer's card in hand, or on the bearer's phone."""
        if way == "paper" and bearer.shown.card_at is None:
            raise CardNotSeen
        loa = _CARD_LOA if way == "paper" else None
        return await self.person(unit, bearer.shown.resident_id, bearer.mandate, loa)

    async def person(self, unit: Unit, resident_id: UUID, mandate: Mandate | None, loa: int | None = None) -> Applying:
        """The resident, at the level of whoever acts."""
        profile = await self._residents.get(unit, resident_id)
        if loa is None:
            loa = (await self._residents.get(unit, mandate.delegate_id)).loa if mandate else profile.loa
        return Applying(resident_id, profile.region, loa, mandate)
