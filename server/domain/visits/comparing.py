"""What the clerk says after comparing a card with a credential that was already looked at: it is hers, or it is not.

The look stays one line of 谁看过我的信息: what the comparison brought is written into it, with an entry of its own in
the record. A card that does not agree turns the look into a refused one, and counts towards locking the terminal as
every refused look does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from config.floor import sql
from config.floor.refusal import Forbidden, Missing
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit
from server.domain.visits.locks import Locks
from server.domain.visits.papers import SCENES
from server.domain.visits.ports import Caller, Place, Terminals
from server.domain.visits.reads import ACCEPTED, CARD_MISMATCH
from server.domain.visits.views import READ, codes_in

_FORMS = tuple(SCENES.values())
_DIFFERS = (
    f"UPDATE visits SET outcome = '{CARD_MISMATCH}' WHERE id = $1 AND portal = $2 AND terminal_id = $3"
    f" AND outcome = '{ACCEPTED}' AND scene IN ('{_FORMS[0]}','{_FORMS[1]}') RETURNING {READ}"
)
_AGREES = (
    "UPDATE visits SET fields_seen = $1, card_at = CASE WHEN tier = 'T0' THEN card_at ELSE $5 END"
    " WHERE id = $2 AND portal = $3 AND terminal_id = $4"
    f" AND outcome = '{ACCEPTED}' RETURNING {READ}"
)


class Comparing:
    """The card beside the credential, afterwards."""

    def __init__(self, audit: Audit, terminals: Terminals, locks: Locks) -> None:
        self._audit = audit
        self._terminals = terminals
        self._locks = locks

    async def card_differs(self, unit: Unit, visit_id: UUID, terminal: Caller) -> None:
        """The card is another person's than the credential. Said twice, it is written once; ``Missing`` for a look of
        another terminal, or of anything but a credential."""
        place = await self._place(unit, terminal)
        if await self.differs(unit, visit_id, place, terminal.actor):
            await self._locks.count(unit, place, terminal.actor)
            return
        known = await sql.row(
            f"SELECT id FROM visits WHERE id = $1 AND portal = $2 AND terminal_id = $3 AND outcome = '{CARD_MISMATCH}'",
            visit_id, unit.portal, place.id,
        )  # fmt: skip
        if known is None:
            raise Missing()

    async def differs(self, unit: Unit, visit_id: UUID, place: Place, actor: Actor) -> bool:
        """Turn an accepted look into one that the card refused; False where there is none (any more)."""
        row = await sql.row(_DIFFERS, visit_id, unit.portal, place.id)
        if row is None:
            return False
        await sql.execute("UPDATE credential_reads SET verdict = $1 WHERE visit_id = $2", CARD_MISMATCH, visit_id)
        await self._record(unit, actor, "visit.card_mismatch", row, CARD_MISMATCH, codes_in(row["fields_seen"]))
        return True

    async def agrees(self, unit: Unit, visit_id: UUID, place: Place, actor: Actor, seen: Sequence[str]) -> bool:
        """The card agreed at a terminal that had lost the answer of its look: what it then showed."""
        if not await sql.execute(
            "UPDATE credential_reads SET card_in_hand = $1 WHERE visit_id = $2 AND card_in_hand = $3",
            True, visit_id, False,
        ):  # fmt: skip
            return False
        row = await sql.row(_AGREES, sql.to_json(list(seen)), visit_id, unit.portal, place.id, unit.now)
        if row is None:
            return False
        await self._record(unit, actor, "visit.card_compared", row, "confirmed", tuple(seen))
        return True

    async def _place(self, unit: Unit, terminal: Caller) -> Place:
        if terminal.place is not None:
            return terminal.place
        if terminal.terminal_id is None:
            raise Forbidden()
        return await self._terminals.get(unit, terminal.terminal_id)

    async def _record(
        self, unit: Unit, actor: Actor, action: str, row: Mapping[str, object], outcome: str, fields: tuple[str, ...]
    ) -> None:
        resident = sql.uid_or_none(row["resident_id"])
        await self._audit.record(
            unit, actor, action, subject_kind="visit", subject=str(sql.uid(row["id"])), resident_id=resident,
            region=str(row["region"]), outcome=outcome, purpose=str(row["purpose"]), fields=fields,
            place=f"{row['hall']} {row['counter']}"[:128],
        )  # fmt: skip
        if resident is not None:
            unit.tell(f"resident:{resident}", "visit", id=str(sql.uid(row["id"])), outcome=outcome)
