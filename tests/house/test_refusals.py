"""Every way we say no has a stable code, a status and words."""

from __future__ import annotations

import re
from typing import get_args

from config.floor.refusal import Kind, Refusal
from config.wording import LANGUAGES, Wording
from server.web import problems
from tests.house.repository import subclasses


def _refusals() -> list[type[Refusal]]:
    found = [one for one in subclasses(Refusal) if issubclass(one, Refusal)]
    return sorted(found, key=lambda one: one.code)


def test_there_are_refusals_to_check() -> None:
    assert len(_refusals()) > 20


def test_codes_are_stable_words() -> None:
    strange = [one.code for one in _refusals() if not re.fullmatch(r"[a-z]+(-[a-z]+)*", one.code)]
    assert not strange


def test_one_code_is_one_class() -> None:
    seen: dict[str, type[Refusal]] = {}
    twice = []
    for one in _refusals():
        if "code" not in vars(one):
            continue
        if one.code in seen:
            twice.append(f"{one.code}: {seen[one.code].__module__} and {one.__module__}")
        seen[one.code] = one
    assert not twice


def test_every_kind_has_a_status() -> None:
    for kind in get_args(Kind):
        assert 400 <= problems.STATUS[kind] <= 599
    assert not [one.code for one in _refusals() if one.kind not in problems.STATUS]


def test_every_code_is_worded_in_every_language() -> None:
    wording = Wording()
    missing = [
        f"{language}: problems.{one.code}.{part}"
        for one in _refusals()
        for language in LANGUAGES
        for part in ("title", "detail")
        if f"problems.{one.code}.{part}" not in wording.keys(language)
    ]
    assert not missing
