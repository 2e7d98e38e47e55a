"""A case in words: from the domain's plain values to the shapes that residents' and staff's answers share."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from server.domain.calendar.service import word_day
from server.domain.cases.clock import Line
from server.domain.cases.records import CaseRecord
from server.domain.cases.views import CaseDetail, NextStep, TimelineLine
from server.domain.catalogue import masking
from server.domain.catalogue.answers import show_answer
from server.domain.catalogue.guide import Guide
from server.domain.catalogue.records import Item
from server.web.case_shapes import CaseAnswer, CaseClock, CaseItem, CaseMaterial, CasePaper, Next, TimelineEntry
from server.web.operations import Call

_DATES = frozenset({"due", "accepted", "day"})
AnyCall = Call[Any, Any]


async def guide_of(call: AnyCall, case: CaseRecord) -> Guide:
    """The guide of the version that the case began with."""
    item: Item = await call.services.catalogue.version(call.unit, case.item_code, case.item_version)
    guide = item.guide
    assert guide is not None
    return guide


def status_label(call: AnyCall, case: CaseRecord) -> str:
    """The case's status in words."""
    return call.text(f"cases.status.{case.status.value}")


def staff_status(call: AnyCall, status: str) -> str:
    """A status in the words of staff, who tell examination and decision apart; a resident's ones are fewer."""
    return call.text(f"cases.staff_status.{status}")


def next_words(call: AnyCall, case: CaseRecord, step: NextStep, *, for_staff: bool = False) -> Next:
    """Who acts next and what they do."""
    who = {
        "applicant": call.text("cases.who.applicant" if for_staff else "cases.who.you"),
        "department": case.department,
        "nobody": "",
    }[step.who]
    return Next(who=who, what=call.text(f"cases.next.{case.status.value}"), by=step.by, provisional=step.provisional)


def item_words(call: AnyCall, case: CaseRecord, guide: Guide) -> CaseItem:
    """The item, in the caller's language where the guide has it."""
    return CaseItem(
        code=case.item_code,
        name=guide.word(case.item_name, call.language),
        department=guide.word(case.department, call.language),
        version=case.item_version,
    )


def timeline_words(call: AnyCall, detail: CaseDetail) -> list[TimelineEntry]:
    """What happened, oldest first."""
    return [
        TimelineEntry(
            at=line.at,
            event=line.event,
            label=call.text(f"cases.events.{line.event}"),
            actor=_actor(call, detail, line),
            note=line.note,
            document_no=line.document_no,
        )
        for line in detail.timeline
    ]


def _actor(call: AnyCall, detail: CaseDetail, line: TimelineLine) -> str:
    case = detail.case
    if line.actor_kind == "staff":
        return call.text("cases.actors.staff", department=case.department, staff_no=line.actor_label)
    if line.acting_id is not None:
        return _pair(call, detail, line.acting_id)
    return call.text(f"cases.actors.{line.actor_kind}")


def for_whom(call: AnyCall, detail: CaseDetail) -> str:
    """A for B, where somebody began the case for its applicant; else nothing."""
    return _pair(call, detail, detail.case.acting_id) if detail.case.acting_id else ""


def _pair(call: AnyCall, detail: CaseDetail, acting: UUID) -> str:
    people = detail.people
    return call.text(
        "delegations.pair", acting=people.get(acting, ""), principal=people.get(detail.case.resident_id, "")
    )


def ahead_words(call: AnyCall, detail: CaseDetail, ahead: list[str]) -> list[str]:
    """The milestones still to come."""
    return [call.text(f"cases.ahead.{status}") for status in ahead]


def paper_words(call: AnyCall, detail: CaseDetail) -> list[CasePaper]:
    """The documents, oldest first."""
    return [
        CasePaper(
            document_no=paper.document_no,
            kind=paper.kind.value,
            title=call.text(f"documents.titles.{paper.kind.value}"),
            issued_on=paper.issued_on,
            served_at=paper.served_at,
        )
        for paper in detail.documents
    ]


def clock_words(call: AnyCall, detail: CaseDetail) -> CaseClock:
    """The clock, with its explanation in sentences."""
    case, reading = detail.case, detail.reading
    return CaseClock(
        state=reading.state,
        accepted_on=case.accepted_on,
        legal_due=reading.legal_due,
        promised_due=reading.promised_due,
        legal_days=case.legal_days,
        promised_days=case.promised_days,
        unit=case.promised_unit,
        used_days=reading.used_days,
        provisional=detail.next.provisional,
        legal_provisional=reading.legal_provisional,
        promised_provisional=reading.promised_provisional,
        paused=reading.paused,
        explanation=[_sentence(call, line) for line in reading.explanation],
    )


def _sentence(call: AnyCall, line: Line) -> str:
    facts: dict[str, object] = dict(line.facts)
    for name in _DATES & facts.keys():
        text = str(facts[name])
        facts[name] = word_day(call.services.wording, call.language, date.fromisoformat(text)) if text else ""
    return call.text(f"cases.clock.{line.key}", **facts)


def _full_day(call: AnyCall, answer: str) -> str:
    """A date that somebody answered: with its year, which may be any, and its weekday; a draft may hold any text."""
    try:
        day = date.fromisoformat(answer)
    except ValueError:
        return answer
    return call.text("cases.day", year=day.year, day=word_day(call.services.wording, call.language, day))


def masked_codes(guide: Guide) -> frozenset[str]:
    """The questions whose answers say something of a person, and which a desk therefore sees masked."""
    return frozenset(asked.code for asked in guide.fields() if masking.personal(asked))


def masked_answers(call: AnyCall, detail: CaseDetail, guide: Guide) -> list[CaseAnswer]:
    """The answers as a desk sees them; the whole is a call of its own."""
    kinds = {asked.code: masking.personal(asked) for asked in guide.fields()}
    found = []
    for line in answer_words(call, detail, guide):
        kind = kinds[line.code]
        hidden = masking.masked(kind, line.shown) if kind else ""
        found.append(line.model_copy(update={"value": hidden, "shown": hidden, "masked": True}) if kind else line)
    return found


def answer_words(call: AnyCall, detail: CaseDetail, guide: Guide) -> list[CaseAnswer]:
    """The answers in the form's order."""
    yes, no = call.text("cases.yes"), call.text("cases.no")
    found = []
    for asked in guide.fields():
        if asked.code in detail.answers:
            value = detail.answers[asked.code]
            shown = show_answer(guide, asked, value, yes=yes, no=no, language=call.language)
            if asked.kind == "date" and isinstance(value, str):
                shown = _full_day(call, value)
            label = guide.word(asked.label, call.language)
            found.append(CaseAnswer(code=asked.code, label=label, value=value, shown=shown))
    return found


def material_words(call: AnyCall, detail: CaseDetail, guide: Guide) -> list[CaseMaterial]:
    """The files that count."""
    found = []
    for line in detail.materials:
        material = guide.material(line.code)
        found.append(
            CaseMaterial(
                code=line.code,
                name=guide.word(material.name, call.language) if material else line.code,
                file_id=line.file_id,
                file_name=line.file_name,
                media_type=line.media_type,
                size=line.size,
            )
        )
    return found


def target_label(guide: Guide, target: str, language: str = "zh-CN") -> str | None:
    """What ``field:<code>`` or ``material:<code>`` is called in the guide; None if it has no such thing."""
    kind, _, code = target.partition(":")
    if kind == "field" and (asked := guide.field(code)) is not None:
        return guide.word(asked.label, language)
    if kind == "material" and (material := guide.material(code)) is not None:
        return guide.word(material.name, language)
    return None
