"""Wire shapes of audiences: rules, segments, uploaded lists."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from server.web.shapes import Instant, Wire

Name = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
Rules = Annotated[dict[str, Any], Field(max_length=3, description="the closed form of notify/segments.py; {} = all")]


class AudienceAsked(Wire):
    """Rules to be counted; they may be half made."""

    rules: Rules = Field(default_factory=dict)
    category: Literal["emergency", "statutory", "service", "information"] = "service"


class AudienceCounted(Wire):
    """How many, how many each way may reach, how many had another notice to many in the last 7 days."""

    people: int
    sms: int
    live: int
    wechat: int
    inbox_only: int
    again: int


class PersonAsked(Wire):
    """Rules, and one resident by phone number."""

    rules: Rules = Field(default_factory=dict)
    phone: Annotated[str, StringConstraints(pattern=r"^1[3-9][0-9]{9}$")]


class LeafShown(Wire):
    """One rule and whether it is true of this person. ``path``: where it stands in the form."""

    path: str
    holds: bool


class PersonShown(Wire):
    """In or out, and why. ``found`` false: nobody here has this number."""

    found: bool
    inside: bool
    name_masked: str
    leaves: list[LeafShown]


class Choice(Wire):
    """One thing to choose."""

    code: str
    label: str
    people: int | None = None


class AudienceChoices(Wire):
    """What rules can be made of."""

    regions: list[Choice]
    states: list[Choice]
    channels: list[Choice]


class SegmentWritten(Wire):
    """Rules under a name."""

    name: Name
    rules: Rules


class SegmentShown(Wire):
    """One saved segment."""

    id: UUID
    name: str
    rules: dict[str, Any]
    owner: str
    updated_at: Instant


class KeptQuery(Wire):
    """Go on where the last page ended."""

    cursor: Annotated[str, Field(max_length=200)] = ""


class SegmentList(Wire):
    """A hundred at a time, those changed last first."""

    segments: list[SegmentShown]
    next_cursor: str | None


class PeopleListShown(Wire):
    """One uploaded list and how good it is."""

    id: UUID
    name: str
    columns: list[str]
    total: int
    bad: int
    owner: str
    updated_at: Instant


class PeopleLists(Wire):
    """A hundred at a time, those changed last first."""

    lists: list[PeopleListShown]
    next_cursor: str | None


class RowsQuery(Wire):
    """Which rows: all or the bad ones, behind which line."""

    only: Literal["all", "bad"] = "all"
    after: int = Field(0, ge=0, le=1_000_000)


class RowShown(Wire):
    """One row. ``line`` is the sheet's own number; ``fault`` is worded, "" where the row is good."""

    line: int
    cells: list[str]
    fault_code: str
    fault: str
    column: str


class RowPage(Wire):
    """Up to fifty rows; ``next_after`` where there may be more."""

    rows: list[RowShown]
    next_after: int | None


class RowFixed(Wire):
    """Other cells for one row, as many as the list has columns."""

    cells: Annotated[list[Annotated[str, Field(max_length=500)]], Field(min_length=1, max_length=60)]
