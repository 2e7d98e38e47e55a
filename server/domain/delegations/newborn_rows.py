"""What parents have asked about newborns, as the rows know it now, and the statements that read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args
from uuid import UUID

from config.floor import sql
from config.floor.refusal import FieldFault, Invalid
from config.floor.scope import Placed, Scope
from config.floor.unit import Actor, Unit
from config.floor.vault import Vault
from server.domain.delegations.errors import DelegationMissing

Relation = Literal["mother", "father", "other"]
Reason = Literal["unreadable", "mismatch", "not_guardian", "at_counter"]
State = Literal["asked", "recorded", "done", "refused", "taken_back", "expired"]
"""``done``: in force, or it was. ``refused``: by either of the two. ``expired``: nobody confirmed it in time."""
RELATIONS: tuple[Relation, ...] = get_args(Relation)
REASONS: tuple[Reason, ...] = get_args(Reason)
PAGE = 20
PLACED = Placed("newborn_requests")
NAME, CERTIFICATE = "newborn_requests.name", "newborn_requests.certificate"
_COLUMNS = (
    "n.id, n.region, n.guardian_id, n.guardian_loa, n.relation, n.name_sealed, n.born, n.certificate_sealed, n.file_id,"
    " n.state, n.reason, n.asked_at, n.decided_at, n.checked_no, n.ward_id, n.delegation_id,"
    " d.state AS stands, d.ended_as, d.active_at, d.answer_until, d.valid_until, d.ward_born"
)
_FROM = "FROM newborn_requests n LEFT JOIN delegations d ON d.id = n.delegation_id"


@dataclass(frozen=True, slots=True)
class Newborn:
    """One request as it stands now."""

    id: UUID
    region: str
    guardian_id: UUID
    guardian_loa: int
    relation: Relation
    name: str
    born: date
    certificate: str
    file_id: UUID | None
    """The picture; None where a counter had the paper itself in hand."""
    state: State
    reason: Reason | None
    asked_at: datetime
    decided_at: datetime | None
    checked_no: str
    ward_id: UUID | None
    delegation_id: UUID | None
    over: bool = False
    """It was in force and has ended since."""
    numbered: bool = False
    """The child has its number by now."""

    @property
    def undecided(self) -> bool:
        """The guardian may still take it back."""
        return self.state in ("asked", "recorded")


class NewbornRows:
    """Each read is one statement."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def of_guardian(
        self, unit: Unit, guardian: UUID, cursor: str | None = None
    ) -> tuple[list[Newborn], str | None]:
        """A guardian's own, newest first, and the cursor of the next page: one statement."""
        return await self._page(unit, "n.guardian_id = $2", [unit.portal, guardian], cursor, "DESC")

    async def waiting(self, unit: Unit, scope: Scope, cursor: str | None = None) -> tuple[list[Newborn], str | None]:
        """What waits for the first check within this scope, the oldest first: one statement."""
        values: list[object] = [unit.portal]
        within = scope.where(values, region="n.region")
        return await self._page(unit, f"n.state = 'asked' {within}", values, cursor, "ASC")

    async def _page(
        self, unit: Unit, where: str, values: list[object], cursor: str | None, order: Literal["ASC", "DESC"]
    ) -> tuple[list[Newborn], str | None]:
        if after := _cursor(cursor):
            values.append(after)
            where += f" AND n.id {'<' if order == 'DESC' else '>'} ${len(values)}"
        rows = await sql.rows(
            f"SELECT {_COLUMNS} {_FROM} WHERE n.portal = $1 AND {where} ORDER BY n.id {order} LIMIT {PAGE + 1}", *values
        )
        found = [self._read(unit, row) for row in rows[:PAGE]]
        return found, str(found[-1].id) if len(rows) > PAGE else None

    async def behind(self, unit: Unit, delegations: Sequence[UUID]) -> dict[UUID, UUID]:
        """Which of these delegations are about a newborn, and by which request: one statement."""
        if not delegations:
            return {}
        holes = ",".join(f"${at}" for at in range(2, 2 + len(delegations)))
        rows = await sql.rows(
            f"SELECT id, delegation_id FROM newborn_requests WHERE portal = $1 AND delegation_id IN ({holes})",
            unit.portal, *delegations,
        )  # fmt: skip
        return {sql.uid(row["delegation_id"]): sql.uid(row["id"]) for row in rows}

    async def asked_by(self, unit: Unit, guardian: UUID) -> list[Newborn]:
        """What of this guardian's waits for its first check."""
        rows = await sql.rows(
            f"SELECT {_COLUMNS} {_FROM} WHERE n.portal = $1 AND n.guardian_id = $2 AND n.state = 'asked'",
            unit.portal, guardian,
        )  # fmt: skip
        return [self._read(unit, row) for row in rows]

    async def hold(self, certificate: str) -> None:
        """Whoever says or decides something about the same certificate waits for each other until the unit ends, on a
        phone, at a counter and at a desk: one child is registered once, and nothing stands twice. (SQLite has one
        writer anyway.)"""
        if not sql.is_postgres():
            return
        index = self._vault.search(certificate, CERTIFICATE)
        for one in sorted(found for found in (index.here, index.beside) if found):
            await sql.rows("SELECT pg_advisory_xact_lock($1)", int.from_bytes(one[:8], "big", signed=True))

    async def standing(self, unit: Unit, guardian: UUID, certificate: str) -> Newborn | None:
        """The same guardian's word about the same certificate that waits, or is in force; nobody else decides it
        until this unit ends."""
        index = self._vault.search(certificate, CERTIFICATE)
        which = "(n.certificate_index = $4 OR n.certificate_index_next = $5)"
        tail = " FOR UPDATE OF n" if sql.is_postgres() else ""
        return await self._alive(unit, guardian, which, index.here, index.beside, tail=tail)

    async def of_same_day(
        self, unit: Unit, guardian: UUID, born: date, *, besides: UUID | None = None
    ) -> Newborn | None:
        """What the same guardian has asked about a child of that day and waits, or is in force: perhaps the same child,
        perhaps a twin. ``besides``: another one than this request, and one that a child was registered by."""
        if besides is None:
            return await self._alive(unit, guardian, "n.born = $4", born)
        return await self._alive(unit, guardian, "n.born = $4 AND n.id <> $5 AND n.ward_id IS NOT NULL", born, besides)

    async def _alive(self, unit: Unit, guardian: UUID, which: str, *values: object, tail: str = "") -> Newborn | None:
        row = await sql.row(
            f"SELECT {_COLUMNS} {_FROM} WHERE n.portal = $1 AND n.guardian_id = $2 AND {which} AND (n.state = 'asked'"
            " OR (n.state = 'recorded' AND d.state <> 'ended' AND d.valid_until > $3"
            f" AND (d.state = 'active' OR d.answer_until > $3))) ORDER BY n.id DESC LIMIT 1{tail}",
            unit.portal, guardian, unit.now, *values,
        )  # fmt: skip
        return self._read(unit, row) if row else None

    async def write(self, unit: Unit, one: Newborn, *, checked_by: UUID | None = None) -> None:
        """A new row. The database refuses a second one of the same guardian and certificate that waits."""
        index = self._vault.search(one.certificate, CERTIFICATE)
        row: dict[str, Any] = {
            "id": one.id, "portal": unit.portal, "region": one.region, "guardian_id": one.guardian_id,
            "guardian_loa": one.guardian_loa, "relation": one.relation,
            "name_sealed": self._vault.seal(one.name, NAME) if one.name else None, "born": one.born,
            "certificate_sealed": self._vault.seal(one.certificate, CERTIFICATE), "certificate_index": index.here,
            "certificate_index_next": index.beside, "file_id": one.file_id, "state": one.state,
            "reason": one.reason or "", "asked_at": one.asked_at, "decided_at": one.decided_at,
            "checked_by": checked_by, "checked_no": one.checked_no, "ward_id": one.ward_id,
            "delegation_id": one.delegation_id,
        }  # fmt: skip
        places = ", ".join(f"${at}" for at in range(1, len(row) + 1))
        await sql.execute(f"INSERT INTO newborn_requests ({', '.join(row)}) VALUES ({places})", *row.values())

    async def passed_on(self, unit: Unit, actor: Actor, request: UUID, ward: UUID, delegation: UUID) -> None:
        """Compared: from now on the delegation says how it stands."""
        await sql.execute(
            "UPDATE newborn_requests SET state = 'recorded', decided_at = $1, checked_by = $2, checked_no = $3,"
            " ward_id = $4, delegation_id = $5 WHERE id = $6 AND state = 'asked'",
            unit.now, actor.id, actor.label[:32], ward, delegation, request,
        )  # fmt: skip

    async def wards(self, unit: Unit, certificate: str) -> list[tuple[date | None, UUID]]:
        """Birthday and child of every request with this certificate that has led to one; ``hold`` comes first."""
        index = self._vault.search(certificate, CERTIFICATE)
        rows = await sql.rows(
            "SELECT born, ward_id FROM newborn_requests WHERE portal = $1"
            " AND (certificate_index = $2 OR certificate_index_next = $3) ORDER BY id",
            unit.portal, index.here, index.beside,
        )  # fmt: skip
        return [(sql.day_or_none(row["born"]), sql.uid(row["ward_id"])) for row in rows if row["ward_id"]]

    async def one(self, unit: Unit, request: UUID, *, scope: Scope | None = None, lock: bool = False) -> Newborn:
        """One request; ``DelegationMissing`` for what there is not, or lies outside ``scope``. ``lock``: until this
        unit ends nobody else decides it."""
        if lock and sql.is_postgres():
            await sql.row(
                "SELECT id FROM newborn_requests WHERE id = $1 AND portal = $2 FOR UPDATE", request, unit.portal
            )
        values: list[object] = [request, unit.portal]
        within = scope.where(values, region="n.region") if scope else ""
        row = await sql.row(f"SELECT {_COLUMNS} {_FROM} WHERE n.id = $1 AND n.portal = $2 {within}", *values)
        if row is None:
            raise DelegationMissing
        return self._read(unit, row)

    def _read(self, unit: Unit, row: sql.Row) -> Newborn:
        born = sql.day_or_none(row["born"])
        assert born is not None
        state = _state(unit, row)
        ended = row["ended_as"] is not None or (state == "done" and sql.instant(row["valid_until"]) <= unit.now)
        return Newborn(
            id=sql.uid(row["id"]),
            region=row["region"],
            guardian_id=sql.uid(row["guardian_id"]),
            guardian_loa=int(row["guardian_loa"]),
            relation=row["relation"],
            name=self._vault.open(bytes(row["name_sealed"]), NAME) if row["name_sealed"] else "",
            born=born,
            certificate=self._vault.open(bytes(row["certificate_sealed"]), CERTIFICATE),
            file_id=sql.uid_or_none(row["file_id"]),
            state=state,
            reason=row["reason"] or None,
            asked_at=sql.instant(row["asked_at"]),
            decided_at=sql.instant_or_none(row["decided_at"]),
            checked_no=row["checked_no"],
            ward_id=sql.uid_or_none(row["ward_id"]),
            delegation_id=sql.uid_or_none(row["delegation_id"]),
            over=state == "done" and ended,
            numbered=state == "done" and row["ward_born"] is None,
        )


def _state(unit: Unit, row: sql.Row) -> State:
    """What the request says, and once it is a delegation, what that one says."""
    if row["state"] != "recorded":
        own: State = row["state"]
        return own
    if row["active_at"] is not None:
        return "done"
    if row["stands"] is None or row["ended_as"] == "expired":  # swept, or forgotten after its years
        return "expired"
    if row["ended_as"] is not None:
        return "refused" if row["ended_as"] == "refused" else "taken_back"
    until = min(sql.instant(row["answer_until"]), sql.instant(row["valid_until"]))
    return "expired" if until <= unit.now else "recorded"


def _cursor(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid(faults=[FieldFault("cursor", "cursor-unknown")]) from None
