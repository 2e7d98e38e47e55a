"""Every operation as every kind of caller: what is not declared is refused, what is declared is let in."""

from __future__ import annotations

import pytest

from server.web.operations import Open, Operation, Staff, Terminal
from tests.journeys.town import ROLES, Town
from tests.journeys.visitor import Answer, Visitor
from tests.web.callers import KINDS, Kind, operations, path_of

SHUT = {"unauthenticated", "forbidden", "loa-needed", "csrf-missing", "terminal-unknown"}
PROVIDERS = {"hearSmsProvider", "hearWeChat", "endLetters"}
"""Told by providers and mail programs: each by a secret, a signature or a sealed token of its own."""
LEAVES = {"DELETE"}  # ends the session itself: tried with a session of its own


def _streams(operation: Operation) -> bool:
    return operation.media == "stream"


async def _ask(visitor: Visitor, operation: Operation) -> Answer:
    body: dict[str, str] | None = {} if operation.method in ("POST", "PUT") and operation.media != "multipart" else None
    return await visitor.call(operation.method, path_of(operation), body=body)


def _was_shut_out(answer: Answer) -> bool:
    return answer.status in (401, 403) and answer.media.endswith("json") and answer.body.get("code") in SHUT


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_the_declared_access_is_the_real_one(server: Town, kind: Kind) -> None:
    visitor = await kind.enter(server)
    wrong = []
    for operation in operations():
        if _streams(operation) or "/sessions/current" in operation.path:  # they end or lock the session itself
            continue
        answer = await _ask(visitor, operation)
        assert answer.status < 500, str(answer)
        if _was_shut_out(answer) == kind.may(operation.access):
            wrong.append(f"{operation.access} {answer}")
        if not kind.may(operation.access):
            assert answer.status in (401, 403), str(answer)
    assert not wrong


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_signing_out_ends_only_ones_own_kind_of_session(server: Town, kind: Kind) -> None:
    visitor = await kind.enter(server)
    doors = [one for one in operations() if one.path.endswith("/sessions/current")]
    assert doors
    for operation in sorted(doors, key=lambda one: kind.may(one.access)):
        answer = await _ask(visitor, operation)
        shut = 401 if kind.may(operation.access) or not isinstance(operation.access, Terminal) else 403
        assert answer.status == (204 if kind.may(operation.access) else shut), str(answer)
        again = await _ask(visitor, operation)
        assert again.status == shut, str(again)


async def test_a_staff_call_without_the_page_token_is_refused(server: Town) -> None:
    for number, role in enumerate(ROLES):
        desk = await server.desk(f"T{number}", role)
        del desk.headers["X-Yima-CSRF"]
        for operation in operations():
            if isinstance(operation.access, Staff) and operation.method != "GET":
                answer = await _ask(desk, operation)
                assert answer.body["code"] == "csrf-missing", str(answer)


async def test_a_foreign_page_decides_nothing(server: Town) -> None:
    resident = await server.resident()
    resident.headers["Origin"] = "https://elsewhere.example"
    for operation in operations():
        if operation.method != "GET":
            answer = await _ask(resident, operation)
            assert answer.body["code"] == "origin-foreign", str(answer)


def test_open_operations_are_the_ones_we_mean() -> None:
    unsafe = {one.name for one in operations() if isinstance(one.access, Open) and one.method != "GET"}
    assert (
        unsafe
        <= {
            "askCode",
            "signIn",
            "openConsoleSession",
            "openSecondFactor",
            "openPasskeyChallenge",
            "enrolTerminal",
            "tourSignIn",
            "tourInviteTerminal",
            "checkMessage",
        }
        | PROVIDERS
    )
