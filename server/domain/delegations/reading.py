"""Reads of delegations: a party's own, what waits for a second member of staff, and what was done under one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from config.floor import sql
from config.floor.refusal import FieldFault, Invalid
from config.floor.scope import WHOLE, Scope
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.domain.audit.service import Audit, AuditLine
from server.domain.delegations import records
from server.domain.delegations.ports import DelegationOptions, Rooms
from server.domain.delegations.records import ADDRESSEE, COLUMNS, Record, record
from server.domain.identifiers import mask_name


@dataclass(frozen=True, slots=True)
class Shown:
    """A delegation with what its ids are called; names masked."""

    record: Record
    principal: str
    delegate: str
    organisation: tuple[str, str] | None
    items: dict[str, str]


class Reading:
    """Each list is one query for its rows, one for names, one for items and one for organisations."""

    def __init__(self, vault: Vault, rooms: Rooms, audit: Audit, options: DelegationOptions) -> None:
        self._vault = vault
        self._rooms = rooms
        self._audit = audit
        self._options = options

    async def of_resident(
        self, unit: Unit, resident_id: UUID, cursor: str | None = None
    ) -> tuple[list[Shown], str | None]:
        """Given and received, newest first, and the cursor of the next page."""
        return await self._page(unit, "(d.principal_id = $2 OR d.delegate_id = $2)", resident_id, cursor)

    async def of_principal(self, unit: Unit, principal: UUID) -> list[Shown]:
        """What somebody at a counter has given and is not over; at most one page."""
        found, _ = await self._page(unit, "d.principal_id = $2 AND d.state <> 'ended'", principal, None)
        return [one for one in found if one.record.state != "ended"]

    async def waiting(
        self, unit: Unit, cursor: str | None = None, *, scope: Scope = WHOLE
    ) -> tuple[list[Shown], str | None]:
        """What counters have recorded within this scope and nobody has confirmed yet, newest first."""
        where = "d.way = $2 AND d.state = 'proposed' AND d.answer_until > $4"
        return await self._page(unit, where, "counter", cursor, unit.now, scope=scope)

    async def shown(self, unit: Unit, found: Sequence[Record]) -> list[Shown]:
        """Records with the names for them."""
        people = {one for item in found for one in item.parties}
        names = await self._rooms.residents.masked(unit, sorted(people))
        codes = sorted({code for item in found for code in item.scope.items})
        items = await self._rooms.items.names(unit, codes)
        offices = await self._organisations(unit, {one.organisation_id for one in found if one.organisation_id})
        return [self._shown(one, names, items, offices) for one in found]

    def _shown(
        self, one: Record, names: dict[UUID, str], items: dict[str, str], offices: dict[UUID, tuple[str, str]]
    ) -> Shown:
        typed = mask_name(self._vault.open(one.addressee, ADDRESSEE)) if one.addressee else ""
        return Shown(
            one,
            names.get(one.principal_id, "") if one.principal_id else typed,
            names.get(one.delegate_id, "") if one.delegate_id else typed,
            offices.get(one.organisation_id) if one.organisation_id else None,
            {code: items[code] for code in one.scope.items if code in items},
        )

    async def acts(
        self, unit: Unit, resident_id: UUID, delegation_id: UUID, cursor: str | None = None
    ) -> tuple[list[AuditLine], str | None]:
        """What was done under it, newest first, for either party; ``DelegationMissing`` for anybody else."""
        await records.of_party(unit, delegation_id, resident_id)
        lines = await self._audit.under(unit, delegation_id, _cursor(cursor), self._options.page + 1)
        shown = lines[: self._options.page]
        return shown, str(shown[-1].id) if len(lines) > self._options.page else None

    async def _page(
        self, unit: Unit, where: str, value: object, cursor: str | None, *more: object, scope: Scope = WHOLE
    ) -> tuple[list[Shown], str | None]:
        values: list[object] = [unit.portal, value, self._options.page + 1, *more]
        where += scope.where(values, region="d.region")
        if before := _cursor(cursor):
            values.append(before)
            where += f" AND d.id < ${len(values)}"
        rows = await sql.rows(
            f"SELECT {COLUMNS} FROM delegations d WHERE d.portal = $1 AND {where} ORDER BY d.id DESC LIMIT $3", *values
        )
        found = [record(row, unit.now) for row in rows[: self._options.page]]
        return await self.shown(unit, found), str(found[-1].id) if len(rows) > self._options.page else None

    async def _organisations(self, unit: Unit, ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
        if not ids:
            return {}
        holes = ",".join(f"${at}" for at in range(2, 2 + len(ids)))
        rows = await sql.rows(
            f"SELECT id, uscc, name FROM organisations WHERE portal = $1 AND id IN ({holes})", unit.portal, *ids
        )
        return {sql.uid(row["id"]): (row["uscc"], row["name"]) for row in rows}


def _cursor(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid(faults=[FieldFault("cursor", "cursor-unknown")]) from None
