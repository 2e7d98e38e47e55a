"""Two accounts that one person made: what was proven in the later one about the holder of the earlier one.

Nothing is merged here. A proof of an identity that another account of the portal holds already is kept for an hour as
an offer, so that the same person may prove more, see what both accounts hold, and decide (``privacy/merging.py``).
The identity is found by its blind index; a name or a phone alone never makes an offer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.domain.identifiers import IdNumber

FRESH = timedelta(hours=1)
"""How long a proof counts for merging: a decision is taken by who has just been there."""
LEAST = 4
"""A name and a number may be known to the family: what opens somebody's records is that it is really her."""
CLAIM = "resident_merges.claim"


@dataclass(frozen=True, slots=True)
class MergeOffer:
    """What was proven in the account ``resident_id`` about the holder of ``into_id``. ``session_id``: where; None = at
    a counter. ``moved``: rows by table, once it is done."""

    id: UUID
    resident_id: UUID
    into_id: UUID
    session_id: UUID | None
    level: int
    way: str
    place: str
    state: Literal["offered", "done"]
    expires_at: datetime
    done_at: datetime | None
    moved: dict[str, int]


COLUMNS = "id, resident_id, into_id, session_id, level, way, place, state, expires_at, done_at, moved"


def read(row: sql.Row) -> MergeOffer:
    """One row of ``COLUMNS``."""
    return MergeOffer(
        id=sql.uid(row["id"]),
        resident_id=sql.uid(row["resident_id"]),
        into_id=sql.uid(row["into_id"]),
        session_id=sql.uid_or_none(row["session_id"]),
        level=int(row["level"]),
        way=row["way"],
        place=row["place"],
        state=row["state"],
        expires_at=sql.instant(row["expires_at"]),
        done_at=sql.instant_or_none(row["done_at"]),
        moved=dict(sql.document(row["moved"])),
    )


class Merges:
    """Offers; an account has one at a time, and the newer or stronger proof stands."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def offer(
        self, unit: Unit, resident_id: UUID, name: str, number: IdNumber, *, level: int, way: str, place: str = "",
        session_id: UUID | None = None,
    ) -> bool:  # fmt: skip
        """Keep that the holder of this account was proven to be the holder of another one; whether there is one.
        Nothing where nobody else has this identity, or where this account is somebody's proven one itself."""
        index = self._vault.search(number.number, "residents.id_number")
        pair = await sql.row(
            "SELECT r.region, a.id AS other FROM residents r JOIN residents a ON a.portal = r.portal AND a.id <> r.id"
            " AND a.closed_at IS NULL AND (a.id_number_index = $1 OR a.id_number_index_next = $2)"
            " WHERE r.id = $3 AND r.portal = $4 AND r.closed_at IS NULL AND r.id_number_index IS NULL",
            index.here, index.beside, resident_id, unit.portal,
        )  # fmt: skip
        if pair is None:
            return False
        claim = self._vault.seal(sql.to_json({"name": name, "id_number": number.number}), CLAIM)
        await sql.execute(
            "INSERT INTO resident_merges (id, portal, region, resident_id, into_id, session_id, level, way, place,"
            " claim_sealed, state, found_at, expires_at, moved)"
            " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,'offered',$11,$12,'{}')"
            " ON CONFLICT (portal, resident_id) DO UPDATE SET into_id = excluded.into_id,"
            " session_id = excluded.session_id, level = excluded.level, way = excluded.way, place = excluded.place,"
            " claim_sealed = excluded.claim_sealed, found_at = excluded.found_at, expires_at = excluded.expires_at"
            " WHERE resident_merges.state = 'offered' AND (resident_merges.level <= excluded.level"
            " OR resident_merges.expires_at <= excluded.found_at)",
            new_id(), unit.portal, pair["region"], resident_id, sql.uid(pair["other"]), session_id, level, way[:24],
            place[:128], claim, unit.now, unit.now + FRESH,
        )  # fmt: skip
        unit.tell(f"resident:{resident_id}", "merge")
        return True

    async def accounts(self, unit: Unit, resident_id: UUID) -> list[UUID]:
        """This account and those that were merged into it: what is on record about any of them is about her. One
        statement; an account that takes another one in is proven, and a proven one is never merged, so there are no
        chains."""
        rows = await sql.rows(
            "SELECT resident_id FROM resident_merges WHERE portal = $1 AND into_id = $2 AND state = 'done'",
            unit.portal, resident_id,
        )  # fmt: skip
        return [resident_id, *(sql.uid(row["resident_id"]) for row in rows)]

    async def of_person(self, unit: Unit, account: UUID) -> list[UUID]:
        """Every account of the person whose account this is or was, the one that goes on first. One statement."""
        rows = await sql.rows(
            "SELECT into_id, resident_id FROM resident_merges WHERE portal = $1 AND state = 'done' AND into_id ="
            " COALESCE((SELECT into_id FROM resident_merges WHERE portal = $1 AND resident_id = $2"
            " AND state = 'done'), $2)",
            unit.portal, account,
        )  # fmt: skip
        goes_on = sql.uid(rows[0]["into_id"]) if rows else account
        return [goes_on, *(sql.uid(row["resident_id"]) for row in rows)]

    async def level(self, unit: Unit, resident_id: UUID) -> int:
        """What was proven in this account about the other one's holder and still counts; 0 = nothing."""
        row = await self._open(unit, resident_id, "level")
        return int(row["level"]) if row else 0

    async def claim(self, unit: Unit, resident_id: UUID) -> dict[str, str] | None:
        """The name and number that were proven: the next step is about them and nobody else."""
        row = await self._open(unit, resident_id, "claim_sealed")
        if row is None or row["claim_sealed"] is None:
            return None
        told: dict[str, str] = sql.from_json(self._vault.open(bytes(row["claim_sealed"]), CLAIM))
        return told

    async def _open(self, unit: Unit, resident_id: UUID, column: str) -> sql.Row | None:
        return await sql.row(
            f"SELECT {column} FROM resident_merges WHERE portal = $1 AND resident_id = $2 AND state = 'offered'"
            " AND expires_at > $3",
            unit.portal, resident_id, unit.now,
        )  # fmt: skip

    async def sweep(self, unit: Unit) -> int:
        """Forget some offers that nobody took; how many. What was merged stays on record."""
        return await sql.delete_some("resident_merges", "state = 'offered' AND expires_at < $1", unit.now - FRESH)
