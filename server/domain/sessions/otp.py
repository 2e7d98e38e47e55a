"""Sign-in codes by SMS: budgets first, the counter raised before the comparison, one answer for every wrong code.

Figures: OWASP ASVS 5.0 6.5.1–6.5.5 (once, hashed, ≥ 20 bits with few attempts, ≤ 10 minutes); the rest are settings.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Refusal
from config.floor.unit import Unit
from config.floor.vault import Search, Vault
from server.domain.sessions import budgets
from server.domain.sessions.errors import OtpTooMany, OtpWrong, PhoneInvalid

_PHONE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_HOUR, _DAY, _ADDRESS_WINDOW = 3600, 86_400, 300


@dataclass(frozen=True, slots=True)
class OtpLimits:
    """Budgets of sign-in codes; meanings in ``config.settings.Limits``."""

    digits: int = 6
    seconds: int = 300
    attempts: int = 5
    per_phone_hour: int = 5
    per_phone_day: int = 10
    per_address: int = 25
    per_portal_day: int = 50_000
    resend_seconds: int = 60


@dataclass(frozen=True, slots=True)
class OtpSent:
    """How long the code lives and when another may be asked for, seconds."""

    expires_in: int
    retry_after: int


class Postman(Protocol):
    """The notice engine, as far as sign-in codes need it."""

    async def post_to_phone(
        self, unit: Unit, *, phone: str, event: str, dedupe_key: str, values: dict[str, str], language: str = "zh-CN"
    ) -> UUID: ...


class OneTimeCodes:
    """Send and check sign-in codes. A number that is no resident's gets the same answers as one that is."""

    def __init__(self, vault: Vault, postman: Postman, limits: OtpLimits) -> None:
        self._vault = vault
        self._postman = postman
        self._limits = limits

    async def send(self, unit: Unit, phone: str, *, address: str, language: str) -> OtpSent | Refusal:
        """Send a code, or return why not (committed: the budgets count)."""
        if not _PHONE.fullmatch(phone):
            raise PhoneInvalid()
        index = self.phone_index(phone)
        if refused := await self._over_budget(unit, index, address):
            return refused
        code = "".join(secrets.choice("0123456789") for _ in range(self._limits.digits))
        otp_id = new_id()
        await sql.execute(
            "INSERT INTO otps (id, portal, phone_index, code_hash, created_at, expires_at, attempts) "
            "VALUES ($1,$2,$3,$4,$5,$6,0)",
            otp_id, unit.portal, index.here, self._hash(otp_id, code).here, unit.now,
            unit.now + timedelta(seconds=self._limits.seconds),
        )  # fmt: skip
        values = {"code": code, "minutes": str(self._limits.seconds // 60)}
        await self._postman.post_to_phone(
            unit, phone=phone, event="otp", dedupe_key=f"otp:{otp_id}", values=values, language=language
        )
        return OtpSent(expires_in=self._limits.seconds, retry_after=self._limits.resend_seconds)

    async def check(self, unit: Unit, phone: str, code: str) -> bool:
        """Whether ``code`` is the newest live code of this phone; uses it up. The unit must commit either way."""
        if not _PHONE.fullmatch(phone):
            raise PhoneInvalid()
        row = await sql.row(
            "UPDATE otps SET attempts = attempts + 1 "
            "WHERE id = (SELECT id FROM otps WHERE portal = $1 AND phone_index IN ($2, $3) "
            "ORDER BY created_at DESC, id DESC LIMIT 1) AND used_at IS NULL AND expires_at > $4 AND attempts < $5 "
            "RETURNING id, code_hash",
            unit.portal, *self.phone_index(phone).both, unit.now, self._limits.attempts,
        )  # fmt: skip
        if row is None:
            return False
        otp_id = sql.uid(row["id"])
        kept = bytes(row["code_hash"])
        if not any(hmac.compare_digest(kept, one) for one in dict.fromkeys(self._hash(otp_id, code).both)):
            return False
        return (
            await sql.execute("UPDATE otps SET used_at = $1 WHERE id = $2 AND used_at IS NULL", unit.now, otp_id) == 1
        )

    def phone_index(self, phone: str) -> Search:
        return self._vault.search(phone, "residents.phone")

    async def sweep(self, unit: Unit) -> int:
        """Forget some of the codes that died a day ago; how many."""
        return await sql.delete_some("otps", "expires_at < $1", unit.now - timedelta(days=1))

    async def _over_budget(self, unit: Unit, index: Search, address: str) -> Refusal | None:
        limits = self._limits
        if refused := await self._too_soon(unit, index):
            return refused
        for name, key, seconds, limit in (
            ("otp-address", self._vault.search(address, "budgets.address"), _ADDRESS_WINDOW, limits.per_address),
            ("otp-hour", index, _HOUR, limits.per_phone_hour),
            ("otp-day", index, _DAY, limits.per_phone_day),
            ("otp-portal", b"portal", _DAY, limits.per_portal_day),
        ):
            if await budgets.spend(unit, name, key, seconds=seconds) > limit:
                return OtpTooMany(retry_after=budgets.seconds_left(unit.now, seconds))
        # Looked at again: whoever asked for this phone at the same moment has committed now, as the phone's budget
        # row lets one through after the other.
        return await self._too_soon(unit, index)

    async def _too_soon(self, unit: Unit, index: Search) -> Refusal | None:
        last = await sql.row(
            "SELECT created_at FROM otps WHERE portal = $1 AND phone_index IN ($2, $3)"
            " ORDER BY created_at DESC LIMIT 1",
            unit.portal, *index.both,
        )  # fmt: skip
        if last is None:
            return None
        waited = max(0.0, (unit.now - sql.instant(last["created_at"])).total_seconds())
        if waited >= self._limits.resend_seconds:
            return None
        return OtpTooMany(retry_after=max(1, round(self._limits.resend_seconds - waited)))

    def _hash(self, otp_id: UUID, code: str) -> Search:
        return self._vault.search(f"{otp_id}:{code}", "otps.code")


def wrong_code() -> Refusal:
    """The one answer to a code that does not fit, whatever the reason."""
    return OtpWrong()
