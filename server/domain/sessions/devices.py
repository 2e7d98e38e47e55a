"""The devices on which a resident is signed in: seen and signed out by the resident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from config.floor import sql
from config.floor.refusal import Missing
from config.floor.unit import Unit

PAGE = 20


@dataclass(frozen=True, slots=True)
class SignedInDevice:
    """One open session, without anything that would let somebody in."""

    id: UUID
    device: str
    signed_in_at: datetime
    seen_at: datetime
    expires_at: datetime


class Devices:
    """A session that has ended, expired or been idle too long is none of them."""

    def __init__(self, idle: timedelta) -> None:
        self._idle = idle

    async def of(self, unit: Unit, resident_id: UUID, *, before: UUID | None = None) -> list[SignedInDevice]:
        """At most ``PAGE``, the newest first; ``before`` is the last id already seen."""
        rows = await sql.rows(
            "SELECT id, device, created_at, seen_at, expires_at FROM sessions WHERE subject = $1 AND kind = 'resident' "
            "AND ended_at IS NULL AND portal = $2 AND expires_at > $3 AND seen_at > $4"
            + (" AND id < $5" if before else "")
            + f" ORDER BY id DESC LIMIT {PAGE}",
            resident_id, unit.portal, unit.now, unit.now - self._idle, *([before] if before else []),
        )  # fmt: skip
        return [
            SignedInDevice(
                sql.uid(row["id"]), row["device"], sql.instant(row["created_at"]), sql.instant(row["seen_at"]),
                sql.instant(row["expires_at"]),
            )
            for row in rows
        ]  # fmt: skip

    async def sign_out(self, unit: Unit, resident_id: UUID, session_id: UUID) -> None:
        """End one of the resident's own sessions; ``Missing`` for anybody else's and for one that is over."""
        ended = await sql.execute(
            "UPDATE sessions SET ended_at = $1 WHERE id = $2 AND subject = $3 AND kind = 'resident' AND portal = $4 "
            "AND ended_at IS NULL",
            unit.now, session_id, resident_id, unit.portal,
        )  # fmt: skip
        if ended != 1:
            raise Missing()
