"""Sealing what was recorded, and proving later that it is still as it was sealed.

An entry commits with its decision; the sealer comes after, so that no writer waits for it. Which entries a batch holds
is written down entry by entry: ids commit out of order, and a cursor would pass over a late one. (On PostgreSQL this
is as safe as taking only rows below the snapshot's xmin, and SQLite has no xmin.)
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from server.domain.audit.seals import (
    COLUMNS,
    FIRST,
    Fault,
    Seal,
    SealingKey,
    judge_batch,
    judge_seal,
    sealed_root,
)

_LATE = timedelta(minutes=10)
"""The longest between an entry's id and its commit: no unit of work lives that long."""
_SEAL = "number, count, last_id, root, previous, sealed_at, key_id, signature"
_ENTRY = ", ".join(f"a.{name}" for name in COLUMNS)
_UNSEALED = (
    f"SELECT {_ENTRY} FROM audit_entries a WHERE a.id > $1 AND NOT EXISTS"
    " (SELECT 1 FROM audit_sealed s WHERE s.entry_id = a.id) ORDER BY a.id LIMIT $2"
)
_LAST = f"SELECT {_SEAL} FROM audit_seals ORDER BY number DESC LIMIT 1"
_SEALED = (
    f"SELECT s.seal, s.entry_id, {_ENTRY} FROM audit_sealed s LEFT JOIN audit_entries a ON a.id = s.entry_id"
    " WHERE s.seal >= $1 AND s.seal <= $2 ORDER BY s.seal, s.position"
)
_TOGETHER = 4
"""Seals that are verified by one pair of statements: memory is that of their entries, whatever the record's size."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal as it is exported: later it must still be there, or the record was cut or made anew."""

    number: int
    hash: str
    signature: str
    key_id: str
    at: str


class Heads(Protocol):
    """Where heads go: out of the database's reach."""

    async def keep(self, head: Head) -> None:
        """Add it; one that was added before is not added again."""
        ...

    async def all(self) -> list[Head]:
        """Every head that was ever added, here or copied here; ``ValueError`` names a line that is none."""
        ...


@dataclass(frozen=True, slots=True)
class Checked:
    """Some seals that were checked: the last of them, their entries, what was found. ``over``: there are no more."""

    last: int
    entries: int
    faults: list[Fault]
    over: bool


