"""The rows of data keys, and which of them is used for what. Nothing here sees a key in the clear.

A sealing key is there at once and seals from ``active_from`` on, when every process has read it. The key of search
turns in phases, each of which gets on with its neighbours, because processes learn of it one after the other:

1 *both*   the column holds the old key's index, the one beside it the new key's; rows are filled
2 *turned* both hold the new key's; rows are turned
3 *alone*  the column holds the new key's, the one beside it is emptied
4 *former* the key before: short-lived rows may still carry it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import SYSTEM, Unit
from server.domain.audit.service import Audit

Kind = Literal["seal", "search"]
BOTH, TURNED, ALONE, FORMER = 1, 2, 3, 4
_COLUMNS = "name, kind, family, suite, wrapped, phase, created_at, active_from"


class KekUnavailable(Exception):
    """Whoever holds the key-encryption key does not answer; the message says who and why."""


class KekRefused(Exception):
    """It answers, and does not open or close this key: another key, no permission, a changed row."""


class KeyEncryption(Protocol):
    """The key-encryption key, wherever it lies. ``label`` is bound to what it wraps."""

    async def wrap(self, key: bytes, label: str) -> bytes:
        """Under the newest key-encryption key; ``KekUnavailable`` or ``KekRefused``."""
        ...

    async def unwrap(self, wrapped: bytes, label: str) -> bytes:
        """The key again; likewise."""
        ...


@dataclass(frozen=True, slots=True)
class VaultKeyRow:
    """One data key as it lies there."""

    name: str
    kind: Kind
    family: str
    suite: Literal["aes", "sm"]
    wrapped: bytes
    phase: int
    created_at: datetime
    active_from: datetime

    @property
    def label(self) -> str:
        """What its wrapping is bound to: a row cannot be passed off as another one."""
        return label(self.kind, self.family, self.name, self.suite)


def label(kind: Kind, family: str, name: str, suite: str) -> str:
    """As ``VaultKeyRow.label``."""
    return f"vault_keys/{kind}/{family}/{name}/{suite}"


class KeyChangeRunning(Exception):
    """The key of search is being turned already: one at a time."""


class Keys:
    """Reads and changes the rows; each change is put on record."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    async def all(self) -> list[VaultKeyRow]:
        """Every key, in the order in which they come into use."""
        rows = await sql.rows(f"SELECT {_COLUMNS} FROM vault_keys ORDER BY active_from, name")
        return [
            VaultKeyRow(
                row["name"], row["kind"], row["family"], row["suite"], bytes(row["wrapped"]), int(row["phase"]),
                sql.instant(row["created_at"]), sql.instant(row["active_from"]),
            )
            for row in rows
        ]  # fmt: skip

    async def add(self, unit: Unit, made: Sequence[VaultKeyRow]) -> None:
        """Put keys into the database. ``KeyChangeRunning`` where a second key of search would begin its turn."""
        for one in made:
            added = await sql.execute(
                f"INSERT INTO vault_keys (id, {_COLUMNS}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT DO NOTHING",
                new_id(), one.name, one.kind, one.family, one.suite, one.wrapped, one.phase, one.created_at,
                one.active_from,
            )  # fmt: skip
            if not added:
                raise KeyChangeRunning
            await self._audit.record(unit, SYSTEM, "key.add", subject_kind="key", subject=one.name)

    async def rewrap(self, unit: Unit, name: str, before: bytes, after: bytes) -> bool:
        """Another wrapping of the same key; False if somebody else was quicker."""
        changed = await sql.execute(
            "UPDATE vault_keys SET wrapped = $1 WHERE name = $2 AND wrapped = $3", after, name, before
        )
        if changed:
            await self._audit.record(unit, SYSTEM, "key.rewrap", subject_kind="key", subject=name)
        return changed == 1

    async def drop(self, unit: Unit, name: str) -> bool:
        """Take a key off the list; whoever asks has made sure that nothing needs it."""
        gone = await sql.execute("DELETE FROM vault_keys WHERE name = $1 AND phase IN (0, 4)", name)
        if gone:
            await self._audit.record(unit, SYSTEM, "key.drop", subject_kind="key", subject=name)
        return gone == 1

    async def advance(self, unit: Unit, name: str, phase: int) -> None:
        """The key of search in turn goes on to ``phase``; asked again it changes nothing."""
        if phase == ALONE and await sql.row("SELECT name FROM vault_keys WHERE name = $1 AND phase = $2", name, TURNED):
            await sql.execute("DELETE FROM vault_keys WHERE phase = $1", FORMER)
            await sql.execute("UPDATE vault_keys SET phase = $1 WHERE phase = $2", FORMER, ALONE)
        changed = await sql.execute(
            "UPDATE vault_keys SET phase = $1, active_from = $2 WHERE name = $3 AND phase = $4",
            phase, unit.now, name, phase - 1,
        )  # fmt: skip
        if changed:
            await self._audit.record(
                unit,
                SYSTEM,
                "key.turn",
                subject_kind="key",
                subject=name,
                outcome="done" if phase == ALONE else "begun",
            )


def fresh_name(kind: Kind, family: str, taken: Sequence[str], today: str) -> str:
    """A key id that nobody has: ``residents-20261126``, ``search-20261126b``."""
    plain = f"{family or kind}-{today}"
    names = [plain, *(f"{plain}{end}" for end in "bcdefghijklmnopqrstuvwxyz")]
    return next(name for name in names if name not in taken)
