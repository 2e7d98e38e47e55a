"""Wire shapes of the catalogue."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from server.web.shapes import Wire

Plain = Annotated[str, Field(max_length=200)]


class ItemsQuery(Wire):
    """``GET /items``: what people type, and filters; empty = any."""

    q: Annotated[str, Field(max_length=100)] = ""
    theme: Plain = ""
    department: Plain = ""
    region: Annotated[str, Field(pattern=r"^([0-9]{6}|[0-9]{12})?$")] = ""
    cursor: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class ItemQuery(Wire):
    """Which version of an item: that of a running case; without it the newest."""

    version: Annotated[int, Field(ge=1, le=2_000_000_000)] | None = None


class LimitShape(Wire):
    days: int
    unit: Literal["working_day", "day"]
    label: str


class ItemLine(Wire):
    """One item in a list."""

    code: str
    name: str
    department: str
    region: str
    theme: str
    guide: Literal["full", "incomplete"]
    online: bool
    legal_limit: LimitShape | None
    promised_limit: LimitShape | None


class ItemList(Wire):
    items: list[ItemLine]
    next_cursor: str | None
    total: int


class ConditionShape(Wire):
    field: str
    equals: str | bool


class MaterialShape(Wire):
    """A paper to hand in. Asked for only while ``show_if`` holds."""

    code: str
    name: str
    required: bool
    media: list[Literal["pdf", "jpeg", "png"]]
    note: str
    source: str
    show_if: ConditionShape | None


class OptionShape(Wire):
    value: str
    label: str


class FieldShape(Wire):
    """A question. ``prefill`` is the caller's own proven value, or null."""

    code: str
    label: str
    kind: Literal["text", "multiline", "number", "date", "choice", "choices", "phone", "checkbox"]
    required: bool
    hint: str
    max_length: int | None
    minimum: int | str | None
    maximum: int | str | None
    options: list[OptionShape]
    show_if: ConditionShape | None
    prefill: str | None
    format: Literal["id_number", "uscc"] | None


class SectionShape(Wire):
    title: str
    fields: list[FieldShape]


class StepShape(Wire):
    name: str
    note: str


class BasisShape(Wire):
    title: str
    clause: str


class PlaceShape(Wire):
    name: str
    address: str
    hours: str
    phone: str


class QuestionShape(Wire):
    question: str
    answer: str


class ItemShape(Wire):
    """Everything about one item. ``guide`` incomplete: only its name is known; hall and consultation only."""

    code: str
    name: str
    department: str
    theme: str
    region: str
    guide: Literal["full", "incomplete"]
    online: bool
    summary: str
    who_can_apply: list[str]
    legal_limit: LimitShape | None
    promised_limit: LimitShape | None
    fee: str
    materials: list[MaterialShape]
    form: list[SectionShape]
    steps: list[StepShape]
    results: list[str]
    basis: list[BasisShape]
    places: list[PlaceShape]
    questions: list[QuestionShape]
    channels: list[Literal["online", "hall", "consultation"]]
    sample_figures: list[str]
    required_loa: int
    consult_phone: str
    complaint_phone: str
    version: int


class ThemeShape(Wire):
    name: str
    count: int


class ThemeList(Wire):
    themes: list[ThemeShape]


class BundleShape(Wire):
    """One thing (一件事) across departments."""

    code: str
    name: str


class BundleList(Wire):
    bundles: list[BundleShape]
