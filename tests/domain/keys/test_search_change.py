"""The key of search turns while people come in: found in every phase, never doubled, whatever dies in between."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.ids import new_id
from config.floor.personal import Indexed
from config.floor.unit import Unit
from notify.push_subscriptions import subscribe
from notify.web_push import Subscription
from server.adapters.database import Database
from server.adapters.keyring import KeyringVault, Ring, SearchKey, SearchKeys
from server.adapters.migrate import personal
from server.domain.keys.search_change import SearchChange, Work
from server.domain.sessions import budgets
from server.domain.sessions.otp import OtpLimits
from tests.domain.people import NAME, NUMBER, PHONE, PORTAL, People

OLD, NEW = SearchKey(bytes(32)), SearchKey(bytes(range(32)), "sm")
BEFORE, BOTH, TURNED, ALONE = (
    SearchKeys(OLD), SearchKeys(OLD, NEW, NEW), SearchKeys(NEW, NEW, OLD), SearchKeys(NEW, None, OLD)
)  # fmt: skip
PHONES = [f"154{number:08d}" for number in range(40)]


def _vault(search: SearchKeys) -> KeyringVault:
    return KeyringVault.of(Ring({"k": bytes(range(32))}, {"": "k"}, search))


def _change(database: Database, search: SearchKeys) -> SearchChange:
    return SearchChange(database.unit_of_work, _vault(search), list(personal()), batch=7, share=1.0)


async def _all(change: SearchChange, work: Work) -> dict[str, int]:
    return {step.table: step.changed async for step in change.done(work) if step.changed}


async def _enter(database: Database, search: SearchKeys, phone: str) -> UUID:
    people = People(_vault(search))

    async def decide(unit: Unit) -> UUID:
        return (await people.residents.enter(unit, phone, language="zh-CN")).id

    return await database.unit_of_work(PORTAL, decide)


async def _peopled(database: Database) -> dict[str, UUID]:
    return {phone: await _enter(database, BEFORE, phone) for phone in PHONES}


async def _same(database: Database, search: SearchKeys, known: dict[str, UUID]) -> None:
    """Everybody is found as who they are, one by one and together, and nobody is made twice."""
    people = People(_vault(search))
    unit = await database.reading(PORTAL)
    assert await people.residents.of_phones(unit, list(known)) == known
    for phone, resident in list(known.items())[:5]:
        assert await _enter(database, search, phone) == resident
    (count,) = await sql.rows("SELECT count(*) AS n FROM residents")
    assert count["n"] == len(known)


async def test_everybody_is_found_in_every_phase_and_by_the_phase_before(database: Database) -> None:
    known = await _peopled(database)
    change = _change(database, BOTH)
    known["15499999999"] = await _enter(database, BOTH, "15499999999")
    await _same(database, BEFORE, known)
    await _same(database, BOTH, known)
    assert await change.left("fill") == len(PHONES)
    assert await _all(change, "fill") == {"residents": len(PHONES)}
    assert await change.left("fill") == 0
    for search in (BOTH, TURNED):  # some processes know already that it turned
        known[f"1548888888{len(known) % 10}"] = await _enter(database, search, f"1548888888{len(known) % 10}")
    await _same(database, BOTH, known)
    await _same(database, TURNED, known)
    turning = _change(database, TURNED)
    assert (await _all(turning, "turn"))["residents"] == len(known) - 1
    await _same(database, TURNED, known)
    await _same(database, ALONE, known)
    ending = _change(database, ALONE)
    assert (await _all(ending, "empty"))["residents"] == len(known)
    await _same(database, SearchKeys(NEW), known)
    assert await ending.left("empty") == await ending.left("turn") == 0


async def test_two_processes_in_neighbouring_phases_make_no_person_twice(database: Database) -> None:
    change = _change(database, BOTH)
    for number, (one, other) in enumerate([(BEFORE, BOTH), (BOTH, TURNED), (TURNED, ALONE)]):
        phone = f"1541111111{number}"
        both = await asyncio.gather(*(_enter(database, search, phone) for search in (one, other) * 4))
        assert len(set(both)) == 1
        if one is BEFORE:
            await _all(change, "fill")
        if one is BOTH:
            await _all(_change(database, TURNED), "turn")


async def test_the_identity_stays_one_persons_while_the_key_turns(database: Database, vault: KeyringVault) -> None:
    unit = await database.reading(PORTAL)
    first, index = new_id(), _vault(BEFORE).search(NUMBER, "residents.id_number")
    await sql.execute(
        "INSERT INTO residents (id, portal, region, id_number_sealed, id_number_index, name_sealed, id_kind, loa,"
        " language, elder, created_at) VALUES ($1,$2,'511602000000',$3,$4,$5,'id_card',3,'zh-CN',$6,$7)",
        first, PORTAL, _vault(BEFORE).seal(NUMBER, "residents.id_number"), index.here,
        _vault(BEFORE).seal(NAME, "residents.name"), False, unit.now,
    )  # fmt: skip
    turns: tuple[tuple[SearchKeys, Work | None], ...] = (
        (BOTH, "fill"), (TURNED, "turn"), (ALONE, "empty"), (SearchKeys(NEW), None),
    )  # fmt: skip
    for search, work in turns:
        people = People(_vault(search))
        _, number = people.residents.read_claim(unit, NAME, NUMBER)
        found = await people.residents.by_card(unit, NAME, number)
        assert found is not None and found.id == first
        if work:
            await _all(_change(database, search), work)


async def test_begun_again_after_a_death_the_rest_is_done(database: Database) -> None:
    known = await _peopled(database)
    async for step in _change(database, BOTH).done("fill"):
        if step.changed >= 14:
            break  # as a process that is killed
    assert await _all(_change(database, BOTH), "fill") == {"residents": len(PHONES) - 14}
    await _same(database, BOTH, known)


async def test_who_changes_the_value_meanwhile_is_not_undone(database: Database) -> None:
    (phone, other), vault = PHONES[:2], _vault(BOTH)
    resident = await _enter(database, BEFORE, phone)
    change = _change(database, BOTH)
    column = next(one for one in change.tables["residents"] if one.column == "phone_index")
    (row,) = await sql.rows("SELECT id, phone_index, phone_sealed FROM residents")
    now = vault.search(other, "residents.phone")
    await sql.execute(
        "UPDATE residents SET phone_sealed = $1, phone_index = $2, phone_index_next = $3",
        vault.seal(other, "residents.phone"), now.here, now.beside,
    )  # fmt: skip
    assert change._beside(column, row) == vault.search(phone, "residents.phone").beside
    assert await _all(change, "fill") == {}
    assert await _enter(database, TURNED, other) == resident


async def test_a_value_that_does_not_open_is_counted_and_left(database: Database) -> None:
    await _enter(database, BEFORE, PHONE)
    await sql.execute("UPDATE residents SET phone_sealed = $1", b"\x01\x01x" + bytes(40))
    steps = [step async for step in _change(database, BOTH).done("fill")]
    assert (max(step.closed for step in steps), max(step.changed for step in steps)) == (1, 0)


async def test_a_change_of_the_key_resets_no_budget_and_kills_no_sign_in_code(database: Database) -> None:
    limits = OtpLimits(resend_seconds=0, per_phone_hour=3)
    told = []

    async def send(search: SearchKeys) -> str:
        people = People(_vault(search), limits)
        answer = await database.unit_of_work(
            PORTAL, lambda unit: people.codes.send(unit, PHONE, address="192.0.2.1", language="zh-CN")
        )
        told.append(type(answer).__name__)
        return people.postbox.last_code if people.postbox.sent else ""

    await send(BEFORE)
    code = await send(BOTH)
    people = People(_vault(TURNED), limits)
    assert await database.unit_of_work(PORTAL, lambda unit: people.codes.check(unit, PHONE, code))
    await send(TURNED)
    await send(ALONE)
    assert told == ["OtpSent", "OtpSent", "OtpSent", "OtpTooMany"]
    key = _vault(TURNED).search("192.0.2.1", "budgets.address")
    await database.unit_of_work(PORTAL, lambda unit: budgets.refund(unit, "otp-address", key, seconds=300))
    assert await database.unit_of_work(PORTAL, lambda unit: budgets.used(unit, "otp-address", key, seconds=300)) == 3


async def test_a_browser_stays_one_subscription(database: Database) -> None:
    found, resident = Subscription("https://push.example/1", b"p" * 65, b"a" * 16), new_id()

    async def take(search: SearchKeys) -> UUID:
        return await database.unit_of_work(PORTAL, lambda unit: subscribe(unit, _vault(search), resident, found))

    first = await take(BEFORE)
    await _all(_change(database, BOTH), "fill")
    assert {await take(search) for search in (BOTH, TURNED, BOTH, TURNED, ALONE, SearchKeys(NEW))} == {first}


def test_every_index_of_a_kept_value_takes_part(database: Database) -> None:
    kept = {(one.table, one.column) for one in personal() if isinstance(one, Indexed) and one.of}
    assert {(one.table, one.column) for columns in _change(database, BOTH).tables.values() for one in columns} == kept
    assert ("residents", "phone_index") in kept and ("residents", "id_number_index") in kept


@pytest.mark.parametrize("search", [BEFORE, BOTH, TURNED, ALONE])
def test_what_a_phase_writes(search: SearchKeys) -> None:
    found = _vault(search).search("x", "t.c")
    old, new = (key.of(b"t.c\0x") for key in (OLD, NEW))
    wanted = {id(BEFORE): (old, None), id(BOTH): (old, new), id(TURNED): (new, new), id(ALONE): (new, None)}
    assert (found.here, found.beside) == wanted[id(search)]
    assert _vault(search).index("x", "t.c") == found.here
