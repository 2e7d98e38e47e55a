"""Status lists as rows: who holds which index, and which of them are revoked or suspended.

An index is drawn at random, so that two credentials of one person, or of one day, cannot be told from their numbers. A
valid entry and one that was never given out look the same (0), and decoys that were never given out are revoked from
the beginning and with every real revocation: from a published list nobody can read how many were issued or taken back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from codes.credential_options import CredentialOptions, Tier
from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit

VALID, REVOKED, SUSPENDED = 0, 1, 2
_TRIES = 8
_DECOYS_EACH = 3
_PAST = timedelta(days=30)  # longer than any list of a terminal is used
_TAKE = (
    "INSERT INTO status_entries (id, list_id, idx, status, decoy) VALUES ($1,$2,$3,0,$4)"
    " ON CONFLICT DO NOTHING RETURNING idx"
)
_DECOY = (
    "INSERT INTO status_entries (id, list_id, idx, status, decoy, changed_at) VALUES ($1,$2,$3,1,$4,$5)"
    " ON CONFLICT DO NOTHING"
)
_COLUMNS = "id, portal, number, tier, size"


@dataclass(frozen=True, slots=True)
class BookedList:
    """One list. ``number`` names it in its address and inside the credentials."""

    id: UUID
    portal: str
    number: int
    tier: Tier
    size: int


@dataclass(frozen=True, slots=True)
class Edition:
    """What a published list depends on: any change of an entry changes it."""

    changed_at: datetime | None
    revoked: int
    suspended: int


class StatusBook:
    """Indices are taken for good: one that is over is not given out again."""

    def __init__(
        self, options: CredentialOptions | None = None, draw: Callable[[int], int] = secrets.randbelow
    ) -> None:
        self._options = options or CredentialOptions()
        self._draw = draw

    async def take(self, unit: Unit, tier: Tier) -> tuple[BookedList, int]:
        """A free index of the portal's open list of this tier. A list that is nearly full is closed for a new one."""
        for _ in range(3):
            book = await self._open(unit, tier)
            for _ in range(_TRIES):
                idx = self._draw(book.size)
                if await sql.row(_TAKE, new_id(), book.id, idx, False) is not None:
                    return book, idx
            await sql.execute(
                "UPDATE status_lists SET closed_at = $1 WHERE id = $2 AND closed_at IS NULL", unit.now, book.id
            )
        raise RuntimeError("no free index in three lists: the source of randomness is broken")

    async def set(self, unit: Unit, list_id: UUID, idx: int, status: int) -> None:
        """Flip one entry; a revocation takes a few decoys along."""
        await sql.execute(
            "UPDATE status_entries SET status = $1, changed_at = $2 WHERE list_id = $3 AND idx = $4",
            status, unit.now, list_id, idx,
        )  # fmt: skip
        if status == REVOKED:
            await self._hide(unit, list_id, self._draw(_DECOYS_EACH + 1))

    async def by_number(self, number: int) -> BookedList | None:
        """The list of this number, in whichever portal."""
        return _book(await sql.row(f"SELECT {_COLUMNS} FROM status_lists WHERE number = $1", number))

    async def in_use(self, unit: Unit) -> list[int]:
        """The lists that can still say something: open, or holding a credential that has not expired."""
        rows = await sql.rows(
            "SELECT number FROM status_lists l WHERE portal = $1 AND (closed_at IS NULL OR EXISTS"
            " (SELECT 1 FROM credentials c WHERE c.list_id = l.id AND c.expires_at > $2)) ORDER BY number",
            unit.portal, unit.now,
        )  # fmt: skip
        return [int(row["number"]) for row in rows]

    async def sweep(self, unit: Unit) -> int:
        """Forget some entries of lists that are past: closed, and every credential in them expired a while ago. What
        they said of one is in its own row."""
        return await sql.delete_some(
            "status_entries",
            "list_id IN (SELECT l.id FROM status_lists l WHERE l.closed_at < $1 AND NOT EXISTS"
            " (SELECT 1 FROM credentials c WHERE c.list_id = l.id AND c.expires_at > $1))",
            unit.now - _PAST,
        )

    async def edition(self, list_id: UUID) -> Edition:
        """Changes exactly when something in the list does; also when an older decision commits after a newer one."""
        row = await sql.row(
            "SELECT (SELECT max(changed_at) FROM status_entries WHERE list_id = $1 AND changed_at IS NOT NULL) AS at,"
            " (SELECT count(*) FROM status_entries WHERE list_id = $1 AND status = 1 AND status <> 0) AS revoked,"
            " (SELECT count(*) FROM status_entries WHERE list_id = $1 AND status = 2 AND status <> 0) AS suspended",
            list_id,
        )
        assert row is not None
        return Edition(sql.instant_or_none(row["at"]), int(row["revoked"]), int(row["suspended"]))

    async def marked(self, list_id: UUID) -> dict[int, int]:
        """Every entry that is not valid: index → status."""
        rows = await sql.rows("SELECT idx, status FROM status_entries WHERE list_id = $1 AND status <> 0", list_id)
        return {int(row["idx"]): int(row["status"]) for row in rows}

    async def _open(self, unit: Unit, tier: Tier) -> BookedList:
        """The open list, made now if there is none. Two at once make one."""
        while True:
            found = _book(
                await sql.row(
                    f"SELECT {_COLUMNS} FROM status_lists WHERE portal = $1 AND tier = $2 AND closed_at IS NULL",
                    unit.portal,
                    tier,
                )
            )
            if found is not None:
                return found
            # A number that another portal took at the same moment leaves nothing here, and the next turn tries again.
            made = await sql.row(
                "INSERT INTO status_lists (id, portal, number, tier, size, made_at)"
                " VALUES ($1, $2, (SELECT coalesce(max(number), 0) + 1 FROM status_lists), $3, $4, $5)"
                " ON CONFLICT DO NOTHING RETURNING id",
                new_id(), unit.portal, tier, self._options.list_size, unit.now,
            )  # fmt: skip
            if made is not None:
                await self._hide(unit, sql.uid(made["id"]), self._options.decoys)

    async def _hide(self, unit: Unit, list_id: UUID, count: int) -> None:
        size = self._options.list_size
        rows = [(new_id(), list_id, self._draw(size), True, unit.now) for _ in range(count)]
        if rows:
            await sql.execute_many(_DECOY, rows)


def _book(row: sql.Row | None) -> BookedList | None:
    if row is None:
        return None
    return BookedList(sql.uid(row["id"]), row["portal"], int(row["number"]), row["tier"], int(row["size"]))
