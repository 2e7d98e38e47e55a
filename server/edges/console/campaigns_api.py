"""Campaigns: operators write, approvers release; each step leaves an audit entry, refused ones too."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from config.floor.refusal import Refusal
from config.floor.unit import LEGAL_ZONE, Unit
from notify import submissions
from notify.campaign_preview import Preview
from notify.campaign_record import CampaignRecord
from notify.campaign_rules import CampaignWords, Remark
from notify.safety import Check
from server.domain.calendar.service import word_day
from server.edges.console.campaign_shapes import (
    AudienceShown,
    CampaignApproval,
    CampaignChanges,
    CampaignList,
    CampaignLooked,
    CampaignPreviewed,
    CampaignQuery,
    CampaignRejection,
    CampaignShown,
    CampaignWritten,
    ChangeShown,
    CheckShown,
    CopyShown,
    ExampleShown,
    PreviewShown,
    ProgressShown,
    ReachShown,
    RemarkShown,
    State,
    TemplateUsed,
    WayReach,
)
from server.edges.console.reach import home, within_reach
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff

operations = Operations(tag="console-campaigns")
_ROOT = "/console/api/v1/campaigns"
_WRITER = Staff("campaigns.write")
_READER = Staff("campaigns.read")
_RELEASER = Staff("campaigns.approve")
_STEP = ("campaign-not-found", "campaign-wrong-state")
_LONG = 90
"""Minutes from which a duration is said in hours."""


@operations.get(
    _ROOT, name="listCampaigns", summary="Notices to many, newest first", access=_READER, query=CampaignQuery,
    answer=CampaignList, problems=("invalid-input",),
)  # fmt: skip
async def campaigns(call: Call[NoBody, CampaignQuery]) -> CampaignList:
    """One page of the portal's campaigns."""
    page = await call.services.campaigns.page(
        call.unit, call.query.cursor, scope=call.staff.scope, show=call.query.show, who=call.actor.id
    )
    return CampaignList(
        campaigns=[_shown(call, one) for one in page.campaigns], next_cursor=page.next_cursor, count=page.count
    )


@operations.post(
    _ROOT, name="draftCampaign", summary="Keep a new draft", access=_WRITER, body=CampaignWritten,
    answer=CampaignShown, status=201, idempotent=True,
)  # fmt: skip
async def draft(call: Call[CampaignWritten, NoQuery]) -> CampaignShown:
    """A draft is seen by colleagues, and by nobody else."""
    made = await call.services.campaigns.draft(
        call.unit, call.actor, home(call.staff), _words(call), call.staff.department
    )
    return await _done(call, "campaign.draft", made)


@operations.post(
    f"{_ROOT}/preview", name="previewCampaign", summary="People, reach, parts, blockers and real examples",
    access=_READER, body=CampaignPreviewed, answer=PreviewShown, own_unit=True, problems=("campaign-not-found",),
)  # fmt: skip
async def preview(call: Call[CampaignPreviewed, NoQuery]) -> PreviewShown:
    """Stores nothing; asked again with every pause in typing, so it takes no writing transaction."""
    words = _words(call)
    seen = await call.services.campaigns.preview(call.unit, words, call.staff.department, call.body.campaign)
    return _previewed(call, words, seen)


@operations.get(
    f"{_ROOT}/{{id}}", name="getCampaign", summary="One notice to many", access=_READER, answer=CampaignShown,
    problems=("campaign-not-found",),
)  # fmt: skip
async def campaign(call: Call[NoBody, NoQuery]) -> CampaignShown:
    """Words, state, progress."""
    return _shown(call, await call.services.campaigns.get(call.unit, call.path_id("id")))


@operations.put(
    f"{_ROOT}/{{id}}", name="editCampaign", summary="Change it; what was submitted or approved is void",
    access=_WRITER, body=CampaignWritten, answer=CampaignShown, problems=_STEP,
)  # fmt: skip
async def edit(call: Call[CampaignWritten, NoQuery]) -> CampaignShown:
    """It is a draft again."""
    made = await call.services.campaigns.edit(call.unit, call.actor, call.path_id("id"), _words(call))
    return await _done(call, "campaign.edit", made)


@operations.post(
    f"{_ROOT}/{{id}}/submission", name="submitCampaign", summary="Ask another person to release it",
    access=_WRITER, answer=CampaignShown,
    problems=(*_STEP, "campaign-blocked", "campaign-content-changed", "campaign-first-under-way"),
)  # fmt: skip
async def submit(call: Call[NoBody, NoQuery]) -> CampaignShown:
    """Refused while anything blocks it."""
    made = await call.services.campaigns.submit(call.unit, call.actor, call.path_id("id"))
    return await _done(call, "campaign.submit", made)


