"""Steering what is being sent: pause, resume, pace, schedule, another channel, corrections; failed ones; providers.

Each step is one person's and leaves an audit entry, refused ones too. Releasing anything still takes two.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from aiohttp import web

from config.floor.refusal import FieldFault, Invalid, Missing, Refusal
from config.floor.unit import Unit
from notify import failed
from notify.campaign_record import CampaignRecord
from notify.campaign_rules import CampaignWords
from server.edges.console.campaign_shapes import State
from server.edges.console.reach import reaches
from server.edges.console.watch_shapes import (
    CampaignStands,
    FailedGroup,
    FollowUp,
    GroupMoved,
    Pace,
    Resend,
    ResidentFound,
    ResidentLook,
    Schedule,
    ShareMoved,
)
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff
from server.web.streams import stream

operations = Operations(tag="console-watch")
LOOK = "notices.look"
_API = "/console/api/v1"
_ROOT = f"{_API}/campaigns/{{id}}"
_STEERER = Staff("campaigns.steer")
_FOLLOWER = Staff("notices.follow")
_STEP = ("campaign-not-found", "campaign-wrong-state")
_PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_ROWS = 50_000


@operations.post(
    f"{_ROOT}/pause", name="pauseCampaign", summary="Send nothing more until it is resumed", access=_STEERER,
    answer=CampaignStands, problems=_STEP,
)  # fmt: skip
async def pause(call: Call[NoBody, NoQuery]) -> CampaignStands | Refusal:
    """Within a second in every process; the batch in hand is the last."""
    return await _settled(call, "campaign.pause", await call.services.campaigns.pause(call.unit, call.path_id("id")))


@operations.post(
    f"{_ROOT}/resumption", name="resumeCampaign", summary="Go on where it was", access=_STEERER,
    answer=CampaignStands, problems=_STEP,
)  # fmt: skip
async def resume(call: Call[NoBody, NoQuery]) -> CampaignStands | Refusal:
    """A canary that failed counts as seen."""
    return await _settled(call, "campaign.resume", await call.services.campaigns.resume(call.unit, call.path_id("id")))


@operations.post(
    f"{_ROOT}/pace", name="paceCampaign", summary="At most so many a second", access=_STEERER, body=Pace,
    answer=CampaignStands, problems=_STEP,
)  # fmt: skip
async def pace(call: Call[Pace, NoQuery]) -> CampaignStands | Refusal:
    """Over all processes together."""
    slowed = await call.services.campaigns.slow(call.unit, call.path_id("id"), call.body.rate)
    return await _settled(call, "campaign.pace", slowed)


@operations.post(
    f"{_ROOT}/schedule", name="scheduleCampaign", summary="Begin at that instant, or at once", access=_STEERER,
    body=Schedule, answer=CampaignStands, problems=(*_STEP, "invalid-input"),
)  # fmt: skip
async def schedule(call: Call[Schedule, NoQuery]) -> CampaignStands | Refusal:
    """Until it has begun."""
    if call.body.at is not None and call.body.at <= call.unit.now:
        raise Invalid(faults=(FieldFault("at", "instant-past"),))
    moved = await call.services.campaigns.schedule(call.unit, call.path_id("id"), call.body.at)
    return await _settled(call, "campaign.schedule", moved)


@operations.post(
    f"{_ROOT}/resending", name="resendCampaign", summary="Another channel for those nobody reached", access=_STEERER,
    body=Resend, answer=CampaignStands, problems=_STEP,
)  # fmt: skip
async def resend(call: Call[Resend, NoQuery]) -> CampaignStands | Refusal:
    """The words were released, so this is one person's step."""
    again = await call.services.campaigns.resend(call.unit, call.path_id("id"), call.body.channel)
    return await _settled(call, "campaign.resend", again)


@operations.post(
    f"{_ROOT}/follow-ups", name="followCampaign", summary="Draft a correction or a withdrawal",
    access=Staff("campaigns.write"), body=FollowUp, answer=CampaignStands, status=201, idempotent=True,
    problems=(*_STEP, "campaign-follow-exists"),
)  # fmt: skip
async def follow_up(call: Call[FollowUp, NoQuery]) -> CampaignStands | Refusal:
    """Its audience is exactly who has the first one, and it rests on the same law; another person releases it."""
    campaigns, body = call.services.campaigns, call.body
    first = await campaigns.get(call.unit, call.path_id("id"))
    said = first.words
    words = CampaignWords(
        body.title.strip(), body.body.strip(), said.category, said.region, said.item, said.fills,
        law=said.law, exercise=said.exercise, elder_title=body.elder_title.strip(), elder_body=body.elder_body.strip(),
    )  # fmt: skip
    made = await campaigns.follow_up(call.unit, call.actor, first.id, body.kind, words)
    await _record(call, "campaign.draft", str(made.id))
    return stands(made)


