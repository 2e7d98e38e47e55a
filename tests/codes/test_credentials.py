"""Credentials as rows: random indices, one live of each kind, taken back by flipping the index."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from codes.credential_options import CredentialOptions
from codes.credentials import Order
from codes.status_book import StatusBook
from config.floor import sql
from config.floor.ids import new_id
from config.floor.vault import Vault
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from tests.codes.issuer import NEIGHBOUR, REGION, Issuer


@pytest.fixture
def issuer(database: Database, clock: ShiftedClock, vault: Vault) -> Issuer:
    return Issuer(database, clock, vault)


async def test_paper_lives_half_a_year_the_full_one_a_month_and_a_phones_copy_a_week(issuer: Issuer) -> None:
    held = [
        await issuer.issue(None, "T0", "paper"), await issuer.issue(None, "T1", "paper"),
        await issuer.issue(None, "T2", "paper"), await issuer.issue(None, "T0", "phone"),
    ]  # fmt: skip
    assert [(one.expires_at - one.issued_at).days for one in held] == [180, 180, 30, 7]


async def test_a_new_one_kills_the_older_and_only_that(issuer: Issuer) -> None:
    wang = new_id()
    old, phone = await issuer.issue(wang), await issuer.issue(wang, "T0", "phone")
    other_tier = await issuer.issue(wang, "T1")
    new = await issuer.issue(wang)
    assert [await issuer.state(one) for one in (old, phone, other_tier, new)] == ["revoked", "valid", "valid", "valid"]
    assert [await issuer.status(one) for one in (old, phone, other_tier, new)] == [1, 0, 0, 0]
    found = await issuer.run(lambda unit: issuer.credentials.get(unit, old.id))
    assert found is not None
    assert (found.reason, found.state_by) == ("replaced", "resident")


async def test_of_many_orders_at_once_one_is_live(issuer: Issuer) -> None:
    wang = new_id()
    await asyncio.gather(*(issuer.issue(wang) for _ in range(6)))
    held = await issuer.run(lambda unit: issuer.credentials.of_resident(unit, wang))
    assert sorted(one.state for one in held) == ["revoked"] * 5 + ["valid"]
    assert sorted([await issuer.status(one) for one in held]) == [0] + [1] * 5


async def test_tiers_and_portals_have_lists_of_their_own(issuer: Issuer) -> None:
    wang = new_id()
    numbers = [(await issuer.issue(wang, tier)).list_number for tier in ("T0", "T1", "T2")]
    assert len(set(numbers)) == 3
    neighbour = await issuer.issue(portal=NEIGHBOUR)
    assert neighbour.list_number not in numbers
    assert await issuer.run(lambda unit: issuer.credentials.at(unit, neighbour.list_number, neighbour.idx)) is None
    assert await issuer.run(lambda unit: issuer.credentials.get(unit, neighbour.id)) is None


async def test_indices_are_drawn_at_random_and_never_twice(
    database: Database, vault: Vault, clock: ShiftedClock
) -> None:
    drawn = iter([5, 5, 7, 5, 9])
    issuer = Issuer(database, clock, vault, CredentialOptions(decoys=0))
    issuer.credentials.book = issuer.book = StatusBook(issuer.options, lambda size: next(drawn))
    assert [(await issuer.issue()).idx for _ in range(3)] == [5, 7, 9]


async def test_a_list_that_is_full_is_closed_for_a_new_one(
    database: Database, vault: Vault, clock: ShiftedClock
) -> None:
    issuer = Issuer(database, clock, vault, CredentialOptions(decoys=0))
    issuer.credentials.book = issuer.book = StatusBook(issuer.options, lambda size: 11)
    first, second = await issuer.issue(), await issuer.issue()
    assert (first.idx, second.idx) == (11, 11)
    assert first.list_number != second.list_number


async def test_from_a_list_nobody_can_count_what_was_issued_or_taken_back(issuer: Issuer) -> None:
    held = [await issuer.issue() for _ in range(4)]
    await issuer.run(lambda unit: issuer.credentials.revoke(unit, held[0], reason="lost", by="resident"))
    book = await issuer.book.by_number(held[0].list_number)
    assert book is not None
    marked = await issuer.book.marked(book.id)
    assert len(marked) >= issuer.options.decoys - 1
    assert not set(marked) & {one.idx for one in held[1:]}
    assert book.size >= 2**17


async def test_suspended_stands_beside_revoked_and_can_be_undone(issuer: Issuer) -> None:
    held = await issuer.issue()
    assert await issuer.run(lambda unit: issuer.credentials.suspend(unit, held, reason="conflict", by="A-1"))
    assert (await issuer.state(held), await issuer.status(held)) == ("suspended", 2)
    assert not await issuer.run(lambda unit: issuer.credentials.suspend(unit, held, reason="conflict", by="A-1"))
    assert await issuer.run(lambda unit: issuer.credentials.resume(unit, held, by="A-1"))
    assert (await issuer.state(held), await issuer.status(held)) == ("valid", 0)
    assert await issuer.run(lambda unit: issuer.credentials.revoke(unit, held, reason="lost", by="A-1"))
    assert not await issuer.run(lambda unit: issuer.credentials.revoke(unit, held, reason="lost", by="A-1"))
    assert not await issuer.run(lambda unit: issuer.credentials.resume(unit, held, by="A-1"))


async def test_losing_a_phone_kills_its_copies_and_leaves_the_papers(issuer: Issuer) -> None:
    wang = new_id()
    paper, copy = await issuer.issue(wang), await issuer.issue(wang, "T1", "phone")
    lost = await issuer.run(
        lambda unit: issuer.credentials.revoke_all(unit, wang, reason="lost", by="resident", form="phone")
    )
    assert [one.id for one in lost] == [copy.id]
    assert [await issuer.state(one) for one in (paper, copy)] == ["valid", "revoked"]
    await issuer.run(lambda unit: issuer.credentials.revoke_all(unit, wang, reason="lost", by="resident"))
    assert await issuer.state(paper) == "revoked"


async def test_one_that_is_over_says_so(issuer: Issuer) -> None:
    held = await issuer.issue(None, "T0", "phone")
    issuer.clock.advance(timedelta(days=7))
    assert await issuer.state(held) == "expired"


async def test_an_order_that_makes_no_sense_is_a_fault(issuer: Issuer) -> None:
    who = new_id()
    with pytest.raises(ValueError, match="names the phone's key"):
        await issuer.run(lambda unit: issuer.credentials.issue(unit, Order(who, who, REGION, "T0", "phone", "x")))


async def test_no_personal_value_is_in_any_row(issuer: Issuer) -> None:
    await issuer.issue()
    columns = {
        name for table in ("credentials", "status_entries", "status_lists") for name in (await sql.rows(
            f"SELECT * FROM {table} LIMIT 1"))[0]
    }  # fmt: skip
    assert not columns & {"name", "id_number", "phone", "fields", "text", "payload", "birth_year"}
