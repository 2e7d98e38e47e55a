"""The quality rules of the catalogue: what a guide must meet before it is published.

The list follows the rules a city checks its catalogue by (limits, visits, fees, phones, steps, results), plus
ours: no promise beyond the law, and every figure has a source or is named as a sample.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from server.domain.catalogue.guide import Condition, FormField, Guide
from server.domain.catalogue.themes import CORPORATE_THEMES, PERSONAL_THEMES

_WITH_AREA_CODE = re.compile(r"0\d{2,3}-\d{7,8}", re.ASCII)
_LICENCE_STEPS = ("受理", "审核", "审批", "办结", "送达")
_LICENCE = "01"


@dataclass(frozen=True, slots=True)
class Flaw:
    """One broken rule: a stable code, and where or what."""

    code: str
    detail: str


def lint(guide: Guide) -> list[Flaw]:
    """Every broken rule of one guide; empty means it may be published."""
    return [flaw for rule in _RULES for flaw in rule(guide)]


def _limits(guide: Guide) -> Iterator[Flaw]:
    legal, promised = guide.legal_limit, guide.promised_limit
    if legal.unit != promised.unit and promised.days:
        yield Flaw("limit-units-differ", f"{legal.unit} and {promised.unit} cannot be compared")
    elif promised.days > legal.days:
        yield Flaw("promise-beyond-law", f"promised {promised.days} > legal {legal.days}")
    if (promised.days == 0) != (guide.case_type == "instant"):
        yield Flaw("instant-mismatch", "即办件 promises the same day, and only 即办件 does")


def _visits(guide: Guide) -> Iterator[Flaw]:
    if guide.visits and not guide.visits_reason:
        yield Flaw("visits-without-reason", f"{guide.visits} visits need a reason")
    if not guide.visits and "online" not in guide.channels and not guide.mail_materials:
        yield Flaw("no-visit-but-no-way", "no visit needs an online or a postal way in")
    if guide.fully_online and guide.visits:
        yield Flaw("fully-online-with-visits", "全程网办 means no visit")
    if guide.fully_online and "online" not in guide.channels:
        yield Flaw("fully-online-without-channel", "全程网办 needs the online channel")


def _fees(guide: Guide) -> Iterator[Flaw]:
    if guide.fee.charged and not guide.fee.items:
        yield Flaw("fee-without-items", "a fee needs its items")
    if not guide.fee.charged and (guide.fee.items or guide.fee.pay_online):
        yield Flaw("free-but-priced", "a free item has no fee items and no online payment")
    for item in guide.fee.items:
        if not item.basis:
            yield Flaw("fee-without-basis", item.name)


def _phones(guide: Guide) -> Iterator[Flaw]:
    if guide.consult_phone == guide.complaint_phone:
        yield Flaw("one-phone-for-both", "the phone for questions is not the phone for complaints")
    for phone in (guide.consult_phone, guide.complaint_phone):
        if not _WITH_AREA_CODE.fullmatch(phone):
            yield Flaw("phone-without-area-code", phone)


def _theme(guide: Guide) -> Iterator[Flaw]:
    known = PERSONAL_THEMES if "person" in guide.service_objects else frozenset()
    if set(guide.service_objects) - {"person"}:
        known = known | CORPORATE_THEMES
    if guide.theme not in known:
        yield Flaw("theme-does-not-fit", f"{guide.theme} is no theme of {', '.join(guide.service_objects)}")


def _licences(guide: Guide) -> Iterator[Flaw]:
    if guide.item_type != _LICENCE:
        return
    if not guide.questions:
        yield Flaw("licence-without-questions", "a licence has at least one common question")
    names = [step.name for step in guide.steps]
    missing = [name for name in _LICENCE_STEPS if name not in names]
    if missing:
        yield Flaw("licence-without-steps", "、".join(missing))
    if not guide.two_person_decision:
        yield Flaw("licence-decided-by-one", "a licence is decided by two people")


def _results(guide: Guide) -> Iterator[Flaw]:
    for result in guide.results:
        if result.name.endswith("证") and result.conclusion != "licence_issued":
            yield Flaw("result-conclusion", f"{result.name} ends with 出证办结")
        if result.name.endswith("批复") and result.conclusion != "approved":
            yield Flaw("result-conclusion", f"{result.name} ends with 审批办结")
        if not result.sample:
            yield Flaw("result-without-sample", result.name)


def _form(guide: Guide) -> Iterator[Flaw]:
    earlier: dict[str, FormField] = {}
    for asked in guide.fields():
        if asked.code in earlier:
            yield Flaw("field-twice", asked.code)
        if (asked.kind in ("choice", "choices")) != bool(asked.options):
            yield Flaw("options-mismatch", asked.code)
        if len({option.value for option in asked.options}) != len(asked.options):
            yield Flaw("option-twice", asked.code)
        if asked.format and asked.kind != "text":
            yield Flaw("format-needs-text", asked.code)
        if asked.minimum_age and asked.format != "id_number":
            yield Flaw("age-needs-id-number", asked.code)
        if not _bounds_fit(asked):
            yield Flaw("bounds-do-not-fit", asked.code)
        if not _condition_fits(asked.show_if, earlier):
            yield Flaw("condition-on-nothing", asked.code)
        earlier[asked.code] = asked


def _materials(guide: Guide) -> Iterator[Flaw]:
    asked = {field.code: field for field in guide.fields()}
    codes = [paper.code for paper in guide.materials]
    for code in {code for code in codes if codes.count(code) > 1}:
        yield Flaw("material-twice", code)
    for paper in guide.materials:
        if not paper.media and paper.form not in ("fetched", "original", "paper_form"):
            yield Flaw("material-without-media", paper.code)
        if not _condition_fits(paper.show_if, asked):
            yield Flaw("condition-on-nothing", paper.code)


def _figures(guide: Guide) -> Iterator[Flaw]:
    marked = {figure.field for figure in guide.sample_figures}
    unsourced = {name for name in ("legal_limit", "promised_limit") if not getattr(guide, name).source}
    unsourced |= {"places"} if guide.places else set()
    unsourced |= {"correction_days", "consult_phone", "complaint_phone"}
    for name in sorted(unsourced - marked):
        yield Flaw("figure-without-source", name)
    for name in sorted(marked):
        if name.split(".")[0] not in Guide.model_fields:
            yield Flaw("sample-of-nothing", name)


def _english(guide: Guide) -> Iterator[Flaw]:
    known = set(_texts(guide.model_dump(exclude={"english"})))
    for text in guide.english:
        if text not in known:
            yield Flaw("translation-of-nothing", text)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _texts(part)


def _bounds_fit(asked: FormField) -> bool:
    bounds = [limit for limit in (asked.minimum, asked.maximum) if limit is not None]
    if asked.kind == "number":
        return all(isinstance(limit, int) for limit in bounds)
    if asked.kind == "date":
        return all(limit == "today" or _is_date(limit) for limit in bounds)
    return not bounds


def _is_date(limit: int | str) -> bool:
    try:
        return isinstance(limit, str) and bool(date.fromisoformat(limit))
    except ValueError:
        return False


def _condition_fits(condition: Condition | None, fields: dict[str, FormField]) -> bool:
    if condition is None:
        return True
    on = fields.get(condition.field)
    if on is None:
        return False
    if on.kind == "checkbox":
        return isinstance(condition.equals, bool)
    return condition.equals in {option.value for option in on.options}


_RULES: tuple[Callable[[Guide], Iterator[Flaw]], ...] = (
    _limits, _visits, _fees, _phones, _theme, _licences, _results, _form, _materials, _figures, _english,
)  # fmt: skip
