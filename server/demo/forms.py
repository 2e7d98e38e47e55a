"""Filling in any item's form the way a careful person would: every required answer, valid for its kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from server.demo.cast import Person
from server.domain.catalogue.answers import asked_materials, bound, holds
from server.domain.catalogue.guide import FormField, Guide

Answer = str | int | bool | list[str]

# Invented; sample words by what a question's code is about, the first that fits.
_WORDS = (
    ("venue_name", "{firm}商务酒店"),
    ("project_name", "{firm}包装车间技术改造"),
    ("scale", "改造厂房 1200 平方米，新增印刷机 4 台"),
    ("company", "示范市{firm}印刷有限公司"),
    ("certificate", "示范0000{number:04d}"),
    ("child", "{family}小满"),
    ("elder_name", "{name}"),
    ("manager", "{name}"),
    ("account", "{name}"),
    ("address", "示范市中心街 {number} 号"),
    ("site", "示范市中心街 {number} 号"),
    ("reason", "近期住院治疗，医生建议休养半年"),
    ("bank", "示范银行中心街支行"),
)
_FIRMS = ("红星", "晨光", "青禾", "望江", "松涛", "云帆", "同心", "金桥", "文澜", "远山", "启明")
_SCHOOL_AGE_YEARS = 6
_SAMPLE_USCC = "91511602MA00000000"  # shape only: no registered body
_LONGEST = 40


def fill_in(guide: Guide, person: Person, today: date, given: Mapping[str, Answer] | None = None) -> dict[str, Answer]:
    """Answers to every question that is asked; ``given`` wins."""
    answers: dict[str, Answer] = {}
    for asked in guide.fields():
        if not holds(asked.show_if, answers):
            continue
        if given and asked.code in given:
            answers[asked.code] = given[asked.code]
        elif asked.required or asked.prefill:
            answers[asked.code] = _answer(asked, person, today, school="school" in guide.code)
    return answers


def papers_for(guide: Guide, answers: Mapping[str, Answer]) -> list[tuple[str, str]]:
    """The required papers: material code and the kind of file to hand in, ``pdf`` or ``png``."""
    found: list[tuple[str, str]] = []
    for paper in asked_materials(guide, answers):
        if paper.necessity == "required" and paper.form != "fetched_or_submitted":
            found.append((paper.code, "png" if "png" in paper.media and len(found) % 2 else _plain(paper.media)))
    return found


def _plain(media: tuple[str, ...]) -> str:
    return "pdf" if "pdf" in media else "png"


def _answer(asked: FormField, person: Person, today: date, *, school: bool) -> Answer:
    match asked.kind:
        case "number":
            low = asked.minimum if isinstance(asked.minimum, int) else 1
            high = asked.maximum if isinstance(asked.maximum, int) else 1_000_000
            return min(max(low, 12), high)
        case "date":
            return _day(asked, today, school=school).isoformat()
        case "choice":
            return asked.options[0].value
        case "choices":
            return [option.value for option in asked.options[:2]]
        case "phone":
            return person.phone
        case "checkbox":
            return True
        case _:
            return _text(asked, person)


def _day(asked: FormField, today: date, *, school: bool) -> date:
    first, last = bound(asked.minimum, today), bound(asked.maximum, today)
    if asked.code == "child_birth_date" and school:
        return today.replace(year=today.year - _SCHOOL_AGE_YEARS, day=9)
    if last is not None:
        return max(first or last - timedelta(days=30), last - timedelta(days=30))
    return (first or today) + timedelta(days=14)


def _text(asked: FormField, person: Person) -> str:
    if asked.format == "id_number" or asked.prefill == "id_number":
        return person.id_number
    if asked.format == "uscc":
        return _SAMPLE_USCC
    if asked.prefill == "name" or asked.code in ("name", "applicant", "applicant_name"):
        return person.name
    if asked.code == "elder_id_number":
        return person.id_number
    number = int(person.phone[-2:])
    pattern = next((text for part, text in _WORDS if part in asked.code), "按规定填写")
    words = pattern.format(firm=_FIRMS[number % len(_FIRMS)], family=person.name[0], name=person.name, number=number)
    return words[: asked.max_length or _LONGEST]
