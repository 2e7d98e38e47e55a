"""One effect and one answer for a request that is sent twice: the public door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Refusal
from config.floor.unit import Unit
from config.floor.vault import Vault

_PLACE = "replays.answer"


class KeyReused(Refusal):
    """The same key came with another body."""

    code = "idempotency-key-reused"
    kind = "invalid"


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The first answer: HTTP status and body; and the nonce of the signed request that it answered."""

    status: int
    body: bytes
    nonce: str = ""


class Replays:
    """``keep`` the answer as the deciding unit's last statement; ``find`` it for whoever brings that key again."""

    def __init__(self, vault: Vault, *, hours: int = 24) -> None:
        self._vault = vault
        self._life = timedelta(hours=hours)

    async def find(self, unit: Unit, caller: str, operation: str, key: str, body_hash: bytes) -> StoredAnswer | None:
        """The answer that this key was given before, if it was; ``KeyReused`` if that was to another body."""
        found = await sql.row(
            "SELECT body_hash, status, answer_sealed, nonce FROM replays "
            "WHERE portal = $1 AND caller = $2 AND operation = $3 AND key = $4 AND created_at >= $5",
            unit.portal, caller, operation, key, unit.now - self._life,
        )  # fmt: skip
        if found is None:
            return None
        if bytes(found["body_hash"]) != body_hash:
            raise KeyReused()
        body = self._vault.open_bytes(found["answer_sealed"], _PLACE)
        return StoredAnswer(int(found["status"]), body, found["nonce"])

    async def keep(
        self,
        unit: Unit,
        caller: str,
        operation: str,
        key: str,
        body_hash: bytes,
        answer: StoredAnswer,
        nonce: str = "",
    ) -> bool:
        """Store the answer beside the effect, as the last statement of the deciding unit.

        False = the key was answered before, so this effect must not be: roll the unit back, then ``find`` the answer.
        Two at once: the unique index lets one in; the other waits here for its commit.
        """
        mine = await sql.row(
            "INSERT INTO replays "
            "(id, portal, caller, operation, key, body_hash, status, answer_sealed, created_at, nonce) "
            "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$11) ON CONFLICT (portal, caller, operation, key) DO UPDATE SET "
            "body_hash = excluded.body_hash, status = excluded.status, answer_sealed = excluded.answer_sealed, "
            "created_at = excluded.created_at, nonce = excluded.nonce WHERE replays.created_at < $10 RETURNING id",
            new_id(), unit.portal, caller, operation, key, body_hash, answer.status,
            self._vault.seal_bytes(answer.body, _PLACE), unit.now, unit.now - self._life, nonce,
        )  # fmt: skip
        return mine is not None

    async def sweep(self, unit: Unit) -> int:
        """Forget some answers older than the promise; how many."""
        return await sql.delete_some("replays", "created_at < $1", unit.now - self._life)
