"""The guide of one service item (办事指南 with its form and its rules), as ``config/items/<name>.toml`` writes it.

Names follow the elements of the national implementation list where it has them (GB/T 39046-2020 annex A for
the code lists). A guide is immutable once published: a running case keeps the version it began with.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")
Many = Annotated[tuple[T, ...], Field(strict=False)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Short = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

FieldKind = Literal["text", "multiline", "number", "date", "choice", "choices", "phone", "checkbox"]
Medium = Literal["pdf", "jpeg", "png"]
Channel = Literal["online", "hall", "consultation"]
DocumentKind = Literal[
    "receipt",  # 收件凭证
    "correction_notice",  # 补正告知书
    "acceptance_notice",  # 受理通知书
    "refusal_to_accept",  # 不予受理通知书
    "special_procedure_notice",  # 特别程序告知书
    "decision_granted",  # 准予决定书
    "decision_refused",  # 不予许可决定书
]


class Strict(BaseModel):
    """Frozen, exact types, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Limit(Strict):
    """A time limit. 0 days means the same day. ``source`` names where the figure is from; empty = sample figure."""

    days: int = Field(ge=0, le=3650)
    unit: Literal["working_day", "day"] = "working_day"
    source: str = ""


class Condition(Strict):
    """Holds when the answer to ``field`` equals (for ``choices``: contains) ``equals``."""

    field: Code
    equals: str | bool


class Option(Strict):
    value: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$")]
    label: Short


class FormField(Strict):
    """One question of the form. Bounds: a number for a number, ``YYYY-MM-DD`` or ``today`` for a date. ``personal``:
    what its answer says of a person, so that a desk sees it masked; a phone and an ID number need no mark."""

    code: Code
    label: Short
    kind: FieldKind
    required: bool = True
    hint: str = ""
    max_length: int | None = Field(None, ge=1, le=2000)
    minimum: int | str | None = None
    maximum: int | str | None = None
    options: Many[Option] = ()
    show_if: Condition | None = None
    prefill: Literal["name", "id_number", "phone", "birth_date", "gender"] | None = None
    format: Literal["id_number", "uscc"] | None = None
    minimum_age: int | None = Field(None, ge=1, le=120)
    personal: Literal["name", "phone", "id_number", "address"] | None = None


class FormSection(Strict):
    title: Short
    fields: Many[FormField] = Field(min_length=1)


class Material(Strict):
    """One paper to hand in. A ``fetched`` one is taken from the register and never asked for (免提交)."""

    code: Code
    name: Short
    necessity: Literal["required", "optional", "deferrable"] = "required"
    form: Literal["scan", "electronic_file", "paper_form", "original", "fetched", "fetched_or_submitted"] = "scan"
    media: Many[Medium] = ("pdf", "jpeg", "png")
    source: Literal["applicant", "government", "intermediary", "other"] = "applicant"
    source_note: str = ""
    note: str = ""
    acceptance: str = ""
    show_if: Condition | None = None


class FeeItem(Strict):
    name: Short
    standard: Short
    basis: str = ""


class Fee(Strict):
    charged: bool
    pay_online: bool = False
    items: Many[FeeItem] = ()


class Step(Strict):
    name: Short
    note: str = ""


class Result(Strict):
    """What the applicant gets. ``conclusion``: how the case ends when it is granted."""

    name: Short
    kind: Literal["licence", "approval", "record", "payment", "notice"]
    conclusion: Literal["licence_issued", "approved", "recorded", "paid", "told"]
    sample: str = ""


class Basis(Strict):
    """A legal basis. ``confirmed``: title and clause were read in the text; else it is shown as to be checked."""

    title: Short
    clause: str = ""
    confirmed: bool = False


class Place(Strict):
    name: Short
    address: Short
    hours: Short
    phone: str = ""


class Question(Strict):
    question: Short
    answer: Text


class SpecialProcedure(Strict):
    """Time that is not counted (hearing, inspection …). ``days``: how long it may take, None where no rule says."""

    code: Code
    label: Short
    days: int | None = Field(None, ge=1, le=365)


class SampleFigure(Strict):
    """A figure without a source: ``field`` is its path in the guide, ``note`` what residents are told."""

    field: Annotated[str, Field(pattern=r"^[a-z_.0-9]+$")]
    note: Short


class Guide(Strict):
    """Everything a resident, a handler and the workflow need to know about one item."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,63}$")]
    local_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{2,63}$")]
    catalog_code: Annotated[str, Field(pattern=r"^([0-9]{12})?$")] = ""
    task_code: Annotated[str, Field(pattern=r"^([0-9A-Z]{31})?$")] = ""
    name: Short
    region: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    department: Short
    department_code: Short
    theme: Short
    item_type: Annotated[str, Field(pattern=r"^[0-9]{2}$")]
    case_type: Literal["instant", "promised"]
    service_objects: Many[Literal["person", "enterprise", "institution", "association", "agency", "other"]] = Field(
        min_length=1
    )
    exercise_level: Literal["state", "province", "city", "county", "town", "village"] = "county"
    keywords: Many[Short] = ()

    summary: Text
    who_can_apply: Many[Text] = Field(min_length=1)
    legal_limit: Limit
    promised_limit: Limit
    correction_days: int = Field(ge=1, le=90)
    special_procedures: Many[SpecialProcedure] = ()
    visits: int = Field(ge=0, le=9)
    visits_reason: str = ""
    fully_online: bool
    channels: Many[Channel] = Field(min_length=1)
    mail_materials: bool = False
    mail_result: Literal["no", "paid_by_government", "paid_by_applicant"] = "no"
    required_loa: Literal[2, 3, 4, 5] = 3
    sensitive: bool = False
    """Its notices name neither it nor what they say outside the inbox."""
    two_person_decision: bool = True

    fee: Fee
    materials: Many[Material] = ()
    form: Many[FormSection] = Field(min_length=1)
    steps: Many[Step] = Field(min_length=1)
    results: Many[Result] = Field(min_length=1)
    documents: Many[DocumentKind] = Field(min_length=1)
    basis: Many[Basis] = Field(min_length=1)
    places: Many[Place] = ()
    questions: Many[Question] = ()
    consult_phone: Short
    complaint_phone: Short
    sample_figures: Many[SampleFigure] = ()
    english: dict[str, str] = Field(
        {}, description="the guide's own sentences → English; what is missing stays Chinese"
    )

    def fields(self) -> tuple[FormField, ...]:
        """Every question, in order."""
        return tuple(asked for section in self.form for asked in section.fields)

    def field(self, code: str) -> FormField | None:
        return next((asked for asked in self.fields() if asked.code == code), None)

    def material(self, code: str) -> Material | None:
        return next((paper for paper in self.materials if paper.code == code), None)

    def word(self, text: str, language: str) -> str:
        """``text`` of this guide in ``language`` (English where the guide has it)."""
        return self.english.get(text, text) if language == "en" else text
