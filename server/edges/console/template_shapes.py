"""Wire shapes of operators' templates."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from notify.operator_templates import ApprovalKind, ApprovalState
from server.web.shapes import Instant, Wire

Name = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
Category = Literal["service", "information"]


class TemplateWritten(Wire):
    """A name and words."""

    name: Name
    category: Category
    title: Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
    body: Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)]
    elder_title: Annotated[str, StringConstraints(max_length=60, strip_whitespace=True)] = ""
    elder_body: Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True)] = ""


class WordsChecked(Wire):
    """Words to be measured; ``template`` = the one they would replace."""

    title: Annotated[str, Field(max_length=60)] = ""
    body: Annotated[str, Field(max_length=1000)] = ""
    template: UUID | None = None


class MeasureShown(Wire):
    """One channel's field: how much of it the words use as they are written."""

    channel: str
    field: str
    used: int
    most: int
    fits: bool
    cut: bool


class WordsFound(Wire):
    """What the words ask for, and how they compare with those that they would replace."""

    broken: bool
    placeholders: list[str]
    added: list[str]
    removed: list[str]
    parts: int
    measures: list[MeasureShown]


class VersionShown(Wire):
    """One wording."""

    number: int
    title: str
    body: str
    author: str
    created_at: Instant
    frozen: bool
    elder_title: str
    elder_body: str


class UseShown(Wire):
    """A notice that came from it."""

    id: UUID
    title: str
    state: str
    version: int


class ApprovalShown(Wire):
    """What a vendor has said."""

    id: UUID
    kind: ApprovalKind
    version: int
    label: str
    code: str
    state: ApprovalState
    note: str
    updated_by: str
    updated_at: Instant


class ApprovalWritten(Wire):
    """What a vendor says now."""

    kind: ApprovalKind
    version: int = Field(0, ge=0, le=100_000)
    label: Annotated[str, StringConstraints(max_length=60, strip_whitespace=True)] = ""
    code: Annotated[str, StringConstraints(max_length=64, strip_whitespace=True)] = ""
    state: ApprovalState
    note: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)] = ""


class TemplateShown(Wire):
    """A template with its newest words. ``frozen``: a notice uses them, the next change is a new version."""

    id: UUID
    name: str
    category: Category
    version: int
    title: str
    body: str
    author: str
    frozen: bool
    elder_title: str
    elder_body: str
    placeholders: list[str]
    updated_at: Instant
    discarded: bool


class TemplateDetail(TemplateShown):
    """Everything about it."""

    versions: list[VersionShown]
    used_by: list[UseShown]
    approvals: list[ApprovalShown]


class TemplateQuery(Wire):
    """Go on where the last page ended."""

    cursor: Annotated[str, StringConstraints(max_length=200)] = ""


class TemplateList(Wire):
    """A hundred at a time, those changed last first; signatures belong to the portal."""

    templates: list[TemplateShown]
    next_cursor: str | None
    signatures: list[ApprovalShown]
