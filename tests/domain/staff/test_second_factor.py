"""Staff at the console: an authenticator's codes, the way back without one, the lock, the networks, roles apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.exceptions import BaseORMException

from config.floor import sql
from config.settings import Settings, StaffDoor
from server.adapters.clock import ShiftedClock
from server.domain.staff import totp
from server.domain.staff.passwords import hash_password, outdated, password_fits
from tests.domain.staff.earlier import scrypt_hash
from tests.journeys.people import Desk
from tests.journeys.town import PASSWORD, Town, running_town
from tests.journeys.visitor import Visitor, must_problem

RFC_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", RFC 6238 appendix B
SESSIONS = "/console/api/v1/sessions"


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(at: int, code: str) -> None:
    now = datetime.fromtimestamp(at, UTC)
    step = totp.step_at(now)
    assert totp.code_of(RFC_SEED, step) == code
    assert totp.fitting_step(RFC_SEED, code, now, after=0) == step
    assert totp.fitting_step(RFC_SEED, code, now + timedelta(seconds=30), after=0) == step
    assert totp.fitting_step(RFC_SEED, code, now + timedelta(seconds=60), after=0) is None
    assert totp.fitting_step(RFC_SEED, code, now, after=step) is None, "a step works once"


async def test_passwords_are_argon2_and_earlier_hashes_still_fit() -> None:
    stored = await hash_password("a password")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await password_fits("a password", stored)
    assert not await password_fits("another", stored)
    assert not outdated(stored)
    earlier = scrypt_hash("a password")
    assert outdated(earlier)
    assert await password_fits("a password", earlier)
    assert not await password_fits("another", earlier)
    assert not await password_fits("", ""), "nobody's hash fits nothing"


async def _come(town: Town, staff_no: str, *, otp: str = "", password: str = PASSWORD) -> tuple[Visitor, Any]:
    visitor = await town.stranger()
    body = {"staff_no": staff_no, "password": password, **({"otp": otp} if otp else {})}
    return visitor, await visitor.call("POST", SESSIONS, body=body)


def _code(town: Town, seed: str, *, later: int = 0) -> str:
    return totp.code_of(seed, totp.step_at(datetime.fromtimestamp(town.now(), UTC)) + later)


async def _enrol(town: Town, staff_no: str) -> str:
    visitor = await town.stranger()
    made = await visitor.must(
        "POST", "/console/api/v1/second-factor", {"staff_no": staff_no, "password": PASSWORD}, status=201
    )
    assert made["uri"].startswith("otpauth://totp/")
    return str(made["seed"])


@pytest.fixture
async def strict(settings: Settings, clock: ShiftedClock) -> AsyncIterator[Town]:
    """A town where nobody comes in without an authenticator."""
    door = StaffDoor(second_factor="required", lock_minutes=15)
    async with running_town(settings.model_copy(update={"staff": door}), clock) as town:
        yield town


async def test_nobody_comes_in_without_an_authenticator_and_a_code_works_once(strict: Town) -> None:
    await strict.hire("H1", ["handler"])
    must_problem((await _come(strict, "H1"))[1], "second-factor-missing", status=403)
    must_problem((await _come(strict, "H1", password="wrong"))[1], "sign-in-wrong")
    seed = await _enrol(strict, "H1")
    code = _code(strict, seed)
    answers = await asyncio.gather(*(_come(strict, "H1", otp=code) for _ in range(3)))
    statuses = sorted(answer.status for _, answer in answers)
    assert statuses == [201, 401, 401], "of three at once with one code one comes in"
    must_problem((await _come(strict, "H1"))[1], "second-factor-needed")
    must_problem((await _come(strict, "H1", otp=code))[1], "second-factor-wrong")
    visitor = await strict.stranger()
    again = {"staff_no": "H1", "password": PASSWORD}
    must_problem(await visitor.call("POST", "/console/api/v1/second-factor", body=again), "second-factor-kept")
    again["password"] = "wrong"
    must_problem(await visitor.call("POST", "/console/api/v1/second-factor", body=again), "sign-in-wrong")
    assert (await _come(strict, "H1", otp=_code(strict, seed, later=1)))[1].status == 201


async def test_guessed_codes_are_counted_and_then_not_compared(strict: Town) -> None:
    await strict.hire("H1", ["handler"])
    seed = await _enrol(strict, "H1")
    wrong = str((int(_code(strict, seed)) + 500_000) % 1_000_000).zfill(6)
    for _ in range(5):
        must_problem((await _come(strict, "H1", otp=wrong))[1], "second-factor-wrong")
    must_problem((await _come(strict, "H1", otp=_code(strict, seed)))[1], "sign-in-locked")


async def test_a_lost_authenticator_takes_two_other_people(server: Town) -> None:
    await server.hire("H1", ["handler"])
    seed = await _enrol(server, "H1")
    assert (await _come(server, "H1", otp=_code(server, seed)))[1].status == 201
    first = await server.desk("S1", "security_administrator")
    second = await server.desk("A1", "administrator")
    way = "/console/api/v1/staff/H1/recovery"
    must_problem(await second.call("POST", f"{way}/confirmation", body={}), "not-found")
    assert (await first.call("POST", way, body={})).status == 204
    must_problem(await first.call("POST", f"{way}/confirmation", body={}), "recovery-same-person")
    [line] = [one for one in (await first.must("GET", "/console/api/v1/staff"))["staff"] if one["staff_no"] == "H1"]
    assert (line["has_second_factor"], line["recovery_asked"]) == (True, True)
    assert (await second.call("POST", f"{way}/confirmation", body={})).status == 204
    assert (await _come(server, "H1"))[1].status == 201
    must_problem(await first.call("POST", way, body={}), "not-found")


async def test_closing_an_account_or_changing_roles_ends_its_sessions_at_once(server: Town) -> None:
    security = await server.desk("S1", "security_administrator")
    handler, operator = await server.desk("H1", "handler"), await server.desk("O1", "operator")
    staff = "/console/api/v1/staff"
    assert (await security.call("POST", f"{staff}/H1/closing", body={})).status == 204
    must_problem(await handler.call("GET", "/console/api/v1/cases"), "unauthenticated")
    must_problem((await _come(server, "H1"))[1], "sign-in-wrong")
    assert (await security.call("PUT", f"{staff}/O1/roles", body={"roles": ["publisher"]})).status == 204
    must_problem(await operator.call("GET", "/console/api/v1/campaigns"), "unauthenticated")
    apart = {"roles": ["auditor", "administrator"]}
    must_problem(await security.call("PUT", f"{staff}/O1/roles", body=apart), "administrators-apart")
    must_problem(await security.call("PUT", f"{staff}/S1/roles", body={"roles": []}), "own-account")
    must_problem(await security.call("POST", f"{staff}/nobody/closing", body={}), "not-found")


async def test_the_database_itself_refuses_two_administrators_in_one_account(server: Town) -> None:
    await server.hire("S1", ["security_administrator"])
    await server.hire("A1", ["administrator", "hall_manager"])
    for roles in (["security_administrator", "administrator"], ["auditor", "security_administrator"]):
        with pytest.raises(BaseORMException):
            await sql.execute("UPDATE staff SET roles = $1 WHERE staff_no = 'S1'", sql.to_json(roles))


async def test_a_console_without_anybody_locks_until_its_holder_shows_up(strict: Town) -> None:
    await strict.hire("H1", ["handler"])
    seed = await _enrol(strict, "H1")
    visitor, opened = await _come(strict, "H1", otp=_code(strict, seed))
    visitor.headers["X-Yima-CSRF"] = opened.body["csrf"]
    assert (await visitor.call("GET", "/console/api/v1/cases")).status == 200
    strict.clock.advance(timedelta(minutes=16))
    for _ in range(2):
        must_problem(await visitor.call("GET", "/console/api/v1/cases"), "session-locked", status=401)
    page = await visitor.call("GET", "/console", headers={"Accept": "text/html"})
    assert (page.status, page.headers["Location"]) == (303, "/console/sign-in")
    unlock = f"{SESSIONS}/current/unlock"
    must_problem(await visitor.call("POST", unlock, body={"password": "wrong"}), "sign-in-wrong")
    must_problem(await visitor.call("POST", unlock, body={"password": PASSWORD}), "second-factor-needed")
    good = {"password": PASSWORD, "otp": _code(strict, seed)}
    assert (await visitor.call("POST", unlock, body=good)).status == 204
    assert (await visitor.call("GET", "/console/api/v1/cases")).status == 200
    assert (await visitor.call("POST", f"{SESSIONS}/current/lock", body={})).status == 204
    must_problem(await visitor.call("GET", "/console/api/v1/cases"), "session-locked")
    assert (await visitor.call("DELETE", f"{SESSIONS}/current")).status == 204


async def test_the_console_opens_only_from_named_networks(settings: Settings, clock: ShiftedClock) -> None:
    door = StaffDoor.model_validate({"networks": ["10.0.0.0/8"], "lock_minutes": 0})
    changed = settings.model_copy(update={"staff": door, "trusted_proxies": 1})
    async with running_town(changed, clock) as town:
        await town.hire("H1", ["handler"])
        must_problem((await _come(town, "H1"))[1], "address-not-allowed", status=403)
        desk = await town.invite(Desk(town.origin, "H1", PASSWORD))
        desk.headers["X-Forwarded-For"] = "10.1.2.3"
        await desk.sign_in()
        assert (await desk.call("GET", "/console/api/v1/cases")).status == 200
        for elsewhere in ("192.0.2.1", "unknown"):
            desk.headers["X-Forwarded-For"] = elsewhere
            must_problem(await desk.call("GET", "/console/api/v1/cases"), "address-not-allowed")


async def test_an_earlier_hash_is_renewed_at_sign_in(server: Town) -> None:
    await server.hire("H1", ["handler"])
    await sql.execute("UPDATE staff SET password_hash = $1 WHERE staff_no = 'H1'", scrypt_hash(PASSWORD))
    assert (await _come(server, "H1"))[1].status == 201
    row = await sql.row("SELECT password_hash FROM staff WHERE staff_no = 'H1'")
    assert row is not None
    assert row["password_hash"].startswith("$argon2id$")
    assert (await _come(server, "H1"))[1].status == 201
