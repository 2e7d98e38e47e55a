"""Yes or no instead of data: the rule of a purpose, and what the linter finds in one."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.domain.purposes.eligibility import Eligibility, is_yes
from server.domain.purposes.service import FOLDER, Purposes, read

VENUE = (FOLDER / "venue.toml").read_text("utf-8")


def rule() -> Eligibility:
    purpose = Purposes.load().get("venue")
    assert purpose is not None and purpose.eligible is not None
    return purpose.eligible


@pytest.mark.parametrize(
    ("age", "held", "answer"),
    [
        (65, (), "yes.0"),
        (64, (), "no"),
        (6, (), "yes.1"),
        (7, (), "no"),
        (30, ("elder-card",), "yes.2"),
        (None, ("elder-card",), "yes.2"),
        (None, (), ""),
    ],
)
def test_a_rule_answers_yes_no_or_not_known(age: int | None, held: tuple[str, ...], answer: str) -> None:
    assert rule().answer(age, held) == answer
    assert is_yes(answer) == answer.startswith("yes")


def test_the_reason_comes_in_words_and_names_no_age() -> None:
    asked = rule()
    assert asked.why("yes.0", "zh-CN") == "年满 65 周岁"
    assert asked.why("yes.2", "en") == "holds a senior citizen card"
    assert asked.why("no", "en").startswith("not of an age")
    assert asked.why("no", "fr") == asked.why("no", "zh-CN")


def test_what_a_rule_asks_to_be_held_is_an_item_of_the_catalogue() -> None:
    items = {path.stem for path in (FOLDER.parent / "items").glob("*.toml")}
    for purpose in Purposes.load().all():
        if purpose.eligible is not None:
            assert set(purpose.eligible.holdings) <= items, purpose.code


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("age_from = 65", "age_from = 65\nage_below = 60", "nobody can meet it"),
        ("age_from = 65", 'age_from = 65\nholds = "elder-card"', "and not both"),
        ("age_from = 65\n", "", "and not both"),
        ("age_from = 65", "age_from = 0", "eligible.any.0.age_from"),
        ('code = "eligible"', 'code = "senior"', "belong together"),
        ('en = "under 7"', 'en = ""', "eligible.any.1.reason: no words in en"),
        ("needs_consent = false", "needs_consent = false\ncard = true", "only opens what would need consent"),
    ],
)
def test_the_linter_names_what_is_wrong_with_a_rule(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in VENUE
    (tmp_path / "venue.toml").write_text(VENUE.replace(old, new, 1), "utf-8")
    assert complaint in " ".join(fault.message for fault in read(tmp_path)[1])


def test_a_picture_is_never_shown_without_consent(tmp_path: Path) -> None:
    (tmp_path / "venue.toml").write_text(VENUE.replace('code = "loa"', 'code = "portrait"', 1), "utf-8")
    assert "only seen with consent" in " ".join(fault.message for fault in read(tmp_path)[1])
