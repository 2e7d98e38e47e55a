"""What a delegation allows at this instant, for every room that lets somebody act for another."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from server.domain.delegations import records
from server.domain.delegations.errors import DelegationOver
from server.domain.sessions.mandate import SINGLE_CASE, Mandate


class Mandates:
    """Stateless: the row decides, each time."""

    async def mandate(self, unit: Unit, delegation_id: UUID, delegate_id: UUID) -> Mandate:
        """What this person may do under it now; ``DelegationOver`` where nothing, never told why."""
        found = await records.in_force(unit, delegation_id)
        if found is None or found.delegate_id != delegate_id:
            raise DelegationOver
        return found

    async def hold(self, unit: Unit, mandate: Mandate) -> None:
        """At the beginning of a deciding unit: still in force, and nobody ends it before this unit has ended."""
        lock: Literal["SHARE", "UPDATE"] = "UPDATE" if mandate.kind == SINGLE_CASE else "SHARE"
        if await records.in_force(unit, mandate.delegation_id, lock=lock) is None:
            raise DelegationOver

    async def now(self, unit: Unit, delegation_id: UUID) -> Mandate | None:
        """What it allows at this instant, for a read; None where it is over."""
        return await records.in_force(unit, delegation_id)

    async def under(self, unit: Unit, delegation_id: UUID) -> Mandate | None:
        """The mandate behind a code that is shown now, held until this unit ends; None if it is over."""
        return await records.in_force(unit, delegation_id, lock="SHARE")

    async def bind_case(self, unit: Unit, mandate: Mandate, case_no: str) -> None:
        """A mandate for one case is used up by the first case that is begun under it."""
        bound = await sql.execute(
            "UPDATE delegations SET case_no = $1 WHERE id = $2 AND kind = 'single_case' AND case_no IS NULL",
            case_no, mandate.delegation_id,
        )  # fmt: skip
        if not bound:
            raise DelegationOver
