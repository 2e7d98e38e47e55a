"""Tests that assert nothing prove nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.house.repository import ROOT, files, named

CHECKS = ("assert_", "check_", "expect", "must_", "refused")
STORY = ROOT / "tests" / "journeys" / "story.py"  # told by tests, and every step of it asserts what it promises


def _tests(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield node


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _proves_something(test: ast.AST) -> bool:
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = _called(node)
            if name in ("raises", "warns", "fail") or name.startswith(CHECKS):
                return True
    return False


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _calls(test: ast.AST) -> set[str]:
    return {_called(node) for node in ast.walk(test) if isinstance(node, ast.Call)}


def _proving(tree: ast.AST) -> set[str]:
    """The functions that prove something for the tests that call them."""
    return {step.name for step in _functions(tree) if not step.name.startswith("test") and _proves_something(step)}


@cache
def _proving_in_the_story() -> set[str]:
    return _proving(ast.parse(STORY.read_text("utf-8")))


def _silent(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    proving = _proving(tree) | _proving_in_the_story()
    return [
        f"{named(path)}::{test.name}"
        for test in _tests(tree)
        if not _proves_something(test) and not _calls(test) & proving
    ]


def test_every_test_asserts_something() -> None:
    silent = [
        name for path in files(".py", under=ROOT / "tests") if path.name.startswith("test_") for name in _silent(path)
    ]
    assert not silent


def test_no_assertion_is_always_true() -> None:
    empty = [
        f"{named(path)}:{node.lineno}"
        for path in files(".py", under=ROOT / "tests")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assert)
        and isinstance(node.test, ast.Constant | ast.Tuple)
        and ast.unparse(node.test) != "False"
    ]
    assert not empty
