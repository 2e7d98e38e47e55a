"""Wire shapes of watching and steering what is being sent."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from server.edges.console.campaign_shapes import State
from server.web.shapes import Instant, Wire

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,24}$")]
LookReason = Literal["asked", "complaint", "not-received", "inspection"]


class CampaignStands(Wire):
    """A campaign after a step: how it stands, and why it is paused."""

    id: UUID
    state: State
    pause_reason: str


class Pace(Wire):
    """Deliveries a second over all processes; 0 lifts the limit."""

    rate: Annotated[int, Field(ge=0, le=100_000)]


class Schedule(Wire):
    """When it begins after its release; nothing = at once."""

    at: Instant | None


class Resend(Wire):
    """By which channel those are tried whom no channel has reached."""

    channel: Literal["sms", "live", "email", "wechat", "oa", "alipay", "webpush"]


class FollowUp(Wire):
    """A correction or a withdrawal, to exactly those who have the first one; it is released like any other."""

    kind: Literal["correction", "withdrawal"]
    title: Annotated[str, Field(min_length=1, max_length=60)]
    body: Annotated[str, Field(min_length=1, max_length=1000)]
    elder_title: Annotated[str, Field(max_length=60)] = ""
    elder_body: Annotated[str, Field(max_length=1000)] = Field("", description="for who chose 长辈版; with its title")


class FailedGroup(Wire):
    """One group of the list of failed deliveries, and its size as it was seen and typed."""

    channel: Name
    state: Literal["failed", "in_doubt"]
    reason: Annotated[str, Field(max_length=64)]
    count: Annotated[int, Field(ge=1, le=100_000_000)]


class GroupMoved(Wire):
    """How many deliveries the step took; a larger group takes several steps."""

    moved: int


class ResidentLook(Wire):
    """Whose notices somebody wants to see, and why: by mobile number, or by a message of theirs."""

    phone: Annotated[str, Field(max_length=20)] = ""
    message_id: UUID | None = None
    reason: LookReason


class ResidentFound(Wire):
    """Where the notices are shown for the next half hour, to this member of staff."""

    resident_id: UUID


class ShareMoved(Wire):
    """Points of a hundred from one provider of a channel to another."""

    channel: Name
    giver: Name
    taker: Name
    points: Annotated[int, Field(ge=1, le=100)]
