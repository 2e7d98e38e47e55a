"""What may be done to a campaign that is under way: pause, resume, another pace, stop, another channel for the rest.

Each is one conditional statement on the campaign's row. Whoever claims or fans out looks at that row in the same
transaction, so it holds in every process from the commit on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from config.floor import sql
from config.floor.unit import Actor, Unit
from notify.campaign_record import COLUMNS, CampaignRecord, record
from notify.service import WAKE

DROPPED = 2_000
"""Deliveries that one statement leaves out after a stop; the sweeper does the rest."""
_RECENT = timedelta(days=8)  # longer than any delivery lives


async def second(unit: Unit, approver: Actor, found: CampaignRecord) -> CampaignRecord | None:
    """Keep the first of an emergency's two approvals. None where somebody was quicker."""
    row = await sql.row(
        "UPDATE campaigns SET seconder_id = $1, seconder_no = $2, seconded_at = $3, updated_at = $3 "
        "WHERE id = $4 AND portal = $5 AND status = 'submitted' AND content_hash = $6 AND seconder_id IS NULL "
        f"AND author_id <> $1 AND editor_id <> $1 AND submitter_id <> $1 RETURNING {COLUMNS}",
        approver.id, approver.label, unit.now, found.id, unit.portal, found.content_hash,
    )  # fmt: skip
    if row is None:
        return None
    unit.tell(f"staff:{unit.portal}", "campaign", campaign_id=str(found.id), status="submitted")
    return record(row)


async def pause(unit: Unit, campaign_id: UUID) -> bool:
    """Send nothing more until it is resumed. False where it is not under way."""
    return await _change(
        unit, campaign_id, "status = 'paused', pause_reason = 'operator'", "status IN ('approved','sending')", "paused"
    )


async def resume(unit: Unit, campaign_id: UUID) -> bool:
    """Go on where it was. A canary that failed counts as seen, failures are counted anew. False if not paused."""
    done = await _change(
        unit, campaign_id,
        "status = 'sending', pause_reason = '', base_reached = reached, base_failed = failed, "
        "canary_state = CASE WHEN canary_state = 'failed' THEN 'passed' ELSE canary_state END",
        "status = 'paused'", "sending",
    )  # fmt: skip
    if done:
        unit.tell(WAKE, "due")
    return done


async def slow(unit: Unit, campaign_id: UUID, rate: int) -> bool:
    """At most ``rate`` deliveries a second over all processes; 0 = no limit. False where it has ended."""
    return await _change(
        unit, campaign_id, f"rate = {int(rate)}, allowance = 0, allowance_at = NULL",
        "status IN ('draft','submitted','rejected','approved','sending','paused')", "",
    )  # fmt: skip


async def schedule(unit: Unit, campaign_id: UUID, at: datetime | None) -> bool:
    """Begin at that instant, or at once (None). False where it has begun."""
    row = await sql.row(
        "UPDATE campaigns SET schedule_at = $1, updated_at = $2 WHERE id = $3 AND portal = $4 "
        "AND status IN ('draft','submitted','rejected','approved') RETURNING id",
        at, unit.now, campaign_id, unit.portal,
    )  # fmt: skip
    return row is not None


async def discard(unit: Unit, campaign_id: UUID, *, back: bool) -> bool:
    """Put a draft away, or take it out again. False where it is no draft, or is so already."""
    row = await sql.row(
        "UPDATE campaigns SET discarded_at = $1, updated_at = $2 WHERE id = $3 AND portal = $4 "
        f"AND discarded_at {'IS NOT NULL' if back else 'IS NULL'} AND status IN ('draft','rejected') RETURNING id",
        None if back else unit.now, unit.now, campaign_id, unit.portal,
    )  # fmt: skip
    return row is not None


async def stop(unit: Unit, campaign_id: UUID) -> bool:
    """Send nothing more, ever. What was sent stays sent; what waits is left out, the first of it at once."""
    if not await _change(
        unit, campaign_id, "status = 'stopped', ended_at = $1", "status IN ('approved','sending','paused')", "stopped"
    ):
        return False
    await _leave_out(unit, campaign_id)
    return True


async def resend(unit: Unit, campaign_id: UUID, channel: str) -> bool:
    """Plan one more delivery by ``channel`` for everybody whom no active channel has reached. False unless it ended."""
    row = await sql.row(
        "UPDATE campaigns SET status = 'sending', all_expanded = FALSE, cursor = NULL, only_channel = $1, "
        "ended_at = NULL, base_reached = reached, base_failed = failed, updated_at = $2 "
        "WHERE id = $3 AND portal = $4 AND status = 'done' RETURNING id",
        channel, unit.now, campaign_id, unit.portal,
    )  # fmt: skip
    if row is not None:
        unit.tell(WAKE, "due")
        unit.tell(f"staff:{unit.portal}", "campaign", campaign_id=str(campaign_id), status="sending")
    return row is not None


async def followed(unit: Unit, campaign_id: UUID, kind: str) -> bool:
    """Whether it has a follow-up of this kind that is neither put away, refused for good nor stopped. The first one's
    row is held until the end of the unit, so that of two who ask at once the second sees the other's."""
    await sql.row("UPDATE campaigns SET updated_at = updated_at WHERE id = $1 RETURNING id", campaign_id)
    row = await sql.row(
        "SELECT id FROM campaigns WHERE follows = $1 AND portal = $2 AND follow_kind = $3 AND discarded_at IS NULL "
        "AND NOT refused_for_good AND status <> 'stopped' LIMIT 1",
        campaign_id, unit.portal, kind,
    )  # fmt: skip
    return row is not None


async def leave_out_stopped(unit: Unit) -> int:
    """What waits of stopped campaigns is left out, a piece a run; how many."""
    rows = await sql.rows("SELECT id FROM campaigns WHERE status = 'stopped' AND ended_at > $1", unit.now - _RECENT)
    return sum([await _leave_out(unit, sql.uid(row["id"])) for row in rows])


async def _leave_out(unit: Unit, campaign_id: UUID) -> int:
    skip = " FOR UPDATE SKIP LOCKED" if sql.is_postgres() else ""
    dropped = await sql.execute(
        "UPDATE notify_deliveries SET state = 'skipped', reason = 'stopped', lease_id = NULL, lease_until = NULL, "
        "updated_at = $1 WHERE id IN (SELECT id FROM notify_deliveries WHERE campaign_id = $2 AND state = 'pending' "
        f"LIMIT {DROPPED}{skip}) AND state = 'pending'",
        unit.now, campaign_id,
    )  # fmt: skip
    if dropped:
        await sql.execute("UPDATE campaigns SET skipped = skipped + $1 WHERE id = $2", dropped, campaign_id)
    return dropped


async def _change(unit: Unit, campaign_id: UUID, change: str, condition: str, told: str) -> bool:
    row = await sql.row(
        f"UPDATE campaigns SET {change}, updated_at = $1 WHERE id = $2 AND portal = $3 AND {condition} RETURNING id",
        unit.now, campaign_id, unit.portal,
    )  # fmt: skip
    if row is not None and told:
        unit.tell(f"staff:{unit.portal}", "campaign", campaign_id=str(campaign_id), status=told)
    return row is not None
