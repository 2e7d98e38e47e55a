"""What cases ask of the rooms beside them, no wider than they need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol
from uuid import UUID

from config.floor.unit import Unit

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
    ) -> UUID | None: ...


class Applicants(Protocol):
    """Who applies: masked for lists, in full only for a paper that must name them."""

    async def masked(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]: ...

    async def disclose(self, unit: Unit, resident_id: UUID, fields: Sequence[str]) -> dict[str, str]: ...

    async def language(self, resident_id: UUID) -> str: ...


class Acting(Protocol):
    """A resident who acts for themselves."""

    @property
    def resident_id(self) -> UUID: ...

    @property
    def region(self) -> str: ...

    @property
    def loa(self) -> int: ...


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