@operations.post(
    f"{_ROOT}/{{id}}/approval", name="approveCampaign", summary="Release exactly this content to exactly this many",
    access=_RELEASER, body=CampaignApproval, answer=CampaignShown,
    problems=(*_STEP, "campaign-same-person", "campaign-second-person", "campaign-content-changed",
              "campaign-audience-changed", "campaign-blocked", "campaign-first-under-way", "team-limit-reached"),
)  # fmt: skip
async def approve(call: Call[CampaignApproval, NoQuery]) -> CampaignShown | Refusal:
    """Sending begins at once."""
    answer = await call.services.campaigns.approve(
        call.unit, call.actor, call.path_id("id"), content_hash=call.body.content_hash, people=call.body.people
    )
    return await _decided(call, "campaign.approve", answer)


@operations.post(
    f"{_ROOT}/{{id}}/rejection", name="rejectCampaign", summary="Give it back with a reason", access=_RELEASER,
    body=CampaignRejection, answer=CampaignShown, problems=(*_STEP, "campaign-same-person"),
)  # fmt: skip
async def reject(call: Call[CampaignRejection, NoQuery]) -> CampaignShown | Refusal:
    """Its author sees the reason."""
    answer = await call.services.campaigns.reject(
        call.unit, call.actor, call.path_id("id"), call.body.reason, for_good=call.body.for_good
    )
    return await _decided(call, "campaign.reject", answer)


@operations.post(
    f"{_ROOT}/{{id}}/stop", name="stopCampaign", summary="Send nothing more", access=Staff("campaigns.steer"),
    answer=CampaignShown, problems=_STEP,
)  # fmt: skip
async def stop(call: Call[NoBody, NoQuery]) -> CampaignShown | Refusal:
    """One person is enough to stop."""
    return await _decided(call, "campaign.stop", await call.services.campaigns.stop(call.unit, call.path_id("id")))


@operations.delete(
    f"{_ROOT}/{{id}}", name="discardCampaign", summary="Put a draft away", access=_WRITER, answer=CampaignShown,
    problems=_STEP,
)  # fmt: skip
async def discard(call: Call[NoBody, NoQuery]) -> CampaignShown | Refusal:
    """It can be taken out again."""
    return await _decided(
        call, "campaign.discard", await call.services.campaigns.discard(call.unit, call.path_id("id"))
    )


@operations.post(
    f"{_ROOT}/{{id}}/restoration", name="restoreCampaign", summary="Take a draft out again", access=_WRITER,
    answer=CampaignShown, problems=(*_STEP, "campaign-follow-exists"),
)  # fmt: skip
async def restore(call: Call[NoBody, NoQuery]) -> CampaignShown | Refusal:
    """As it was."""
    return await _decided(
        call, "campaign.restore", await call.services.campaigns.discard(call.unit, call.path_id("id"), back=True)
    )


@operations.get(
    f"{_ROOT}/{{id}}/changes", name="listCampaignChanges", summary="What is not as when it was handed in before",
    access=_READER, answer=CampaignChanges, problems=("campaign-not-found",),
)  # fmt: skip
async def changes(call: Call[NoBody, NoQuery]) -> CampaignChanges:
    """Part by part."""
    found = await call.services.campaigns.get(call.unit, call.path_id("id"))
    earlier = await submissions.before(call.unit, found.id)
    return CampaignChanges(
        first=earlier is None,
        changes=[
            ChangeShown(part=part, label=call.text(f"publishing.parts.{part}"), before=before, now=now)
            for part, before, now in (submissions.changes(earlier, found.words) if earlier else [])
        ],
    )


async def _done(call: Call[Any, Any], action: str, made: CampaignRecord) -> CampaignShown:
    await _record(call, call.unit, action, str(made.id), "done")
    return _shown(call, made)


async def _decided(call: Call[Any, Any], action: str, answer: CampaignRecord | Refusal) -> CampaignShown | Refusal:
    if isinstance(answer, Refusal):
        await _record(call, call.unit, action, str(call.path_id("id")), "refused")
        return answer
    return await _done(call, action, answer)


async def _record(call: Call[Any, Any], unit: Unit, action: str, subject: str, outcome: str) -> None:
    await call.services.audit.record(
        unit, call.actor, action, subject_kind="campaign", subject=subject, region=call.staff.region, outcome=outcome
    )


def _words(call: Call[Any, Any]) -> CampaignWords:
    body: CampaignLooked = call.body
    region = body.audience.region
    return CampaignWords(
        title=body.title.strip(),
        body=body.body.strip(),
        category=body.category,
        region=region.ljust(12, "0") if region else "",
        item=(body.audience.item or "").strip(),
        fills={name.strip(): value.strip() for name, value in body.values.items()},
        rules=within_reach(call.staff.scope, body.audience.rules) or None,
        schedule_at=_instant(body.schedule_at),
        template=(body.template.id, body.template.version) if body.template else None,
        law=body.law.strip() if body.category == "statutory" else "",
        expires_at=_instant(body.expires_at) if body.category == "emergency" else None,
        exercise=body.exercise and body.category == "emergency",
        elder_title=body.elder_title.strip(),
        elder_body=body.elder_body.strip(),
    )


