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
    """The first answer: HTTP status and body."""

    status: int
    body: bytes


class Replays:
    """``claim`` first, in the deciding unit; ``keep`` the answer in the same unit."""

    def __init__(self, vault: Vault, *, hours: int = 24) -> None:
        self._vault = vault
        self._life = timedelta(hours=hours)

    async def claim(self, unit: Unit, caller: str, operation: str, key: str, body_hash: bytes) -> StoredAnswer | None:
        """None = the key is ours now. An answer = it was used before. ``KeyReused`` = with another body.

        Two at once: the unique index lets one in; the other waits for its commit and reads its answer.
        """
        for _ in range(2):
            mine = await sql.row(
                "INSERT INTO replays "
                "(id, portal, caller, operation, key, body_hash, status, answer_sealed, created_at) "
                "VALUES ($1,$2,$3,$4,$5,$6,0,$7,$8) ON CONFLICT DO NOTHING RETURNING id",
                new_id(), unit.portal, caller, operation, key, body_hash, b"", unit.now,
            )  # fmt: skip
            if mine:
                return None
            found = await sql.row(
                "SELECT body_hash, status, answer_sealed, created_at FROM replays "
                "WHERE portal = $1 AND caller = $2 AND operation = $3 AND key = $4",
                unit.portal, caller, operation, key,
            )  # fmt: skip
            if found is None or sql.instant(found["created_at"]) < unit.now - self._life:
                await self._forget(unit, caller, operation, key)
                continue
            if bytes(found["body_hash"]) != body_hash:
                raise KeyReused()
            return StoredAnswer(int(found["status"]), self._vault.open_bytes(found["answer_sealed"], _PLACE))
        raise KeyReused()

    async def keep(self, unit: Unit, caller: str, operation: str, key: str, answer: StoredAnswer) -> None:
        """Store the answer beside the effect."""
        await sql.execute(
            "UPDATE replays SET status = $1, answer_sealed = $2 "
            "WHERE portal = $3 AND caller = $4 AND operation = $5 AND key = $6",
            answer.status, self._vault.seal_bytes(answer.body, _PLACE), unit.portal, caller, operation, key,
        )  # fmt: skip

    async def _forget(self, unit: Unit, caller: str, operation: str, key: str) -> None:
        await sql.execute(
            "DELETE FROM replays WHERE portal = $1 AND caller = $2 AND operation = $3 AND key = $4 AND created_at < $5",
            unit.portal, caller, operation, key, unit.now - self._life,
        )  # fmt: skip

    async def sweep(self, unit: Unit) -> int:
        """Forget some answers older than the promise; how many."""
        return await sql.delete_some("replays", "created_at < $1", unit.now - self._life)
