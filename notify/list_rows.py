"""The rows of an uploaded list, sealed; read back for the people who are told now."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from config.floor import sets, sql
from config.floor.unit import Unit
from config.floor.vault import Vault

CELLS = "notify_list_rows.cells"


def seal(vault: Vault, cells: Sequence[str]) -> bytes:
    """One row's cells."""
    return vault.seal(sql.to_json(list(cells)), CELLS)


def opened(vault: Vault, sealed: bytes) -> list[str]:
    """The cells again."""
    return [str(cell) for cell in sql.document(vault.open(bytes(sealed), CELLS))]


async def columns(unit: Unit, list_id: UUID) -> tuple[str, ...]:
    """The headings; none where the list is not there."""
    row = await sql.row("SELECT columns FROM notify_lists WHERE id = $1 AND portal = $2", list_id, unit.portal)
    return tuple(str(name) for name in sql.document(row["columns"])) if row else ()


async def values(vault: Vault, unit: Unit, list_id: UUID, people: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """What these people's good rows bring, by the list's headings: two statements."""
    headings = await columns(unit, list_id)
    if not headings or not people:
        return {}
    rows = await sql.rows(
        f"SELECT resident_id, cells FROM notify_list_rows WHERE list_id = $1 AND fault = '' "
        f"AND {sets.among('resident_id', 2)}",
        list_id,
        sets.listed(people),
    )
    return {sql.uid(row["resident_id"]): dict(zip(headings, opened(vault, row["cells"]), strict=False)) for row in rows}
