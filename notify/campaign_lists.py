"""Lists of campaigns: all of them, those that wait for a second person, those that were decided, one's own."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from config.floor import sql
from config.floor.scope import WHOLE, Scope
from config.floor.unit import Unit
from notify import cursor as cursors
from notify.campaign_record import COLUMNS, CampaignPage, record

Show = Literal["all", "waiting", "others", "decided", "mine"]
"""``others``: all that does not wait for a second person; ``mine``: what this person wrote, changed, handed in, let
through or gave back."""
_HAND = ("author_id", "editor_id", "submitter_id", "approver_id", "seconder_id")


async def page(
    unit: Unit, cursor: str | None, limit: int, scope: Scope = WHOLE, *, show: Show = "all", who: UUID | None = None
) -> CampaignPage:
    """Newest first, within this scope. Two statements: the page, and how many there are in all."""
    values: list[Any] = [unit.portal]
    where = f"portal = $1 AND discarded_at IS NULL{_shown(show, who, values)}{scope.where(values, region='region')}"
    counted = await sql.row(f"SELECT count(*) AS n FROM campaigns WHERE {where}", *values)
    where += cursors.behind(cursor, values, "created_at")
    values.append(limit + 1)
    rows = await sql.rows(
        f"SELECT {COLUMNS} FROM campaigns WHERE {where} ORDER BY created_at DESC, id DESC LIMIT ${len(values)}", *values
    )
    found = tuple(record(row) for row in rows[:limit])
    more = len(rows) > limit
    after = cursors.after(found[-1].created_at, found[-1].id) if more else None
    return CampaignPage(found, after, int(counted["n"]) if counted else 0)


def _shown(show: Show, who: UUID | None, values: list[Any]) -> str:
    if show == "waiting":
        return " AND status = 'submitted'"
    if show == "others":
        return " AND status <> 'submitted'"
    if show == "decided":
        return " AND decided_at IS NOT NULL AND status NOT IN ('draft','submitted')"
    if show == "all":
        return ""
    values.append(who)
    me = f"${len(values)}"
    given_back = f"id IN (SELECT s.campaign_id FROM campaign_submissions s WHERE s.rejecter_id = {me})"
    return f" AND ({' OR '.join([*(f'{column} = {me}' for column in _HAND), given_back])})"