class Seals:
    """Makes seals, and checks them."""

    def __init__(self, key: SealingKey, heads: Heads, *, batch: int = 2_000) -> None:
        self._key, self._batch = key, batch
        self.heads = heads

    @property
    def key(self) -> SealingKey:
        return self._key

    @property
    def batch(self) -> int:
        """The most entries of one seal; fewer were all there were."""
        return self._batch

    async def seal(self, unit: Unit) -> int:
        """Seal some of what is not sealed yet; how many entries. Of two sealers at once one finds nothing to do:
        the number of a seal is unique, and the database decides who came first."""
        last = await self.last()
        rows = await sql.rows(_UNSEALED, _before(last.last_id, _LATE) if last else UUID(int=0), self._batch)
        if not rows:
            return 0
        made = Seal(
            number=last.number + 1 if last else 1,
            count=len(rows),
            last_id=max(sql.uid(rows[-1]["id"]), last.last_id if last else UUID(int=0)),
            root=sealed_root(rows),
            previous=last.hash if last else FIRST,
            sealed_at=unit.now,
            key_id=self._key.id,
            signature=b"",
        )
        made = replace(made, signature=self._key.sign(made.hash))
        first = await sql.row(
            f"INSERT INTO audit_seals (id, {_SEAL}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)"
            " ON CONFLICT (number) DO NOTHING RETURNING number",
            new_id(), made.number, made.count, made.last_id, made.root, made.previous, made.sealed_at, made.key_id,
            made.signature,
        )  # fmt: skip
        if first is None:
            return 0
        await sql.execute_many(
            "INSERT INTO audit_sealed (entry_id, seal, position) VALUES ($1,$2,$3)",
            [(sql.uid(row["id"]), made.number, position) for position, row in enumerate(rows)],
        )
        return made.count

    async def last(self) -> Seal | None:
        """The newest seal."""
        row = await sql.row(_LAST)
        return _seal(row) if row else None

    async def head(self) -> Head | None:
        """The newest seal, as it is exported."""
        last = await self.last()
        return head_of(last) if last else None

    async def verified(
        self, keys: Mapping[str, bytes], heads: Iterable[Head] = (), *, now: datetime
    ) -> AsyncIterator[tuple[int, int, list[Fault]]]:
        """Check every seal from the first on: (seals so far, entries so far, what was found in this step).

        ``heads``: exported earlier, from wherever nobody could change them. Nothing is locked meanwhile.
        """
        wanted = {head.number: head for head in heads}
        before: Seal | None = None
        entries = 0
        while seals := await self._page(before.number if before else 0):
            checked, faults = await self._judged(seals, before, keys, wanted)
            entries += checked
            before = seals[-1]
            yield seals[-1].number, entries, faults
        left = [Fault("head", number) for number in sorted(wanted)]
        yield before.number if before else 0, entries, left + await self._forgotten(before, now)

    async def verify_some(
        self, keys: Mapping[str, bytes], heads: Iterable[Head], after: int, *, now: datetime
    ) -> Checked:
        """The next few seals after number ``after``, for a page that shows how far it is."""
        before = await self._numbered(after) if after else None
        if after and before is None:
            return Checked(after, 0, [Fault("gap", after)], True)
        seals = await self._page(after)
        wanted = {head.number: head for head in heads if head.number > after}
        entries, faults = await self._judged(seals, before, keys, wanted) if seals else (0, [])
        last = seals[-1] if seals else before
        if len(seals) == _TOGETHER:
            return Checked(seals[-1].number, entries, faults, False)
        faults += [Fault("head", number) for number in sorted(wanted)]
        return Checked(last.number if last else 0, entries, faults + await self._forgotten(last, now), True)

    async def _judged(
        self, seals: Sequence[Seal], before: Seal | None, keys: Mapping[str, bytes], wanted: dict[int, Head]
    ) -> tuple[int, list[Fault]]:
        """How many entries these seals hold, and what is wrong with them; their heads are taken out of ``wanted``."""
        faults: list[Fault] = []
        entries = 0
        batches = await self._batches(seals)
        for seal in seals:
            faults += judge_seal(seal, before, keys)
            if (head := wanted.pop(seal.number, None)) and head.hash != seal.hash.hex():
                faults.append(Fault("head", seal.number))
            ids, rows = batches.get(seal.number, ([], []))
            faults += judge_batch(seal, ids, rows)
            entries += len(ids)
            before = seal
        return entries, faults

    async def waiting(self, unit: Unit) -> int:
        """Entries that lie in no seal yet; at most a seal full of them is counted."""
        last = await self.last()
        row = await sql.row(
            "SELECT count(*) AS n FROM (SELECT a.id FROM audit_entries a WHERE a.id > $1 AND NOT EXISTS"
            " (SELECT 1 FROM audit_sealed s WHERE s.entry_id = a.id) LIMIT $2) w",
            _before(last.last_id, _LATE) if last else UUID(int=0), self._batch,
        )  # fmt: skip
        return int(row["n"]) if row else 0

    async def _numbered(self, number: int) -> Seal | None:
        row = await sql.row(f"SELECT {_SEAL} FROM audit_seals WHERE number = $1", number)
        return _seal(row) if row else None

    async def _page(self, after: int) -> list[Seal]:
        rows = await sql.rows(
            f"SELECT {_SEAL} FROM audit_seals WHERE number > $1 ORDER BY number LIMIT $2", after, _TOGETHER
        )
        return [_seal(row) for row in rows]

    async def _batches(self, seals: Sequence[Seal]) -> dict[int, tuple[list[UUID], list[sql.Row | None]]]:
        found: dict[int, tuple[list[UUID], list[sql.Row | None]]] = {}
        for row in await sql.rows(_SEALED, seals[0].number, seals[-1].number):
            ids, rows = found.setdefault(int(row["seal"]), ([], []))
            ids.append(sql.uid(row["entry_id"]))
            rows.append(row if row["id"] is not None else None)
        return found

    async def _forgotten(self, last: Seal | None, now: datetime) -> list[Fault]:
        """Entries that are older than any sealer would leave them, and yet in no seal; a hundred at the most."""
        until = _before(last.last_id, _LATE) if last else _at(now - _LATE)
        rows = await sql.rows(
            "SELECT a.id FROM audit_entries a WHERE a.id <= $1 AND NOT EXISTS"
            " (SELECT 1 FROM audit_sealed s WHERE s.entry_id = a.id) ORDER BY a.id LIMIT 100",
            until,
        )
        return [Fault("unsealed", 0, sql.uid(row["id"])) for row in rows]


def head_of(seal: Seal) -> Head:
    """A seal as it is exported."""
    return Head(
        seal.number, seal.hash.hex(), base64.b64encode(seal.signature).decode(), seal.key_id,
        seal.sealed_at.isoformat(timespec="seconds"),
    )  # fmt: skip


def _seal(row: Mapping[str, Any]) -> Seal:
    return Seal(
        int(row["number"]), int(row["count"]), sql.uid(row["last_id"]), bytes(row["root"]), bytes(row["previous"]),
        sql.instant(row["sealed_at"]), row["key_id"], bytes(row["signature"]),
    )  # fmt: skip


def _before(entry: UUID, span: timedelta) -> UUID:
    """The smallest UUIDv7 of the instant ``span`` before this one was made (RFC 9562 §5.7: 48 bits of milliseconds)."""
    milliseconds = (entry.int >> 80) - int(span.total_seconds() * 1000)
    return UUID(int=max(milliseconds, 0) << 80)


def _at(instant: datetime) -> UUID:
    return UUID(int=int(instant.timestamp() * 1000) << 80)
