"""Every item file keeps the same promises: schema, quality rules, a form that can be filled, words in English."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.floor import sql
from server.domain.catalogue.answers import Answer, asked_materials, check_answers, check_materials, show_answer
from server.domain.catalogue.files import ITEMS, read_guide, read_guides
from server.domain.catalogue.guide import FormField, Guide
from server.domain.catalogue.records import derived_code, parse_guide
from server.domain.identifiers import check_digit

TODAY = date(2026, 11, 22)
FILES = sorted(ITEMS.glob("*.toml"))
SAMPLE = Path(__file__).resolve().parents[2] / "config" / "sample" / "service_items_511602.csv"


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def guide(request: pytest.FixtureRequest) -> Guide:
    return read_guide(request.param)


def plausible(asked: FormField, choice: int) -> Answer:
    if asked.format == "id_number":
        first = "511602" + "18250312" + "117"
        return first + check_digit(first)
    if asked.format == "uscc":
        return "91511602MA00000000"
    match asked.kind:
        case "number":
            return asked.minimum if isinstance(asked.minimum, int) else 1
        case "date":
            return TODAY.isoformat()
        case "choice":
            return asked.options[choice % len(asked.options)].value
        case "choices":
            return [option.value for option in asked.options]
        case "checkbox":
            return True
        case "phone":
            return "15400000001"
        case _:
            return "示范" * 3


def filled(guide: Guide, choice: int = 0) -> dict[str, object]:
    return {asked.code: plausible(asked, choice) for asked in guide.fields()}


def test_at_least_six_items_are_written_and_one_is_instant() -> None:
    guides = read_guides()
    assert len(guides) >= 6
    assert "instant" in {guide.case_type for guide in guides}


def test_a_file_is_named_after_its_item(guide: Guide) -> None:
    assert (ITEMS / f"{guide.code}.toml").is_file()


def test_the_form_has_a_human_size(guide: Guide) -> None:
    assert 5 <= len(guide.fields()) <= 12
    assert any(asked.show_if for asked in guide.fields())


@pytest.mark.parametrize("choice", range(5))
def test_a_filled_form_is_taken_whatever_is_chosen(guide: Guide, choice: int) -> None:
    kept = check_answers(guide, filled(guide, choice), today=TODAY)
    assert isinstance(kept, dict)
    assert check_answers(guide, kept, today=TODAY) == kept
    needed = [paper.code for paper in asked_materials(guide, kept)]
    assert check_materials(guide, kept, needed) == []
    for code, value in kept.items():
        asked = guide.field(code)
        assert asked is not None
        assert show_answer(guide, asked, value, yes="是", no="否")


def test_an_empty_form_is_told_every_missing_answer_and_a_draft_none(guide: Guide) -> None:
    faults = check_answers(guide, {}, today=TODAY)
    assert isinstance(faults, list)
    always = {f"answers.{asked.code}" for asked in guide.fields() if asked.required and asked.show_if is None}
    assert always <= {fault.field for fault in faults}
    assert {fault.code for fault in faults} == {"required"}
    assert check_answers(guide, {}, today=TODAY, complete=False) == {}


@pytest.mark.parametrize("junk", [[], {}, 3.5, ["x", 1], "\x00", "9" * 3000, True, -(10**12)])
def test_junk_is_refused_and_never_breaks(guide: Guide, junk: object) -> None:
    for asked in guide.fields():
        outcome = check_answers(guide, {**filled(guide), asked.code: junk, "no_such": 1}, today=TODAY)
        assert isinstance(outcome, list)
        assert "answers.no_such" in {fault.field for fault in outcome}


def test_it_reads_well_in_english(guide: Guide) -> None:
    said = [guide.name, guide.summary, *(asked.label for asked in guide.fields())]
    said += [option.label for asked in guide.fields() for option in asked.options]
    said += [section.title for section in guide.form] + [step.name for step in guide.steps]
    said += [paper.name for paper in guide.materials if paper.form != "fetched"]
    assert [text for text in said if text not in guide.english] == []


def test_a_stored_guide_is_the_same_guide(guide: Guide) -> None:
    assert parse_guide(sql.to_json(guide.model_dump(mode="json"))) == guide


def test_its_local_code_is_one_of_the_list_or_its_own(guide: Guide) -> None:
    listed = SAMPLE.read_text("utf-8-sig")
    assert f",{guide.local_code}," in listed or guide.local_code == guide.code
    if guide.local_code != guide.code:
        assert f",{guide.name}," in listed
        assert f",{guide.department}," in listed


def test_derived_codes_of_the_whole_list_are_stable_and_distinct() -> None:
    codes = [line.split(",")[-3] for line in SAMPLE.read_text("utf-8-sig").splitlines()[1:]]
    derived = {derived_code(code) for code in codes}
    assert len(derived) == len(codes) == 1135
    assert derived_code("512B0357300000-511602000000-000-11511301008778490F-1-00") == "512b0357300000-6btc1hz7"
