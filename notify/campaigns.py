"""Campaigns: one person writes, another reads every word and releases, the engine sends, anybody may stop.

draft → submitted → approved → sending → done; rejected goes back to its author; an edit makes a draft again
and voids what was submitted or approved. What is released is exactly what was read: the content's hash and
the number of people are part of the approval, and the audience is fixed in the same transaction.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Refusal
from config.floor.scope import WHOLE, Scope
from config.floor.selection import Selection
from config.floor.unit import Actor, Unit, legal_day
from notify import campaign_control, campaign_lists, progress, submissions
from notify.audience import Audience
from notify.campaign_lists import Show
from notify.campaign_preview import Preview, Previewer
from notify.campaign_record import COLUMNS, CampaignPage, CampaignRecord, record
from notify.campaign_result import ChannelCount, FollowKind, channel_counts, told_by
from notify.campaign_rules import EDITABLE, CampaignWords, Remark, basis_blockers
from notify.errors import (
    AudienceChanged,
    CampaignBlocked,
    CampaignMissing,
    ContentChanged,
    FirstUnderWay,
    FollowExists,
    SamePerson,
    SecondPersonNeeded,
    WrongState,
)
from notify.lists import Lists
from notify.operator_templates import OperatorTemplates
from notify.safety import refuse_strange
from notify.saved_segments import Segments
from notify.segments import RulesWrong
from notify.service import WAKE, NotifyOptions
from notify.teams import Teams

PAGE = 20
PIECE = 10_000
"""People whose place in an audience is fixed by one statement."""


class Campaigns:
    """The public door of campaigns, of the people they are for and of the words they begin with.

    Refusals that leave a trace are returned, so that the unit commits.
    """

    def __init__(self, *, audience: Audience, options: NotifyOptions, lists: Lists) -> None:
        self.audience = self._audience = audience
        self.lists, self.segments, self.templates = lists, Segments(), OperatorTemplates(options.safety)
        self.teams = Teams(new_on_trial=options.new_teams_on_trial)
        self._options = options
        self._previewer = Previewer(audience, options, lists)

    async def preview(
        self, unit: Unit, words: CampaignWords, team: str = "", campaign_id: UUID | None = None
    ) -> Preview:
        """What would be sent to whom, and what stands in the way. Stores nothing. ``team``: whose trial narrows it;
        ``campaign_id``: as which one's, whose own team and people count then."""
        found = await self.get(unit, campaign_id) if campaign_id else None
        exactly = told_by(unit, found.follows) if found and found.follows else None
        name = found.team if found else team
        if exactly is None and await self.teams.on_trial(unit, name):
            with contextlib.suppress(RulesWrong):  # the preview names what is wrong with them
                everybody = self._audience.select(unit, words.audience, words.category)
                exactly = await self.teams.narrowed(unit, name, everybody)
        seen = await self._previewer.preview(unit, words, exactly, name)
        if found and found.follows and not words.has_elder and (await self.get(unit, found.follows)).words.has_elder:
            return replace(seen, warnings=(*seen.warnings, Remark("elder-missing")))
        return seen

    async def draft(
        self, unit: Unit, author: Actor, region: str, words: CampaignWords, team: str = ""
    ) -> CampaignRecord:
        """Keep a new draft; ``team``, the author's department, is whose notice and day it is."""
        refuse_strange(self._options.safety, unit, **words.texts)
        campaign_id, author_id = new_id(), _id(author)
        await self.teams.meet(unit, team, author)
        label = await self._label(unit, words)
        row = await sql.row(
            "INSERT INTO campaigns (id, portal, region, title, body, category, audience_region, audience_item, "
            "audience_label, fills, content_hash, status, author_id, author_no, editor_id, approver_no, reason, "
            "people, expanded, planned, reached, failed, skipped, all_expanded, created_at, updated_at, "
            "audience_rules, schedule_at, template_id, template_version, law, expires_at, exercise, elder_title, "
            "elder_body, team) "
            "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,'draft',$12,$13,$12,'','',0,0,0,0,0,0,$14,$15,$15,"
            "$16,$17,$18,$19,$20,$21,$22,$23,$24,$25) "
            f"RETURNING {COLUMNS}",
            campaign_id, unit.portal, region, words.title, words.body, words.category, words.region, words.item,
            label, sql.to_json(dict(words.fills)), words.content_hash, author_id, author.label, False, unit.now,
            *_more(words), team,
        )  # fmt: skip
        assert row is not None
        return record(row)

    async def edit(self, unit: Unit, editor: Actor, campaign_id: UUID, words: CampaignWords) -> CampaignRecord:
        """Change it. It is a draft again: nothing submitted or approved before holds any more."""
        refuse_strange(self._options.safety, unit, **words.texts)
        row = await sql.row(
            "UPDATE campaigns SET title=$1, body=$2, category=$3, audience_region=$4, audience_item=$5, "
            "audience_label=$6, fills=$7, content_hash=$8, status='draft', editor_id=$9, submitter_id=NULL, "
            "approver_id=NULL, approver_no='', reason='', people=0, submitted_at=NULL, decided_at=NULL, "
            "updated_at=$10, audience_rules=$13, schedule_at=$14, template_id=$15, template_version=$16, law=$17, "
            "expires_at=$18, exercise=$19, elder_title=$20, elder_body=$21, seconder_id=NULL, "
            "seconder_no='', seconded_at=NULL "
            f"WHERE id=$11 AND portal=$12 AND status IN ({_quoted(EDITABLE)}) AND discarded_at IS NULL "
            f"AND NOT refused_for_good RETURNING {COLUMNS}",
            words.title, words.body, words.category, words.region, words.item, await self._label(unit, words),
            sql.to_json(dict(words.fills)), words.content_hash, _id(editor), unit.now, campaign_id, unit.portal,
            *_more(words),
        )  # fmt: skip
        if row is None:
            raise WrongState(status=(await self.get(unit, campaign_id)).status)
        await _forget_recipients(campaign_id)
        return record(row)

    async def get(self, unit: Unit, campaign_id: UUID) -> CampaignRecord:
        """One campaign of this portal; ``CampaignMissing`` otherwise."""
        row = await sql.row(f"SELECT {COLUMNS} FROM campaigns WHERE id = $1 AND portal = $2", campaign_id, unit.portal)
        if row is None:
            raise CampaignMissing()
        return record(row)

    async def page(
        self, unit: Unit, cursor: str | None = None, limit: int = PAGE, *, scope: Scope = WHOLE, show: Show = "all",
        who: UUID | None = None,
    ) -> CampaignPage:  # fmt: skip
        """Newest first, within this scope; ``who``: whose, where ``show`` is ``mine``."""
        return await campaign_lists.page(unit, cursor, limit, scope, show=show, who=who)

    async def submit(self, unit: Unit, submitter: Actor, campaign_id: UUID) -> CampaignRecord:
        """Ask another person to release it. Refused while anything blocks it."""
        found = await self.get(unit, campaign_id)
        if found.status not in ("draft", "rejected"):
            raise WrongState(status=found.status)
        if found.discarded or found.refused_for_good:
            raise WrongState(status="discarded" if found.discarded else "rejected")
        if refused := await self._first_open(unit, found):
            raise refused
        trial = not found.follows and await self.teams.on_trial(unit, found.team)
        exactly = await self._people(unit, found) if found.follows or trial else None
        preview = await self._previewer.preview(unit, found.words, exactly, found.team)
        if preview.blockers:
            raise CampaignBlocked(blockers=", ".join(remark.code for remark in preview.blockers))
        row = await sql.row(
            "UPDATE campaigns SET status='submitted', submitter_id=$1, people=$2, submitted_at=$3, updated_at=$3, "
            "reason='', trial=$7, sms_cost=$8, seconder_id=NULL, seconder_no='', seconded_at=NULL "
            "WHERE id=$4 AND portal=$5 AND status IN ('draft','rejected') AND content_hash=$6 "
            f"RETURNING {COLUMNS}",
            _id(submitter), preview.people, unit.now, campaign_id, unit.portal, found.content_hash,
            trial, preview.cost_most,
        )  # fmt: skip
        if row is None:
            raise ContentChanged()
        await submissions.keep(unit, submitter, record(row))
        unit.tell(f"staff:{unit.portal}", "campaign", campaign_id=str(campaign_id), status="submitted")
        return record(row)

    async def approve(
        self, unit: Unit, approver: Actor, campaign_id: UUID, *, content_hash: str, people: int
    ) -> CampaignRecord | Refusal:
        """Release exactly this content to exactly this many people; the engine begins after the commit. An emergency is
        released by two: the first one's approval is kept, and it stays submitted.

        Refused (returned): whoever wrote, edited or submitted it; other content; another number of people,
        which is then stored so that the next look shows today's.
        """
        found = await self.get(unit, campaign_id)
        approver_id = _id(approver)
        if refused := _may_approve(found, approver_id, content_hash):
            return refused
        if early := await self._first_open(unit, found):
            return early
        audience = await self._people(unit, found)
        count = await audience.count()
        if count != people or people < 1:
            await sql.execute(
                "UPDATE campaigns SET people = $1, seconder_id = NULL, seconder_no = '', seconded_at = NULL "
                "WHERE id = $2 AND status = 'submitted'",
                count, campaign_id,
            )  # fmt: skip
            return AudienceChanged(people=count)
        urgent = found.words.category == "emergency"
        if urgent and (wrong := basis_blockers(found.words, unit.now)):
            return CampaignBlocked(blockers=", ".join(remark.code for remark in wrong))
        if urgent and found.seconder is None:
            return await campaign_control.second(unit, approver, found) or await self._overtaken(unit, campaign_id)
        spent = {"people": people, "cost": found.sms_cost}
        day = legal_day(max(found.schedule_at or unit.now, unit.now))
        team = "" if found.follows or urgent else found.team  # neither is ever held back by a budget
        if over := await self.teams.room(unit, team, day, **spent):
            return over
        canary = self._options.canary if count > self._options.canary and not urgent else 0
        row = await sql.row(
            "UPDATE campaigns SET status='approved', approver_id=$1, approver_no=$2, people=$3, decided_at=$4, "
            "updated_at=$4, canary=$8, canary_state=$9, fail_share=$10, trial=$11 "
            "WHERE id=$5 AND portal=$6 AND status='submitted' AND content_hash=$7 "
            "AND author_id<>$1 AND editor_id<>$1 AND submitter_id<>$1 "
            f"AND (category<>'emergency' OR seconder_id<>$1) RETURNING {COLUMNS}",
            approver_id, approver.label, people, unit.now, campaign_id, unit.portal, content_hash,
            canary, "running" if canary else "", 0 if urgent else self._options.fail_share,
            not found.follows and await self.teams.on_trial(unit, found.team),
        )  # fmt: skip
        if row is None:
            return await self._overtaken(unit, campaign_id)
        await self.teams.count(unit, team, day, **spent)
        fixed = await _fix_recipients(unit, campaign_id, found.region, audience)
        if fixed != people:  # somebody joined or left between the two statements: all of it is undone
            raise AudienceChanged(people=fixed)
        unit.tell(WAKE, "due")
        unit.tell(f"staff:{unit.portal}", "campaign", campaign_id=str(campaign_id), status="approved")
        return record(row)

    async def reject(
        self, unit: Unit, reader: Actor, campaign_id: UUID, reason: str, *, for_good: bool = False
    ) -> CampaignRecord | Refusal:
        """Give it back with a reason; ``for_good``: it is never asked for again. Not by its own people."""
        found = await self.get(unit, campaign_id)
        if refused := _may_approve(found, _id(reader), found.content_hash):
            return refused
        row = await sql.row(
            "UPDATE campaigns SET status='rejected', reason=$1, decided_at=$2, updated_at=$2, refused_for_good=$5 "
            f"WHERE id=$3 AND portal=$4 AND status='submitted' RETURNING {COLUMNS}",
            reason[:300], unit.now, campaign_id, unit.portal, for_good,
        )  # fmt: skip
        if row is None:
            return WrongState(status=(await self.get(unit, campaign_id)).status)
        await submissions.given_back(unit, campaign_id, _id(reader))
        unit.tell(f"staff:{unit.portal}", "campaign", campaign_id=str(campaign_id), status="rejected")
        return record(row)

    async def discard(self, unit: Unit, campaign_id: UUID, *, back: bool = False) -> CampaignRecord | Refusal:
        """Put a draft away, or take it out again (``back``). Nothing is deleted."""
        found = await self.get(unit, campaign_id)
        if back and found.follows and await campaign_control.followed(unit, found.follows, found.follow_kind):
            return FollowExists()
        return await self._after(unit, campaign_id, await campaign_control.discard(unit, campaign_id, back=back))

    async def pause(self, unit: Unit, campaign_id: UUID) -> CampaignRecord | Refusal:
        """Send nothing more until it is resumed. The batch in hand is the last."""
        return await self._after(unit, campaign_id, await campaign_control.pause(unit, campaign_id))

    async def resume(self, unit: Unit, campaign_id: UUID) -> CampaignRecord | Refusal:
        """Go on where it was."""
        resumed = await campaign_control.resume(unit, campaign_id)
        if resumed:
            await progress.look(unit, campaign_id)
        return await self._after(unit, campaign_id, resumed)

    async def slow(self, unit: Unit, campaign_id: UUID, rate: int) -> CampaignRecord | Refusal:
        """At most ``rate`` deliveries a second over all processes together; 0 lifts the limit."""
        return await self._after(unit, campaign_id, await campaign_control.slow(unit, campaign_id, rate))

    async def schedule(self, unit: Unit, campaign_id: UUID, at: datetime | None) -> CampaignRecord | Refusal:
        """Begin at that instant after its release, or at once. It may be changed until it has begun."""
        return await self._after(unit, campaign_id, await campaign_control.schedule(unit, campaign_id, at))

    async def stop(self, unit: Unit, campaign_id: UUID) -> CampaignRecord | Refusal:
        """Send nothing more. The chunk and the batch in hand are the last; what was sent stays sent."""
        return await self._after(unit, campaign_id, await campaign_control.stop(unit, campaign_id))

    async def resend(self, unit: Unit, campaign_id: UUID, channel: str) -> CampaignRecord | Refusal:
        """One more delivery by ``channel`` to whoever no active channel has reached: the words were released."""
        return await self._after(unit, campaign_id, await campaign_control.resend(unit, campaign_id, channel))

    async def follow_up(
        self, unit: Unit, author: Actor, campaign_id: UUID, kind: FollowKind, words: CampaignWords
    ) -> CampaignRecord:
        """A draft of a correction or withdrawal, whose audience is exactly who has the first one. Released like any.

        One of each kind at a time, also where two ask at once: ``FollowExists``.
        """
        first = await self.get(unit, campaign_id)
        if first.status not in ("sending", "paused", "done", "stopped"):
            raise WrongState(status=first.status)
        if await campaign_control.followed(unit, campaign_id, kind):
            raise FollowExists()
        made = await self.draft(unit, author, first.region, words, first.team)
        await sql.execute(
            "UPDATE campaigns SET follows = $1, follow_kind = $2 WHERE id = $3", campaign_id, kind, made.id
        )
        return await self.get(unit, made.id)

    async def counts(self, unit: Unit, campaign_id: UUID) -> tuple[ChannelCount, ...]:
        """How many deliveries of each channel are in each state, and why: for a result page, not for a running bar."""
        return await channel_counts(unit, campaign_id)

    async def _after(self, unit: Unit, campaign_id: UUID, changed: bool) -> CampaignRecord | Refusal:
        now = await self.get(unit, campaign_id)
        return now if changed else WrongState(status=now.status)

    async def _people(self, unit: Unit, found: CampaignRecord) -> Selection:
        if found.follows is not None:
            return told_by(unit, found.follows)
        everybody = self._audience.select(unit, found.words.audience, found.words.category)
        return await self.teams.narrowed(unit, found.team, everybody)

    async def _first_open(self, unit: Unit, found: CampaignRecord) -> Refusal | None:
        """A correction goes to exactly who has the first one, so they must be known."""
        if found.follows is None:
            return None
        first = await self.get(unit, found.follows)
        over = first.status in ("done", "stopped") or (first.people and first.progress.expanded >= first.people)
        return None if over else FirstUnderWay()

    async def _overtaken(self, unit: Unit, campaign_id: UUID) -> Refusal:
        """Somebody was quicker."""
        return WrongState(status=(await self.get(unit, campaign_id)).status)

    async def _label(self, unit: Unit, words: CampaignWords) -> str:
        return (await self._audience.item_name(unit, words.item))[:120]


