"""The answers to an item's form: pure checks, the same for the phone's submission and a counter's.

Unknown questions and wrong types are faults. An answer to a question that is not asked (its ``show_if`` does
not hold) is left out of what is kept: a phone may still hold it from before a choice was changed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from config.floor.refusal import FieldFault
from server.domain.catalogue.guide import Condition, FormField, Guide, Material
from server.domain.identifiers import IdNumberInvalid, age_on, is_mobile, read_id_number

Answer = str | int | bool | list[str]
Answers = dict[str, Answer]
_EARLIEST_YEAR = 1800  # people of a demonstration are born in the 19th century; nobody alive is refused or let in by it
_DEFAULT_LENGTH = 200
_DEFAULT_NUMBER = 1_000_000_000


class _Fault(Exception):
    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = tuple(facts.items())


def check_answers(
    guide: Guide, answers: Mapping[str, object], *, today: date, year_shift: int = 0, complete: bool = True
) -> Answers | list[FieldFault]:
    """The answers to keep, or every fault (``field`` is ``answers.<code>``).

    ``year_shift`` is added to birth years where a question asks for an age. ``complete=False`` (a draft)
    lets required answers be missing.
    """
    kept: Answers = {}
    faults = [FieldFault(f"answers.{code[:40]}", "unknown-field") for code in answers if guide.field(code) is None]
    for asked in guide.fields():
        if not holds(asked.show_if, kept):
            continue
        try:
            value = _read(asked, answers.get(asked.code), today, year_shift)
        except _Fault as fault:
            faults.append(FieldFault(f"answers.{asked.code}", fault.code, fault.facts))
            continue
        if value is not None:
            kept[asked.code] = value
        elif asked.required and complete:
            faults.append(FieldFault(f"answers.{asked.code}", "required"))
    return faults or kept


def holds(condition: Condition | None, answers: Mapping[str, object]) -> bool:
    """Whether a question or a material is asked for, given the answers kept so far."""
    if condition is None:
        return True
    answer = answers.get(condition.field)
    return condition.equals in answer if isinstance(answer, list) else answer == condition.equals


def asked_materials(guide: Guide, answers: Mapping[str, object]) -> tuple[Material, ...]:
    """The papers to hand in for these answers; what the register gives is never among them."""
    return tuple(paper for paper in guide.materials if paper.form != "fetched" and holds(paper.show_if, answers))


def check_materials(guide: Guide, answers: Mapping[str, object], handed_in: Iterable[str]) -> list[FieldFault]:
    """Faults of the list of material codes: unknown ones, and required ones that are missing."""
    given = set(handed_in)
    faults = [
        FieldFault(f"materials.{code[:40]}", "unknown-field") for code in sorted(given) if not guide.material(code)
    ]
    for paper in asked_materials(guide, answers):
        if paper.necessity == "required" and paper.form != "fetched_or_submitted" and paper.code not in given:
            faults.append(FieldFault(f"materials.{paper.code}", "required"))
    return faults


def show_answer(guide: Guide, asked: FormField, value: Answer, *, yes: str, no: str, language: str = "zh-CN") -> str:
    """An answer as people read it: the option's label, 是 or 否, the text itself."""
    if isinstance(value, bool):
        return yes if value else no
    labels = {option.value: guide.word(option.label, language) for option in asked.options}
    if isinstance(value, list):
        return ("、" if language == "zh-CN" else ", ").join(labels.get(part, part) for part in value)
    return labels.get(value, value) if isinstance(value, str) else str(value)


def _read(asked: FormField, value: object, today: date, year_shift: int) -> Answer | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if asked.kind in ("text", "multiline"):
        return _formatted(asked, _text(asked, value), today, year_shift)
    return _READERS[asked.kind](asked, value, today)


def _text(asked: FormField, value: object) -> str:
    if not isinstance(value, str):
        raise _Fault("wrong-type")
    text = value.strip().replace("\r\n", "\n")
    allowed = "\n" if asked.kind == "multiline" else ""
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in allowed for sign in text):
        raise _Fault("characters")
    longest = asked.max_length or _DEFAULT_LENGTH
    if len(text) > longest:
        raise _Fault("too-long", max=longest)
    return text


def _formatted(asked: FormField, text: str, today: date, year_shift: int) -> str:
    if asked.format == "uscc":
        # Some early codes fail the check character: shape only, the handler verifies by name.
        if len(text) != 18 or not (text.isascii() and text.isalnum()):
            raise _Fault("not-a-credit-code")
        return text.upper()
    if asked.format != "id_number":
        return text
    try:
        found = read_id_number(text, today=today, earliest_year=_EARLIEST_YEAR)
    except IdNumberInvalid as invalid:
        raise _Fault(f"id-number-{invalid.reason}") from None
    youngest = asked.minimum_age
    if youngest and found.birth_date and age_on(found.birth_date, today, year_shift) < youngest:
        raise _Fault("too-young", min=youngest)
    return found.number


def _number(asked: FormField, value: object, today: date) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Fault("wrong-type")
    lowest = asked.minimum if isinstance(asked.minimum, int) else -_DEFAULT_NUMBER
    highest = asked.maximum if isinstance(asked.maximum, int) else _DEFAULT_NUMBER
    if value < lowest:
        raise _Fault("too-small", min=lowest)
    if value > highest:
        raise _Fault("too-large", max=highest)
    return value


def bound(limit: int | str | None, today: date) -> date | None:
    """A date question's bound as a date: ``today`` or an ISO date."""
    if not isinstance(limit, str):
        return None
    return today if limit == "today" else date.fromisoformat(limit)


def _date(asked: FormField, value: object, today: date) -> str:
    if not isinstance(value, str):
        raise _Fault("wrong-type")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise _Fault("not-a-date") from None
    if day.isoformat() != value:
        raise _Fault("not-a-date")
    first, last = bound(asked.minimum, today), bound(asked.maximum, today)
    if first and day < first:
        raise _Fault("date-too-early", first=first.isoformat())
    if last and day > last:
        raise _Fault("date-too-late", last=last.isoformat())
    return value


def _choice(asked: FormField, value: object, today: date) -> str:
    if not isinstance(value, str):
        raise _Fault("wrong-type")
    if value not in {option.value for option in asked.options}:
        raise _Fault("not-an-option")
    return value


def _choices(asked: FormField, value: object, today: date) -> list[str] | None:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise _Fault("wrong-type")
    if len(set(value)) != len(value) or not set(value) <= {option.value for option in asked.options}:
        raise _Fault("not-an-option")
    return [option.value for option in asked.options if option.value in value] or None


def _phone(asked: FormField, value: object, today: date) -> str:
    if not isinstance(value, str):
        raise _Fault("wrong-type")
    if not is_mobile(value.strip()):
        raise _Fault("not-a-phone")
    return value.strip()


def _checkbox(asked: FormField, value: object, today: date) -> bool:
    if not isinstance(value, bool):
        raise _Fault("wrong-type")
    if asked.required and not value:
        raise _Fault("not-agreed")
    return value


_READERS: dict[str, Callable[[FormField, object, date], Answer | None]] = {
    "number": _number,
    "date": _date,
    "choice": _choice,
    "choices": _choices,
    "phone": _phone,
    "checkbox": _checkbox,
}