def _instant(at: datetime | None) -> datetime | None:
    """A moment without a zone is one of Shanghai; seconds do not matter to anybody."""
    if at is None:
        return None
    placed = at.replace(tzinfo=LEGAL_ZONE) if at.tzinfo is None else at
    return placed.astimezone(UTC).replace(second=0, microsecond=0)


def _shown(call: Call[Any, Any], found: CampaignRecord) -> CampaignShown:
    words, progress = found.words, found.progress
    state: State = "finished" if found.status == "done" else found.status
    started = found.status in ("approved", "sending", "paused", "done", "stopped")
    return CampaignShown(
        id=found.id,
        title=words.title,
        body=words.body,
        category=words.category,
        law=words.law,
        expires_at=words.expires_at,
        exercise=words.exercise,
        elder_title=words.elder_title,
        elder_body=words.elder_body,
        department=found.team,
        audience=AudienceShown(region=words.region, item=words.item or None, item_name=found.item_name or None,
                               rules=dict(words.rules) if words.rules else None),
        values=dict(words.fills),
        state=state,
        content_hash=found.content_hash,
        author=found.author_no,
        author_staff_no=found.author_no,
        approver=found.approver_no or None,
        seconder=found.seconder_no or None,
        seconded_by_me=found.seconder == call.staff.staff_id,
        own=call.staff.staff_id in found.writers,
        reason=found.reason or None,
        people=None if found.submitted_at is None else found.people,
        progress=ProgressShown(
            done=progress.expanded, total=found.people, planned=progress.planned, reached=progress.reached,
            failed=progress.failed, skipped=progress.skipped,
        ) if started else None,
        created_at=found.created_at,
        updated_at=found.updated_at,
        submitted_at=found.submitted_at,
        decided_at=found.decided_at,
        schedule_at=words.schedule_at,
        template=TemplateUsed(id=words.template[0], version=words.template[1]) if words.template else None,
        discarded=found.discarded,
        refused_for_good=found.refused_for_good,
        trial=found.trial,
    )  # fmt: skip


def _previewed(call: Call[Any, Any], words: CampaignWords, found: Preview) -> PreviewShown:
    return PreviewShown(
        people=found.people,
        reach=ReachShown(
            inbox=found.reach.inbox,
            sms=found.reach.most.get("sms", 0),
            live=found.reach.live,
            wechat=found.reach.most.get("wechat", 0),
            inbox_only=found.reach.none,
            ways=[
                WayReach(
                    channel=way,
                    label=call.text(f"ladder.channels.{way}"),
                    first=found.reach.first[way],
                    most=found.reach.most[way],
                )
                for way in found.reach.first
            ],
        ),
        parts=found.parts,
        cost=f"{found.cost / 1000:.2f}" if call.portal.publishing.part_price else None,
        cost_most=f"{found.cost_most / 1000:.2f}" if call.portal.publishing.part_price else None,
        minutes=found.minutes,
        again=found.again,
        checks=[CheckShown(code=one.code, tone=one.tone, message=_looked(call, one)) for one in found.checks],
        blockers=[_remark(call, "blockers", remark) for remark in found.blockers],
        warnings=[_remark(call, "warnings", remark) for remark in found.warnings],
        examples=[
            ExampleShown(
                name_masked=one.name_masked,
                title=one.title,
                body=one.body,
                sms=one.sms,
                elder=CopyShown(title=one.elder[0], body=one.elder[1], sms=one.elder[2]) if one.elder else None,
            )
            for one in found.examples
        ],
        placeholders=list(found.placeholders),
        content_hash=words.content_hash,
    )


def _remark(call: Call[Any, Any], kind: str, remark: Remark) -> RemarkShown:
    message = call.text(f"campaigns.{kind}.{remark.code}", **_readable(dict(remark.facts)))
    return RemarkShown(code=remark.code, message=message)


def _readable(facts: dict[str, Any]) -> dict[str, Any]:
    """Large numbers in groups of three, as everywhere on these pages."""
    return facts | {name: f"{fact:,}" for name, fact in facts.items() if isinstance(fact, int) and fact >= 1000}


def _looked(call: Call[Any, Any], one: Check) -> str:
    facts = dict(one.facts)
    if "category" in facts:
        facts["category"] = call.text(f"console.compose.{facts['category']}")
    if "at" in facts:
        facts["at"] = _moment(call, str(facts["at"]))
    code = one.code
    if isinstance(minutes := facts.get("minutes"), int) and minutes >= _LONG:
        code, facts["hours"] = f"{code}_hours", round(minutes / 60)
    return call.text(f"campaigns.checks.{code}", **_readable(facts))


def _moment(call: Call[Any, Any], at: str) -> str:
    """A day with its weekday, and the time in Shanghai."""
    if not at:
        return "–"
    local = datetime.fromisoformat(at).astimezone(LEGAL_ZONE)
    return f"{word_day(call.services.wording, call.language, local.date())} {local:%H:%M}"
