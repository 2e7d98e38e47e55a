"""Proving is data: the files of the city hold, and a file that nobody could walk is refused before it is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.domain.proving.errors import ProvingUnusable
from server.domain.proving.schemas import FOLDER, ProvingPurposes, read
from server.domain.proving.steps import STEPS

GOOD = (FOLDER / "level_4.toml").read_text("utf-8")


def _faults(folder: Path, text: str, name: str = "level_4.toml") -> list[str]:
    (folder / "level_3.toml").write_text((FOLDER / "level_3.toml").read_text("utf-8"), "utf-8")
    (folder / name).write_text(text, "utf-8")
    return [fault.message for fault in read(folder)[1]]


def test_the_citys_own_files_hold() -> None:
    found, faults = read(FOLDER)
    assert not faults
    assert {one.level for one in found} == {3, 4, 5}


def test_a_way_without_a_face_always_exists() -> None:
    for purpose in ProvingPurposes.load().all():
        for platform in ("h5", "wechat", "alipay"):
            assert [way for way in purpose.ways if platform in way.platforms and not way.face], purpose.code


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("code = \"level_4\"", "code = \"other\""), "code: must be the file's name"),
        (("before = \"level_3\"", "before = \"level_9\""), "before: there is no level_9"),
        (("before = \"level_3\"", "before = \"level_4\""), "before: level_4 reaches level 4, which is not below"),
        (("before = \"level_3\"", "before = \"\""), "confirms a name that is proven already"),
        (("level = 4", "level = 3"), "level: 3 is reached by another file too"),
        (("face\"]\nplatforms = [\"wechat\"]", "face\"]\nplatforms = [\"h5\"]"), "cannot be done on h5"),
        (("[\"operator\", \"bank_card\"]", "[\"operator\", \"operator\"]"), "steps: none twice"),
        (("[\"operator\", \"bank_card\"]", "[\"operator\", \"counter\"]"), "the counter stands alone"),
        (("[\"operator\", \"bank_card\"]", "[\"palm\"]"), "Input should be"),
        (("code = \"phone_and_bank\"", "code = \"counter\""), "ways: none twice"),
        (("attempts = 3", "attempts = 0"), "greater than or equal to 1"),
        (("en = \"That it is really you\"", "en = \"\""), "label: no words in en"),
        (("code = ", "code ="), ""),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    assert change[0] in GOOD
    faults = _faults(tmp_path, GOOD.replace(*change))
    assert any(complaint in fault for fault in faults) if complaint else not faults


def test_a_file_whose_only_ways_need_a_face_is_refused(tmp_path: Path) -> None:
    before, _, _ = GOOD.partition('[[ways]]\ncode = "phone_and_bank"')
    assert "ways: no way without a face on alipay, h5, wechat" in _faults(tmp_path, before)


def test_no_file_and_no_toml_are_faults_that_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(ProvingUnusable, match="no purpose of proving"):
        ProvingPurposes.load(tmp_path)
    assert any("not TOML" in fault for fault in _faults(tmp_path, "code ="))


def test_what_lies_ahead_comes_in_the_order_in_which_it_is_done() -> None:
    purposes = ProvingPurposes.load()
    assert [one.code for one in purposes.towards(2, 4)] == ["level_3", "level_4"]
    assert [one.code for one in purposes.towards(3, 4)] == ["level_4"]
    assert [one.code for one in purposes.towards(2, 5)] == ["level_5"]
    assert purposes.towards(4, 4) == ()


def test_no_step_that_looks_at_a_face_is_the_only_one_of_its_kind() -> None:
    assert {code for code, step in STEPS.items() if step.face} == {"wechat_face", "alipay_face"}
