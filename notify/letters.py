"""What letters say: the words of notices as they were told, opened for printing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify.errors import MessageMissing
from notify.outbox import Words
from notify.wordings import Wordings, worded


@dataclass(frozen=True, slots=True)
class Told:
    """One notice, opened."""

    id: UUID
    category: str
    subject: str
    created_at: datetime
    title: str
    body: str


class Letters:
    """Reads; who may print and that it was printed is the edge's to settle and to record."""

    def __init__(self, vault: Vault, wordings: Wordings) -> None:
        self._vault = vault
        self._wordings = wordings

    async def words(self, unit: Unit, message_ids: Sequence[UUID]) -> dict[UUID, Told]:
        """These notices of the portal; two statements. ``MessageMissing`` where one cannot be opened any more."""
        holes = ",".join(f"${n}" for n in range(2, len(message_ids) + 2))
        rows = await sql.rows(
            "SELECT id, category, subject, created_at, content, wording_id FROM notify_messages "
            f"WHERE portal = $1 AND id IN ({holes})",
            unit.portal, *message_ids,
        )  # fmt: skip
        shared = await self._wordings.load(sql.uid_or_none(row["wording_id"]) for row in rows)
        try:
            return {sql.uid(row["id"]): self._told(row, shared) for row in rows}
        except (ValueError, KeyError):
            raise MessageMissing() from None

    def _told(self, row: sql.Row, shared: Mapping[UUID, Words]) -> Told:
        wording = shared[sql.uid(row["wording_id"])] if row["wording_id"] else None
        words = worded(self._vault, bytes(row["content"]), wording)
        return Told(
            sql.uid(row["id"]), row["category"], row["subject"], sql.instant(row["created_at"]), words.title, words.body
        )
