"""Notices to many end for somebody who wants none: what waits is left out, and nobody new picks them."""

from __future__ import annotations

from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from notify import progress

_RUNNING = (
    "SELECT id, cursor FROM campaigns WHERE portal = $1 AND category = 'information' AND NOT all_expanded"
    " AND status IN ('approved','sending') ORDER BY id{lock}"
)
_WAITING = (
    "UPDATE notify_deliveries SET state = 'skipped', reason = 'refused', lease_id = NULL, lease_until = NULL,"
    " updated_at = $1 WHERE state = 'pending' AND campaign_id IS NOT NULL AND message_id IN"
    " (SELECT m.id FROM notify_inbox i JOIN notify_messages m ON m.id = i.id"
    " WHERE i.portal = $3 AND i.recipient = $2 AND m.category = 'information') RETURNING campaign_id"
)


async def refuse_information(unit: Unit, resident_id: UUID) -> int:
    """Leave out what has not gone out to this person; how many deliveries that were.

    Campaigns that are under way are held while their lists of people are read, so that a piece of one is made before
    this or without the person.
    """
    lock = " FOR UPDATE" if sql.is_postgres() else ""
    for row in await sql.rows(_RUNNING.format(lock=lock), unit.portal):
        after = "" if row["cursor"] is None else " AND recipient > $3"
        values = [] if row["cursor"] is None else [sql.uid(row["cursor"])]
        await sql.execute(
            f"DELETE FROM campaign_recipients WHERE campaign_id = $1 AND recipient = $2{after}",
            sql.uid(row["id"]), resident_id, *values,
        )  # fmt: skip
    left = await sql.rows(_WAITING, unit.now, resident_id, unit.portal)
    await progress.settled(unit, [(sql.uid_or_none(row["campaign_id"]), "skipped") for row in left])
    return len(left)
