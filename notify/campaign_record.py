"""A campaign as it is stored, read from its row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.floor import sql
from notify.campaign_rules import CampaignWords, Status

COLUMNS = (
    "id, region, title, body, category, audience_region, audience_item, audience_label, fills, content_hash, status, "
    "author_id, author_no, editor_id, submitter_id, approver_no, reason, people, expanded, planned, reached, failed, "
    "skipped, created_at, updated_at, submitted_at, decided_at, ended_at, schedule_at, rate, canary, canary_state, "
    "fail_share, pause_reason, follows, follow_kind, audience_rules, template_id, template_version, discarded_at, "
    "refused_for_good, team, trial, sms_cost, law, expires_at, exercise, seconder_id, seconder_no, seconded_at, "
    "elder_title, elder_body"
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is, from counters. ``expanded``: people who have it in their inbox; the rest counts deliveries
    by the active channels: planned, reached, failed for good, and left out."""

    expanded: int
    planned: int
    reached: int
    failed: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Throttle:
    """How it is held back: ``rate`` a second (0 = not), the canary's size and verdict, the share of failures in
    percent that pauses it, why it is paused."""

    rate: int = 0
    canary: int = 0
    canary_state: str = ""
    fail_share: int = 0
    pause_reason: str = ""


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """One campaign. ``writers`` are who may not release it."""

    id: UUID
    region: str
    words: CampaignWords
    item_name: str
    content_hash: str
    status: Status
    author_no: str
    approver_no: str
    writers: frozenset[UUID]
    reason: str
    people: int
    progress: Progress
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    ended_at: datetime | None
    schedule_at: datetime | None = None
    throttle: Throttle = Throttle()
    follows: UUID | None = None
    follow_kind: str = ""
    discarded: bool = False
    refused_for_good: bool = False
    team: str = ""
    """Whose notice it is: the department of its author."""
    trial: bool = False
    sms_cost: int = 0
    """What its short messages cost at most, in thousandths of a yuan, as it was handed in."""
    seconder: UUID | None = None
    seconder_no: str = ""


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """A page of campaigns, where the next begins, and how many there are on all pages."""

    campaigns: tuple[CampaignRecord, ...]
    next_cursor: str | None
    count: int


WORDS = (
    "title, body, category, audience_region, audience_item, fills, audience_rules, schedule_at, template_id, "
    "template_version, law, expires_at, exercise, elder_title, elder_body"
)


def words_of(row: sql.Row) -> CampaignWords:
    """The words in a row of ``WORDS`` or ``COLUMNS``."""
    template = sql.uid_or_none(row["template_id"])
    return CampaignWords(
        title=row["title"],
        body=row["body"],
        category=row["category"],
        region=row["audience_region"],
        item=row["audience_item"],
        fills=sql.document(row["fills"]),
        rules=sql.document(row["audience_rules"]) if row["audience_rules"] else None,
        schedule_at=sql.instant_or_none(row["schedule_at"]),
        template=(template, int(row["template_version"])) if template else None,
        law=row["law"],
        expires_at=sql.instant_or_none(row["expires_at"]),
        exercise=sql.flag(row["exercise"]),
        elder_title=row["elder_title"],
        elder_body=row["elder_body"],
    )


def record(row: sql.Row) -> CampaignRecord:
    """A row of ``COLUMNS`` as a record."""
    writers = {sql.uid(row[name]) for name in ("author_id", "editor_id", "submitter_id") if row[name] is not None}
    words = words_of(row)
    counters = (int(row[name]) for name in ("expanded", "planned", "reached", "failed", "skipped"))
    return CampaignRecord(
        id=sql.uid(row["id"]),
        region=row["region"],
        words=words,
        item_name=row["audience_label"],
        content_hash=row["content_hash"],
        status=row["status"],
        author_no=row["author_no"],
        approver_no=row["approver_no"],
        writers=frozenset(writers),
        reason=row["reason"],
        people=int(row["people"]),
        progress=Progress(*counters),
        created_at=sql.instant(row["created_at"]),
        updated_at=sql.instant(row["updated_at"]),
        submitted_at=sql.instant_or_none(row["submitted_at"]),
        decided_at=sql.instant_or_none(row["decided_at"]),
        ended_at=sql.instant_or_none(row["ended_at"]),
        schedule_at=sql.instant_or_none(row["schedule_at"]),
        throttle=Throttle(
            int(row["rate"]), int(row["canary"]), row["canary_state"], int(row["fail_share"]), row["pause_reason"]
        ),
        follows=sql.uid_or_none(row["follows"]),
        follow_kind=row["follow_kind"],
        discarded=row["discarded_at"] is not None,
        refused_for_good=sql.flag(row["refused_for_good"]),
        team=row["team"],
        trial=sql.flag(row["trial"]),
        sms_cost=int(row["sms_cost"]),
        seconder=sql.uid_or_none(row["seconder_id"]),
        seconder_no=row["seconder_no"],
    )
