"""The files of recognition agreements: the shipped ones are sound, and every mistake has a sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.portal import read_portals
from server.domain.purposes.service import Purposes
from server.domain.recognition.errors import RecognitionUnusable
from server.domain.recognition.service import FOLDER, Recognition

PURPOSES = Purposes.load()
PORTALS = {portal.id for portal in read_portals(demo=True)}
GOOD = (FOLDER / "demo-linshi.toml").read_text("utf-8")
DAY = date(2026, 11, 22)


def test_the_shipped_agreements_are_sound() -> None:
    recognition = Recognition.load(FOLDER, PORTALS, PURPOSES)
    assert recognition.portals("demo", "venue", DAY) == ("linshi",)
    assert recognition.portals("linshi", "venue", DAY) == ("demo",)
    assert recognition.portals("demo", "apply_here", DAY) == ()


def test_an_agreement_is_in_force_on_its_days_only() -> None:
    recognition = Recognition.load(FOLDER, PORTALS, PURPOSES)
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2028, 12, 31), date(2029, 1, 1)]
    assert [recognition.portals("demo", "venue", day) for day in days] == [(), ("linshi",), ("linshi",), ()]


def test_no_folder_is_no_agreement() -> None:
    assert Recognition.load(None, PORTALS, PURPOSES).portals("demo", "venue", DAY) == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('code = "demo-linshi"', 'code = "other"', "must be the file's name"),
        ('there = "linshi"', 'there = "demo"', "no agreement with itself"),
        ('there = "linshi"', 'there = "nowhere"', "no portal is called nowhere"),
        ("valid_until = 2028-12-31", "valid_until = 2025-12-31", "over before it begins"),
        ('code = "transit"', 'code = "venue"', "none twice"),
        ('code = "transit"', 'code = "shopping"', "there is no such purpose"),
        ('fields = ["loa", "eligible"]', "fields = []", "at least one field"),
        ('fields = ["loa", "eligible"]', 'fields = ["eligible"]', "loa is always seen"),
        ('fields = ["loa", "eligible"]', 'fields = ["loa", "phone"]', "does not ask for phone"),
        ('fields = ["loa", "eligible"]', 'fields = ["loa", "horoscope"]', "fields"),
        ("sample = true", "", "sample"),
        ('en = "Agreement on recognising each other\'s codes (sample)"', 'en = ""', "no words in en"),
        ('here = "demo"', "here = ", "not TOML"),
        ('here = "demo"', 'here = "demo"\nfee = 5', "fee"),
    ],
)
def test_a_mistake_is_named_in_words(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    (tmp_path / "demo-linshi.toml").write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(RecognitionUnusable, match=said):
        Recognition.load(tmp_path, PORTALS, PURPOSES)


def test_an_agreement_without_purposes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo-linshi.toml").write_text("purposes = []\n" + GOOD[: GOOD.index("[[purposes]]")], "utf-8")
    with pytest.raises(RecognitionUnusable, match="at least one"):
        Recognition.load(tmp_path, PORTALS, PURPOSES)
