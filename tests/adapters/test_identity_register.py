"""The identity port over real HTTP, with everything that a register can do wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.adapters.identity_register import HttpIdentityRegister
from server.adapters.register_standin import Mode, RegisterStandIn
from server.domain.residents.errors import RegisterUnavailable
from tests.domain.people import NAME, NUMBER


@pytest.fixture
async def standin() -> AsyncIterator[RegisterStandIn]:
    made = RegisterStandIn({NUMBER: NAME}, slow_seconds=1.0)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def register(standin: RegisterStandIn) -> AsyncIterator[HttpIdentityRegister]:
    made = HttpIdentityRegister(standin.url, timeout=0.3)
    await made.open()
    yield made
    await made.close()


async def test_a_name_and_its_number(register: HttpIdentityRegister) -> None:
    assert await register.matches(NAME, NUMBER)
    assert not await register.matches("王秀芳", NUMBER)
    assert not await register.matches(NAME, NUMBER[:-1] + "0")


@pytest.mark.parametrize("mode", ["down", "slow", "garbage", "redirect"])
async def test_every_failure_is_the_same_refusal(
    register: HttpIdentityRegister, standin: RegisterStandIn, mode: Mode
) -> None:
    standin.mode = mode
    with pytest.raises(RegisterUnavailable):
        await register.matches(NAME, NUMBER)
    standin.mode = "well"
    assert await register.matches(NAME, NUMBER)


async def test_nobody_listens() -> None:
    register = HttpIdentityRegister("http://127.0.0.1:1", timeout=0.5)
    await register.open()
    with pytest.raises(RegisterUnavailable):
        await register.matches(NAME, NUMBER)
    await register.close()
