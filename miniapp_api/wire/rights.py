"""Wire shapes of one's rights over one's own data: consents, copy, correction, closing."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from server.domain.privacy.corrections import MOST_FILES
from server.web.shapes import Instant, Wire

Phone = Annotated[str, Field(min_length=11, max_length=11, pattern=r"^1[3-9][0-9]{9}$")]


class ConsentShape(Wire):
    """One purpose in words, and what I have said to it. ``asks``: the text that stands now waits for my answer."""

    code: str
    kind: Literal["notice", "law", "consent", "refusable"]
    title: str
    text: str
    basis: str
    stops: str
    version: int
    since: str
    word: Literal["yes", "no"] | None
    said_version: int | None
    said_at: Instant | None
    asks: bool


class SaidShape(Wire):
    """One word of the past."""

    purpose: str
    title: str
    version: int
    word: Literal["yes", "no"]
    said_at: Instant
    ended_at: Instant | None


class ConsentsShape(Wire):
    """Every purpose; ``asks``: how many wait for my answer."""

    purposes: list[ConsentShape]
    asks: int
    history: list[SaidShape]


class ConsentWord(Wire):
    """My answer to the version that I was shown."""

    word: Literal["yes", "no"]
    version: int = Field(ge=1, le=1_000_000)


class ExportShape(Wire):
    """One copy of everything held about me."""

    id: UUID
    state: Literal["asked", "ready", "over"]
    asked_at: Instant
    ready_at: Instant | None
    expires_at: Instant | None
    json_bytes: int
    html_bytes: int


class ExportsShape(Wire):
    """``GET /me/export``: the last few, newest first."""

    exports: list[ExportShape]


class ExportForm(Wire):
    """html = a page to read, json = for another system."""

    form: Literal["json", "html"] = "html"


class ClosingCase(Wire):
    case_no: str
    item_name: str


class ClosingCategory(Wire):
    """What becomes of one kind of data: all of it goes, or something stays, and why."""

    code: str
    title: str
    erased: list[str]
    kept: list[str]
    why_kept: str


class ClosingShape(Wire):
    """``GET /me/closing``: what would happen, what stands in the way, and whether it was asked for."""

    asked_at: Instant | None
    due_at: Instant | None
    days: int
    open_cases: list[ClosingCase]
    categories: list[ClosingCategory]


class NewPhone(Wire):
    """The number and the code that was sent to it."""

    phone: Phone
    otp: str = Field(min_length=4, max_length=8, pattern=r"^[0-9]+$")


class NewName(Wire):
    name: str = Field(min_length=2, max_length=50)


class AskCorrection(Wire):
    """What is wrong, in my words. ``wanted_name``: the name that I ask for. ``files``: uploads of mine that show it."""

    category: str = Field(min_length=1, max_length=32)
    said: str = Field(min_length=4, max_length=1000)
    wanted_name: str = Field("", max_length=50)
    files: Annotated[list[UUID], Field(max_length=MOST_FILES)] = Field(default_factory=list)


class EvidenceFile(Wire):
    """A file that I put beside a request."""

    file_id: UUID
    name: str
    media_type: str
    size: int


class CorrectionShape(Wire):
    """One request and its answer."""

    id: UUID
    category: str
    category_title: str
    said: str
    wanted_name: str
    files: list[EvidenceFile]
    state: Literal["open", "done", "refused"]
    asked_at: Instant
    answer: str
    answered_at: Instant | None


class CategoryShape(Wire):
    """A kind of data, to choose from."""

    code: str
    title: str


class CorrectionsShape(Wire):
    """Mine, newest first."""

    corrections: list[CorrectionShape]
    categories: list[CategoryShape]
