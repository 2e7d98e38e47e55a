"""The licences room's only door. Nothing is kept: a list and a face are fetched when somebody looks.

A look goes in three steps: ``holding`` (a read), ``held`` or ``face`` (outside any unit, the licence system is asked),
and what the edge writes down about it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from config.floor.unit import Unit
from config.floor.vault import Vault
from server.domain.licences.errors import LicenceMissing, LicencesUnavailable
from server.domain.licences.ports import (
    Face,
    HeldLicence,
    Holder,
    Holders,
    LicenceSystem,
    Result,
    Results,
    Source,
    Status,
)

_PLACE = "licences.id"
_MOST = 100


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence of a list. ``id`` names it for this holder only and tells nothing."""

    id: str
    kind: str
    name: str
    number: str
    issuer: str
    issued_on: date
    expires_on: date | None
    status: Status
    source: Source


@dataclass(frozen=True, slots=True)
class LicenceFace:
    """A licence with what is printed on it."""

    licence: Licence
    holder: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LicenceList:
    """What she holds; ``complete`` is False where the licence system did not answer and only our own results are in."""

    licences: tuple[Licence, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """Whose licences a look is about: read in one unit, used after it."""

    resident_id: UUID
    holder: Holder
    results: tuple[HeldLicence, ...]
    today: date


class Licences:
    """What a resident holds: of the licence system, and what this portal has granted."""

    def __init__(self, vault: Vault, holders: Holders, results: Results, system: LicenceSystem) -> None:
        self._vault = vault
        self._holders = holders
        self._results = results
        self._system = system

    async def holding(self, unit: Unit, resident_id: UUID, *, business: str, basis: str) -> Holding:
        """Who is asked about. ``business`` and ``basis`` tell the licence system why."""
        known = await self._holders.disclose(unit, resident_id, ["name", "id_number"])
        if "id_number" not in known:
            raise LicenceMissing()
        found = await self._results.granted(unit, resident_id)
        holder = Holder(known["name"], known["id_number"], business, basis)
        return Holding(resident_id, holder, tuple(_of_result(one) for one in found), unit.today)

    async def held(self, holding: Holding, only: Collection[str] | None = None) -> LicenceList:
        """Her licences, the valid ones first; narrowed to the ids of ``only`` where that is given."""
        found, complete = await self._everything(holding)
        known = [self._licence(holding, one) for one in found]
        shown = [one for one in known if only is None or one.id in only]
        return LicenceList(tuple(sorted(shown, key=_order)), complete)

    async def face(self, holding: Holding, licence_id: str, only: Collection[str] | None = None) -> LicenceFace:
        """One of them, whole; ``LicenceMissing`` for anything that is not hers, or not in ``only``."""
        if only is not None and licence_id not in only:
            raise LicenceMissing()
        found, complete = await self._everything(holding)
        for one in found:
            licence = self._licence(holding, one)
            if licence.id == licence_id:
                face = await self._face(holding, one)
                return LicenceFace(licence, face.holder, face.lines)
        if not complete:
            raise LicencesUnavailable(retry_after=60)
        raise LicenceMissing()

    async def _everything(self, holding: Holding) -> tuple[list[HeldLicence], bool]:
        try:
            held = await self._system.held(holding.holder)
        except LicencesUnavailable:
            return list(holding.results), False
        return [*held[:_MOST], *holding.results], True

    async def _face(self, holding: Holding, one: HeldLicence) -> Face:
        if one.source == "this_portal":
            return Face(holding.holder.name, ())
        return await self._system.face(one.key)

    def _licence(self, holding: Holding, one: HeldLicence) -> Licence:
        named = f"{holding.resident_id}:{one.source}:{one.kind}:{one.number}"
        return Licence(
            id=self._vault.index(named, _PLACE).hex()[:32],
            kind=one.kind,
            name=one.name,
            number=one.number,
            issuer=one.issuer,
            issued_on=one.issued_on,
            expires_on=one.expires_on,
            status=one.standing(holding.today),
            source=one.source,
        )


def _of_result(one: Result) -> HeldLicence:
    """A granted case as a licence: its number is the decision's."""
    return HeldLicence(
        key=one.case_no,
        kind=one.item_code,
        name=one.item_name,
        number=one.document_no,
        issuer=one.department,
        issued_on=one.decided_on,
        expires_on=None,
        status="valid",
        source="this_portal",
    )


def _order(one: Licence) -> tuple[bool, int, str]:
    return (one.status != "valid", -one.issued_on.toordinal(), one.name)
