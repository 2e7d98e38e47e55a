"""Sign-in codes: once, few guesses, counted under concurrency, the same answer for every wrong one."""

from __future__ import annotations

import asyncio
import hmac
from datetime import datetime, timedelta

import pytest

from config.floor.refusal import Refusal
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.domain.sessions.errors import OtpTooMany, PhoneInvalid
from server.domain.sessions.otp import OtpLimits, OtpSent
from tests.domain.people import PHONE, PORTAL, People


@pytest.fixture
def people(vault: Vault) -> People:
    return People(vault, OtpLimits(resend_seconds=60, per_phone_hour=3))


async def _send(database: Database, people: People, phone: str = PHONE) -> OtpSent | Refusal:
    async def decide(unit: Unit) -> OtpSent | Refusal:
        return await people.codes.send(unit, phone, address="127.0.0.1", language="zh-CN")

    return await database.unit_of_work(PORTAL, decide)


async def _check(database: Database, people: People, code: str) -> bool:
    async def decide(unit: Unit) -> bool:
        return await people.codes.check(unit, PHONE, code)

    return await database.unit_of_work(PORTAL, decide)


async def test_a_code_opens_once(database: Database, people: People) -> None:
    await _send(database, people)
    code = people.postbox.last_code
    assert len(code) == 6
    assert await _check(database, people, code)
    assert not await _check(database, people, code)


async def test_eight_requests_at_once_send_one_message(database: Database, people: People) -> None:
    answers = await asyncio.gather(*(_send(database, people) for _ in range(8)))
    assert sum(isinstance(one, OtpSent) for one in answers) == 1
    assert len(people.postbox.sent) == 1


async def test_a_code_dies_after_five_minutes(database: Database, people: People, clock: ShiftedClock) -> None:
    await _send(database, people)
    clock.advance(timedelta(seconds=301))
    assert not await _check(database, people, people.postbox.last_code)


async def test_five_guesses_are_compared_and_then_the_right_code_fails_too(database: Database, people: People) -> None:
    await _send(database, people)
    right = people.postbox.last_code
    wrong = "000000" if right != "000000" else "111111"
    assert [await _check(database, people, wrong) for _ in range(5)] == [False] * 5
    assert not await _check(database, people, right)


async def test_many_right_guesses_at_once_open_one_session(database: Database, people: People) -> None:
    await _send(database, people)
    code = people.postbox.last_code
    outcomes = await asyncio.gather(*(_check(database, people, code) for _ in range(12)))
    assert sum(outcomes) == 1


async def test_of_five_hundred_guesses_at_once_at_most_five_are_compared(
    database: Database, people: People, clock: ShiftedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _send(database, people)
    code = people.postbox.last_code
    compared: list[bytes] = []

    def compare(kept: bytes, given: bytes) -> bool:
        compared.append(given)
        return kept == given

    monkeypatch.setattr(hmac, "compare_digest", compare)
    guesses = [f"{(int(code) + n) % 1_000_000:06d}" for n in range(1, 501)]
    places = asyncio.Semaphore(12)

    async def guess(text: str) -> bool:
        async with places:
            return await _check(database, people, text)

    assert not any(await asyncio.gather(*(guess(text) for text in guesses)))
    assert len(compared) == 5
    assert not await _check(database, people, code), "the challenge is locked"
    clock.advance(timedelta(seconds=61))
    await _send(database, people)
    assert await _check(database, people, people.postbox.last_code), "the person is not"


async def test_only_the_newest_code_counts(database: Database, people: People, clock: ShiftedClock) -> None:
    await _send(database, people)
    first = people.postbox.last_code
    clock.advance(timedelta(seconds=61))
    await _send(database, people)
    if first != people.postbox.last_code:
        assert not await _check(database, people, first)
    assert await _check(database, people, people.postbox.last_code)


async def test_asking_again_at_once_is_refused_with_the_wait(database: Database, people: People) -> None:
    assert isinstance(await _send(database, people), OtpSent)
    refused = await _send(database, people)
    assert isinstance(refused, OtpTooMany)
    assert refused.retry_after is not None and 0 < refused.retry_after <= 60
    assert len(people.postbox.sent) == 1


async def test_the_hour_has_a_budget(database: Database, people: People, clock: ShiftedClock) -> None:
    answers = []
    clock.set((await clock_start(database)).replace(minute=1))
    for _ in range(5):
        answers.append(await _send(database, people))
        clock.advance(timedelta(seconds=61))
    assert [isinstance(one, OtpTooMany) for one in answers] == [False, False, False, True, True]
    assert len(people.postbox.sent) == 3


async def clock_start(database: Database) -> datetime:
    return (await database.reading(PORTAL)).now


async def test_an_address_has_a_budget_of_its_own(database: Database, vault: Vault) -> None:
    people = People(vault, OtpLimits(per_address=2))
    answers = [await _send(database, people, f"1540000010{n}") for n in range(4)]
    assert sum(isinstance(one, OtpTooMany) for one in answers) == 2


async def test_what_is_no_mobile_number_is_refused_before_anything_is_counted(
    database: Database, people: People
) -> None:
    with pytest.raises(PhoneInvalid):
        await _send(database, people, "12345678901")
    assert people.postbox.sent == []
