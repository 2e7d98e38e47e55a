"""A code is taken back: its handles die, and so does a question that still stands on a phone because of it.

Whoever was asked hears why, and the counter goes on at once instead of waiting for an answer that cannot come.
"""

from __future__ import annotations

from uuid import UUID

from codes.service import Codes
from config.floor import sql
from config.floor.unit import SYSTEM, Unit
from server.domain.audit.service import Audit
from server.domain.visits.abroad import at_home
from server.domain.visits.views import READ, ConsentState, codes_in

_END = (
    "UPDATE visits SET consent_state = $1 WHERE consent_state = 'pending' AND consent_until > $2"
    f" AND (portal = $3 OR holder_portal = $3) AND {{whose}} RETURNING {READ}"
)


class Withdrawing:
    """Takes codes back as ``Codes`` does, with what hangs on them, in the same unit."""

    def __init__(self, codes: Codes, audit: Audit) -> None:
        self._codes = codes
        self._audit = audit

    async def revoke(self, unit: Unit, *, session_id: UUID | None = None, subject: UUID | None = None) -> int:
        """Every live code of a session, or of a resident (shown by or for her); how many there were."""
        ended = await self._codes.revoke(unit, session_id=session_id, subject=subject)
        whose = "session_id = $4" if session_id else "(resident_id = $4 OR acting_id = $4)"
        await self._end(unit, "revoked", whose, session_id or subject)
        return ended

    async def revoke_elsewhere(self, unit: Unit, acting: UUID, keep_session: UUID) -> int:
        """Every live code that somebody shows in any session but this one: the others have ended; how many."""
        ended = await self._codes.revoke_elsewhere(unit, acting, keep_session)
        await self._end(unit, "revoked", "acting_id = $4 AND session_id <> $5", acting, keep_session)
        return ended

    async def revoke_under(self, unit: Unit, delegation: UUID) -> int:
        """Every live code that somebody was given to show for another; how many there were."""
        ended = await self._codes.revoke_under(unit, delegation)
        await self._end(unit, "withdrawn", "delegation_id = $4", delegation)
        return ended

    async def _end(self, unit: Unit, state: ConsentState, whose: str, *values: UUID | None) -> None:
        for row in await sql.rows(_END.format(whose=whose), state, unit.now, unit.portal, *values):
            visit_id = str(sql.uid(row["id"]))
            await self._audit.record(
                at_home(unit, row), SYSTEM, "visit.consent", subject_kind="visit", subject=visit_id,
                resident_id=sql.uid_or_none(row["resident_id"]), region=row["region"], outcome=state,
                purpose=row["purpose"], fields=codes_in(row["consent_asked"]),
                place=f"{row['hall']} {row['counter']}"[:128],
            )  # fmt: skip
            unit.tell(f"resident:{sql.uid(row['acting_id'])}", "consent", visit_id=visit_id)
            unit.tell(f"terminal:{sql.uid(row['terminal_id'])}", "consent", visit_id=visit_id, state=state)
