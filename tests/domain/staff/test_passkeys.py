"""Passkeys of staff over HTTP: added in an open session, shown after the password, never twice, and not the last."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.floor import sql
from config.floor.unit import Unit
from config.portal import Portal
from config.settings import Settings, StaffDoor
from server.adapters.clock import ShiftedClock
from server.domain.staff import totp
from server.domain.staff.second_factor import Proof
from server.domain.staff.webauthn import Site
from server.edges.console.factor_shapes import PasskeyAnswer
from tests.domain.staff.soft_passkey import PRESENT, SoftPasskey, text
from tests.journeys.town import PASSWORD, PORTAL, Town, running_town
from tests.journeys.visitor import Answer, Visitor, must_problem

API = "/console/api/v1"
SESSIONS = f"{API}/sessions"


class Holder:
    """One member of staff who comes by a name, as a browser does where passkeys work."""

    def __init__(self, town: Town, staff_no: str) -> None:
        self.town, self.staff_no = town, staff_no
        self.origin = town.origin.replace("127.0.0.1", "localhost")
        self.who = {"staff_no": staff_no, "password": PASSWORD}
        self.passkey = SoftPasskey()

    async def visitor(self) -> Visitor:
        found = await self.town.stranger()
        found.headers["Host"] = self.origin.removeprefix("http://")
        return found

    async def desk(self, **shown: Any) -> Visitor:
        """Somebody at an open console, with whatever is shown beside the password."""
        visitor = await self.visitor()
        opened = await visitor.must("POST", SESSIONS, {**self.who, **shown}, status=201)
        visitor.headers["X-Yima-CSRF"] = opened["csrf"]
        return visitor

    async def add(self, desk: Visitor, passkey: SoftPasskey | None = None, name: str = "办公电脑") -> Answer:
        wanted = await desk.must("POST", f"{API}/passkeys/challenge", {}, status=201)
        body = (passkey or self.passkey).made(wanted, self.origin, name)
        return await desk.call("POST", f"{API}/passkeys", body=body)

    async def asked(self) -> Any:
        visitor = await self.visitor()
        return await visitor.must("POST", f"{API}/passkey-challenges", self.who, status=201)

    async def come(self, passkey: dict[str, Any]) -> Answer:
        visitor = await self.visitor()
        return await visitor.call("POST", SESSIONS, body={**self.who, "passkey": passkey})

    async def shows(self, passkey: SoftPasskey | None = None, **bent: Any) -> Answer:
        return await self.come((passkey or self.passkey).shown(await self.asked(), self.origin, **bent))

    def digits(self, seed: str, *, later: int = 0) -> str:
        return totp.code_of(seed, totp.step_at(datetime.fromtimestamp(self.town.now(), UTC)) + later)


@pytest.fixture
async def holder(server: Town) -> Holder:
    """H1, who has one passkey and nothing else."""
    await server.hire("H1", ["handler"])
    found = Holder(server, "H1")
    assert (await found.add(await found.desk())).status == 201
    return found


async def _told(staff_no: str) -> list[str]:
    rows = await sql.rows(
        "SELECT action FROM audit_entries WHERE actor_label = $1 AND action LIKE 'staff.%' ORDER BY id", staff_no
    )
    return [row["action"].removeprefix("staff.") for row in rows]


async def test_staff_sign_in_with_password_and_passkey(holder: Holder) -> None:
    visitor = await holder.visitor()
    needed = must_problem(await visitor.call("POST", SESSIONS, body=holder.who), "second-factor-needed", status=401)
    assert needed["ways"] == ["passkey"]
    asked = await holder.asked()
    assert (asked["domain"], len(asked["passkeys"])) == ("localhost", 1)
    assert asked["passkeys"][0] == {"credential_id": text(holder.passkey.credential_id), "transports": ["internal"]}
    desk = await holder.desk(passkey=holder.passkey.shown(asked, holder.origin))
    mine = await desk.must("GET", f"{API}/factors")
    [line] = mine["passkeys"]
    assert (line["name"], line["domain"], line["doubted_at"]) == ("办公电脑", "localhost", None)
    assert line["last_used_at"] is not None
    assert (mine["authenticator_since"], mine["domain"], mine["most"]) == (None, "localhost", 10)
    assert await _told("H1") == ["sign_in", "passkey_add", "sign_in"]
    digits = {**holder.who, "otp": "123456"}
    must_problem(await visitor.call("POST", SESSIONS, body=digits), "second-factor-wrong")
    wrong = {**holder.who, "password": "wrong"}
    must_problem(await visitor.call("POST", f"{API}/passkey-challenges", body=wrong), "sign-in-wrong")


async def test_a_challenge_lets_in_once_whoever_asks_at_once_or_again(holder: Holder) -> None:
    shown = holder.passkey.shown(await holder.asked(), holder.origin)
    answers = await asyncio.gather(*(holder.come(shown) for _ in range(3)))
    assert sorted(answer.status for answer in answers) == [201, 401, 401]
    late = holder.passkey.shown(await holder.asked(), holder.origin)
    holder.town.clock.advance(timedelta(minutes=7))
    must_problem(await holder.come(late), "passkey-wrong")
    assert (await holder.shows()).status == 201, "an answer that was lost costs a new challenge, no more"


async def test_what_dies_half_way_uses_nothing_up(holder: Holder) -> None:
    body = holder.passkey.shown(await holder.asked(), holder.origin)
    services = holder.town.services
    shown = PasskeyAnswer.model_validate_json(json.dumps(body)).shown()
    proof = Proof(passkey=shown, site=Site("localhost", frozenset({holder.origin})))

    async def dies(unit: Unit) -> None:
        staff = await services.staff.by_number(unit, "H1")
        assert await services.second_factor.check(unit, staff.actor, proof) is None
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await holder.town.house.database.unit_of_work(PORTAL, dies)
    assert (await holder.come(body)).status == 201


async def test_what_does_not_fit_is_refused_counted_and_then_not_looked_at(holder: Holder) -> None:
    other = Holder(holder.town, "H2")
    await holder.town.hire("H2", ["handler"])
    assert (await other.add(await other.desk())).status == 201
    must_problem(await holder.shows(other.passkey), "passkey-wrong")
    must_problem(await holder.shows(flags=PRESENT), "passkey-wrong")
    must_problem(await holder.shows(holder=text(bytes(16))), "passkey-wrong")
    stolen = other.passkey.shown(await holder.asked(), holder.origin)
    must_problem(await holder.come({**stolen, "credential_id": text(holder.passkey.credential_id)}), "passkey-wrong")
    foreign = holder.passkey.shown(await holder.asked(), "http://localhost:1")
    must_problem(await holder.come(foreign), "passkey-wrong")
    must_problem(await holder.shows(), "sign-in-locked")
    assert (await other.shows()).status == 201, "nobody else is locked"
    holder.town.clock.advance(timedelta(minutes=16))
    assert (await holder.shows()).status == 201


async def test_a_count_that_goes_backwards_ends_the_passkey_and_is_on_record(holder: Holder) -> None:
    spare = SoftPasskey()
    desk = await holder.desk(passkey=holder.passkey.shown(await holder.asked(), holder.origin))
    assert (await holder.add(desk, spare, "手机")).status == 201
    holder.passkey.count = 7
    assert (await holder.shows()).status == 201
    must_problem(await holder.shows(), "passkey-doubted", status=401)
    holder.passkey.count = 9
    must_problem(await holder.shows(), "passkey-wrong", "passkey-doubted")
    assert (await _told("H1")).count("passkey_doubt") == 1
    asked = await holder.asked()
    assert [one["credential_id"] for one in asked["passkeys"]] == [text(spare.credential_id)]
    assert (await holder.shows(spare)).status == 201
    lines = (await desk.must("GET", f"{API}/factors"))["passkeys"]
    assert [bool(one["doubted_at"]) for one in lines] == [True, False]
    must_problem(await desk.call("DELETE", f"{API}/passkeys/{lines[1]['id']}"), "second-factor-last")
    assert (await desk.call("DELETE", f"{API}/passkeys/{lines[0]['id']}")).status == 204


async def test_the_last_thing_to_sign_in_with_stays_even_if_two_go_at_once(holder: Holder) -> None:
    desk = await holder.desk(passkey=holder.passkey.shown(await holder.asked(), holder.origin))
    assert (await holder.add(desk, SoftPasskey(), "手机")).status == 201
    ways = [f"{API}/passkeys/{one['id']}" for one in (await desk.must("GET", f"{API}/factors"))["passkeys"]]
    gone = await asyncio.gather(*(desk.call("DELETE", way) for way in ways))
    assert sorted(answer.status for answer in gone) == [204, 409]
    kept = next(answer for answer in gone if answer.status == 409)
    must_problem(kept, "second-factor-last")
    must_problem(await desk.call("DELETE", f"{API}/passkeys/nothing"), "not-found")
    must_problem(await desk.call("DELETE", next(a.path for a in gone if a.status == 204)), "not-found")
    must_problem(await desk.call("DELETE", f"{API}/authenticator"), "not-found")
    seed = (await desk.must("POST", f"{API}/authenticator", {}, status=201))["seed"]
    must_problem(await desk.call("DELETE", kept.path), "second-factor-last", status=409)
    confirmation = f"{API}/authenticator/confirmation"
    right = holder.digits(seed)
    wrong = str((int(right) + 500_000) % 1_000_000).zfill(6)
    must_problem(await desk.call("POST", confirmation, body={"otp": wrong}), "second-factor-digits", status=422)
    assert (await desk.call("POST", confirmation, body={"otp": right})).status == 204
    must_problem(await desk.call("POST", confirmation, body={"otp": right}), "second-factor-kept")
    must_problem(await desk.call("POST", f"{API}/authenticator", body={}), "second-factor-kept")
    assert (await desk.call("DELETE", kept.path)).status == 204
    must_problem(await desk.call("DELETE", f"{API}/authenticator"), "second-factor-last")
    await holder.desk(otp=holder.digits(seed, later=1))
    assert (await holder.add(desk)).status == 201
    assert (await desk.call("DELETE", f"{API}/authenticator")).status == 204


async def test_a_seed_that_only_the_password_made_opens_nothing_where_there_is_a_passkey(server: Town) -> None:
    await server.hire("H1", ["handler"])
    holder = Holder(server, "H1")
    desk, thief = await holder.desk(), await holder.visitor()
    seed = (await thief.must("POST", f"{API}/second-factor", holder.who, status=201))["seed"]
    assert (await holder.add(desk)).status == 201
    planted = {**holder.who, "otp": holder.digits(seed)}
    must_problem(await thief.call("POST", SESSIONS, body=planted), "second-factor-wrong")
    must_problem(await thief.call("POST", f"{API}/second-factor", body=holder.who), "second-factor-kept")


async def test_adding_a_passkey_twice_or_late_or_bent_changes_nothing(holder: Holder) -> None:
    desk = await holder.desk(passkey=holder.passkey.shown(await holder.asked(), holder.origin))
    must_problem(await holder.add(desk), "passkey-known", status=409)
    wanted = await desk.must("POST", f"{API}/passkeys/challenge", {}, status=201)
    assert [one["credential_id"] for one in wanted["passkeys"]] == [text(holder.passkey.credential_id)]
    spare = SoftPasskey()
    bent = spare.made(wanted, "http://localhost:1")
    must_problem(await desk.call("POST", f"{API}/passkeys", body=bent), "passkey-unfit", status=422)
    good = spare.made(wanted, holder.origin)
    must_problem(await desk.call("POST", f"{API}/passkeys", body=good), "passkey-challenge-over", status=409)
    good = spare.made(await desk.must("POST", f"{API}/passkeys/challenge", {}, status=201), holder.origin)
    key = {"Idempotency-Key": "once"}
    first = await desk.call("POST", f"{API}/passkeys", body=good, headers=key)
    again = await desk.call("POST", f"{API}/passkeys", body=good, headers=key)
    assert (first.status, again.status, first.body) == (201, 201, again.body), "only the answer was lost"
    assert len((await desk.must("GET", f"{API}/factors"))["passkeys"]) == 2
    for _ in range(8):
        assert (await holder.add(desk, SoftPasskey())).status == 201
    must_problem(await holder.add(desk, SoftPasskey()), "passkeys-too-many", status=409)


async def test_lost_passkeys_take_two_other_people(holder: Holder) -> None:
    first = await holder.town.desk("S1", "security_administrator")
    second = await holder.town.desk("A1", "administrator")
    way = f"{API}/staff/H1/recovery"
    [line] = [one for one in (await first.must("GET", f"{API}/staff"))["staff"] if one["staff_no"] == "H1"]
    assert (line["has_second_factor"], line["recovery_asked"]) == (True, False)
    must_problem(await first.call("POST", f"{API}/staff/A1/recovery", body={}), "not-found")
    assert (await first.call("POST", way, body={})).status == 204
    must_problem(await first.call("POST", f"{way}/confirmation", body={}), "recovery-same-person")
    assert (await holder.shows()).status == 201
    must_problem(await second.call("POST", f"{way}/confirmation", body={}), "not-found")
    assert (await first.call("POST", way, body={})).status == 204
    assert (await second.call("POST", f"{way}/confirmation", body={})).status == 204
    visitor = await holder.visitor()
    must_problem(await visitor.call("POST", f"{API}/passkey-challenges", body=holder.who), "passkey-none")
    await holder.desk()


async def test_a_locked_console_goes_on_with_a_passkey(holder: Holder) -> None:
    desk = await holder.desk(passkey=holder.passkey.shown(await holder.asked(), holder.origin))
    assert (await desk.call("POST", f"{SESSIONS}/current/lock", body={})).status == 204
    unlock = f"{SESSIONS}/current/unlock"
    needed = must_problem(await desk.call("POST", unlock, body={"password": PASSWORD}), "second-factor-needed")
    assert needed["ways"] == ["passkey"]
    asked = await desk.must("POST", f"{SESSIONS}/current/challenge", {}, status=201)
    shown = holder.passkey.shown(asked, holder.origin)
    must_problem(await desk.call("POST", unlock, body={"password": "wrong", "passkey": shown}), "sign-in-wrong")
    must_problem(await desk.call("GET", f"{API}/factors"), "session-locked")
    assert (await desk.call("POST", unlock, body={"password": PASSWORD, "passkey": shown})).status == 204
    assert (await desk.call("GET", f"{API}/factors")).status == 200


async def test_at_an_address_without_a_name_no_passkey_is_asked_for(holder: Holder) -> None:
    visitor = await holder.town.stranger()
    needed = must_problem(await visitor.call("POST", SESSIONS, body=holder.who), "second-factor-needed")
    assert needed["ways"] == []
    must_problem(await visitor.call("POST", f"{API}/passkey-challenges", body=holder.who), "passkey-elsewhere")
    shown = holder.passkey.shown(await holder.asked(), holder.origin)
    must_problem(await visitor.call("POST", SESSIONS, body={**holder.who, "passkey": shown}), "passkey-elsewhere")
    plain = await holder.town.desk("H3", "handler")
    assert (await plain.must("GET", f"{API}/factors"))["domain"] is None
    must_problem(await plain.call("POST", f"{API}/passkeys/challenge", body={}), "passkey-elsewhere", status=409)


async def test_what_was_asked_and_never_answered_is_swept(holder: Holder) -> None:
    await holder.asked()
    holder.town.clock.advance(timedelta(minutes=7))
    passkeys = holder.town.services.second_factor.passkeys
    assert await holder.town.house.database.unit_of_work("", passkeys.sweep) >= 1
    row = await sql.row("SELECT count(*) AS found FROM staff_challenges WHERE used_at IS NULL")
    assert row is not None and row["found"] == 0


async def test_a_portal_may_bind_passkeys_to_the_domain_above_its_hosts() -> None:
    from aiohttp.test_utils import make_mocked_request

    from server.web.networks import site_of

    portal = Portal(
        id="x", name="x", name_en="x", hosts=("console.city.example",), region="511602000000",
        passkey_domain="city.example",
    )  # fmt: skip
    settings = Settings(profile="test", trusted_proxies=1, public_origin="https://www.city.example")
    found = {}
    for host in ("console.city.example:443", "city.example", "notcity.example", "127.0.0.1:80", "[::1]:80", ""):
        site = site_of(make_mocked_request("GET", "/", headers={"Host": host} if host else {}), settings, portal)
        found[host] = site.domain if site else None
    assert found == {
        "console.city.example:443": "city.example", "city.example": "city.example",
        "notcity.example": "notcity.example", "127.0.0.1:80": None, "[::1]:80": None, "": None,
    }  # fmt: skip
    site = site_of(make_mocked_request("GET", "/", headers={"Host": "city.example"}), settings, portal)
    assert site is not None
    assert site.origins == {"https://www.city.example", "http://city.example", "https://city.example"}


@pytest.fixture
async def strict(settings: Settings, clock: ShiftedClock) -> AsyncIterator[Town]:
    """A town where nobody comes in by the password alone."""
    door = StaffDoor(second_factor="required", lock_minutes=15)
    async with running_town(settings.model_copy(update={"staff": door}), clock) as town:
        yield town


async def test_where_a_second_factor_is_required_a_person_chooses_which(strict: Town) -> None:
    await strict.hire("H1", ["handler"])
    holder = Holder(strict, "H1")
    visitor = await holder.visitor()
    must_problem(await visitor.call("POST", SESSIONS, body=holder.who), "second-factor-missing", status=403)
    seed = (await visitor.must("POST", f"{API}/second-factor", holder.who, status=201))["seed"]
    desk = await holder.desk(otp=holder.digits(seed))
    assert (await holder.add(desk)).status == 201
    needed = must_problem(await visitor.call("POST", SESSIONS, body=holder.who), "second-factor-needed")
    assert needed["ways"] == ["code", "passkey"]
    assert (await holder.shows()).status == 201
    assert (await holder.desk(otp=holder.digits(seed, later=1))) is not None
