"""Signing keys: listed before use, signing for their period, verifying until the last thing they signed is over."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from codes.signing_keys import KeyState
from config.floor import sql
from config.floor.refusal import Missing
from config.floor.vault import Vault
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from tests.codes.issuer import BEGIN, NEIGHBOUR, PORTAL, Issuer


@pytest.fixture
def issuer(database: Database, clock: ShiftedClock, vault: Vault) -> Issuer:
    return Issuer(database, clock, vault)


async def states(issuer: Issuer) -> list[KeyState]:
    return [key.state for key in await issuer.run(issuer.keys.all)]


async def turned(issuer: Issuer, days: float) -> list[KeyState]:
    """The timetable's work of that day, and how the keys stand then."""
    issuer.clock.set(BEGIN + timedelta(days=days))
    await issuer.run(issuer.keys.turn)
    return await states(issuer)


async def test_a_key_is_listed_before_use_and_verifies_until_the_last_paper_has_expired(issuer: Issuer) -> None:
    assert await turned(issuer, 0) == ["signing"]
    assert await turned(issuer, 75) == ["signing"]
    assert await turned(issuer, 77) == ["signing", "planned"]
    assert await turned(issuer, 83) == ["signing", "listed"]
    issuer.clock.set(BEGIN + timedelta(days=89))
    paper = await issuer.issue()
    assert await turned(issuer, 90) == ["verifying", "signing"]
    assert (await turned(issuer, 89 + 179))[0] == "verifying"
    assert (await turned(issuer, 89 + 180))[0] == "gone"
    assert paper.expires_at == BEGIN + timedelta(days=89 + 180)


async def test_a_key_that_signed_no_paper_goes_when_its_lists_are_over(issuer: Issuer) -> None:
    await turned(issuer, 0)
    await turned(issuer, 80)
    assert (await turned(issuer, 92))[0] == "verifying"
    assert (await turned(issuer, 97))[0] == "gone"


async def test_the_signed_set_holds_listed_signing_and_verifying_keys_only(issuer: Issuer) -> None:
    await turned(issuer, 0)
    await turned(issuer, 77)
    assert len(await issuer.run(issuer.keys.listed)) == 1
    await turned(issuer, 84)
    assert len(await issuer.run(issuer.keys.listed)) == 2


async def test_two_processes_turning_at_once_make_one_key(issuer: Issuer) -> None:
    await asyncio.gather(*(issuer.run(issuer.keys.turn) for _ in range(4)))
    assert await states(issuer) == ["signing"]
    issuer.clock.advance(timedelta(days=80))
    await asyncio.gather(*(issuer.run(issuer.keys.turn) for _ in range(4)))
    assert await states(issuer) == ["signing", "planned"]


async def test_after_a_long_standstill_a_key_signs_at_once(issuer: Issuer) -> None:
    await turned(issuer, 0)
    assert await turned(issuer, 400) == ["gone", "signing"]


async def test_a_compromised_key_is_removed_and_what_it_signed_is_revoked(issuer: Issuer) -> None:
    old = await issuer.issue()
    other = await issuer.issue(portal=NEIGHBOUR)
    await issuer.run(lambda unit: issuer.keys.turn(unit))
    kid = bytes.fromhex(old.kid)
    assert await issuer.run(lambda unit: issuer.keys.remove(unit, kid, "the safe was opened")) == 1
    assert await states(issuer) == ["removed", "signing"]
    assert (await issuer.state(old), await issuer.status(old)) == ("revoked", 1)
    assert (await issuer.state(other), await issuer.status(other)) == ("valid", 0)
    assert kid not in [key.kid for key in await issuer.run(issuer.keys.listed)]
    assert await issuer.run(lambda unit: issuer.keys.signer_of(unit, old.kid)) is None
    with pytest.raises(Missing):
        await issuer.run(lambda unit: issuer.keys.remove(unit, kid, "again"))


async def test_whoever_lost_the_race_to_make_a_key_signs_with_the_winners(issuer: Issuer) -> None:
    """Its unit read the clock a moment before the winner's did."""
    await turned(issuer, 0)
    (made,) = await issuer.run(issuer.keys.all)
    signer = await issuer.run(lambda unit: issuer.keys.ready(replace(unit, now=unit.now - timedelta(seconds=1))))
    assert signer.kid == made.kid
    assert len(await issuer.run(issuer.keys.all)) == 1


async def test_a_removed_key_leaves_its_period_to_the_next_and_the_plan_stands(issuer: Issuer) -> None:
    await turned(issuer, 0)
    await turned(issuer, 84)
    first, planned = await issuer.run(issuer.keys.all)
    await issuer.run(lambda unit: issuer.keys.remove(unit, first.kid, "lost"))
    assert await states(issuer) == ["removed", "signing", "listed"]
    found = await issuer.run(issuer.keys.all)
    assert (found[1].sign_until, found[2].kid) == (planned.sign_from, planned.kid)


async def test_private_keys_are_sealed(issuer: Issuer) -> None:
    private = await issuer.run(issuer.keys.ready)
    (row,) = await sql.rows("SELECT private_sealed FROM signing_keys")
    assert private.secret not in bytes(row["private_sealed"])
    again = Issuer(issuer.database, issuer.clock, issuer.keys._vault)
    assert (await again.run(again.keys.ready)).secret == private.secret
    assert await again.run(again.keys.signer, PORTAL) is not None
