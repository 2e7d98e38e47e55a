"""Foreign accounts: one belongs to one resident of a portal, sealed, found by its index."""

from __future__ import annotations

import pytest

from config.floor import sql
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.adapters.database import Database
from server.domain.audit.service import Audit
from server.domain.residents.bindings import EMAIL, WECHAT, Bindings
from server.domain.residents.service import ResidentOptions, Residents
from server.domain.sessions.service import Lifetimes, Sessions


@pytest.fixture
def residents(vault: Vault) -> Residents:
    options = ResidentOptions(regions={"demo": "511602000000", "other": "511602000000"})
    return Residents(vault, Audit(), Sessions(Lifetimes()), options)


async def test_an_account_belongs_to_whoever_bound_it_first(
    database: Database, residents: Residents, vault: Vault
) -> None:
    bindings = Bindings(vault)

    async def decide(unit: Unit) -> None:
        first = await residents.enter(unit, "13800000001", language="zh-CN")
        second = await residents.enter(unit, "13800000002", language="zh-CN")
        assert await bindings.bind(unit, first.id, WECHAT, "o-abc") == first.id
        assert await bindings.bind(unit, second.id, WECHAT, "o-abc") == first.id
        assert await bindings.bind(unit, second.id, EMAIL, "o-abc") == second.id  # another provider's word
        assert await bindings.holder(unit, WECHAT, "o-abc") == first.id
        assert await bindings.holder(unit, WECHAT, "o-xyz") is None
        assert await residents.address(first.id, WECHAT) == "o-abc"
        assert await residents.address(second.id, WECHAT) is None
        assert [one.provider for one in await bindings.of(unit, second.id)] == [EMAIL]
        kept = await sql.rows("SELECT subject_sealed, subject_index FROM resident_bindings")
        assert all(b"o-abc" not in bytes(row["subject_sealed"]) + bytes(row["subject_index"]) for row in kept)
        assert await bindings.release(unit, first.id, WECHAT) == 1
        assert await bindings.bind(unit, second.id, WECHAT, "o-abc") == second.id

    await database.unit_of_work("demo", decide)


async def test_another_portal_does_not_know_the_account(database: Database, residents: Residents, vault: Vault) -> None:
    bindings = Bindings(vault)

    async def bind(unit: Unit) -> None:
        person = await residents.enter(unit, "13800000001", language="zh-CN")
        await bindings.bind(unit, person.id, WECHAT, "o-abc")

    await database.unit_of_work("demo", bind)
    assert await bindings.holder(await database.reading("other"), WECHAT, "o-abc") is None
