"""Who a notice is for: rules counted, one person explained, segments kept."""

from __future__ import annotations

from typing import Any

from notify import segments
from notify.campaign_preview import REPEATED
from notify.errors import RulesRefused
from notify.saved_segments import Segment
from notify.segments import CHANNELS, Group, RulesWrong
from notify.ways import Ways
from server.domain.cases.workflow import Status
from server.edges.console.audience_shapes import (
    AudienceAsked,
    AudienceChoices,
    AudienceCounted,
    Choice,
    KeptQuery,
    LeafShown,
    PersonAsked,
    PersonShown,
    SegmentList,
    SegmentShown,
    SegmentWritten,
)
from server.edges.console.reach import reaches, within_reach
from server.web import case_words
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff

operations = Operations(tag="console-audience")
_ROOT = "/console/api/v1"
_WRITER = Staff("audience.write")
_READER = Staff("audience.read")


@operations.get(
    f"{_ROOT}/audience/choices", name="listAudienceChoices", summary="What rules can be made of", access=_READER,
    answer=AudienceChoices,
)  # fmt: skip
async def choices(call: Call[NoBody, NoQuery]) -> AudienceChoices:
    """Regions with their people, states of cases, channels."""
    found = await call.services.residents.regions(call.unit)
    named = call.portal.places
    regions = [
        Choice(code=code, label=named.get(code) or (call.portal.region_name if code == call.portal.region else code),
               people=people)
        for code, people in found
        if call.staff.scope.holds(region=code)
    ]  # fmt: skip
    return AudienceChoices(
        regions=regions,
        states=[
            Choice(code=status.value, label=case_words.staff_status(call, status))
            for status in Status
            if status is not Status.DRAFT
        ],
        channels=[Choice(code=name, label=call.text(f"publishing.channels.{name}")) for name in CHANNELS],
    )


@operations.post(
    f"{_ROOT}/audience/count", name="countAudience", summary="How many, and how they would be reached",
    access=_READER, body=AudienceAsked, answer=AudienceCounted, own_unit=True, problems=("audience-rules-wrong",),
)  # fmt: skip
async def count(call: Call[AudienceAsked, NoQuery]) -> AudienceCounted:
    """Stores nothing; one statement over the portal's people."""
    audience = call.services.campaigns.audience
    selection = audience.select(call.unit, _rules(call), call.body.category)
    ways = Ways(call.body.category, call.services.notify.ladder, call.staff.department)
    found = await audience.count(call.unit, selection, ways, call.unit.now - REPEATED)
    return AudienceCounted(
        people=found.people, sms=found.most.get("sms", 0), live=found.live, wechat=found.most.get("wechat", 0),
        inbox_only=found.unreached,
        again=found.again,
    )  # fmt: skip


@operations.post(
    f"{_ROOT}/audience/why", name="explainAudience", summary="Why one person is in or out", access=_WRITER,
    body=PersonAsked, answer=PersonShown, limit=30, problems=("audience-rules-wrong",),
)  # fmt: skip
async def why(call: Call[PersonAsked, NoQuery]) -> PersonShown:
    """A look at one person, so it is on record, where they see it."""
    services, rules = call.services, _rules(call)
    person = (await services.residents.of_phones(call.unit, [call.body.phone])).get(call.body.phone)
    if person is not None and not await reaches(call, "residents", person):
        person = None
    truth = await services.campaigns.audience.why(call.unit, rules, person) if person else None
    await services.audit.record(
        call.unit, call.actor, "audience.why", subject_kind="resident", subject=str(person or ""),
        resident_id=person, region=call.staff.region, outcome="done",
    )  # fmt: skip
    if person is None or truth is None:
        return PersonShown(found=False, inside=False, name_masked="", leaves=[])
    names = await services.campaigns.audience.names(call.unit, [person])
    return PersonShown(
        found=True,
        inside=segments.holds(rules, truth),
        name_masked=names.get(person, ""),
        leaves=[LeafShown(path=path, holds=holds) for path, holds in truth.items()],
    )


@operations.get(
    f"{_ROOT}/segments", name="listSegments", summary="Saved segments, those changed last first", access=_READER,
    query=KeptQuery, answer=SegmentList, problems=("invalid-input",),
)  # fmt: skip
async def saved(call: Call[NoBody, KeptQuery]) -> SegmentList:
    """A hundred at a time."""
    found, after = await call.services.campaigns.segments.page(call.unit, call.query.cursor)
    return SegmentList(segments=[_segment(one) for one in found], next_cursor=after)


@operations.get(
    f"{_ROOT}/segments/{{id}}", name="getSegment", summary="One saved segment", access=_READER, answer=SegmentShown,
    problems=("segment-not-found",),
)  # fmt: skip
async def segment(call: Call[NoBody, NoQuery]) -> SegmentShown:
    """Whatever page of the list it is on."""
    return _segment(await call.services.campaigns.segments.get(call.unit, call.path_id("id")))


@operations.post(
    f"{_ROOT}/segments", name="saveSegment", summary="Keep rules under a name", access=_WRITER, body=SegmentWritten,
    answer=SegmentShown, status=201, idempotent=True, problems=("audience-rules-wrong",),
)  # fmt: skip
async def save(call: Call[SegmentWritten, NoQuery]) -> SegmentShown:
    """For everybody who writes in this portal."""
    _rules(call)
    made = await call.services.campaigns.segments.keep(
        call.unit, call.actor, call.staff.region, call.body.name, call.body.rules
    )
    return _segment(made)


@operations.put(
    f"{_ROOT}/segments/{{id}}", name="changeSegment", summary="Other rules under this name", access=_WRITER,
    body=SegmentWritten, answer=SegmentShown, problems=("audience-rules-wrong", "segment-not-found"),
)  # fmt: skip
async def change(call: Call[SegmentWritten, NoQuery]) -> SegmentShown:
    """Notices keep the rules that they were written with."""
    _rules(call)
    made = await call.services.campaigns.segments.change(call.unit, call.path_id("id"), call.body.name, call.body.rules)
    return _segment(made)


@operations.delete(
    f"{_ROOT}/segments/{{id}}", name="discardSegment", summary="Put a segment away", access=_WRITER,
    problems=("segment-not-found",),
)  # fmt: skip
async def discard(call: Call[NoBody, NoQuery]) -> None:
    """Nothing that was written with it changes."""
    await call.services.campaigns.segments.discard(call.unit, call.path_id("id"))


def _rules(call: Call[Any, Any]) -> Group:
    try:
        return segments.read(within_reach(call.staff.scope, call.body.rules) or {})
    except RulesWrong as wrong:
        raise RulesRefused(place=wrong.path) from None


def _segment(found: Segment) -> SegmentShown:
    return SegmentShown(
        id=found.id, name=found.name, rules=dict(found.rules), owner=found.owner_no, updated_at=found.updated_at
    )
