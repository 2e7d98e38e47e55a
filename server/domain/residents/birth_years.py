"""The year of birth beside the sealed number, for people who were proven before that column was there."""

from __future__ import annotations

from uuid import UUID

from config.floor import sql
from config.floor.refusal import Refusal
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.domain.identifiers import read_id_number

_BATCH = 500


class BirthYears:
    """Goes through the residents once in the life of a process. What is filled in stays, so a death in the midst costs
    one look at each row; whose number says no year, or does not open, is passed over."""

    def __init__(self, vault: Vault, *, batch: int = _BATCH) -> None:
        self._vault, self._batch = vault, batch
        self._after: UUID | None = UUID(int=0)

    async def fill(self, unit: Unit) -> int:
        """Some of those who are left; 0 when there is nobody any more."""
        if self._after is None:
            return 0
        rows = await sql.rows(
            "SELECT id, id_number_sealed FROM residents WHERE id > $1 AND birth_year IS NULL"
            " AND id_number_sealed IS NOT NULL ORDER BY id LIMIT $2",
            self._after, self._batch,
        )  # fmt: skip
        found = [(year, row["id"]) for row in rows if (year := self._year(unit, row))]
        if found:
            await sql.execute_many("UPDATE residents SET birth_year = $1 WHERE id = $2 AND birth_year IS NULL", found)
        self._after = sql.uid(rows[-1]["id"]) if len(rows) == self._batch else None
        return len(rows)

    def _year(self, unit: Unit, row: sql.Row) -> int | None:
        try:
            number = self._vault.open(bytes(row["id_number_sealed"]), "residents.id_number")
            born = read_id_number(number, today=unit.today, earliest_year=1800).birth_date
        except (ValueError, Refusal):
            return None
        return born.year if born else None
