"""Schemathesis against the published contract: a real server, a fresh session for each operation, every answer as
documented, and a good answer seen from each."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.domain.staff.permissions import may
from server.web import reach
from server.web.operations import Resident, Staff
from tests.journeys import story
from tests.journeys.outside import AWAY, program, staff_a_town
from tests.journeys.people import Counter, Desk, Phone, device_of
from tests.journeys.town import PASSWORD, PEOPLE
from tests.journeys.visitor import Visitor
from tests.services.program import Program
from tests.web import rounds
from tests.web.callers import PLACEHOLDER, operations

EXAMPLES = int(os.environ.get("YIMA_SOAK_EXAMPLES", "12"))
"""For each operation; ``make fuzz`` tries more."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
STREAMS = {operation.name for operation in operations() if operation.media == "stream"}
ITSELF = {"openapi"}  # the document does not describe its own address
DECLARED = {operation.name: operation for operation in operations()}


@dataclass(slots=True)
class Fuzzed:
    """The server under test and what it has shown so far."""

    server: Program
    schema: Any
    known: dict[str, str]
    good: set[str] = field(default_factory=set)
    desks: dict[str, dict[str, str]] = field(default_factory=dict)

    def noted(self, visitor: Visitor) -> None:
        for answer in visitor.seen:
            if 200 <= answer.status < 300:
                self.good |= _named(answer.method, answer.path)


def _named(method: str, path: str) -> set[str]:
    plain = path.split("?")[0]
    return {
        name
        for name, operation in DECLARED.items()
        if operation.method == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", operation.path), plain)
    }


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    """A server with the main job told once, so that there is something to find."""
    folder = tmp_path_factory.mktemp("contract")
    staff_a_town(folder)
    with program(folder) as server:
        schema = schemathesis.openapi.from_url(f"{server.origin}/openapi.json")
        found = Fuzzed(server, schema, {})
        asyncio.run(_tell(found))
        yield found


async def _tell(fuzzed: Fuzzed) -> None:
    origin = fuzzed.server.origin
    async with AsyncExitStack() as stack:
        cast = await rounds.gather_cast(stack, origin)
        told = story.Told()
        await story.signs_in(cast)
        await story.finds_the_item(cast, told)
        await story.applies(cast, told)
        await story.corrected_and_accepted(cast, told)
        await story.shows_her_code(cast, told)
        await story.answers_the_question(cast, told)
        await story.decided_and_served(cast, told)
        await story.hears_a_campaign(cast, told)
        fuzzed.known = await rounds.everything_else(cast, told)
        for visitor in rounds.everybody(cast):
            fuzzed.noted(visitor)


