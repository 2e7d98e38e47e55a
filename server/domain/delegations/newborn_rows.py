"""What parents have asked about newborns, as the rows know it now, and the statements that read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID

from config.floor import sql
from config.floor.refusal import FieldFault, Invalid
from config.floor.scope import Placed, Scope
from config.floor.unit import Unit
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
    file_id: UUID
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
        """Which of these delegations were begun on the phone, and by which request: one statement."""
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

    async def stands(self, unit: Unit, guardian: UUID, certificate: str) -> bool:
        """Whether the same guardian's word about the same certificate waits, or is in force."""
        index = self._vault.search(certificate, CERTIFICATE)
        row = await sql.row(
            f"SELECT n.id {_FROM} WHERE n.portal = $1 AND n.guardian_id = $2"
            " AND (n.certificate_index = $3 OR n.certificate_index_next = $4) AND (n.state = 'asked'"
            " OR (n.state = 'recorded' AND d.state <> 'ended' AND d.valid_until > $5"
            " AND (d.state = 'active' OR d.answer_until > $5)))",
            unit.portal, guardian, index.here, index.beside, unit.now,
        )  # fmt: skip
        return row is not None

    async def wards(self, unit: Unit, certificate: str) -> list[tuple[date | None, UUID]]:
        """Birthday and child of every request with this certificate that has led to one. They are held until this unit
        ends, in one order for everybody: two checks at once wait for each other and register one child once."""
        index = self._vault.search(certificate, CERTIFICATE)
        tail = " FOR UPDATE" if sql.is_postgres() else ""
        rows = await sql.rows(
            "SELECT born, ward_id FROM newborn_requests WHERE portal = $1"
            f" AND (certificate_index = $2 OR certificate_index_next = $3) ORDER BY id{tail}",
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
            file_id=sql.uid(row["file_id"]),
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
