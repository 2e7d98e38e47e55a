"""What delegations ask of the rooms beside them, no wider than they need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import UUID

from config.floor.unit import Actor, Unit
from server.domain.residents.proofs import Proofs
from server.domain.residents.service import ResidentProfile
from server.domain.staff.service import StaffProfile


class Residents(Protocol):
    """Who they are; masked for lists."""

    @property
    def proofs(self) -> Proofs: ...

    async def get(self, unit: Unit, resident_id: UUID) -> ResidentProfile: ...

    async def masked(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]: ...

    async def by_phone(self, unit: Unit, phone: str, name: str) -> ResidentProfile | None: ...

    async def register_ward(self, unit: Unit, name: str, region: str) -> UUID: ...


class Papers(Protocol):
    """Uploaded pictures: given to a request, read by who may, let go."""

    async def attach(self, unit: Unit, resident_id: UUID, case_id: UUID, ids: Sequence[UUID]) -> Mapping[UUID, Any]: ...

    async def let_go(self, unit: Unit, case_id: UUID) -> int: ...


class Items(Protocol):
    """The catalogue, as far as names go."""

    async def names(self, unit: Unit, codes: list[str]) -> dict[str, str]: ...


class Purposes(Protocol):
    """Which purposes there are."""

    def codes(self) -> frozenset[str]: ...


class Staff(Protocol):
    """Employees by number; ``Missing`` if unknown."""

    async def by_number(self, unit: Unit, staff_no: str) -> StaffProfile: ...


class CasesOf(Protocol):
    """Whose a case is, and of which item; None where it is not this resident's."""

    async def item_of(self, unit: Unit, resident_id: UUID, case_no: str) -> str | None: ...


class Codes(Protocol):
    """Dynamic codes that stand on a delegation."""

    async def revoke_under(self, unit: Unit, delegation: UUID) -> int: ...


class Credentials(Protocol):
    """Offline credentials that stand on a delegation."""

    async def end_under(self, unit: Unit, actor: Actor, delegation: UUID) -> int: ...


class Notices(Protocol):
    """Tell a resident; None where this was said already."""

    async def post(
        self,
        unit: Unit,
        *,
        recipient: UUID,
        region: str,
        event: str,
        category: Literal["statutory", "service", "information"],
        dedupe_key: str,
        values: Mapping[str, str],
        subject: str = "",
    ) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class DelegationOptions:
    """Figures of the room, ours to set. ``unnamed``: under which name a child is held whose name is open, as hospitals
    write it on the wristband, until the number is added with the name."""

    days: int = 1096
    answer_days: int = 7
    newborn_days: int = 365
    newborn_requests: int = 5
    unnamed: str = "{guardian}之婴"
    proposals: int = 20
    page: int = 20
    year_shift: int = 0


@dataclass(frozen=True, slots=True)
class Rooms:
    """The neighbours of this room."""

    residents: Residents
    items: Items
    purposes: Purposes
    cases: CasesOf
    codes: Codes
    credentials: Credentials
    notices: Notices
    staff: Staff
    papers: Papers
