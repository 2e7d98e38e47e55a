"""What the halls need from others, as they offer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from config.floor.unit import Actor, Unit
from server.domain.halls.plan import Counter, Hall


class Caller(Protocol):
    """A member of staff (``StaffCaller``); ``terminal_id`` where she sits at a counter, ``halls`` by name where she
    works in some only."""

    @property
    def staff_id(self) -> UUID: ...
    @property
    def staff_no(self) -> str: ...
    @property
    def halls(self) -> tuple[str, ...]: ...
    @property
    def terminal_id(self) -> UUID | None: ...
    @property
    def actor(self) -> Actor: ...


class Place(Protocol):
    """Where a terminal stands, by the names that the hall's file uses."""

    @property
    def hall(self) -> str: ...
    @property
    def counter(self) -> str: ...


class Terminals(Protocol):
    """Registered terminals; raises the refusal ``terminal-unknown``."""

    async def get(self, unit: Unit, terminal_id: UUID) -> Place: ...


class People(Protocol):
    """Masked names of many residents, by one query; the language that one of them reads."""

    async def masked(self, unit: Unit, ids: Sequence[UUID]) -> Mapping[UUID, str]: ...

    async def language(self, resident_id: UUID) -> str: ...


class Notices(Protocol):
    """Tells a resident, in the transaction of the decision that it tells of."""

    async def post(
        self,
        unit: Unit,
        *,
        recipient: UUID,
        region: str,
        event: str,
        category: Literal["service"],
        dedupe_key: str,
        values: Mapping[str, str],
        subject: str = "",
    ) -> UUID | None: ...


class Visit(Protocol):
    """An accepted look at a code: who stood there and what for."""

    @property
    def acting_id(self) -> UUID: ...
    @property
    def purpose(self) -> str: ...
    @property
    def at(self) -> datetime: ...


class Visits(Protocol):
    """Looks at codes; ``Missing`` for another terminal's."""

    async def whose(self, unit: Unit, visit_id: UUID, terminal_id: UUID | None) -> Visit: ...


@dataclass(frozen=True, slots=True)
class Post:
    """Where a clerk works: her hall and counter."""

    hall: Hall
    counter: Counter
    staff: Caller
