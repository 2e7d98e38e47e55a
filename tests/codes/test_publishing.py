"""What is published: once for a crowd, never stale, closed without a root, and one portal's only."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from codes import cose, status_list, trust_list
from codes.credential_options import CredentialOptions
from codes.publishing import CredentialsClosed, Publisher, number_of, uri_of
from config.floor.vault import Vault
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from tests.codes.issuer import NEIGHBOUR, PORTAL, Issuer

ROOT = cose.PrivateKey(cose.ES256, bytes(range(1, 33)))


@pytest.fixture
def issuer(database: Database, clock: ShiftedClock, vault: Vault) -> Issuer:
    return Issuer(database, clock, vault, CredentialOptions(list_size=2**20, decoys=16))


@pytest.fixture
def publisher(issuer: Issuer) -> Publisher:
    return Publisher(issuer.keys, issuer.book, ROOT, issuer.database.unit_of_work, issuer.options)


async def listed(publisher: Publisher, issuer: Issuer, number: int) -> status_list.StatusList:
    unit = await issuer.database.reading(PORTAL)
    keys = trust_list.read((await publisher.key_set(unit)).body, [ROOT.public])
    found = await publisher.status(unit, number)
    assert keys is not None
    assert found is not None
    read = status_list.read(found.body, keys, unit.now.timestamp())
    assert read is not None
    return read


async def test_a_crowd_that_asks_at_once_is_one_making_of_a_million_entries(
    publisher: Publisher, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = await issuer.issue()
    made: list[int] = []
    unit = await issuer.database.reading(PORTAL)
    monkeypatch.setattr(publisher, "_write", _counting(publisher, made))
    answers = await asyncio.gather(*(publisher.status(unit, held.list_number) for _ in range(300)))
    assert made == [2**20]
    assert len({id(one) for one in answers}) == 1


def _counting(publisher: Publisher, made: list[int]) -> Any:
    write = publisher._write

    def counted(unit: Any, book: Any, *rest: Any) -> bytes:
        made.append(book.size)
        return write(unit, book, *rest)

    return counted


async def test_the_next_answer_after_a_revocation_has_it(publisher: Publisher, issuer: Issuer) -> None:
    held = await issuer.issue()
    assert (await listed(publisher, issuer, held.list_number)).status(held.idx) == status_list.VALID
    await issuer.run(lambda unit: issuer.credentials.suspend(unit, held, reason="conflict", by="A"))
    assert (await listed(publisher, issuer, held.list_number)).status(held.idx) == status_list.SUSPENDED
    await issuer.run(lambda unit: issuer.credentials.revoke(unit, held, reason="lost", by="A"))
    assert (await listed(publisher, issuer, held.list_number)).status(held.idx) == status_list.INVALID


async def test_two_processes_sign_the_same_key_set(publisher: Publisher, issuer: Issuer) -> None:
    other = Publisher(issuer.keys, issuer.book, ROOT, issuer.database.unit_of_work, issuer.options)
    unit = await issuer.database.reading(PORTAL)
    first, second = await publisher.key_set(unit), await other.key_set(unit)
    assert (first.body, first.etag) == (second.body, second.etag)
    before = trust_list.read(first.body, [ROOT.public])
    await issuer.run(lambda u: issuer.keys.remove(u, before.keys[0].kid if before else b"", "lost"))
    after = trust_list.read((await publisher.key_set(unit)).body, [ROOT.public])
    assert before is not None
    assert after is not None
    assert after.version > before.version
    assert {key.kid for key in after.keys}.isdisjoint(key.kid for key in before.keys)


async def test_a_portal_publishes_its_own_lists_and_keys_only(publisher: Publisher, issuer: Issuer) -> None:
    held = await issuer.issue()
    unit = await issuer.database.reading(NEIGHBOUR)
    assert await publisher.status(unit, held.list_number) is None
    assert await publisher.status(unit, 999) is None
    theirs = trust_list.read((await publisher.key_set(unit)).body, [ROOT.public])
    assert theirs is not None
    assert {key.issuer for key in theirs.keys} == {NEIGHBOUR}
    assert not theirs.named(bytes.fromhex(held.kid))


async def test_without_a_root_nothing_is_vouched_for(issuer: Issuer) -> None:
    closed = Publisher(issuer.keys, issuer.book, None, issuer.database.unit_of_work, issuer.options)
    unit = await issuer.database.reading(PORTAL)
    for asked in (closed.key_set(unit), closed.status(unit, 1), closed.trusted(unit)):
        with pytest.raises(CredentialsClosed):
            await asked
    assert closed.root is None
    assert await issuer.run(closed.renew) == 0


@pytest.mark.parametrize("uri", ["gz:status/", "gz:status/x", "gz:status/１", "elsewhere/1", "gz:status/1234567890"])
def test_only_our_own_lists_have_a_number(uri: str) -> None:
    assert number_of(uri) is None
    assert number_of(uri_of(12)) == 12
