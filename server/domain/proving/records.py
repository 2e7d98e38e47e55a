"""One challenge as it is read: only by the person who opened it, in the session that opened it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from config.floor import sql
from config.floor.refusal import Missing
from config.floor.unit import Unit
from server.domain.proving.steps import StepCode
from server.domain.sessions.callers import ResidentCaller

State = Literal["open", "proven", "locked", "refused", "over"]
CLAIM, TOKEN = "provings.claim", "provings.token"
DECIDED = "state = $1, decided_at = $2, claim_sealed = NULL, token_sealed = NULL"
"""How a challenge ends: nothing that was claimed outlives it."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """How far one challenge is."""

    id: UUID
    purpose: str
    way: str
    level: int
    steps: tuple[StepCode, ...]
    at_step: int
    attempts: int
    most: int
    state: State
    reference: str
    claim_sealed: bytes | None
    token_sealed: bytes | None
    expires_at: datetime

    @property
    def step(self) -> StepCode:
        """The step in turn."""
        return self.steps[self.at_step]

    @property
    def attempts_left(self) -> int:
        return self.most - self.attempts


async def of_resident(unit: Unit, challenge_id: UUID, caller: ResidentCaller) -> Challenge:
    """The caller's own challenge of this very session; of another's nothing is found."""
    row = await sql.row(
        "SELECT id, purpose, way, level, steps, at_step, attempts, most, state, reference, claim_sealed, token_sealed,"
        " expires_at FROM provings WHERE id = $1 AND portal = $2 AND resident_id = $3 AND session_id = $4",
        challenge_id, unit.portal, caller.resident_id, caller.session_id,
    )  # fmt: skip
    if row is None:
        raise Missing()
    return Challenge(
        id=sql.uid(row["id"]),
        purpose=row["purpose"],
        way=row["way"],
        level=int(row["level"]),
        steps=cast("tuple[StepCode, ...]", tuple(row["steps"].split(","))),
        at_step=int(row["at_step"]),
        attempts=int(row["attempts"]),
        most=int(row["most"]),
        state=row["state"],
        reference=row["reference"],
        claim_sealed=bytes(row["claim_sealed"]) if row["claim_sealed"] else None,
        token_sealed=bytes(row["token_sealed"]) if row["token_sealed"] else None,
        expires_at=sql.instant(row["expires_at"]),
    )


async def forget_faces(unit: Unit, resident_id: UUID) -> None:
    """She no longer agrees to a face check: what its platform has opened counts for nothing. The challenge stays, so
    that another yes goes on with it."""
    await sql.execute(
        "UPDATE provings SET token_sealed = NULL WHERE portal = $1 AND resident_id = $2 AND state = 'open'",
        unit.portal, resident_id,
    )  # fmt: skip
