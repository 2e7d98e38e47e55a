"""Wire shapes of campaigns."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from server.web.shapes import Instant, Wire

Region = Annotated[str, StringConstraints(pattern=r"^([0-9]{6}|[0-9]{12})?$")]
State = Literal["draft", "submitted", "approved", "rejected", "sending", "paused", "finished", "stopped"]
Fill = Annotated[str, StringConstraints(max_length=100)]
FillName = Annotated[str, StringConstraints(pattern=r"^[^()（）]{1,20}$")]


Basis = Literal["emergency", "statutory", "service", "information"]


class AudienceChosen(Wire):
    """Who: a region (6 or 12 digits; empty = everywhere in the portal), narrowed to who applied for an item."""

    region: Region = ""
    item: Annotated[str, Field(max_length=64)] | None = None
    rules: dict[str, Any] | None = Field(None, max_length=3, description="the closed form of notify/segments.py")


class TemplateUsed(Wire):
    """The template that the words came from."""

    id: UUID
    version: int = Field(ge=1, le=100_000)


class CampaignLooked(Wire):
    """Words to be looked at; they may be half written."""

    title: Annotated[str, Field(max_length=60)] = ""
    body: Annotated[str, Field(max_length=1000)] = ""
    audience: AudienceChosen = AudienceChosen()
    category: Basis = "service"
    law: Annotated[str, Field(max_length=120)] = Field("", description="what a statutory notice rests on")
    expires_at: datetime | None = Field(None, description="an emergency's end: nothing is sent after it")
    exercise: bool = Field(False, description="marked 演练 wherever it is read")
    elder_title: Annotated[str, Field(max_length=60)] = ""
    elder_body: Annotated[str, Field(max_length=1000)] = Field("", description="for who chose 长辈版; with its title")
    values: dict[FillName, Fill] = Field(default_factory=dict, max_length=10)
    schedule_at: datetime | None = Field(None, description="when to begin; null = when it is released")
    template: TemplateUsed | None = None


class CampaignPreviewed(CampaignLooked):
    """Words to be looked at; ``campaign``: as which one's, because a correction's people are not chosen by rules."""

    campaign: UUID | None = None


class CampaignWritten(CampaignLooked):
    """Words to be kept."""

    title: Annotated[str, Field(min_length=1, max_length=60)]
    body: Annotated[str, Field(min_length=1, max_length=1000)]
    audience: AudienceChosen
    category: Basis


class CampaignApproval(Wire):
    """What the approver read, and the number of people typed by hand."""

    content_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    people: Annotated[int, Field(ge=0, le=100_000_000)]


class CampaignRejection(Wire):
    """Why it goes back."""

    reason: Annotated[str, Field(min_length=1, max_length=300)]
    for_good: bool = False


class CampaignQuery(Wire):
    """Which of them, and which page."""

    cursor: str | None = Field(None, max_length=200)
    show: Literal["all", "waiting", "others", "decided", "mine"] = Field(
        "all",
        description="others = all that does not wait for approval; "
        "mine = what the caller wrote, changed, handed in, let through or gave back",
    )


class AudienceShown(Wire):
    """Who, with the item's name at the time of writing."""

    region: str
    item: str | None
    item_name: str | None
    rules: dict[str, Any] | None


class ProgressShown(Wire):
    """How far: ``done`` of ``total`` people have it; the rest counts deliveries by live page and SMS."""

    done: int
    total: int
    planned: int
    reached: int
    failed: int
    skipped: int


class CampaignShown(Wire):
    """One campaign. ``own``: the caller wrote, edited or submitted it and cannot release it."""

    id: UUID
    title: str
    body: str
    category: Basis
    law: str
    expires_at: Instant | None
    exercise: bool
    elder_title: str
    elder_body: str
    department: str
    audience: AudienceShown
    values: dict[str, str]
    state: State
    content_hash: str
    author: str
    author_staff_no: str
    approver: str | None
    seconder: str | None = Field(description="the first of an emergency's two approvers")
    seconded_by_me: bool
    own: bool
    reason: str | None
    people: int | None
    progress: ProgressShown | None
    created_at: Instant
    updated_at: Instant
    submitted_at: Instant | None
    decided_at: Instant | None
    schedule_at: Instant | None
    template: TemplateUsed | None
    discarded: bool
    refused_for_good: bool
    trial: bool


class ChangeShown(Wire):
    """One part that is not as it was when it was handed in before."""

    part: str
    label: str
    before: str
    now: str


class CampaignChanges(Wire):
    """``first``: it was never handed in before."""

    first: bool
    changes: list[ChangeShown]


class CampaignList(Wire):
    """Campaigns, newest first. ``count``: on all pages."""

    campaigns: list[CampaignShown]
    next_cursor: str | None
    count: int


class RemarkShown(Wire):
    """A blocker or a warning, in words."""

    code: str
    message: str


class WayReach(Wire):
    """One way in the order of the ladder: how many take it first, and how many may come to it."""

    channel: str
    label: str
    first: int
    most: int


class ReachShown(Wire):
    """How many people each way would try; ``sms`` and ``wechat`` count everybody who may come to them."""

    inbox: int
    sms: int
    live: int
    wechat: int = 0
    inbox_only: int = 0
    ways: list[WayReach] = Field(default_factory=list)


class CheckShown(Wire):
    """One thing that was looked at before sending."""

    code: str
    tone: Literal["ok", "warn", "bad"]
    message: str


class CopyShown(Wire):
    """The same in the elder wording."""

    title: str
    body: str
    sms: str


class ExampleShown(Wire):
    """One real person's copy, the name masked."""

    name_masked: str
    title: str
    body: str
    sms: str
    elder: CopyShown | None


class PreviewShown(Wire):
    """What it would look like, whom it would reach, and what stands in the way."""

    people: int
    reach: ReachShown
    parts: int
    cost: str | None = Field(
        description="yuan, two decimals, of the text messages that go first; null where the portal has no price"
    )
    cost_most: str | None = Field(description="the same if everybody comes to a text message")
    minutes: int
    again: int
    checks: list[CheckShown]
    blockers: list[RemarkShown]
    warnings: list[RemarkShown]
    examples: list[ExampleShown]
    placeholders: list[str]
    content_hash: str
