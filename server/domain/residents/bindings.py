"""Bindings: by which foreign accounts a resident is known (WeChat, Alipay, an e-mail address, a ticket's subject).

One account belongs to one resident of a portal at a time; the subject is sealed and found by its blind index.
Whoever binds has proven the account (a code exchanged by the server, a mail answered): nothing is bound on a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Search, Vault

SUBJECT = "resident_bindings.subject"
MERGED_PHONE = "sms"
WECHAT, WECHAT_OA, ALIPAY, EMAIL = "wechat", "wechat_oa", "alipay", "email"
"""The providers that can also carry a notice: mini-program openid, 公众号 openid, Alipay open id, address."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One account of one resident; the subject itself stays sealed."""

    provider: str
    bound_at: datetime


class Bindings:
    """Who is behind a foreign account, and which account to write to."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def bind(self, unit: Unit, resident_id: UUID, provider: str, subject: str) -> UUID:
        """Bind the account to this resident unless somebody holds it; whose it is now. Two at once make one."""
        index = self._index(provider, subject)
        await sql.execute(
            "INSERT INTO resident_bindings "
            "(id, portal, resident_id, provider, subject_sealed, subject_index, subject_index_next, bound_at) "
            "VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT DO NOTHING",
            new_id(), unit.portal, resident_id, provider, self._vault.seal(subject, SUBJECT), index.here,
            index.beside, unit.now,
        )  # fmt: skip
        holder = await self.holder(unit, provider, subject)
        assert holder is not None
        return holder

    async def holder(self, unit: Unit, provider: str, subject: str) -> UUID | None:
        """The resident of the unit's portal behind this account."""
        index = self._index(provider, subject)
        row = await sql.row(
            "SELECT resident_id FROM resident_bindings WHERE portal = $1 AND provider = $2"
            " AND (subject_index = $3 OR subject_index_next = $4)",
            unit.portal, provider, index.here, index.beside,
        )  # fmt: skip
        return sql.uid(row["resident_id"]) if row else None

    async def subject(self, resident_id: UUID, provider: str) -> str | None:
        """For the notice engine only: the account to write to, the newest if there are several."""
        row = await sql.row(
            "SELECT b.subject_sealed FROM resident_bindings b JOIN residents r ON r.id = b.resident_id "
            "WHERE b.resident_id = $1 AND b.provider = $2 AND r.closed_at IS NULL "
            "ORDER BY b.bound_at DESC, b.id DESC LIMIT 1",
            resident_id, provider,
        )  # fmt: skip
        return self._vault.open(bytes(row["subject_sealed"]), SUBJECT) if row else None

    async def of(self, unit: Unit, resident_id: UUID) -> list[Binding]:
        """A resident's accounts, newest first; ``sms`` = the phone of an account that was merged into this one."""
        rows = await sql.rows(
            "SELECT provider, bound_at FROM resident_bindings WHERE portal = $1 AND resident_id = $2 UNION ALL"
            " SELECT 'sms' AS provider, closed_at AS bound_at FROM residents WHERE portal = $1 AND merged_into = $2"
            " AND phone_index IS NOT NULL ORDER BY bound_at DESC, provider",
            unit.portal, resident_id,
        )  # fmt: skip
        return [Binding(row["provider"], sql.instant(row["bound_at"])) for row in rows]

    async def release(self, unit: Unit, resident_id: UUID, provider: str) -> int:
        """Forget a resident's accounts at one provider; how many there were."""
        if provider == MERGED_PHONE:
            return await sql.execute(
                "UPDATE residents SET phone_sealed = NULL, phone_index = NULL, phone_index_next = NULL"
                " WHERE portal = $1 AND merged_into = $2 AND phone_index IS NOT NULL",
                unit.portal, resident_id,
            )  # fmt: skip
        return await sql.execute(
            "DELETE FROM resident_bindings WHERE portal = $1 AND resident_id = $2 AND provider = $3",
            unit.portal, resident_id, provider,
        )  # fmt: skip

    def _index(self, provider: str, subject: str) -> Search:
        return self._vault.search(f"{provider}:{subject}", SUBJECT)