async def _session(origin: str, security: list[dict[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """Headers and cookies of a fresh session of the kind that the operation asks for."""
    schemes = {name for entry in security for name in entry}
    visitor: Visitor
    if "resident" in schemes:
        visitor = Phone(origin, PEOPLE[0][2])
    elif "console" in schemes:
        visitor = Desk(origin, "ALL", PASSWORD)
    elif schemes & {"counter", "terminal"}:
        visitor = Counter(origin, "C1", PASSWORD)
    else:
        return {}, {}
    async with visitor:
        assert isinstance(visitor, Phone | Desk)
        await visitor.sign_in()
        return dict(visitor.headers), {cookie.key: cookie.value for cookie in visitor.session.cookie_jar}


class Signed(AuthBase):
    """The counter's device signs what is really sent; headers that the fuzzer made up give way to its own."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        assert isinstance(content, bytes)
        key = request.headers.get("Idempotency-Key", "")
        text = key if isinstance(key, str) else key.decode("latin-1")
        signed = device_of("C1").signature(
            request.method or "",
            request.path_url,
            content,
            time=time.time(),
            key=text.encode("latin-1").decode("utf-8"),
        )
        request.headers.update(signed)
        return request


def _place(path: str, parameter: str) -> str:
    """``segment/parameter``: what the path says before it."""
    parts = path.split("/")
    return f"{parts[parts.index('{' + parameter + '}') - 1]}/{parameter}"


ACCOUNTS = {"linkAccount", "unlinkAccount"}
"""Answer well only to who has a code of a provider (``tests/domain/residents/test_ways_over_http.py``)."""
FACES = {"openFaceCheck"}
"""Answers well only where a platform looks at faces (``tests/domain/proving/test_over_http.py``)."""
WARDS = {"addWardNumber"}
"""Answers well only where the register has heard of a child (``tests/domain/proving/test_people.py``)."""
PUSHES = {"subscribeToPush", "endPush"}
"""Answer well only where a push key is set (``tests/web/test_hooks.py``)."""
LADDER_ENDS = {"settlePaperTask", "printLetters", "undoPaperTask"}
"""Answer well only where a notice ran out of channels (``tests/notify/test_desk_over_http.py``)."""
PROVIDERS = {"checkWeChatAddress", "endLetters", "hearSmsProvider", "hearWeChat"}
"""Answer well only to who knows a provider's secret (``tests/web/test_hooks.py``)."""


FAULTS = {"giveUpFailed", "moveShare", "retryFailed"}
"""Answer well only where deliveries fail or a channel has two providers (``tests/notify/test_watch_over_http.py``)."""


def _operations() -> list[str]:
    return sorted(name for name, one in DECLARED.items() if name not in STREAMS | ITSELF and one.path.startswith("/"))


@pytest.mark.parametrize("name", _operations())
def test_answers_are_the_documented_ones(fuzzed: Fuzzed, name: str) -> None:
    operation = fuzzed.schema.find_operation_by_id(name)
    headers, cookies = asyncio.run(_session(fuzzed.server.origin, operation.definition.raw.get("security", [])))
    auth = Signed() if any("terminal" in one for one in operation.definition.raw.get("security", [])) else None
    turns = iter(range(10_000))
    answered = []

    @bounds(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def fuzz(case: Any) -> None:
        if next(turns) % 2 and case.path_parameters:
            for parameter in case.path_parameters:
                known = fuzzed.known.get(_place(operation.path, parameter))
                case.path_parameters[parameter] = known or case.path_parameters[parameter]
        response = case.call(base_url=fuzzed.server.origin, headers=headers, cookies=cookies, auth=auth)
        answered.append(response.status_code)
        case.validate_response(response, checks=CHECKS)

    fuzz()
    assert answered
    if any(200 <= status < 300 for status in answered):
        fuzzed.good.add(name)


def test_a_good_answer_was_seen_from_every_operation(fuzzed: Fuzzed) -> None:
    missed = set(_operations()) - fuzzed.good - PROVIDERS - ACCOUNTS - FACES - WARDS - PUSHES - LADDER_ENDS - FAULTS
    assert not missed, sorted(missed)


NEIGHBOUR = "linshi.localhost"
_PURPOSES = {"sayConsent"}  # what its address names is a purpose of the portal, and everybody's own answer to it
_OWNED = sorted(
    name
    for name, one in DECLARED.items()
    if isinstance(one.access, Resident) and "{" in one.path and name not in _PURPOSES
)


async def _strangers(origin: str) -> list[dict[str, str]]:
    """Headers of another resident of this portal, and of the very same person at another portal."""
    name, id_number, number = PEOPLE[2]
    found = []
    async with Phone(origin, number) as other:
        if (await other.sign_in())["loa"] < 3:
            await other.verify(name, id_number)
        found.append(dict(other.headers))
    async with Phone(origin, PEOPLE[0][2]) as elsewhere:
        elsewhere.headers["Host"] = NEIGHBOUR
        if (await elsewhere.sign_in())["loa"] < 3:
            await elsewhere.verify(*PEOPLE[0][:2])
        found.append(dict(elsewhere.headers))
    return found


@pytest.fixture(scope="module")
def strangers(fuzzed: Fuzzed) -> list[dict[str, str]]:
    return asyncio.run(_strangers(fuzzed.server.origin))


@pytest.mark.parametrize("name", _OWNED)
def test_nobody_reaches_what_is_anothers_or_another_portals(
    fuzzed: Fuzzed, strangers: list[dict[str, str]], name: str
) -> None:
    """Generated from the router: whatever is in the body, the owner's id opens nothing for anybody else."""
    operation = fuzzed.schema.find_operation_by_id(name)
    answered = set()

    @bounds(
        max_examples=2, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        known = {parameter: fuzzed.known.get(_place(operation.path, parameter)) for parameter in case.path_parameters}
        if not all(known.values()):
            return
        case.path_parameters.update(known)
        for headers in strangers:
            answered.add(case.call(base_url=fuzzed.server.origin, headers=headers).status_code)

    ask()
    assert answered <= {400, 403, 404, 409, 422}, name


def test_a_session_opens_nothing_at_another_portal(fuzzed: Fuzzed) -> None:
    async def carry() -> set[int]:
        async with (
            Phone(fuzzed.server.origin, PEOPLE[0][2]) as phone,
            Desk(fuzzed.server.origin, "ALL", PASSWORD) as desk,
        ):
            await phone.sign_in()
            await desk.sign_in()
            moved = {"Host": NEIGHBOUR}
            return {
                (await phone.call("GET", "/api/v1/me", headers=moved)).status,
                (await desk.call("GET", "/console/api/v1/cases", headers=moved)).status,
            }

    assert asyncio.run(carry()) == {401}


_NAMED_TO_STAFF = sorted(name for name, one in DECLARED.items() if isinstance(one.access, Staff) and "{" in one.path)
_ABSENT = {"case_no": "51160200000000000000", "staff_no": "NOBODY", "hall": "no-such-hall"}
_WHOLE = {"fields": ["name"], "reason": "examine", "note": "号码对不上"}
_BODIES = {"moveCase": {"action": "receive", "version": 1}, "seeCaseInFull": _WHOLE, "seeCorrectionInFull": _WHOLE}


async def _ask(visitor: Visitor, name: str, filled: dict[str, str]) -> tuple[int, Any]:
    operation = DECLARED[name]
    path = re.sub(r"{(\w+)}", lambda one: filled[one[1]], operation.path)
    body = _BODIES.get(name, {}) if operation.method != "GET" else None
    answer = await visitor.call(operation.method, path, body=body)
    return answer.status, answer.body if answer.media.endswith("json") else answer.content


async def _both(fuzzed: Fuzzed, name: str, staff_no: str) -> tuple[Any, Any] | None:
    """What somebody is told about what there is, and about what there is not."""
    operation = DECLARED[name]
    parameters = re.findall(r"{(\w+)}", operation.path)
    known = {one: fuzzed.known.get(_place(operation.path, one), "") for one in parameters}
    if not all(known.values()):
        return None
    absent = {**known, parameters[0]: _ABSENT.get(parameters[0], PLACEHOLDER)}
    async with Desk(fuzzed.server.origin, staff_no, PASSWORD) as visitor:
        if staff_no not in fuzzed.desks:
            await visitor.sign_in()
            cookie = next(one.value for one in visitor.session.cookie_jar if one.key == "yima_console")
            fuzzed.desks[staff_no] = {**visitor.headers, "Cookie": f"yima_console={cookie}"}
        visitor.headers = fuzzed.desks[staff_no]
        return await _ask(visitor, name, known), await _ask(visitor, name, absent)


def _held_by(name: str) -> str:
    access = DECLARED[name].access
    assert isinstance(access, Staff)
    return next(number for number, roles in AWAY.items() if may(roles, access.permission))


@pytest.mark.parametrize("name", _NAMED_TO_STAFF)
def test_what_stands_in_another_region_is_not_there_for_staff(fuzzed: Fuzzed, name: str) -> None:
    """Generated from the router: the answer is word for word the one about something that does not exist."""
    operation = DECLARED[name]
    thing = reach.named(operation.path)
    assert thing is not None and (thing[0] in reach.THINGS or thing[0] in reach.ELSEWHERE), operation.path
    told = asyncio.run(_both(fuzzed, name, _held_by(name)))
    shared = thing[0] in reach.THINGS and reach.THINGS[thing[0]].shared and operation.method == "GET"
    if told is None or shared or thing[0] in ("halls", "teams"):  # told by the names of halls; in no region
        return
    assert told[0] == told[1], name
    assert told[0][0] == 404, name


@pytest.mark.parametrize("name", [one for one in _NAMED_TO_STAFF if "/cases/" in DECLARED[one].path])
def test_another_departments_case_is_not_there_for_staff(fuzzed: Fuzzed, name: str) -> None:
    told = asyncio.run(_both(fuzzed, name, "OTHER"))
    assert told is not None and told[0] == told[1] and told[0][0] == 404, name
