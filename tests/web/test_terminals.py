"""Registered terminals over HTTP: what is signed is heard, what is replayed, altered or unregistered is not."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from server.app import surface
from server.demo.device import Device
from server.edges.console import terminals_api
from tests.journeys.people import Counter, Desk
from tests.journeys.town import PASSWORD, Town
from tests.journeys.visitor import Answer, Visitor, must_problem
from tests.web.rows import row_counts

SCANS = "/counter/api/v1/scans"
DEVICES = "/console/api/v1/terminals"
WANTED: dict[str, Any] = {"hall": "政务大厅", "counter": "6 号窗口", "purposes": ["apply_here"]}


class Wire(Counter):
    """A counter whose requests can be caught and sent again."""

    def caught(self, body: bytes, *, key: str = "", target: str = SCANS, ahead: float = 0.0) -> dict[str, str]:
        """Headers of one signed request."""
        signed = self.device.signature("POST", target, body, time=time.time() + ahead, key=key)
        return {**signed, "Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}

    async def send(self, headers: dict[str, str], body: bytes, target: str = SCANS) -> Answer:
        return await Visitor.call(self, "POST", target, headers=headers, data=body)


async def _wire(town: Town, staff_no: str = "C1") -> Wire:
    await town.hire(staff_no, ["clerk"], counter="3 号窗口")
    wire = await town.invite(Wire(town.origin, staff_no, PASSWORD))
    await wire.sign_in()
    return wire


def _scan(text: str) -> bytes:
    return f'{{"text": "{text}", "purpose": "apply_here"}}'.encode()


async def test_a_replayed_request_is_refused_and_a_lost_answer_is_safe(server: Town) -> None:
    phone, wire = await server.resident(), await _wire(server)
    body = _scan(await phone.code(at=server.now()))
    sent = wire.caught(body, key="k1")
    first = await wire.send(sent, body)
    assert first.status == 200, str(first)
    must_problem(await wire.send(sent, body), "terminal-nonce-used", status=409)
    again = await wire.send(wire.caught(body, key="k1"), body)  # the answer was lost: same key, a nonce of its own
    assert (again.status, again.body) == (200, first.body)
    assert [one["outcome"] for one in (await phone.must("GET", "/api/v1/visits"))["visits"]] == ["accepted"]


async def test_without_a_key_a_nonce_decides_once_also_when_two_come_at_once(server: Town) -> None:
    phone, wire = await server.resident(), await _wire(server)
    body = _scan(await phone.code(at=server.now()))
    sent = wire.caught(body)
    answers = await asyncio.gather(*(wire.send(sent, body) for _ in range(3)))
    assert sorted(one.status for one in answers) == [200, 409, 409]
    assert {one.body["code"] for one in answers if one.status == 409} == {"terminal-nonce-used"}


@pytest.mark.parametrize("what", ["body", "path", "time", "nonce", "key", "signature", "terminal"])
async def test_what_was_altered_on_the_way_is_refused_and_touches_nothing(server: Town, what: str) -> None:
    phone, wire = await server.resident(), await _wire(server)
    body = _scan(await phone.code(at=server.now()))
    sent, target = wire.caught(body, key="k1"), SCANS
    match what:
        case "body":
            body += b" "
        case "path":
            target += "?x=1"
        case "time":
            sent["X-Yima-Time"] = str(int(sent["X-Yima-Time"]) + 1)
        case "nonce":
            sent["X-Yima-Nonce"] = "another-nonce-of-22-ch"
        case "key":
            sent["Idempotency-Key"] = "k2"
        case "signature":
            sent["X-Yima-Signature"] = Device.fresh().signature("POST", SCANS, body, time=time.time())[
                "X-Yima-Signature"
            ]
        case _:
            sent["X-Yima-Terminal"] = "00000000-0000-7000-8000-000000000000"
    before = await row_counts()
    must_problem(await wire.send(sent, body, target), "terminal-unknown", status=403)
    assert await row_counts() == before


async def test_unregistered_callers_cannot_tell_unknown_from_expired(server: Town) -> None:
    """A good code, an old one, one that nobody made, and nonsense: the same status, the same words, no trace."""
    phone, wire = await server.resident(), await _wire(server)
    good = await phone.code(at=server.now())
    texts = (good, phone.derive("03", at=server.now() - 300), "9" * 34, "https://example.org")
    stranger, unregistered = Device.fresh(), await server.stranger()
    wire.device = stranger  # a clerk's cookie on a device that nobody registered
    before = await row_counts()
    heard = []
    for text in texts:
        body = _scan(text)
        heard.append(await wire.send(wire.caught(body, key=f"k-{text[:8]}"), body))
        heard.append(await unregistered.call("POST", SCANS, data=body, headers={"Content-Type": "application/json"}))
    assert len({(one.status, one.content) for one in heard}) == 1
    must_problem(heard[0], "terminal-unknown", status=403)
    assert await row_counts() == before
    clerk = await server.counter("C2", "4 号窗口")
    assert (await clerk.scan(good, "apply_here")).status == 200  # untouched


async def test_a_session_is_bound_to_its_terminal(server: Town) -> None:
    first, second = await _wire(server), await server.counter("C2", "4 号窗口")
    first.device = second.device
    await first.refused("GET", "/counter/api/v1/today", code="unauthenticated")
    await second.must("GET", "/counter/api/v1/today")


async def test_a_second_clerk_takes_the_shift_over_and_every_visit_names_its_clerk(server: Town) -> None:
    phone, first = await server.resident(), await _wire(server)
    assert (await first.scan(await phone.code(at=server.now()), "apply_here")).status == 200
    await server.hire("C9", ["agent"])
    second = await server.invite(Counter(server.origin, "C9", PASSWORD, first.device))
    assert (await second.must("GET", "/counter/api/v1/terminal"))["shift"]["staff_no"] == "C1"
    await second.sign_in()
    await first.refused("GET", "/counter/api/v1/today", code="unauthenticated")
    phone.forget_key()
    assert (await second.scan(await phone.code(at=server.now()), "apply_here")).status == 200
    seen = (await phone.must("GET", "/api/v1/visits"))["visits"]
    assert [one["staff_no"] for one in seen] == ["C9", "C1"]
    await second.must("DELETE", "/counter/api/v1/sessions/current", status=204)
    assert (await second.must("GET", "/counter/api/v1/terminal"))["shift"] is None


async def test_a_wrong_clock_is_told_to_the_clerk_by_how_much(server: Town) -> None:
    wire = await _wire(server)
    body = _scan("9" * 34)
    problem = must_problem(await wire.send(wire.caught(body, ahead=300), body), "terminal-clock", status=403)
    assert 297 <= problem["seconds"] <= 303
    assert problem["way"] == "fast"
    assert f"{problem['seconds']} 秒" in problem["detail"]
    server.clock.advance(timedelta(minutes=5))  # the device is slow now; our own test client learns and goes on
    assert (await wire.must("GET", "/counter/api/v1/today"))["scanned"] == 0


async def _administrator(town: Town) -> Desk:
    return await town.desk("A1", "administrator")


async def test_an_administrator_invites_a_device_and_it_scans(server: Town) -> None:
    phone, administrator = await server.resident(), await _administrator(server)
    invited = await administrator.must("POST", DEVICES, WANTED, status=201)
    device, body = Device.fresh(), _scan("9" * 34)
    await server.hire("C1", ["clerk"])
    clerk = await server.invite(Counter(server.origin, "C1", PASSWORD, device))
    await clerk.refused(
        "POST", "/counter/api/v1/sessions", {"staff_no": "C1", "password": PASSWORD}, code="terminal-unknown"
    )
    stranger = await server.stranger()
    seat = await stranger.must("POST", "/counter/api/v1/enrolments", device.enrolment(invited["code"]))
    assert (seat["id"], seat["counter"]) == (invited["id"], "6 号窗口")
    other = Device.fresh().enrolment(invited["code"])
    await stranger.refused("POST", "/counter/api/v1/enrolments", other, code="enrolment-refused")
    device.terminal_id = UUID(seat["id"])
    await clerk.sign_in()
    assert (await clerk.scan(await phone.code(at=server.now()), "apply_here")).status == 200
    await clerk.refused("POST", SCANS, data=body, headers={"Content-Type": "application/json"}, code="code-malformed")
    page = await administrator.must("GET", DEVICES)
    (shown,) = page["terminals"]
    assert page["counts"] == {"invited": 0, "enrolled": 1, "withdrawn": 0}
    assert (shown["state"], shown["scanned_today"], shown["refused_today"]) == ("enrolled", 2, 1)
    assert (shown["shift"]["staff_no"], shown["purpose_labels"], shown["locked_until"]) == ("C1", ["办事"], None)


async def test_a_withdrawn_device_is_dead_at_its_next_request_and_its_page_leads_to_the_way_in(server: Town) -> None:
    wire, administrator = await _wire(server), await _administrator(server)
    assert (await wire.call("GET", "/counter")).status == 200
    (shown,) = (await administrator.must("GET", DEVICES))["terminals"]
    await administrator.must("DELETE", f"{DEVICES}/{shown['id']}", status=204)
    await wire.refused("GET", "/counter/api/v1/today", code="terminal-unknown")
    page = await wire.call("GET", "/counter")
    assert (page.status, page.headers["Location"]) == (303, "/counter/sign-in")
    (shown,) = (await administrator.must("GET", DEVICES))["terminals"]
    assert (shown["state"], shown["shift"]) == ("withdrawn", None)
    await administrator.must("DELETE", f"{DEVICES}/{shown['id']}", status=204)


async def test_a_terminal_locks_by_its_own_numbers_and_an_administrator_unlocks_it(server: Town) -> None:
    wire, administrator = await _wire(server), await _administrator(server)
    (shown,) = (await administrator.must("GET", DEVICES))["terminals"]
    path = f"{DEVICES}/{shown['id']}"
    await administrator.must("PUT", path, {**WANTED, "failures": 2, "lock_seconds": 900})
    scan = {"text": "9" * 34, "purpose": "apply_here"}
    for _ in range(2):
        await wire.refused("POST", SCANS, scan, code="code-malformed")
    problem = await wire.refused("POST", SCANS, scan, code="too-many")
    assert 890 <= problem["retry_after"] <= 901
    (shown,) = (await administrator.must("GET", DEVICES))["terminals"]
    assert shown["locked_until"] is not None
    assert (await administrator.must("POST", f"{path}/unlock"))["was_locked"]
    await wire.refused("POST", SCANS, scan, code="code-malformed")  # counted from the unlocking on
    assert not (await administrator.must("POST", f"{path}/unlock"))["was_locked"]
    auditor = await server.desk("U1", "auditor")
    entries = (await auditor.must("GET", f"/console/api/v1/audit?subject={shown['id']}"))["entries"]
    told = [one["action"] for one in entries]
    assert (told.count("terminal.locked"), told.count("terminal.unlock")) == (1, 1)


async def test_a_terminal_scans_only_so_often_a_minute(server: Town) -> None:
    phone, wire, administrator = await server.resident(), await _wire(server), await _administrator(server)
    (shown,) = (await administrator.must("GET", DEVICES))["terminals"]
    await administrator.must("PUT", f"{DEVICES}/{shown['id']}", {**WANTED, "scans_per_minute": 2})
    text = await phone.code(at=server.now())
    assert [(await wire.scan(text, "apply_here")).status for _ in range(2)] == [200, 409]
    phone.forget_key()
    fresh = await phone.code(at=server.now())
    problem = must_problem(await wire.scan(fresh, "apply_here"), "too-many", status=429)
    assert 1 <= problem["retry_after"] <= 61
    server.clock.advance(timedelta(seconds=61))
    assert (await wire.scan(await phone.code(at=server.now()), "apply_here")).status == 200


async def test_devices_are_counted_past_the_first_page(server: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminals_api, "_PAGE", 1)
    administrator = await _administrator(server)
    gone, *_ = [await administrator.must("POST", DEVICES, WANTED, status=201) for _ in range(3)]
    await administrator.must("DELETE", f"{DEVICES}/{gone['id']}", status=204)
    page = await administrator.must("GET", DEVICES)
    assert len(page["terminals"]) == 1
    assert page["counts"] == {"invited": 2, "enrolled": 0, "withdrawn": 1}


async def test_devices_are_for_administrators_and_purposes_must_exist(server: Town) -> None:
    administrator, handler = await _administrator(server), await server.desk("H1", "handler")
    await handler.refused("GET", DEVICES, code="forbidden")
    problem = await administrator.refused("POST", DEVICES, {**WANTED, "purposes": ["nothing"]}, code="invalid-input")
    assert "列出" in problem["errors"][0]["message"]
    await administrator.refused("GET", f"{DEVICES}?cursor=x", code="invalid-input")
    first = await administrator.must("POST", DEVICES, WANTED, status=201, headers={"Idempotency-Key": "one"})
    again = await administrator.must("POST", DEVICES, WANTED, status=201, headers={"Idempotency-Key": "one"})
    assert again == first
    await administrator.must("DELETE", f"{DEVICES}/{first['id']}", status=204)
    await administrator.refused("POST", f"{DEVICES}/{first['id']}/invitation", code="terminal-state")


async def test_the_demo_enrols_a_browser_by_itself_and_production_has_no_such_door(server: Town) -> None:
    assert "/tour/api/v1/terminals" not in {one.path for one in surface(demo=False).operations}
    visitor = await server.stranger()
    nobody = await visitor.must("POST", "/tour/api/v1/terminals", {})
    assert nobody["counter"] == "3 号窗口"
    await server.hire("C1", ["clerk"], counter="8 号窗口")
    named = await visitor.must("POST", "/tour/api/v1/terminals", {"counter": "4 号窗口"})
    seat = await visitor.must("POST", "/counter/api/v1/enrolments", Device.fresh().enrolment(named["code"]))
    assert seat["counter"] == "4 号窗口"


async def test_a_place_whose_code_ran_out_is_the_demos_first_choice(server: Town) -> None:
    administrator, visitor = await _administrator(server), await server.stranger()
    waiting = await administrator.must("POST", DEVICES, WANTED, status=201)
    server.clock.advance(timedelta(minutes=16))
    invited = await visitor.must("POST", "/tour/api/v1/terminals", {})
    seat = await visitor.must("POST", "/counter/api/v1/enrolments", Device.fresh().enrolment(invited["code"]))
    assert (seat["id"], seat["counter"]) == (waiting["id"], "6 号窗口")