@operations.post(
    f"{_ROOT}/export", name="exportCampaign", summary="What became of it, as a table", access=_STEERER,
    media="binary", problems=("campaign-not-found",), limit=10,
)  # fmt: skip
async def export(call: Call[NoBody, NoQuery]) -> web.Response:
    """CSV of channel, state, cause and count: no person in it. At most 50,000 rows."""
    found = await call.services.campaigns.get(call.unit, call.path_id("id"))
    counts = await call.services.campaigns.counts(call.unit, found.id)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([call.text(f"watch.export.{name}") for name in ("channel", "state", "reason", "count")])
    for one in counts[:_ROWS]:
        table.writerow([guarded(one.channel), guarded(one.state), guarded(one.reason), one.count])
    await _record(call, "campaign.export", str(found.id))
    headers = {
        "Content-Disposition": f'attachment; filename="campaign-{found.id}.csv"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    body = "\ufeff" + out.getvalue()  # Excel takes it for UTF-8 only with a mark
    return web.Response(body=body.encode(), content_type="text/csv", charset="utf-8", headers=headers)


@operations.post(
    f"{_API}/failed/retries", name="retryFailed", summary="Try a group of failed deliveries again", access=_FOLLOWER,
    body=FailedGroup, answer=GroupMoved, problems=("failed-count-changed",),
)  # fmt: skip
async def retry(call: Call[FailedGroup, NoQuery]) -> GroupMoved:
    """The number that was typed must be today's. What belongs to a stopped campaign stays."""
    body = call.body
    moved = await failed.try_again(call.unit, body.channel, body.state, body.reason, body.count)
    await _record(call, "delivery.retry", f"{body.channel}:{body.reason}"[:64], "deliveries")
    return GroupMoved(moved=moved)


@operations.post(
    f"{_API}/failed/given-up", name="giveUpFailed", summary="Leave a group of failed deliveries out", access=_FOLLOWER,
    body=FailedGroup, answer=GroupMoved, problems=("failed-count-changed",),
)  # fmt: skip
async def give_up(call: Call[FailedGroup, NoQuery]) -> GroupMoved:
    """They leave the list; the inbox keeps what it has."""
    body = call.body
    moved = await failed.give_up(call.unit, body.channel, body.state, body.reason, body.count)
    await _record(call, "delivery.give_up", f"{body.channel}:{body.reason}"[:64], "deliveries")
    return GroupMoved(moved=moved)


@operations.post(
    f"{_API}/notice-looks", name="lookAtNotices", summary="Open one resident's notices, with a reason",
    access=_FOLLOWER, body=ResidentLook, answer=ResidentFound, limit=30,
    problems=("invalid-input", "not-found", "message-not-found"),
)  # fmt: skip
async def look(call: Call[ResidentLook, NoQuery]) -> ResidentFound | Refusal:
    """Put on record where the resident sees it, before anything is shown."""
    phone, message_id = "".join(call.body.phone.split()), call.body.message_id
    if message_id is not None:
        found = (await call.services.history.of_message(call.unit, message_id)).head.recipient
    elif _PHONE.fullmatch(phone):
        profile = await call.services.residents.of_phone(call.unit, phone)
        found = profile.id if profile else None
    else:
        raise Invalid(faults=(FieldFault("phone", "phone-form"),))
    if found is None or not await reaches(call, "residents", found):
        return Missing()
    await call.services.audit.record(
        call.unit, call.actor, "notices.look", subject_kind="resident", subject=str(found), resident_id=found,
        region=call.staff.region, purpose=call.body.reason, place=call.staff.department[:128],
    )  # fmt: skip
    return ResidentFound(resident_id=found)


@operations.post(
    f"{_API}/provider-moves", name="moveShare", summary="Move a part of a channel to another provider",
    access=Staff("notices.providers"), body=ShareMoved, answer=GroupMoved, problems=("share-cannot-move",),
)  # fmt: skip
async def move_share(call: Call[ShareMoved, NoQuery]) -> GroupMoved:
    """By hand; the engine moves it back to rest, ten points at a time, once all is quiet."""
    body = call.body
    await call.services.board.move(call.unit, body.channel, body.giver, body.taker, body.points)
    await call.services.audit.record(
        call.unit, call.actor, "provider.move", subject_kind="provider", subject=f"provider:{body.channel}",
        region=call.staff.region, purpose=f"{body.giver} > {body.taker}: {body.points}"[:64],
    )  # fmt: skip
    return GroupMoved(moved=body.points)


@operations.get(
    f"{_API}/stream", name="hearConsole", summary="Live events of the portal for staff", access=_FOLLOWER,
    media="stream", problems=("too-many",),
)  # fmt: skip
async def hear(call: Call[NoBody, NoQuery]) -> web.StreamResponse:
    """Says that something changed; pages ask again by themselves, so a lost event costs a second."""
    return await stream(call, f"staff:{call.portal.id}")


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if _FORMULA.match(text) else text


def state_of(found: CampaignRecord) -> State:
    """The public word for a campaign's status."""
    return "finished" if found.status == "done" else found.status


def stands(found: CampaignRecord) -> CampaignStands:
    return CampaignStands(id=found.id, state=state_of(found), pause_reason=found.throttle.pause_reason)


async def _settled(call: Call[Any, Any], action: str, answer: CampaignRecord | Refusal) -> CampaignStands | Refusal:
    if isinstance(answer, Refusal):
        await _record(call, action, str(call.path_id("id")), outcome="refused")
        return answer
    await _record(call, action, str(answer.id))
    return stands(answer)


async def _record(
    call: Call[Any, Any], action: str, subject: str, kind: str = "campaign", outcome: str = "done"
) -> None:
    unit: Unit = call.unit
    await call.services.audit.record(
        unit, call.actor, action, subject_kind=kind, subject=subject, region=call.staff.region, outcome=outcome
    )
