"""Legal persons and who represents them: proven by a register, kept as one row for one code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import FieldFault, Invalid, Refusal
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit
from server.domain.delegations import records
from server.domain.delegations.changes import Changes
from server.domain.delegations.errors import NotRepresentative, OrganisationAttempts
from server.domain.identifiers import uscc_check_passes
from server.domain.sessions import budgets

_DAY = 86_400
_USCC = re.compile(r"[0-9A-Z]{18}", re.ASCII)
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Organisation:
    """One legal person. Its code and name are public (公示信息)."""

    id: UUID
    uscc: str
    name: str


def read_uscc(text: str) -> str:
    """A unified social credit code (GB 32100) in its written form; ``Invalid`` for what cannot be one.

    Its check character decides nothing: some early codes do not satisfy it, so the register is asked all the same.
    """
    code = text.strip().upper()
    if _USCC.fullmatch(code) is None:
        raise Invalid(faults=(FieldFault("uscc", "uscc-invalid"),))
    return code


class Organisations:
    """Proving that one represents an organisation, and reading one's own."""

    def __init__(self, audit: Audit, changes: Changes) -> None:
        self._audit = audit
        self._changes = changes

    async def attempt(self, unit: Unit, resident_id: UUID) -> Refusal | None:
        """Count one question to the register before it is asked; a refusal is returned, so that the count stays."""
        used = await budgets.spend(unit, "organisation", resident_id.bytes, seconds=_DAY)
        return OrganisationAttempts(retry_after=budgets.seconds_left(unit.now, _DAY)) if used > _ATTEMPTS else None

    async def give_back(self, unit: Unit, resident_id: UUID) -> None:
        """The register did not answer: nothing was checked."""
        await budgets.refund(unit, "organisation", resident_id.bytes, seconds=_DAY)

    async def settle(
        self, unit: Unit, actor: Actor, resident_id: UUID, region: str, uscc: str, name: str, *, matched: bool
    ) -> Organisation | Refusal:
        """Write down what the register said. A new representative ends what the earlier one gave."""
        if not matched:
            await self._record(unit, actor, resident_id, uscc, "mismatch")
            if not uscc_check_passes(uscc):  # most likely a slip of the pen
                return Invalid(faults=(FieldFault("uscc", "uscc-invalid"),))
            return NotRepresentative()
        before = await sql.row(
            "SELECT id, representative_id FROM organisations WHERE portal = $1 AND uscc = $2", unit.portal, uscc
        )
        if before is not None and sql.uid(before["representative_id"]) != resident_id:
            await self._end_all(unit, actor, sql.uid(before["id"]))
        row = await sql.row(
            "INSERT INTO organisations (id, portal, region, uscc, name, representative_id, proven_at)"
            " VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT (portal, uscc) DO UPDATE SET name = excluded.name,"
            " representative_id = excluded.representative_id, proven_at = excluded.proven_at RETURNING id",
            new_id(), unit.portal, region, uscc, name, resident_id, unit.now,
        )  # fmt: skip
        assert row is not None
        await self._record(unit, actor, resident_id, uscc, "verified")
        return Organisation(sql.uid(row["id"]), uscc, name)

    async def _end_all(self, unit: Unit, actor: Actor, organisation_id: UUID) -> None:
        rows = await sql.rows(
            f"SELECT {records.COLUMNS} FROM delegations d WHERE d.organisation_id = $1 AND d.portal = $2"
            " AND d.state <> 'ended'",
            organisation_id, unit.portal,
        )  # fmt: skip
        for row in rows:
            await self._changes.end(unit, actor, records.record(row, unit.now), "withdrawn")

    async def is_representative(self, unit: Unit, organisation_id: UUID, resident_id: UUID) -> bool:
        """Whether this resident was proven to represent it."""
        row = await sql.row(
            "SELECT 1 AS one FROM organisations WHERE id = $1 AND portal = $2 AND representative_id = $3",
            organisation_id, unit.portal, resident_id,
        )  # fmt: skip
        return row is not None

    async def of_representative(self, unit: Unit, resident_id: UUID) -> list[Organisation]:
        """The organisations that this resident represents."""
        rows = await sql.rows(
            "SELECT id, uscc, name FROM organisations WHERE portal = $1 AND representative_id = $2"
            " ORDER BY id LIMIT 100",
            unit.portal, resident_id,
        )  # fmt: skip
        return [Organisation(sql.uid(row["id"]), row["uscc"], row["name"]) for row in rows]

    async def _record(self, unit: Unit, actor: Actor, resident_id: UUID, uscc: str, outcome: str) -> None:
        await self._audit.record(
            unit, actor, "organisation.verify", subject_kind="organisation", subject=uscc, resident_id=resident_id,
            outcome=outcome,
        )  # fmt: skip
