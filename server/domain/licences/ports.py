"""What the licences room needs from others: the licence system, and this portal's own results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol
from uuid import UUID

from config.floor.unit import Unit

Status = Literal["valid", "expired", "revoked"]
Source = Literal["licence_system", "this_portal"]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose licences are asked for, and for which business: what a licence system wants to know (GD-LIC: holder,
    item, business number). Lives for one request."""

    name: str
    id_number: str
    business: str
    basis: str


@dataclass(frozen=True, slots=True)
class HeldLicence:
    """One line of a holder's list. ``key`` opens the face: a short-lived 用证码 of the licence system, or a case."""

    key: str
    kind: str
    name: str
    number: str
    issuer: str
    issued_on: date
    expires_on: date | None
    status: Status
    source: Source = "licence_system"

    def standing(self, today: date) -> Status:
        """Its status today: what has run out has expired, whatever the list says."""
        if self.status == "valid" and self.expires_on is not None and self.expires_on < today:
            return "expired"
        return self.status


@dataclass(frozen=True, slots=True)
class Face:
    """What is printed on a licence: its lines, in order."""

    holder: str
    lines: tuple[tuple[str, str], ...]


class LicenceSystem(Protocol):
    """The city's or province's licence system 电子证照系统. Called outside any unit of work; every failure is
    ``LicencesUnavailable``."""

    async def held(self, holder: Holder) -> list[HeldLicence]:
        """Everything this person holds there, each with a fresh 用证码."""
        ...

    async def face(self, key: str) -> Face:
        """The face of the licence that a 用证码 of ``held`` names; ``LicenceMissing`` if the code is spent."""
        ...


class Result(Protocol):
    """A case of this portal that was granted."""

    @property
    def case_no(self) -> str: ...
    @property
    def item_code(self) -> str: ...
    @property
    def item_name(self) -> str: ...
    @property
    def department(self) -> str: ...
    @property
    def document_no(self) -> str: ...
    @property
    def decided_on(self) -> date: ...


class Results(Protocol):
    """What this portal has granted to a resident."""

    async def granted(self, unit: Unit, resident_id: UUID) -> Sequence[Result]: ...


class Holders(Protocol):
    """The only way to a resident's values."""

    async def disclose(self, unit: Unit, resident_id: UUID, fields: Sequence[str]) -> dict[str, str]: ...
