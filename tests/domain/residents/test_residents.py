"""Residents: one person per phone and per identity, sealed values, counted attempts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.refusal import Invalid, Missing, Refusal
from config.floor.unit import Actor, Unit
from config.floor.vault import Vault
from server.adapters.database import Database
from server.domain.identifiers import IdNumberInvalid
from server.domain.residents.audience import region_prefix
from server.domain.residents.errors import (
    IdentityMismatch,
    IdentityTaken,
    IdentityVerified,
)
from server.domain.residents.service import ResidentProfile
from tests.domain.people import NAME, NEIGHBOUR, NEIGHBOUR_REGION, NUMBER, PHONE, PORTAL, REGION, People

T = TypeVar("T")


@pytest.fixture
def people(vault: Vault) -> People:
    return People(vault)


async def _run(database: Database, decide: Callable[[Unit], Awaitable[T]]) -> T:
    return await database.unit_of_work(PORTAL, decide)


async def _enter(database: Database, people: People, phone: str = PHONE) -> ResidentProfile:
    return await _run(database, lambda unit: people.residents.enter(unit, phone, language="zh-CN"))


async def _verify(database: Database, people: People, who: UUID, matched: bool = True) -> ResidentProfile | Refusal:
    async def decide(unit: Unit) -> ResidentProfile | Refusal:
        name, number = people.residents.read_claim(unit, NAME, NUMBER)
        return await people.residents.settle_claim(
            unit, Actor("resident", who, "resident"), who, name, number, matched=matched
        )

    return await _run(database, decide)


async def test_ten_first_visits_at_once_make_one_resident(database: Database, people: People) -> None:
    found = await asyncio.gather(*(_enter(database, people) for _ in range(10)))
    assert len({one.id for one in found}) == 1
    assert found[0].loa == 2 and found[0].region == REGION


async def test_nothing_personal_is_readable_in_the_table(database: Database, people: People) -> None:
    resident = await _enter(database, people)
    await _verify(database, people, resident.id)
    stored = repr(await sql.rows("SELECT * FROM residents"))
    for secret in (PHONE, NUMBER, NAME, NAME.encode().hex()):
        assert secret not in stored


async def test_a_match_raises_the_level_and_is_recorded(database: Database, people: People) -> None:
    resident = await _enter(database, people)
    verified = await _verify(database, people, resident.id)
    assert isinstance(verified, ResidentProfile)
    assert (verified.loa, verified.masked_name, verified.gender) == (3, "王*兰", "female")
    assert verified.age is not None and 40 <= verified.age <= 45
    assert verified.id_number_masked is not None and NUMBER[6:14] not in verified.id_number_masked
    unit = await database.reading(PORTAL)
    assert [line.outcome for line in await people.audit.of_resident(unit, resident.id)] == ["verified"]


async def test_a_mismatch_is_committed_with_its_trace(database: Database, people: People) -> None:
    resident = await _enter(database, people)
    assert isinstance(await _verify(database, people, resident.id, matched=False), IdentityMismatch)
    unit = await database.reading(PORTAL)
    assert (await people.residents.get(unit, resident.id)).loa == 2
    assert [line.outcome for line in await people.audit.of_resident(unit, resident.id)] == ["mismatch"]


async def test_one_identity_is_one_resident(database: Database, people: People) -> None:
    first, second = await _enter(database, people), await _enter(database, people, "15400000009")
    await _verify(database, people, first.id)
    assert isinstance(await _verify(database, people, second.id), IdentityTaken)


async def test_two_who_prove_one_identity_at_once_are_told_apart(database: Database, people: People) -> None:
    """Both have looked and found it free before either writes: the unique index decides, not a 500."""
    for turn in range(10):
        await sql.execute("DELETE FROM residents")
        two = [await _enter(database, people, f"154000{turn:02d}{n:03d}") for n in (1, 2)]
        met = asyncio.Barrier(2) if sql.is_postgres() else None

        async def verify(who: UUID, met: asyncio.Barrier | None = met) -> ResidentProfile | Refusal:
            async def decide(unit: Unit) -> ResidentProfile | Refusal:
                name, number = people.residents.read_claim(unit, NAME, NUMBER)
                if met:
                    await met.wait()
                actor = Actor("resident", who, "resident")
                return await people.residents.settle_claim(unit, actor, who, name, number, matched=True)

            return await _run(database, decide)

        answers = await asyncio.gather(*(verify(one.id) for one in two))
        assert sorted(type(one).__name__ for one in answers) == ["IdentityTaken", "ResidentProfile"]
        loser = two[[isinstance(one, IdentityTaken) for one in answers].index(True)]
        lines = await people.audit.of_resident(await database.reading(PORTAL), loser.id)
        assert [line.outcome for line in lines] == ["taken"]


async def test_an_identity_is_proven_once(database: Database, people: People) -> None:
    resident = await _enter(database, people)
    await _verify(database, people, resident.id)
    assert isinstance(await _verify(database, people, resident.id), IdentityVerified)


async def test_a_claim_must_be_well_formed(database: Database, people: People) -> None:
    unit = await database.reading(PORTAL)
    with pytest.raises(Invalid):
        people.residents.read_claim(unit, "王", NUMBER)
    with pytest.raises(IdNumberInvalid):
        people.residents.read_claim(unit, NAME, NUMBER[:-1] + "9")


async def test_disclosure_gives_what_is_asked_and_nothing_more(database: Database, people: People) -> None:
    resident = await _enter(database, people)
    await _verify(database, people, resident.id)
    unit = await database.reading(PORTAL)
    shown = await people.residents.disclose(unit, resident.id, ["name", "senior", "nonsense"])
    assert shown == {"name": NAME, "senior": "false"}
    assert await people.residents.phone(resident.id) == PHONE
    assert await people.residents.masked(unit, [resident.id]) == {resident.id: "王*兰"}
    assert await people.residents.masked(unit, []) == {}


async def test_another_portal_sees_nobody(database: Database, people: People) -> None:
    resident = await _enter(database, people)
    elsewhere = await database.reading("other")
    with pytest.raises(Missing):
        await people.residents.get(elsewhere, resident.id)
    with pytest.raises(Missing):
        await people.residents.disclose(elsewhere, resident.id, ["phone"])


async def test_a_new_resident_belongs_to_the_region_of_the_portal(database: Database, people: People) -> None:
    there = await database.unit_of_work(NEIGHBOUR, lambda unit: people.residents.enter(unit, PHONE, language="en"))
    assert (there.portal, there.region) == (NEIGHBOUR, NEIGHBOUR_REGION)


async def test_preferences(database: Database, people: People) -> None:
    resident = await _enter(database, people)
    changed = await _run(database, lambda unit: people.residents.prefer(unit, resident.id, language="en", elder=True))
    assert (changed.language, changed.elder) == ("en", True)
    kept = await _run(database, lambda unit: people.residents.prefer(unit, resident.id, language=None, elder=None))
    assert (kept.language, kept.elder) == ("en", True)
    assert await people.residents.language(resident.id) == "en"


async def test_phones_lead_to_their_residents(database: Database, people: People) -> None:
    first, second = await _enter(database, people), await _enter(database, people, "15400000009")
    unit = await database.reading(PORTAL)
    found = await people.residents.of_phones(unit, ["15400000009", "15400000777"])
    assert found == {"15400000009": second.id}
    assert await people.residents.of_phones(unit, []) == {}
    assert await people.residents.regions(unit) == [(first.region, 2)]


@pytest.mark.parametrize(
    ("region", "prefix"),
    [("511602000000", "511602"), ("511600000000", "5116"), ("510000000000", "51"), ("100000000000", "10")],
)
def test_a_region_holds_what_begins_like_it(region: str, prefix: str) -> None:
    assert region_prefix(region) == prefix
