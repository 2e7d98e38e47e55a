"""What follows from every change of a delegation: the record, the notices to both, and the end of what stood on it."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.unit import SYSTEM, Actor, Unit
from server.domain.audit.service import Audit
from server.domain.delegations.ports import Rooms
from server.domain.delegations.records import COLUMNS, Ended, Record, record

What = Literal["proposed", "active", "refused", "withdrawn", "renounced", "expired"]
LINK = "/m/#/pages/delegations/delegations"
_BATCH = 100
_END = "UPDATE delegations SET state = 'ended', ended_as = $1, ended_at = $2, ended_by = $3"


class Changes:
    """Shared by what the parties do, what a counter does and what time does."""

    def __init__(self, rooms: Rooms, audit: Audit) -> None:
        self.rooms = rooms
        self.audit = audit

    async def end(self, unit: Unit, actor: Actor, found: Record, how: Ended, *, place: str = "") -> bool:
        """Compare-and-set to the end; False where it was over already, or is in force and cannot be refused any more.
        Codes and credentials end in the same unit."""
        stands = "= 'proposed'" if how == "refused" else "<> 'ended'"
        ended = await sql.execute(
            f"{_END} WHERE id = $4 AND portal = $5 AND state {stands}",
            how, unit.now, actor.id, found.id, unit.portal,
        )  # fmt: skip
        if not ended:
            return False
        await self._kill(unit, actor, found.id)
        await self.tell(unit, actor, found, how, place=place)
        return True

    async def _kill(self, unit: Unit, actor: Actor, delegation_id: UUID) -> None:
        await self.rooms.codes.revoke_under(unit, delegation_id)
        await self.rooms.credentials.end_under(unit, actor, delegation_id)

    async def expire(self, unit: Unit) -> int:
        """What ran out by the clock, a batch: periods that are over and proposals that nobody answered; how many."""
        over = "(state <> 'ended' AND valid_until <= $2) OR (state = 'proposed' AND answer_until <= $2)"
        rows = await sql.rows(
            f"SELECT {COLUMNS} FROM delegations d WHERE d.portal = $1 AND d.id IN"
            f" (SELECT id FROM delegations WHERE portal = $1 AND ({over}) LIMIT {_BATCH})",
            unit.portal, unit.now,
        )  # fmt: skip
        for row in rows:
            await self.end(unit, SYSTEM, record(row, unit.now), "expired")
        return len(rows)

    async def end_all(self, unit: Unit, actor: Actor, resident_id: UUID) -> int:
        """Everything that this resident gave or was given ends (the account is closed); how many."""
        rows = await sql.rows(
            f"SELECT {COLUMNS} FROM delegations d WHERE d.portal = $1 AND d.state <> 'ended'"
            " AND (d.principal_id = $2 OR d.delegate_id = $2) ORDER BY d.id",
            unit.portal, resident_id,
        )  # fmt: skip
        for found in (record(row, unit.now) for row in rows):
            how: Ended = "withdrawn" if found.side(resident_id) == "principal" else "renounced"
            await self.end(unit, actor, found, "expired" if found.state == "ended" else how)
        return len(rows)

    async def make_room(self, unit: Unit, principal: UUID, delegate: UUID) -> None:
        """End what has run out between these two, so that it does not stand in the way of a new one."""
        rows = await sql.rows(
            f"SELECT {COLUMNS} FROM delegations d WHERE d.portal = $1 AND d.principal_id = $2 AND d.delegate_id = $3"
            " AND d.state <> 'ended'",
            unit.portal, principal, delegate,
        )  # fmt: skip
        for found in (record(row, unit.now) for row in rows):
            if found.state == "ended":
                await self.end(unit, SYSTEM, found, "expired")

    async def tell(self, unit: Unit, actor: Actor, found: Record, what: What, *, place: str = "") -> None:
        """The audit entry, and a notice to each party; of a proposal only the one who is to answer is told."""
        await self.audit.record(
            unit, actor, f"delegation.{what}", subject_kind="delegation", subject=str(found.id),
            resident_id=found.principal_id, region=found.region, outcome="done", place=place[:128],
        )  # fmt: skip
        names = await self.rooms.residents.masked(unit, found.parties)
        for party in found.parties:
            unit.tell(f"resident:{party}", "delegation", id=str(found.id), state=what)
            if what == "proposed" and (party == found.proposed_by or found.way == "counter"):
                continue
            other = found.other(party)
            await self.rooms.notices.post(
                unit,
                recipient=party,
                region=found.region,
                event="delegation.changed",
                category="statutory",
                dedupe_key=f"delegation:{found.id}:{what}:{party}",
                values={
                    "what": what,
                    "other": names.get(other, "") if other else "",
                    "side": found.side(party) or "",
                    "link": LINK,
                },
                subject=f"delegation:{found.id}",
            )
