"""Each quality rule catches what it is there for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from server.domain.catalogue.errors import GuideFaulty
from server.domain.catalogue.files import ITEMS, read_guide, read_guides
from server.domain.catalogue.guide import Guide
from server.domain.catalogue.lint import lint

GOOD = read_guide(ITEMS / "printing-licence.toml").model_dump()


def codes(**changes: Any) -> set[str]:
    return {flaw.code for flaw in lint(Guide.model_validate({**GOOD, **changes}))}


def test_the_written_licence_has_no_flaw() -> None:
    assert codes() == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"promised_limit": {"days": 61, "source": "x"}}, "promise-beyond-law"),
        ({"promised_limit": {"days": 2, "unit": "day", "source": "x"}}, "limit-units-differ"),
        ({"promised_limit": {"days": 0, "source": "x"}}, "instant-mismatch"),
        ({"case_type": "instant"}, "instant-mismatch"),
        ({"promised_limit": {"days": 2}}, "figure-without-source"),
        ({"sample_figures": ()}, "figure-without-source"),
        ({"sample_figures": (*GOOD["sample_figures"], {"field": "nothing", "note": "x"})}, "sample-of-nothing"),
        ({"visits": 1, "fully_online": False}, "visits-without-reason"),
        ({"visits": 1, "visits_reason": "x"}, "fully-online-with-visits"),
        ({"channels": ("hall",), "fully_online": False}, "no-visit-but-no-way"),
        ({"channels": ("hall",), "mail_materials": True}, "fully-online-without-channel"),
        ({"fee": {"charged": True}}, "fee-without-items"),
        ({"fee": {"charged": True, "items": [{"name": "x", "standard": "1 元"}]}}, "fee-without-basis"),
        ({"fee": {"charged": False, "pay_online": True}}, "free-but-priced"),
        ({"complaint_phone": GOOD["consult_phone"]}, "one-phone-for-both"),
        ({"consult_phone": "12345"}, "phone-without-area-code"),
        ({"theme": "死亡殡葬", "service_objects": ["enterprise"]}, "theme-does-not-fit"),
        ({"questions": ()}, "licence-without-questions"),
        ({"steps": GOOD["steps"][1:]}, "licence-without-steps"),
        ({"two_person_decision": False}, "licence-decided-by-one"),
        ({"results": [{**GOOD["results"][0], "conclusion": "approved"}]}, "result-conclusion"),
        ({"results": [{**GOOD["results"][0], "sample": ""}]}, "result-without-sample"),
        ({"materials": [*GOOD["materials"], GOOD["materials"][0]]}, "material-twice"),
        ({"form": [*GOOD["form"], GOOD["form"][0]]}, "field-twice"),
        ({"english": {"没有这句话": "x"}}, "translation-of-nothing"),
    ],
)
def test_a_broken_rule_is_named(changes: dict[str, Any], code: str) -> None:
    assert code in codes(**changes)


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ({"kind": "choice"}, "options-mismatch"),
        ({"kind": "number", "minimum": "today"}, "bounds-do-not-fit"),
        ({"kind": "date", "minimum": "tomorrow"}, "bounds-do-not-fit"),
        ({"kind": "text", "minimum": 1}, "bounds-do-not-fit"),
        ({"kind": "number", "format": "uscc"}, "format-needs-text"),
        ({"kind": "text", "minimum_age": 60}, "age-needs-id-number"),
        ({"kind": "text", "show_if": {"field": "nowhere", "equals": "x"}}, "condition-on-nothing"),
        ({"kind": "text", "show_if": {"field": "site_kind", "equals": "borrowed"}}, "condition-on-nothing"),
        ({"kind": "text", "show_if": {"field": "truth", "equals": "yes"}}, "condition-on-nothing"),
    ],
)
def test_a_question_that_cannot_work_is_named(field: dict[str, Any], code: str) -> None:
    section = {"title": "x", "fields": [{"code": "odd", "label": "x", **field}]}
    assert codes(form=[*GOOD["form"], section]) == {code}


def test_a_faulty_file_is_refused_with_its_name_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    text = (ITEMS / "printing-licence.toml").read_text("utf-8")
    for broken, reason in (
        (text.replace("visits = 0", 'visits = "0"'), "visits"),
        (text.replace("visits = 0", "visits = 0\nvisit = 1"), "visit"),
        (text.replace("days = 2", "days = 99"), "promise-beyond-law"),
        (text[:40] + '"', "odd.toml"),
    ):
        path.write_text(broken, "utf-8")
        with pytest.raises(GuideFaulty, match=reason):
            read_guide(path)


def test_two_files_for_one_item_are_refused(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text((ITEMS / "printing-licence.toml").read_text("utf-8"), "utf-8")
    with pytest.raises(GuideFaulty, match="code twice"):
        read_guides(tmp_path)
