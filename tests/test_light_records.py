"""Records made lightly answer every question as those that Python makes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import field, make_dataclass, replace
from typing import Any

import pytest

from server.light_records import make_records_as_python_does, make_records_lightly

Made = dict[str, type[Any]]


def _classes() -> Made:
    """One of each kind: none, one and many fields, frozen or not, with slots or not, ordered, inherited, hidden."""
    empty = make_dataclass("Empty", [], frozen=True, slots=True)
    one = make_dataclass("One", ["a"], frozen=True, slots=True)
    many = make_dataclass("Many", ["a", ("b", Any, field(default=2)), ("c", Any, field(default=3, repr=False))])
    still = make_dataclass("Still", ["a", ("b", Any, field(default=2, compare=False))], frozen=True)
    ordered = make_dataclass("Ordered", ["a", ("b", Any, field(default=2))], frozen=True, slots=True, order=True)
    child = make_dataclass("Child", [("d", Any, field(default=4, hash=False))], bases=(still,), frozen=True)
    return {made.__name__: made for made in (empty, one, many, still, ordered, child)}


@pytest.fixture
def pairs() -> Iterator[list[tuple[type[Any], type[Any]]]]:
    """Each kind twice: as Python makes it, and lightly."""
    plain = _classes()
    make_records_lightly()
    try:
        light = _classes()
        yield [(made, light[name]) for name, made in plain.items()]
    finally:
        make_records_as_python_does()


def _answers(made: type[Any], first: tuple[Any, ...], second: tuple[Any, ...]) -> list[object]:
    """What can be asked of two records, with each answer or the error it gave."""
    one, other = made(*first), made(*second)

    def changed() -> None:
        one.a = 9

    def removed() -> None:
        del one.a

    asked: list[Callable[[], object]] = [
        lambda: repr(one),
        lambda: one == other,
        lambda: one != other,
        lambda: one == copy.copy(one),
        lambda: one == 7,
        lambda: vars(made)["__eq__"](one, 7),
        lambda: hash(one) == hash(other),
        lambda: hash(one),
        lambda: one < other,
        lambda: repr(replace(one)),
        lambda: made.__match_args__,
        changed,
        removed,
        lambda: setattr(one, "elsewhere", 1),
        lambda: repr(one),
        lambda: [vars(made)[name].__qualname__ for name in ("__eq__", "__repr__", "__init__")],
        lambda: made.__hash__ is None,
    ]
    answers: list[object] = []
    for ask in asked:
        try:
            answers.append(ask())
        except Exception as error:
            answers.append((type(error), str(error)))
    return answers


NAN = float("nan")
VALUES: list[tuple[tuple[Any, ...], tuple[Any, ...]]] = [((1,), (1,)), ((1,), (2,)), ((NAN,), (NAN,)), (([],), ([],))]


def test_a_light_record_answers_as_a_plain_one(pairs: list[tuple[type[Any], type[Any]]]) -> None:
    for plain, light in pairs:
        for first, second in VALUES if plain.__name__ != "Empty" else [((), ())]:
            assert _answers(light, first, second) == _answers(plain, first, second), (plain, first)


def test_a_record_that_holds_itself_is_shown_once(pairs: list[tuple[type[Any], type[Any]]]) -> None:
    shown = []
    for made in pairs[2]:
        one = made([])
        one.a.append(one)
        shown.append(repr(one))
    assert shown[0] == shown[1] == "Many(a=[...], b=2)"


def test_afterwards_python_makes_them_again() -> None:
    make_records_lightly()
    make_records_lightly()
    make_records_as_python_does()
    made = make_dataclass("Made", ["a", "b"])
    assert vars(made)["__eq__"].__closure__ is None
