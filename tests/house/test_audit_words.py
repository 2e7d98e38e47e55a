"""Every action and outcome that is put on record has words for the auditor, in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from codes.errors import CodeProblem
from config.wording import LANGUAGES, Wording
from server.domain.cases.workflow import Action
from server.domain.delegations.changes import What
from server.domain.visits.errors import PurposeNotAllowed
from tests.house.repository import ROOMS, ROOT, files, named

_ACTION = 2  # the place of the action in audit.record(unit, actor, action)
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Reader:
    """Reads which actions one file records, through its own functions that pass the action on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text("utf-8"))

    def actions(self) -> Iterator[str]:
        for inside, call in self._calls():
            name = ast.unparse(call.func)
            if name.endswith("audit.record"):
                yield from self._words(call.args[_ACTION], inside)

    def _calls(self) -> Iterator[tuple[Function, ast.Call]]:
        for function in ast.walk(self.tree):
            if isinstance(function, Function):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call):
                        yield function, node

    def _words(self, given: ast.expr, inside: Function) -> Iterator[str]:
        match given:
            case ast.Constant(value=str(word)):
                yield word
            case ast.IfExp(body=yes, orelse=no):
                yield from self._words(yes, inside)
                yield from self._words(no, inside)
            case ast.JoinedStr() if ast.unparse(given) == "f'case.{move.action.value}'":
                yield from (f"case.{action.value}" for action in Action)
            case ast.JoinedStr() if ast.unparse(given) == "f'delegation.{what}'":
                yield from (f"delegation.{what}" for what in get_args(What))
            case ast.Name(id=name):
                yield from self._passed_on(name, inside)
            case _:
                raise AssertionError(f"{named(self.path)}:{given.lineno}: which action is this?")

    def _passed_on(self, name: str, inside: Function) -> Iterator[str]:
        """The values that this file's other functions give for a parameter."""
        parameters = [argument.arg for argument in inside.args.args if argument.arg != "self"]
        assert name in parameters, f"{named(self.path)}: {name} is not given to {inside.name}"
        for caller, call in self._calls():
            if ast.unparse(call.func).removeprefix("self.") == inside.name:
                yield from self._words(call.args[parameters.index(name)], caller)


@cache
def recorded() -> frozenset[str]:
    """Every action that the rooms put on record."""
    return frozenset(
        action
        for room in ROOMS
        for path in files(".py", under=ROOT / room)
        if "front" not in path.parts
        for action in Reader(path).actions()
    )


def test_the_reader_finds_direct_chosen_and_passed_on_actions() -> None:
    assert recorded() >= {
        "case.draft", "case.submit", "case.receive", "case.look", "case.file", "campaign.draft", "campaign.stop",
        "staff.sign_in", "identity.verify", "visit.look", "visit.consent", "visit.disclose", "terminal.locked",
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_recorded_action_has_words(language: str) -> None:
    known = Wording().keys(language)
    assert not {action for action in recorded() if f"console.actions.{action}" not in known}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_of_a_look_has_words(language: str) -> None:
    known = Wording().keys(language)
    outcomes = {problem.code for problem in get_args(CodeProblem)} | {PurposeNotAllowed.code, "accepted"}
    assert not {outcome for outcome in outcomes if f"console.outcomes.{outcome}" not in known}
