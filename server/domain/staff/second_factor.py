"""The second factor of staff at the console: an authenticator's codes.

At a counter the registered device that signs every request is the second factor; here it is a code. A seed is sealed,
a step works once, and who lost the authenticator gets a new one only after two other people agreed.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Missing, Refusal
from config.floor.unit import Actor, Unit
from config.floor.vault import Vault
from server.domain.audit.service import Audit
from server.domain.sessions import budgets
from server.domain.sessions.errors import SignInLocked
from server.domain.staff import totp
from server.domain.staff.errors import (
    RecoverySamePerson,
    SecondFactorKept,
    SecondFactorMissing,
    SecondFactorNeeded,
    SecondFactorWrong,
)

_SEED = "staff_second_factors.seed"
_WINDOW = 900


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A fresh seed, shown once: as text and as what an authenticator's camera reads."""

    seed: str
    uri: str


class SecondFactor:
    """One authenticator for each member of staff; counters are rows, raised before anything is compared."""

    def __init__(self, vault: Vault, audit: Audit, *, required: bool, attempts: int = 5) -> None:
        self._vault = vault
        self._audit = audit
        self._required = required
        self._attempts = attempts

    async def enrol(self, unit: Unit, actor: Actor, staff_id: UUID, *, issuer: str) -> Enrolment | Refusal:
        """A new seed for somebody whose password has just fitted and who has no working authenticator yet.

        It counts from the first sign-in with one of its codes on; until then it can be made anew.
        """
        seed = totp.fresh_seed()
        kept = await sql.execute(
            "INSERT INTO staff_second_factors (id, portal, staff_id, seed_sealed, created_at, last_step) "
            "VALUES ($1,$2,$3,$4,$5,0) ON CONFLICT (staff_id) DO UPDATE SET seed_sealed = excluded.seed_sealed, "
            "created_at = excluded.created_at, last_step = 0 WHERE staff_second_factors.confirmed_at IS NULL",
            new_id(), unit.portal, staff_id, self._vault.seal(seed, _SEED), unit.now,
        )  # fmt: skip
        if kept != 1:
            return SecondFactorKept()
        await self._record(unit, actor, "staff.factor_enrol", staff_id)
        return Enrolment(seed, totp.enrolment_uri(seed, issuer=issuer, account=actor.label))

    async def check(self, unit: Unit, staff_id: UUID, code: str) -> Refusal | None:
        """Whether this code lets her in now; None = it does, or nobody asks one of her. Refusals are committed."""
        row = await sql.row(
            "SELECT seed_sealed, last_step, confirmed_at FROM staff_second_factors WHERE portal = $1 AND staff_id = $2",
            unit.portal, staff_id,
        )  # fmt: skip
        if row is None or (row["confirmed_at"] is None and not code):
            return SecondFactorMissing() if self._required else None
        if not code:
            return SecondFactorNeeded()
        if await budgets.spend(unit, "totp", staff_id.bytes, seconds=_WINDOW) > self._attempts:
            return SignInLocked(retry_after=budgets.seconds_left(unit.now, _WINDOW))
        seed = self._vault.open(bytes(row["seed_sealed"]), _SEED)
        step = totp.fitting_step(seed, code, unit.now, after=int(row["last_step"]))
        if step is None or not await self._use(unit, staff_id, step):
            return SecondFactorWrong()
        await budgets.refund(unit, "totp", staff_id.bytes, seconds=_WINDOW)
        return None

    async def ask_recovery(self, unit: Unit, actor: Actor, staff_id: UUID) -> None:
        """The first of two people says that this authenticator is lost."""
        changed = await sql.execute(
            "UPDATE staff_second_factors SET recovery_by = $1, recovery_at = $2 WHERE portal = $3 AND staff_id = $4",
            actor.id, unit.now, unit.portal, staff_id,
        )  # fmt: skip
        if changed != 1:
            raise Missing()
        await self._record(unit, actor, "staff.factor_lost", staff_id)

    async def confirm_recovery(self, unit: Unit, actor: Actor, staff_id: UUID) -> None:
        """The second person agrees: the authenticator is forgotten. Neither the first one nor whoever lost it can."""
        row = await sql.row(
            "SELECT recovery_by FROM staff_second_factors WHERE portal = $1 AND staff_id = $2 "
            "AND recovery_by IS NOT NULL",
            unit.portal, staff_id,
        )  # fmt: skip
        if row is None:
            raise Missing()
        if actor.id in (sql.uid(row["recovery_by"]), staff_id):
            raise RecoverySamePerson()
        forgotten = await sql.execute(
            "DELETE FROM staff_second_factors WHERE portal = $1 AND staff_id = $2 AND recovery_by = $3",
            unit.portal, staff_id, row["recovery_by"],
        )  # fmt: skip
        if forgotten != 1:  # meanwhile she came in with it, or somebody else asked
            raise Missing()
        await self._record(unit, actor, "staff.factor_forget", staff_id)

    async def give(self, unit: Unit, staff_id: UUID) -> None:
        """Demo only: an authenticator that works from the start."""
        await sql.execute(
            "INSERT INTO staff_second_factors (id, portal, staff_id, seed_sealed, created_at, confirmed_at, last_step) "
            "VALUES ($1,$2,$3,$4,$5,$5,0)",
            new_id(), unit.portal, staff_id, self._vault.seal(totp.fresh_seed(), _SEED), unit.now,
        )  # fmt: skip

    async def current_codes(self, unit: Unit) -> dict[str, str]:
        """Demo only: staff number → the code of this moment."""
        rows = await sql.rows(
            "SELECT s.staff_no, f.seed_sealed FROM staff_second_factors f JOIN staff s ON s.id = f.staff_id "
            "WHERE f.portal = $1 AND f.confirmed_at IS NOT NULL ORDER BY s.staff_no LIMIT 100",
            unit.portal,
        )  # fmt: skip
        step = totp.step_at(unit.now)
        return {row["staff_no"]: totp.code_of(self._vault.open(bytes(row["seed_sealed"]), _SEED), step) for row in rows}

    async def _use(self, unit: Unit, staff_id: UUID, step: int) -> bool:
        """A step is used by one sign-in: of two at once with the same code one comes in."""
        used = await sql.execute(
            "UPDATE staff_second_factors SET last_step = $1, confirmed_at = COALESCE(confirmed_at, $2), "
            "recovery_by = NULL, recovery_at = NULL WHERE staff_id = $3 AND last_step < $1",
            step, unit.now, staff_id,
        )  # fmt: skip
        return used == 1

    async def _record(self, unit: Unit, actor: Actor, action: str, staff_id: UUID) -> None:
        await self._audit.record(unit, actor, action, subject_kind="staff", subject=str(staff_id))