def _may_approve(found: CampaignRecord, reader: UUID, content_hash: str) -> Refusal | None:
    if found.status != "submitted":
        return WrongState(status=found.status)
    if reader in found.writers:
        return SamePerson()
    if found.seconder == reader:
        return SecondPersonNeeded()
    if found.content_hash != content_hash:
        return ContentChanged()
    return None


def _more(words: CampaignWords) -> tuple[object, ...]:
    """The columns that not every campaign has."""
    template, version = words.template or (None, 0)
    rules = sql.to_json(words.rules) if words.rules else None
    return (
        rules, words.schedule_at, template, version, words.law, words.expires_at, words.exercise, words.elder_title,
        words.elder_body,
    )  # fmt: skip


async def _fix_recipients(unit: Unit, campaign_id: UUID, region: str, audience: Selection) -> int:
    """The audience as of now. How many. Piece by piece, because one statement over a million people outlasts every
    statement's deadline; all pieces are one transaction, so nobody ever sees half of them."""
    own = "$1::uuid, $2::varchar, $3::varchar" if sql.is_postgres() else "$1, $2, $3"
    put = f"INSERT INTO campaign_recipients (campaign_id, portal, region, recipient) SELECT {own}, id FROM "
    count = 0
    last: UUID | None = UUID(int=0)
    while last is not None:
        upto = await _piece_end(audience, last)
        values: list[object] = [campaign_id, unit.portal, region, last, *([] if upto is None else [upto])]
        piece = "id > $4" + ("" if upto is None else " AND id <= $5")
        count += await sql.execute(
            f"{put}({audience.after(len(values))}) AS audience WHERE {piece} "
            "ON CONFLICT (campaign_id, recipient) DO NOTHING",
            *values, *audience.values,
        )  # fmt: skip
        last = upto
    if count >= PIECE:
        await sql.analyse("campaign_recipients")
    return count


async def _piece_end(audience: Selection, last: UUID) -> UUID | None:
    """The last person of the next piece; None where it reaches the end."""
    row = await sql.row(
        f"SELECT id FROM ({audience.after(1)}) AS audience WHERE id > $1 ORDER BY id LIMIT 1 OFFSET {PIECE - 1}",
        last, *audience.values,
    )  # fmt: skip
    return sql.uid(row["id"]) if row else None


async def _forget_recipients(campaign_id: UUID) -> None:
    """A voided approval's audience, before anything was sent to it."""
    await sql.execute("DELETE FROM campaign_recipients WHERE campaign_id = $1", campaign_id)


def _id(actor: Actor) -> UUID:
    if actor.id is None:
        raise ValueError("a campaign belongs to a person")
    return actor.id


def _quoted(words: Sequence[str]) -> str:
    return ",".join(f"'{word}'" for word in words)
