"""The words people read."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.wording import Wording, choose_language


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for language, text in {
        "zh-CN": 'a = "甲 {x}"\nonly = "有"\n[problems.p]\ntitle = "不"\n',
        "en": 'a = "A {x}"\n',
    }.items():
        (tmp_path / language).mkdir()
        (tmp_path / language / "room.toml").write_text(text, "utf-8")
    return tmp_path


def test_words_are_found_by_room_and_filled(folder: Path) -> None:
    words = Wording(folder)
    assert words.text("room.a", "en", x=1) == "A 1"
    assert words.text("room.a", "zh-CN", x="二") == "甲 二"
    assert words.text("room.a") == "甲 "
    assert words.text("problems.p.title") == "不"


def test_a_missing_translation_falls_back_and_a_missing_key_is_an_error(folder: Path) -> None:
    words = Wording(folder)
    assert words.text("room.only", "en") == "有"
    assert words.has("room.only") and not words.has("room.never")
    with pytest.raises(KeyError):
        words.text("room.never")


def test_a_group_without_its_prefix(folder: Path) -> None:
    assert Wording(folder).group("room", "en") == {"a": "A {x}", "only": "有"}


def test_a_key_worded_twice_is_refused(folder: Path) -> None:
    (folder / "zh-CN" / "other.toml").write_text('[problems.p]\ntitle = "又"\n', "utf-8")
    with pytest.raises(ValueError, match="twice"):
        Wording(folder)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh-CN"),
        ("en-GB,en;q=0.9", "en"),
        ("fr, zh-TW;q=0.8", "zh-CN"),
        ("de", "zh-CN"),
        ("fr,en", "en"),
        (";;,", "zh-CN"),
    ],
)
def test_the_best_language_of_a_browser(header: str, language: str) -> None:
    assert choose_language(header) == language
