"""The second factor of staff at the console: an authenticator's codes or a passkey, whichever a person chooses.

At a counter the registered device that signs every request is the second factor. A seed is sealed, a step works once,
a challenge is answered once, and who lost all of them begins anew only after two other people agreed. Who has a passkey
is never let in by a seed that only the password made: an unproven one counts as long as there is nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
    PasskeyElsewhere,
    RecoverySamePerson,
    SecondFactorDigits,
    SecondFactorKept,
    SecondFactorLast,
    SecondFactorMissing,
    SecondFactorNeeded,
    SecondFactorWrong,
)
from server.domain.staff.passkeys import Passkeys, Shown, hold, working
from server.domain.staff.webauthn import Site

_SEED = "staff_second_factors.seed"
_WINDOW = 900
_BUDGET = "totp"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A fresh seed, shown once: as text and as what an authenticator's camera reads."""

    seed: str
    uri: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody shows beside the password: digits, a passkey, or nothing yet. No ``site`` = at this address no
    passkey can be asked for."""

    code: str = ""
    passkey: Shown | None = None
    site: Site | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """What this person has. ``seed``: also an unproven one, which counts only where there is no passkey."""

    seed: bytes | None
    last_step: int
    confirmed_at: datetime | None
    passkeys: int

    @property
    def takes_codes(self) -> bool:
        return self.seed is not None and (self.confirmed_at is not None or not self.passkeys)


class SecondFactor:
    """An authenticator and passkeys of each member of staff; counters are rows, raised before anything is compared."""

    def __init__(self, vault: Vault, audit: Audit, passkeys: Passkeys, *, required: bool, attempts: int = 5) -> None:
        self._vault = vault
        self._audit = audit
        self.passkeys = passkeys
        self._required = required
        self._attempts = attempts

    async def enrol(
        self, unit: Unit, actor: Actor, staff_id: UUID, *, issuer: str, inside: bool = False
    ) -> Enrolment | Refusal:
        """A new seed for somebody who has no working authenticator yet.

        By the password alone only where there is no passkey either; it counts from the first sign-in with one of its
        codes on. ``inside``: in an open session, and it counts once ``confirm`` has seen a code. Until then it can be
        made anew.
        """
        if not inside and (await self._held(unit, staff_id)).passkeys:
            return SecondFactorKept()
        seed = totp.fresh_seed()
        if not await self._plant(unit, staff_id, seed):
            return SecondFactorKept()
        await self._record(unit, actor, "staff.factor_enrol", staff_id)
        return Enrolment(seed, totp.enrolment_uri(seed, issuer=issuer, account=actor.label))

    async def confirm(self, unit: Unit, actor: Actor, staff_id: UUID, code: str) -> Refusal | None:
        """In an open session: the authenticator shows the right digits, so it counts from now on."""
        held = await self._held(unit, staff_id)
        if held.seed is None:
            raise Missing()
        if held.confirmed_at is not None:
            return SecondFactorKept()
        if await self._spent(unit, staff_id):
            return self._locked(unit)
        if not await self._code_fits(unit, staff_id, held, code):
            return SecondFactorDigits()
        await budgets.refund(unit, _BUDGET, staff_id.bytes, seconds=_WINDOW)
        await self._record(unit, actor, "staff.factor_confirm", staff_id)
        return None

    async def authenticator_since(self, unit: Unit, staff_id: UUID) -> datetime | None:
        """Since when this person has a working authenticator; None = has none."""
        return (await self._held(unit, staff_id)).confirmed_at

    async def remove(self, unit: Unit, actor: Actor, staff_id: UUID) -> Refusal | None:
        """Forget one's own authenticator, where a passkey is left to come in with."""
        await hold(staff_id)
        if (await self._held(unit, staff_id)).confirmed_at is None:
            raise Missing()
        if await working(staff_id) < 2:
            return SecondFactorLast()
        await sql.execute("DELETE FROM staff_second_factors WHERE portal = $1 AND staff_id = $2", unit.portal, staff_id)
        await self._record(unit, actor, "staff.factor_remove", staff_id)
        return None

    async def check(self, unit: Unit, actor: Actor, proof: Proof) -> Refusal | None:
        """Whether this lets her in now; None = it does, or nobody asks anything of her. Refusals are committed."""
        assert actor.id is not None
        held = await self._held(unit, actor.id)
        if held.confirmed_at is None and not held.passkeys and not (held.seed and proof.code):
            return SecondFactorMissing() if self._required else None
        if proof.passkey is None and not proof.code:
            return await self._needed(unit, actor.id, held, proof.site)
        if await self._spent(unit, actor.id):
            return self._locked(unit)
        refused = await self._judged(unit, actor, held, proof)
        if refused is None:
            await budgets.refund(unit, _BUDGET, actor.id.bytes, seconds=_WINDOW)
            await self._found_again(unit, actor.id)
        return refused

    async def ask_recovery(self, unit: Unit, actor: Actor, staff_id: UUID) -> None:
        """The first of two people says that this authenticator, or these passkeys, are lost."""
        changed = await sql.execute(
            "UPDATE staff_second_factors SET recovery_by = $1, recovery_at = $2 WHERE portal = $3 AND staff_id = $4",
            actor.id, unit.now, unit.portal, staff_id,
        )  # fmt: skip
        if changed != 1 and not await self._report(unit, actor, staff_id):
            raise Missing()
        await self._record(unit, actor, "staff.factor_lost", staff_id)

    async def confirm_recovery(self, unit: Unit, actor: Actor, staff_id: UUID) -> None:
        """The second person agrees: everything is forgotten. Neither the first one nor whoever lost it can."""
        row = await sql.row(
            "SELECT recovery_by FROM staff_second_factors WHERE portal = $1 AND staff_id = $2 "
            "AND recovery_by IS NOT NULL",
            unit.portal, staff_id,
        )  # fmt: skip
        if row is None:
            raise Missing()
        if actor.id in (sql.uid(row["recovery_by"]), staff_id):
            raise RecoverySamePerson()
        await self.passkeys.forget(unit, staff_id)  # first these, as a sign-in does: no ring of waiting
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

    async def _held(self, unit: Unit, staff_id: UUID) -> _Held:
        row = await sql.row(
            "SELECT f.seed_sealed, f.last_step, f.confirmed_at, "
            "(SELECT count(*) FROM staff_passkeys p WHERE p.staff_id = s.id) AS passkeys "
            "FROM staff s LEFT JOIN staff_second_factors f ON f.staff_id = s.id WHERE s.portal = $1 AND s.id = $2",
            unit.portal, staff_id,
        )  # fmt: skip
        if row is None:
            raise Missing()
        seed = None if row["seed_sealed"] is None else bytes(row["seed_sealed"])
        return _Held(seed, int(row["last_step"] or 0), sql.instant_or_none(row["confirmed_at"]), int(row["passkeys"]))

    async def _needed(self, unit: Unit, staff_id: UUID, held: _Held, site: Site | None) -> Refusal:
        """Says with what she can go on here."""
        refusal = SecondFactorNeeded()
        ways = ["code"] if held.confirmed_at is not None else []
        if held.passkeys and site is not None and await self.passkeys.usable(unit, staff_id, site):
            ways.append("passkey")
        refusal.more["ways"] = ways
        return refusal

    async def _judged(self, unit: Unit, actor: Actor, held: _Held, proof: Proof) -> Refusal | None:
        assert actor.id is not None
        if proof.passkey is None:
            fits = held.takes_codes and await self._code_fits(unit, actor.id, held, proof.code)
            return None if fits else SecondFactorWrong()
        if proof.site is None:
            return PasskeyElsewhere()
        return await self.passkeys.fits(unit, actor, proof.site, proof.passkey)

    async def _code_fits(self, unit: Unit, staff_id: UUID, held: _Held, code: str) -> bool:
        if held.seed is None:
            return False
        seed = self._vault.open(held.seed, _SEED)
        step = totp.fitting_step(seed, code, unit.now, after=held.last_step)
        return step is not None and await self._use(unit, staff_id, step)

    async def _use(self, unit: Unit, staff_id: UUID, step: int) -> bool:
        """A step is used by one sign-in: of two at once with the same code one comes in."""
        used = await sql.execute(
            "UPDATE staff_second_factors SET last_step = $1, confirmed_at = COALESCE(confirmed_at, $2) "
            "WHERE staff_id = $3 AND last_step < $1",
            step, unit.now, staff_id,
        )  # fmt: skip
        return used == 1

    async def _found_again(self, unit: Unit, staff_id: UUID) -> None:
        """She came in: nothing of hers is lost."""
        await sql.execute(
            "UPDATE staff_second_factors SET recovery_by = NULL, recovery_at = NULL "
            "WHERE portal = $1 AND staff_id = $2 AND recovery_by IS NOT NULL",
            unit.portal, staff_id,
        )  # fmt: skip

    async def _plant(self, unit: Unit, staff_id: UUID, seed: str) -> bool:
        kept = await sql.execute(
            "INSERT INTO staff_second_factors (id, portal, staff_id, seed_sealed, created_at, last_step) "
            "VALUES ($1,$2,$3,$4,$5,0) ON CONFLICT (staff_id) DO UPDATE SET seed_sealed = excluded.seed_sealed, "
            "created_at = excluded.created_at, last_step = 0 WHERE staff_second_factors.confirmed_at IS NULL",
            new_id(), unit.portal, staff_id, self._vault.seal(seed, _SEED), unit.now,
        )  # fmt: skip
        return kept == 1

    async def _report(self, unit: Unit, actor: Actor, staff_id: UUID) -> bool:
        """Who has passkeys alone has no row to note it in: one is made, with a seed that nobody has seen."""
        if not (await self._held(unit, staff_id)).passkeys:
            return False
        await self._plant(unit, staff_id, totp.fresh_seed())
        changed = await sql.execute(
            "UPDATE staff_second_factors SET recovery_by = $1, recovery_at = $2 WHERE portal = $3 AND staff_id = $4",
            actor.id, unit.now, unit.portal, staff_id,
        )  # fmt: skip
        return changed == 1

    async def _spent(self, unit: Unit, staff_id: UUID) -> bool:
        """Counts one try; whether it was one too many. Codes and passkeys share one budget."""
        return await budgets.spend(unit, _BUDGET, staff_id.bytes, seconds=_WINDOW) > self._attempts

    @staticmethod
    def _locked(unit: Unit) -> Refusal:
        return SignInLocked(retry_after=budgets.seconds_left(unit.now, _WINDOW))

    async def _record(self, unit: Unit, actor: Actor, action: str, staff_id: UUID) -> None:
        await self._audit.record(unit, actor, action, subject_kind="staff", subject=str(staff_id))
