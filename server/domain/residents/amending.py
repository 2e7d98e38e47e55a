"""What a proven resident may change about who she is: the phone number in her hand, the name of the register."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from config.floor import sql
from config.floor.refusal import Missing, Refusal
from config.floor.unit import Actor, Unit
from config.floor.vault import Vault
from server.domain.audit.service import Audit
from server.domain.identifiers import IdNumber, read_id_number
from server.domain.residents.errors import IdentityAttemptsExceeded, IdentityMismatch, PhoneTaken
from server.domain.sessions import budgets
from server.domain.sessions.otp import OneTimeCodes, wrong_code
from server.domain.sessions.service import Sessions

_DAY = 86_400


class Postman(Protocol):
    """The notice engine, as far as the old number is told."""

    async def post_to_phone(
        self, unit: Unit, *, phone: str, event: str, dedupe_key: str, values: dict[str, str], language: str = "zh-CN"
    ) -> UUID: ...


class ShownCodes(Protocol):
    """The dynamic codes, as far as signed-out devices show them."""

    async def revoke_elsewhere(self, unit: Unit, acting: UUID, keep_session: UUID) -> int: ...


class Amending:
    """Every change is on record; the number itself is changed at a counter or by request only."""

    def __init__(
        self,
        vault: Vault,
        audit: Audit,
        sessions: Sessions,
        codes: OneTimeCodes,
        postman: Postman,
        shown: ShownCodes,
        *,
        attempts: int = 5,
    ) -> None:
        self._vault, self._audit, self._sessions = vault, audit, sessions
        self._codes, self._postman, self._shown = codes, postman, shown
        self._attempts = attempts

    async def change_phone(
        self, unit: Unit, actor: Actor, resident_id: UUID, phone: str, code: str, *, keep_session: UUID
    ) -> Refusal | None:
        """The new number, whose code she has read. Other devices are signed out and the codes
        on them die, the old number is told.

        Refusals are returned: the code's counter stays. ``PhoneTaken`` where the number is another account's, which
        is said only to somebody who has the phone.
        """
        if not await self._codes.check(unit, phone, code):
            return wrong_code()
        row = await sql.row(
            "SELECT region, language, phone_sealed FROM residents WHERE id = $1 AND portal = $2 AND closed_at IS NULL",
            resident_id, unit.portal,
        )  # fmt: skip
        if row is None:
            raise Missing()
        before = self._vault.open(bytes(row["phone_sealed"]), "residents.phone") if row["phone_sealed"] else None
        if before == phone:
            return None
        index = self._codes.phone_index(phone)
        await sql.execute(  # the phone of an account that was merged into this one is hers already
            "UPDATE residents SET phone_sealed = NULL, phone_index = NULL, phone_index_next = NULL"
            " WHERE portal = $1 AND merged_into = $2 AND (phone_index = $3 OR phone_index_next = $4)",
            unit.portal, resident_id, index.here, index.beside,
        )  # fmt: skip
        try:
            async with in_transaction("default"):  # a savepoint: on PostgreSQL the conflict would end the unit
                await sql.execute(
                    "UPDATE residents SET phone_sealed = $1, phone_index = $2, phone_index_next = $5"
                    " WHERE id = $3 AND portal = $4",
                    self._vault.seal(phone, "residents.phone"), index.here, resident_id, unit.portal, index.beside,
                )  # fmt: skip
        except IntegrityError:
            await self._record(unit, actor, resident_id, row["region"], "identity.phone", "taken")
            return PhoneTaken()
        await self._sessions.end_all(unit, resident_id, keep=keep_session)
        await self._shown.revoke_elsewhere(unit, resident_id, keep_session)
        await self._record(unit, actor, resident_id, row["region"], "identity.phone", "done")
        if before is not None:
            await self._postman.post_to_phone(
                unit, phone=before, event="phone.changed", dedupe_key=f"phone:{resident_id}:{unit.now.isoformat()}",
                values={"ending": phone[-4:]}, language=row["language"],
            )  # fmt: skip
        return None

    async def claim_name(self, unit: Unit, resident_id: UUID) -> IdNumber | Refusal:
        """Her own number, with which the register is asked about the new name; counts the try before it is made."""
        row = await sql.row(
            "SELECT id_number_sealed FROM residents WHERE id = $1 AND portal = $2 AND closed_at IS NULL",
            resident_id, unit.portal,
        )  # fmt: skip
        if row is None or row["id_number_sealed"] is None:
            raise Missing()
        used = await budgets.spend(unit, "identity", resident_id.bytes, seconds=_DAY)
        if used > self._attempts:
            return IdentityAttemptsExceeded(retry_after=budgets.seconds_left(unit.now, _DAY))
        number = self._vault.open(bytes(row["id_number_sealed"]), "residents.id_number")
        return read_id_number(number, today=unit.today, earliest_year=1800)

    async def settle_name(
        self, unit: Unit, actor: Actor, resident_id: UUID, name: str, *, matched: bool
    ) -> Refusal | None:
        """What the register said about the new name; a mismatch is committed."""
        row = await sql.row("SELECT region FROM residents WHERE id = $1 AND portal = $2", resident_id, unit.portal)
        if row is None:
            raise Missing()
        if not matched:
            await self._record(unit, actor, resident_id, row["region"], "identity.name", "mismatch")
            return IdentityMismatch()
        await sql.execute(
            "UPDATE residents SET name_sealed = $1 WHERE id = $2 AND portal = $3 AND closed_at IS NULL",
            self._vault.seal(name, "residents.name"), resident_id, unit.portal,
        )  # fmt: skip
        await self._record(unit, actor, resident_id, row["region"], "identity.name", "done")
        return None

    async def _record(
        self, unit: Unit, actor: Actor, resident_id: UUID, region: str, action: str, outcome: str
    ) -> None:
        await self._audit.record(
            unit, actor, action, subject_kind="resident", subject=str(resident_id), resident_id=resident_id,
            region=region, outcome=outcome,
        )  # fmt: skip
