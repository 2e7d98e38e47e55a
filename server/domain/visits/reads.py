"""Reads of offline credentials, kept once each, and what in them does not fit together.

One credential cannot be at two counters within a few minutes, and nothing is read after it was taken back, unless it
was copied. Lists at unplugged counters are hours old and their reads come home late, so this is found afterwards and
laid before an administrator. Reads of one credential wait for each other, so that two uploads at once cannot miss it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from codes.credentials import Credentials, HeldCredential
from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from server.domain.visits.ports import Place

ACCEPTED = "accepted"
CARD_MISMATCH = "card-mismatch"
_COPY = timedelta(minutes=2)
"""A phone's copy proves its phone each time, so only what one proof could have served twice is worth a look."""
ConflictKind = Literal["two_counters", "taken_back"]
_INSERT = (
    "INSERT INTO credential_reads (id, portal, region, terminal_id, line, visit_id, credential_id, hall, counter,"
    " staff_no, at, received_at, verdict, offline, card_in_hand, list_age)"
    " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16) ON CONFLICT DO NOTHING"
)
_CONFLICT = (
    "INSERT INTO read_conflicts (id, portal, region, kind, credential_id, read_id, other_read_id, found_at,"
    " settled_by, settlement) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,'','') ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Read:
    """One credential read at one place. ``line`` is what the terminal calls it; ``held`` None where no key made it."""

    id: UUID
    line: UUID
    visit_id: UUID
    held: HeldCredential | None
    place: Place
    staff_no: str
    at: datetime
    verdict: str
    offline: bool = False
    card_in_hand: bool = False
    list_age: int | None = None


class Reads:
    """Keeps reads and finds conflicts in the same transaction."""

    def __init__(self, credentials: Credentials, *, conflict_minutes: int = 10, keep_days: int = 400) -> None:
        self._credentials = credentials
        self._apart = timedelta(minutes=conflict_minutes)
        self._kept_for = timedelta(days=keep_days)

    async def sweep(self, unit: Unit) -> int:
        """Forget some reads that are older than the city keeps them, and settled conflicts; how many. What waits for
        an administrator stays with its reads; the looks themselves are the visits and the record."""
        before = unit.now - self._kept_for
        gone = await sql.delete_some("read_conflicts", "settled_at IS NOT NULL AND found_at < $1", before)
        return gone + await sql.delete_some(
            "credential_reads",
            "received_at < $1 AND NOT EXISTS (SELECT 1 FROM read_conflicts k"
            " WHERE k.read_id = credential_reads.id OR k.other_read_id = credential_reads.id)",
            before,
        )

    async def known(self, terminal_id: UUID, lines: Sequence[UUID]) -> set[UUID]:
        """Which of these lines of a terminal are kept already."""
        holes = ",".join(f"${number}" for number in range(2, 2 + len(lines)))
        rows = await sql.rows(
            f"SELECT line FROM credential_reads WHERE terminal_id = $1 AND line IN ({holes})", terminal_id, *lines
        )
        return {sql.uid(row["line"]) for row in rows}

    async def one_at_a_time(self, terminal_id: UUID) -> None:
        """Uploads and looks of one terminal wait for each other until the unit ends. (SQLite has one writer anyway.)"""
        if sql.is_postgres():
            await sql.rows(
                "SELECT pg_advisory_xact_lock($1)", int.from_bytes(terminal_id.bytes[-8:], "big", signed=True)
            )

    async def visits_of(self, terminal_id: UUID, lines: Sequence[UUID]) -> dict[UUID, UUID]:
        """The looks under which these lines of a terminal were kept while the network was there: line → visit."""
        if not lines:
            return {}
        holes = ",".join(f"${number}" for number in range(3, 3 + len(lines)))
        rows = await sql.rows(
            "SELECT line, visit_id FROM credential_reads"
            f" WHERE terminal_id = $1 AND offline = $2 AND line IN ({holes})",
            terminal_id, False, *lines,
        )  # fmt: skip
        return {sql.uid(row["line"]): sql.uid(row["visit_id"]) for row in rows}

    async def visit_of(self, terminal_id: UUID, line: UUID) -> UUID | None:
        """The look that one line of a terminal is kept under."""
        row = await sql.row(
            "SELECT visit_id FROM credential_reads WHERE terminal_id = $1 AND line = $2", terminal_id, line
        )
        return sql.uid(row["visit_id"]) if row else None

    async def keep(self, unit: Unit, reads: Sequence[Read]) -> int:
        """Write reads down; how many conflicts they made."""
        await self._credentials.hold(unit, sorted({read.held.id for read in reads if read.held}))
        await sql.execute_many(_INSERT, [_values(unit, read) for read in reads])
        found = [*self._taken_back(reads), *await self._at_two_counters(unit, reads)]
        if found:
            await sql.execute_many(_CONFLICT, [_conflict(unit, kind, read, other) for kind, read, other in found])
            for portal in {read.held.portal for _, read, _ in found if read.held}:
                unit.tell(f"staff:{portal}", "credential-conflict")
        return len(found)

    def _taken_back(self, reads: Sequence[Read]) -> Iterator[tuple[ConflictKind, Read, UUID | None]]:
        for read in _accepted(reads):
            held = read.held
            assert held is not None
            if held.state in ("revoked", "suspended") and held.state_at is not None and held.state_at <= read.at:
                yield "taken_back", read, None

    async def _at_two_counters(self, unit: Unit, reads: Sequence[Read]) -> list[tuple[ConflictKind, Read, UUID | None]]:
        """Each read with the nearest read of the same credential at another counter, if that was too close in time."""
        good = _accepted(reads)
        if not good:
            return []
        ids = sorted({read.held.id for read in good if read.held})
        holes = ",".join(f"${number}" for number in range(3, 3 + len(ids)))
        rows = await sql.rows(
            "SELECT id, credential_id, hall, counter, at FROM credential_reads"
            f" WHERE verdict = 'accepted' AND at >= $1 AND at <= $2 AND credential_id IN ({holes})",
            min(read.at for read in good) - self._apart, max(read.at for read in good) + self._apart, *ids,
        )  # fmt: skip
        found: list[tuple[ConflictKind, Read, UUID | None]] = []
        told: set[frozenset[UUID]] = set()
        for read in good:
            others = [row for row in rows if self._too_close(read, row)]
            nearest = min(others, key=lambda row: abs(sql.instant(row["at"]) - read.at), default=None)
            if nearest is None or (pair := frozenset((read.id, sql.uid(nearest["id"])))) in told:
                continue
            told.add(pair)
            found.append(("two_counters", read, sql.uid(nearest["id"])))
        return found

    def _too_close(self, read: Read, row: sql.Row) -> bool:
        same = read.held is not None and sql.uid(row["credential_id"]) == read.held.id
        elsewhere = (row["hall"], row["counter"]) != (read.place.hall, read.place.counter)
        apart = abs(sql.instant(row["at"]) - read.at)
        return same and elsewhere and apart <= (min(self._apart, _COPY) if _is_copy(read) else self._apart)


def _is_copy(read: Read) -> bool:
    return read.held is not None and read.held.form == "phone"


def _accepted(reads: Sequence[Read]) -> list[Read]:
    return [read for read in reads if read.verdict == ACCEPTED and read.held is not None]


def _values(unit: Unit, read: Read) -> tuple[object, ...]:
    return (
        read.id, unit.portal, read.place.region, read.place.id, read.line, read.visit_id,
        read.held.id if read.held else None, read.place.hall, read.place.counter, read.staff_no[:32], read.at, unit.now,
        read.verdict, read.offline, read.card_in_hand, read.list_age,
    )  # fmt: skip


def _conflict(unit: Unit, kind: str, read: Read, other: UUID | None) -> tuple[object, ...]:
    assert read.held is not None
    return new_id(), read.held.portal, read.place.region, kind, read.held.id, read.id, other, unit.now
