"""Input that no honest client sends: a problem document that a person understands, never a 5xx, nothing written."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from config.floor import sql
from config.floor.unit import Unit
from server.domain.sessions.service import resident_facts
from server.web.endpoint import LARGE_BODY
from server.web.operations import Device, NoBody, Open, Operation, Resident, Staff, Terminal
from tests.journeys.town import Town
from tests.journeys.visitor import Visitor, must_problem
from tests.web.callers import operations, path_of
from tests.web.hostile import CORPUS, TOO_LONG, Hostile
from tests.web.rows import row_counts


def _with_bodies() -> list[Operation]:
    return [one for one in operations() if one.body is not NoBody and one.media != "multipart"]


async def _callers(town: Town) -> dict[type, Visitor]:
    counter = await town.counter()
    return {
        Open: await town.stranger(),
        Resident: await town.resident(),
        Staff: await town.desk("H1", "handler", "operator", "publisher", "administrator", "hall_manager"),
        Device: counter,
        Terminal: counter,
    }


async def _send(visitor: Visitor, operation: Operation, hostile: Hostile) -> None:
    headers = {"Content-Type": hostile.media} if hostile.media else {"Content-Type": ""}
    if hostile.encoding:
        headers["Content-Encoding"] = hostile.encoding
    body = hostile.body
    if operation.large and hostile is TOO_LONG:  # a body that carries a scanned page may be longer
        body = body * (LARGE_BODY // len(body) + 1)
    try:
        answer = await visitor.call(operation.method, path_of(operation), data=body, headers=headers)
    except aiohttp.ClientConnectionError:
        assert hostile.may_hang_up, hostile.name
        return
    must_problem(answer)
    assert answer.status in hostile.statuses, f"{hostile.name}: {answer}"


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")  # the client's worry about its own loop
async def test_every_body_of_every_operation_refuses_the_corpus(server: Town) -> None:
    callers = await _callers(server)

    async def face_to_face(unit: Unit) -> None:  # else some bodies are not even read
        await sql.execute("UPDATE residents SET loa = 5 WHERE portal = $1", unit.portal)
        facts = sql.to_json(resident_facts(loa=5, language="zh-CN"))
        await sql.execute("UPDATE sessions SET facts = $1 WHERE kind = 'resident' AND portal = $2", facts, unit.portal)

    await server.house.database.unit_of_work("demo", face_to_face)
    apart = {role: await server.desk(no, role) for no, role in (("H2", "security_administrator"), ("H3", "auditor"))}
    for operation in _with_bodies():
        access = operation.access
        alone = apart.get(next(iter(access.roles))) if isinstance(access, Staff) and len(access.roles) == 1 else None
        for hostile in CORPUS:
            await _send(alone or callers[type(access)], operation, hostile)


async def test_the_corpus_writes_nothing(server: Town) -> None:
    resident = await server.resident()
    before = await row_counts()
    for hostile in CORPUS:
        if hostile.may_hang_up:
            continue
        for path in ("/api/v1/cases", "/api/v1/code-keys", "/api/v1/me/verifications"):
            answer = await resident.call(
                "POST",
                path,
                data=hostile.body,
                headers={"Content-Type": hostile.media or "", "Content-Encoding": hostile.encoding or "identity"},
            )
            assert 400 <= answer.status < 500, str(answer)
    assert await row_counts() == before


async def test_unknown_and_missing_fields_are_named(server: Town) -> None:
    stranger = await server.stranger()
    problem = await stranger.refused(
        "POST", "/api/v1/otp", {"phone": "15400000001", "admin": True}, code="invalid-input"
    )
    assert [fault["field"] for fault in problem["errors"]] == ["admin"]
    problem = await stranger.refused("POST", "/api/v1/otp", {}, code="invalid-input")
    assert [fault["field"] for fault in problem["errors"]] == ["phone"]
    assert all(fault["message"] for fault in problem["errors"])


@pytest.mark.parametrize(
    "phone", [15400000001, None, True, ["15400000001"], {"a": 1}, "", "x" * 5000, "１５４００００００１"]
)
async def test_wrong_types_are_refused(server: Town, phone: object) -> None:
    stranger = await server.stranger()
    answer = await stranger.call("POST", "/api/v1/otp", data=_json({"phone": phone}), headers=_JSON)
    must_problem(answer, "invalid-input", "phone-invalid", status=422)


@pytest.mark.parametrize(
    "value",
    ["..", "%2e%2e", "%00", "%ff%fe", "x" * 4000, "'; drop table cases;--", "<script>", "../../etc/passwd", "０"],
)
async def test_strange_ids_in_a_path_are_not_found(server: Town, value: str) -> None:
    resident = await server.resident()
    for operation in operations():
        if isinstance(operation.access, Resident) and operation.method == "GET" and "{" in operation.path:
            answer = await resident.call("GET", path_of(operation, value))
            assert 400 <= answer.status < 500 or answer.media == "text/html", str(answer)
            assert answer.status < 500, str(answer)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=1e9", "limit=x", "cursor=x", "cursor=%00", "q=%00", "q=%ed%a0%80"]
)
async def test_strange_queries_are_answered_calmly(server: Town, query: str) -> None:
    resident = await server.resident()
    for operation in operations():
        if operation.method == "GET" and "{" not in operation.path and operation.media == "json":
            answer = await resident.call("GET", f"{operation.path}?{query}")
            assert answer.status < 500, str(answer)


async def test_a_repeated_query_parameter_is_refused(server: Town) -> None:
    resident = await server.resident()
    await resident.refused("GET", "/api/v1/items?q=a&q=b", code="invalid-input")


async def test_the_wrong_verb_and_the_wrong_address_are_problems_too(server: Town) -> None:
    stranger = await server.stranger()
    must_problem(await stranger.call("PATCH", "/api/v1/otp"), "method-not-allowed", status=405)
    must_problem(await stranger.call("GET", "/api/v1/nowhere"), "not-found", status=404)


async def test_forty_hostile_clients_at_once_change_nothing_for_a_good_one(server: Town) -> None:
    stranger, resident = await server.stranger(), await server.resident()
    attacks = [
        stranger.call("POST", "/api/v1/otp", data=hostile.body, headers={"Content-Type": hostile.media or ""})
        for hostile in CORPUS
        if not hostile.may_hang_up
    ]
    answers = await asyncio.gather(*attacks, resident.call("GET", "/api/v1/me"))
    assert answers[-1].status == 200
    assert all(answer.status < 500 for answer in answers)


_JSON = {"Content-Type": "application/json"}


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
