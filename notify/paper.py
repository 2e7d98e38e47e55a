"""Where no channel reaches somebody: a task for people, to post a letter or to go there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.scope import WHOLE, Scope
from config.floor.unit import Actor, Unit
from notify import cursor as cursors
from notify.channel import Health, Outcome, Parcel, Rejected, Run, Sent
from notify.errors import PaperTaskKept, PaperTaskMissing, PaperTaskOver
from notify.steps import PAPER

Way = Literal["letter", "visit"]
Ended = Literal["sent", "handed", "returned"]
Reason = Literal["", "moved", "address-wrong", "refused", "not-home", "no-such-person", "other"]
"""Why a letter came back or a visit failed; "" with every other result."""
PAGE = 20
UNDO = timedelta(minutes=30)
"""So long may whoever wrote a result down take it back."""
_AFTER = {"open": ("sent", "handed", "returned"), "sent": ("handed", "returned")}
_DELIVERY = {"sent": "sent", "handed": "delivered", "returned": "failed"}


class PaperChannel:
    """The last step of a ladder: "sending" puts a task on the list. The same notice twice is one task."""

    name = PAPER
    timeout = 5.0
    needs_phone = False
    harmless_again = True

    def __init__(self, run: Run) -> None:
        self._run = run

    async def check(self) -> Health:
        return Health(ok=True)

    async def send(self, parcel: Parcel) -> Outcome:
        recipient = parcel.recipient
        if recipient is None:
            return Rejected("no-recipient")

        async def keep(unit: Unit) -> None:
            await sql.execute(
                "INSERT INTO notify_paper_tasks (id, portal, region, message_id, recipient, client_msg_id, state, "
                "kind, staff_no, created_at, updated_at) SELECT $1, m.portal, m.region, m.id, m.recipient, $2, 'open',"
                " '', '', $3, $3 FROM notify_messages m WHERE m.id = $4 ON CONFLICT (message_id) DO NOTHING",
                new_id(), parcel.client_msg_id, unit.now, parcel.message_id,
            )  # fmt: skip

        await self._run("", keep)
        return Sent(parcel.message_id.hex)


@dataclass(frozen=True, slots=True)
class PaperTask:
    """One task; the person is named by id only."""

    id: UUID
    region: str
    message_id: UUID
    recipient: UUID
    state: str
    kind: str
    staff_no: str
    reason: str
    before: str
    prints: int
    printed_at: datetime | None
    created_at: datetime
    updated_at: datetime

    def may_undo(self, staff_no: str, now: datetime) -> bool:
        """Whether this member of staff may still take the last result back."""
        return bool(self.before) and self.staff_no == staff_no and now - self.updated_at <= UNDO


async def page(
    unit: Unit, state: str, cursor: str = "", region: str = "", *, scope: Scope = WHOLE
) -> tuple[list[PaperTask], str | None]:
    """Tasks in this state within this scope, newest first, of one region where it is named; one statement."""
    values: list[Any] = [unit.portal, state, PAGE + 1]
    where = ""
    if cursor:
        at, last = cursors.read(cursor)
        where, values = " AND (created_at < $4 OR (created_at = $4 AND id < $5))", [*values, at, last]
    if region:
        values.append(region)
        where += f" AND region = ${len(values)}"
    where += scope.where(values, region="region")
    rows = await sql.rows(
        f"SELECT * FROM notify_paper_tasks WHERE portal = $1 AND state = $2{where} "
        "ORDER BY created_at DESC, id DESC LIMIT $3",
        *values,
    )
    tasks = [_task(row) for row in rows[:PAGE]]
    return tasks, cursors.after(tasks[-1].created_at, tasks[-1].id) if len(rows) > PAGE else None


async def waiting(unit: Unit) -> dict[str, int]:
    """Open tasks by region: one statement on an index that holds nothing else."""
    rows = await sql.rows(
        "SELECT region, COUNT(*) AS n FROM notify_paper_tasks WHERE state = 'open' AND portal = $1 "
        "GROUP BY region ORDER BY region LIMIT 200",
        unit.portal,
    )
    return {row["region"]: int(row["n"]) for row in rows}


async def some(unit: Unit, ids: Sequence[UUID], *, scope: Scope = WHOLE) -> list[PaperTask]:
    """These tasks, in this order; ``PaperTaskMissing`` where one is not this portal's or outside this scope."""
    holes = ",".join(f"${n}" for n in range(2, len(ids) + 2))
    values: list[Any] = [unit.portal, *ids]
    inside = scope.where(values, region="region")
    rows = await sql.rows(f"SELECT * FROM notify_paper_tasks WHERE portal = $1 AND id IN ({holes}){inside}", *values)
    found = {sql.uid(row["id"]): _task(row) for row in rows}
    if len(found) != len(set(ids)):
        raise PaperTaskMissing()
    return [found[one] for one in dict.fromkeys(ids)]


