"""A newborn's number comes later: the guardian adds it, and the child stays the same resident."""

from __future__ import annotations

from uuid import UUID

from config.floor import sql
from config.floor.refusal import FieldFault, Refusal
from config.floor.unit import Unit
from server.domain.delegations import records
from server.domain.delegations.errors import DelegationInvalid, DelegationMissing, DelegationOver
from server.domain.delegations.ports import DelegationOptions, Residents
from server.domain.delegations.records import Record
from server.domain.identifiers import IdNumber
from server.domain.residents.errors import IdentityVerified
from server.domain.sessions import budgets
from server.domain.sessions.callers import ResidentCaller

_DAY, _ATTEMPTS = 86_400, 5
WAY = "guardian"


class Wards:
    """Children who were registered by name, as their guardians see them."""

    def __init__(self, residents: Residents, options: DelegationOptions) -> None:
        self._residents = residents
        self._options = options

    async def attempt(
        self, unit: Unit, caller: ResidentCaller, delegation_id: UUID, number: IdNumber
    ) -> Refusal | None:
        """Whether the guardian may ask about this number, and one question counted; a refusal is returned, so that
        the count stays. What is plainly another child's is refused uncounted."""
        await self._ward(unit, caller, delegation_id, number)
        used = await budgets.spend(unit, "ward-number", caller.resident_id.bytes, seconds=_DAY)
        if used > _ATTEMPTS:
            return self._residents.proofs.too_often(budgets.seconds_left(unit.now, _DAY))
        return None

    async def give_back(self, unit: Unit, caller: ResidentCaller) -> None:
        """The register did not answer: nothing was checked."""
        await budgets.refund(unit, "ward-number", caller.resident_id.bytes, seconds=_DAY)

    async def settle(
        self, unit: Unit, caller: ResidentCaller, delegation_id: UUID, name: str, number: IdNumber, *, matched: bool
    ) -> Record | Refusal:
        """What the register said of the child. The case, codes and mandates of the child go on: it is the same row."""
        found = await self._ward(unit, caller, delegation_id, number)
        assert found.principal_id is not None
        proofs = self._residents.proofs
        if not matched:
            return await proofs.mismatch(unit, caller.actor, found.principal_id, WAY)
        refused = await proofs.settle(unit, caller.actor, found.principal_id, name, number, level=3, way=WAY)
        if refused:
            return refused
        await sql.execute("UPDATE delegations SET ward_born = NULL WHERE principal_id = $1", found.principal_id)
        return await records.one(unit, found.id)

    async def _ward(self, unit: Unit, caller: ResidentCaller, delegation_id: UUID, number: IdNumber) -> Record:
        """The guardian's own mandate for a child without a number, born on the day that the number says."""
        found = await records.of_party(unit, delegation_id, caller.resident_id)
        if found.side(caller.resident_id) != "delegate" or found.kind != "guardian" or found.principal_id is None:
            raise DelegationMissing
        if found.state != "active":
            raise DelegationOver
        born = found.ward_born
        if born is None or (await self._residents.get(unit, found.principal_id)).loa > 2:
            raise IdentityVerified
        said = number.birth_date
        shift = self._options.year_shift
        if said is None or (said.year + shift, said.month, said.day) != (born.year, born.month, born.day):
            raise DelegationInvalid(faults=[FieldFault("id_number", "ward-other-birthday")])
        return found
