"""``python -m tests.soak.residents N``: so many registered residents in the database that the settings name, for a
campaign that is watched while it goes out. A statement for each ten thousand; all have one sealed number that nobody
answers."""

from __future__ import annotations

import asyncio
import sys
from functools import partial

from config.floor import sql
from config.floor.unit import Unit
from config.settings import Settings
from server.opening import opened
from server.services import Services

_PHONE = "15400009999"
_COLUMNS = "id, portal, region, phone_sealed, phone_index, id_kind, loa, language, elder, created_at"
_POSTGRES = (
    f"INSERT INTO residents ({_COLUMNS}) SELECT gen_random_uuid(), $1::varchar, $2::varchar, $3::bytea, "
    "decode(md5(random()::text || n) || md5(n || random()::text), 'hex'), '', 2, 'zh-CN', FALSE, $4::timestamptz "
    "FROM generate_series(1, $5::int) AS n"
)
_SQLITE = (
    "WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < $5) "
    f"INSERT INTO residents ({_COLUMNS}) SELECT lower(substr(hex(randomblob(4)), 1, 8) || '-' || "
    "substr(hex(randomblob(2)), 1, 4) || '-4' || substr(hex(randomblob(2)), 2, 3) || '-a' || "
    "substr(hex(randomblob(2)), 2, 3) || '-' || hex(randomblob(6))), $1, $2, $3, randomblob(32), '', 2, 'zh-CN', 0, "
    "$4 FROM many"
)


_AT_ONCE = 10_000
"""Short enough for every statement's deadline."""


async def register(services: Services, count: int) -> int:
    """How many there are more."""
    portal = next(iter(services.portals))

    async def add(unit: Unit, many: int) -> int:
        sealed = services.vault.seal(_PHONE, "residents.phone")
        text = _POSTGRES if sql.is_postgres() else _SQLITE
        return await sql.execute(text, unit.portal, portal.region, sealed, unit.now, many)

    added = 0
    while added < count:
        step = min(_AT_ONCE, count - added)
        added += await services.database.unit_of_work(portal.id, partial(add, many=step))
    await services.database.unit_of_work(portal.id, _analysed)
    return added


async def _analysed(unit: Unit) -> None:
    await sql.analyse("residents")


async def main(count: int) -> None:
    async with opened(Settings()) as house:
        print(f"{await register(house.services, count):,} residents registered")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
