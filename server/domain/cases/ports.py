"""What cases ask of the rooms beside them, no wider than they need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from config.floor.scope import Scope
from config.floor.unit import Unit
from server.domain.sessions.mandate import Mandate

Category = Literal["statutory", "service", "information"]


class Notices(Protocol):
    """Tell a resident; None where this was said already."""

    async def post(
        self,
        unit: Unit,
        *,
        recipient: UUID,
        region: str,
        event: str,
        category: Category,
        dedupe_key: str,
        values: Mapping[str, str],
        subject: str = "",
        sensitive: bool = False,
    ) -> UUID | None: ...


class Items(Protocol):
    """Which items are not named outside the inbox."""

    async def sensitive(self, unit: Unit, codes: Sequence[str]) -> bool: ...


class Applicants(Protocol):
    """Who applies: masked for lists, in full only for a paper that must name them."""

    async def masked(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]: ...

    async def disclose(self, unit: Unit, resident_id: UUID, fields: Sequence[str]) -> dict[str, str]: ...

    async def language(self, resident_id: UUID) -> str: ...


class Acting(Protocol):
    """Whose case it is, and under which mandate somebody else acts for them; ``loa`` is the acting person's."""

    @property
    def resident_id(self) -> UUID: ...

    @property
    def region(self) -> str: ...

    @property
    def loa(self) -> int: ...

    @property
    def mandate(self) -> Mandate | None: ...


class Mandates(Protocol):
    """Delegations, as far as cases stand on them."""

    async def now(self, unit: Unit, delegation_id: UUID) -> Mandate | None: ...

    async def bind_case(self, unit: Unit, mandate: Mandate, case_no: str) -> None: ...


class Desk(Protocol):
    """A member of staff at a desk of one department."""

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


class Opening(Protocol):
    """A reason that an employee gave and that still stands."""

    @property
    def reason(self) -> str: ...

    @property
    def until(self) -> datetime: ...


class Openings(Protocol):
    """Full views, as far as files and papers open by them."""

    async def standing(self, unit: Unit, staff_id: UUID, matter: Literal["case"], subject: UUID) -> Opening | None: ...