async def printed(unit: Unit, ids: Sequence[UUID]) -> None:
    """Their letters are printed once more. Who calls records it."""
    holes = ",".join(f"${n}" for n in range(3, len(ids) + 3))
    await sql.execute(
        f"UPDATE notify_paper_tasks SET prints = prints + 1, printed_at = $1 WHERE portal = $2 AND id IN ({holes})",
        unit.now, unit.portal, *ids,
    )  # fmt: skip


async def one(unit: Unit, task_id: UUID) -> PaperTask:
    """One task of the portal; ``PaperTaskMissing``."""
    row = await sql.row("SELECT * FROM notify_paper_tasks WHERE id = $1 AND portal = $2", task_id, unit.portal)
    if row is None:
        raise PaperTaskMissing()
    return _task(row)


async def settle(unit: Unit, actor: Actor, task_id: UUID, kind: Way, outcome: Ended, reason: Reason = "") -> PaperTask:
    """Posted, handed over or come back for this ``reason``; the delivery follows. The same again changes nothing;
    ``PaperTaskOver`` where something else was already written down. Who calls records it."""
    task = await one(unit, task_id)
    if task.state == outcome:
        return task
    allowed = [state for state, following in _AFTER.items() if outcome in following]
    listed = ",".join(f"'{state}'" for state in allowed)
    row = await sql.row(
        "UPDATE notify_paper_tasks SET before = state, before_kind = kind, before_no = staff_no, state = $1, "
        "kind = $2, staff_id = $3, staff_no = $4, updated_at = $5, reason = $7 "
        f"WHERE id = $6 AND state IN ({listed}) RETURNING *",
        outcome, kind, actor.id, actor.label, unit.now, task_id, reason if outcome == "returned" else "",
    )  # fmt: skip
    if row is None:
        raise PaperTaskOver()
    await sql.execute(
        "UPDATE notify_deliveries SET state = $1, reason = $2, updated_at = $3 "
        "WHERE client_msg_id = $4 AND state IN ('sent','unknown')",
        _DELIVERY[outcome], f"{kind}-{outcome}", unit.now, row["client_msg_id"],
    )  # fmt: skip
    return _task(row)


async def undo(unit: Unit, actor: Actor, task_id: UUID) -> PaperTask:
    """Take the last result back, within ``UNDO`` and by whoever wrote it; ``PaperTaskKept`` otherwise. The delivery
    follows. Who calls records it."""
    row = await sql.row(
        "UPDATE notify_paper_tasks SET state = before, kind = before_kind, staff_no = before_no, before = '', "
        "before_kind = '', before_no = '', reason = '', updated_at = $1 "
        "WHERE id = $2 AND portal = $3 AND staff_id = $4 AND before <> '' AND updated_at >= $5 RETURNING *",
        unit.now, task_id, unit.portal, actor.id, unit.now - UNDO,
    )  # fmt: skip
    if row is None:
        await one(unit, task_id)
        raise PaperTaskKept()
    await sql.execute(
        "UPDATE notify_deliveries SET state = 'sent', reason = $1, updated_at = $2 WHERE client_msg_id = $3 "
        "AND state IN ('sent','delivered','failed','unknown')",
        "" if row["state"] == "open" else f"{row['kind']}-{row['state']}", unit.now, row["client_msg_id"],
    )  # fmt: skip
    return _task(row)


def _task(row: sql.Row) -> PaperTask:
    return PaperTask(
        sql.uid(row["id"]), row["region"], sql.uid(row["message_id"]), sql.uid(row["recipient"]), row["state"],
        row["kind"], row["staff_no"], row["reason"], row["before"], int(row["prints"]),
        sql.instant_or_none(row["printed_at"]), sql.instant(row["created_at"]), sql.instant(row["updated_at"]),
    )  # fmt: skip
