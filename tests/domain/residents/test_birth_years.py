"""People who were proven before the column was there get their year of birth, without their number being shown."""

from __future__ import annotations

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.adapters.database import Database
from server.domain.residents.birth_years import BirthYears
from tests.domain.people import NUMBER, PORTAL


async def test_birth_years_are_read_from_sealed_numbers_a_batch_at_a_time(database: Database, vault: Vault) -> None:
    sealed = [vault.seal(NUMBER, "residents.id_number")] * 7 + [b"\x01\x01x" + bytes(40), vault.seal("x", "t.c")]

    async def write(unit: Unit) -> None:
        await sql.execute_many(
            "INSERT INTO residents (id, portal, region, id_number_sealed, id_kind, loa, language, elder, created_at)"
            " VALUES ($1,$2,'511602000000',$3,'id_card',3,'zh-CN',$4,$5)",
            [(new_id(), PORTAL, one, False, unit.now) for one in sealed],
        )

    async def known() -> int:
        (row,) = await sql.rows("SELECT count(birth_year) AS n, max(birth_year) AS year FROM residents")
        assert row["year"] in (None, int(NUMBER[6:10]))
        return int(row["n"])

    await database.unit_of_work(PORTAL, write)
    killed = BirthYears(vault, batch=3)
    assert await database.unit_of_work("", killed.fill) == 3 and await known() == 3
    again = BirthYears(vault, batch=3)
    assert [await database.unit_of_work("", again.fill) for _ in range(4)] == [3, 3, 0, 0]
    assert await known() == 7
