"""The purposes of ``config/purposes/`` and the linter that keeps them honest."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.wording import LANGUAGES, Wording
from server.domain.purposes.errors import PurposesUnusable
from server.domain.purposes.service import FOLDER, FULL_VALUES, Purposes, read, said

GOOD = (FOLDER / "medical.toml").read_text("utf-8")


def test_the_citys_own_files_have_no_fault() -> None:
    found, faults = read(FOLDER)
    assert faults == []
    assert {"apply_here", "hall_queue", "show_licence", "medical", "venue", "transit"} <= {one.code for one in found}


def test_no_full_value_is_seen_without_consent() -> None:
    for purpose in Purposes.load().all():
        assert not FULL_VALUES & set(purpose.shown), purpose.code


def test_medical_asks_for_the_predicate_and_no_date() -> None:
    medical = Purposes.load().get("medical")
    assert medical is not None
    assert "senior" in medical.shown
    assert not {"birth_date", "age_band", "id_number"} & {field.code for field in medical.fields}


def test_every_basis_is_a_named_law_or_says_that_it_is_a_sample() -> None:
    for purpose in Purposes.load().all():
        title = said(purpose.basis.title, "zh-CN")
        assert purpose.basis.sample == ("示例" in title), purpose.code
        assert purpose.basis.sample or title.startswith("《"), purpose.code


def test_every_field_scene_and_step_has_words() -> None:
    wording = Wording()
    for purpose in Purposes.load().all():
        keys = [f"purposes.fields.{field.code}" for field in purpose.fields]
        keys += [f"purposes.scenes.{scene}" for scene in purpose.scenes]
        keys += [f"visits.next.{step}" for step in purpose.next_steps]
        keys += [f"visits.next_detail.{step}" for step in purpose.next_steps]
        for language in LANGUAGES:
            assert set(keys) <= wording.keys(language), purpose.code


def test_words_fall_back_to_chinese() -> None:
    medical = Purposes.load().get("medical")
    assert medical is not None
    assert said(medical.label, "fr") == "就医"
    assert medical.reason("senior", "en").startswith("To give priority")
    assert medical.reason("name", "en") == ""


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('code = "medical"', 'code = "other"', "must be the file's name"),
        ('scenes = ["00", "04"]', 'scenes = ["4"]', "two digits"),
        ('scenes = ["00", "04"]', "scenes = []", "two digits"),
        ('code = "senior"', 'code = "name"', "only seen with consent"),
        ('code = "senior"', 'code = "loa"', "none twice"),
        ('code = "senior"', 'code = "blood_type"', "fields.2.code"),
        ('en = "See a doctor"', 'en = " "', "label: no words in en"),
        ('en = "See a doctor"', 'en = "x"\nfr = "y"', "label: unknown language"),
        ("sample = true", 'sample = "yes"', "basis.sample"),
        ("[label]", "colour = 1\n[label]", "colour"),
        ("[label]", "[label", "not TOML"),
    ],
)
def test_the_linter_names_what_is_wrong(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    (tmp_path / "medical.toml").write_text(GOOD.replace(old, new), "utf-8")
    assert complaint in " ".join(fault.message for fault in read(tmp_path)[1])
    with pytest.raises(PurposesUnusable, match=r"medical\.toml"):
        Purposes.load(tmp_path)


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PurposesUnusable, match="no purpose at all"):
        Purposes.load(tmp_path)


def test_a_narrowed_purpose_shows_no_more_than_its_own_fields_also_after_the_whole_one_was_used() -> None:
    whole = Purposes.load().get("apply_here")
    assert whole is not None
    assert "open_cases" in whole.shown
    assert whole.asked
    assert whole.reason("open_cases", "en")
    first = whole.fields[:1]
    narrow = whole.model_copy(update={"fields": first})
    assert narrow.shown == (first[0].code,)
    assert (narrow.asked, narrow.by_card, narrow.reason("open_cases", "en")) == ((), (), "")
