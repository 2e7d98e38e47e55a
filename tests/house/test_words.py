"""The words people read: complete in both languages, with the same placeholders, in a voice of ours."""

from __future__ import annotations

import re
import string
import tomllib
from typing import Any

import pytest

from config.wording import DEFAULT_LANGUAGE, LANGUAGES, WORDS, Wording
from tests.house.repository import named

COLD_WORDS = ("系统", "后台", "异常")


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording()


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_word_the_same_keys(wording: Wording) -> None:
    reference = wording.keys(DEFAULT_LANGUAGE)
    assert reference
    for language in LANGUAGES:
        assert wording.keys(language) == reference, language


def test_a_key_has_the_same_placeholders_in_both_languages(wording: Wording) -> None:
    texts = {language: {key: wording._texts[language][key] for key in wording.keys(language)} for language in LANGUAGES}
    different = [
        key
        for key, text in texts[DEFAULT_LANGUAGE].items()
        if any(_placeholders(text) != _placeholders(texts[language].get(key, text)) for language in LANGUAGES)
    ]
    assert not different


def test_no_word_is_empty(wording: Wording) -> None:
    empty = [
        key for language in LANGUAGES for key in wording.keys(language) if not wording._texts[language][key].strip()
    ]
    assert not empty


def test_problems_speak_to_a_person(wording: Wording) -> None:
    cold = [key for key, text in wording.group("problems").items() if any(word in text for word in COLD_WORDS)]
    assert not cold


def test_english_files_hold_no_chinese_sentences() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]{6,}")  # names of documents and brands may stay Chinese
    found = []
    for path in sorted((WORDS / "en").glob("*.toml")):
        found += [
            f"{named(path)}: {text}" for text in _leaves(tomllib.loads(path.read_text("utf-8"))) if chinese.search(text)
        ]
    assert not found


def _leaves(table: dict[str, Any]) -> list[str]:
    leaves: list[str] = []
    for value in table.values():
        leaves += _leaves(value) if isinstance(value, dict) else [str(value)]
    return leaves
