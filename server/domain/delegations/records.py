"""One delegation as its row knows it, and the statements that read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.scope import Placed
from config.floor.unit import Unit
from server.domain.delegations.errors import DelegationMissing
from server.domain.delegations.scope import Kind, Scope
from server.domain.sessions.mandate import Mandate

State = Literal["proposed", "active", "ended"]
Ended = Literal["withdrawn", "renounced", "expired", "refused"]
Side = Literal["principal", "delegate"]
ADDRESSEE = "delegations.addressee"
COLUMNS = (
    "d.id, d.region, d.kind, d.way, d.state, d.ended_as, d.principal_id, d.delegate_id, d.organisation_id, d.agent_id,"
    " d.relation, d.all_items, d.items, d.all_purposes, d.purposes, d.case_no, d.valid_from, d.valid_until,"
    " d.proposed_by, d.proposed_at, d.answer_until, d.addressee_sealed, d.active_at, d.ended_at, d.recorded_by,"
    " d.recorded_no, d.confirmed_no, d.place, d.ward_born"
)


PLACED = Placed("delegations")


@dataclass(frozen=True, slots=True)
class Record:
    """One delegation as of an instant: what ran out by the clock has ended, whether or not it was swept."""

    id: UUID
    region: str
    kind: Kind
    way: Literal["phone", "counter"]
    state: State
    ended_as: Ended | None
    principal_id: UUID | None
    delegate_id: UUID | None
    organisation_id: UUID | None
    relation: str
    scope: Scope
    case_no: str | None
    valid_from: datetime
    valid_until: datetime
    proposed_by: UUID
    proposed_at: datetime
    answer_until: datetime
    addressee: bytes | None
    active_at: datetime | None
    ended_at: datetime | None
    recorded_by: UUID | None
    recorded_no: str
    confirmed_no: str
    place: str
    ward_born: date | None = None
    """The day of birth of a child who has no number yet."""

    def side(self, resident_id: UUID) -> Side | None:
        """Which party this resident is, if any."""
        if resident_id == self.principal_id:
            return "principal"
        return "delegate" if resident_id == self.delegate_id else None

    def other(self, resident_id: UUID) -> UUID | None:
        return self.delegate_id if resident_id == self.principal_id else self.principal_id

    @property
    def parties(self) -> tuple[UUID, ...]:
        return tuple(one for one in (self.principal_id, self.delegate_id) if one is not None)


def record(row: sql.Row, now: datetime) -> Record:
    """The record of a row that was read with ``COLUMNS``."""
    state, ended_as = row["state"], row["ended_as"]
    until, answer = sql.instant(row["valid_until"]), sql.instant(row["answer_until"])
    if (state == "active" and until <= now) or (state == "proposed" and min(until, answer) <= now):
        state, ended_as = "ended", "expired"
    return Record(
        id=sql.uid(row["id"]),
        region=row["region"],
        kind=row["kind"],
        way=row["way"],
        state=state,
        ended_as=ended_as,
        principal_id=sql.uid_or_none(row["principal_id"]),
        delegate_id=sql.uid_or_none(row["delegate_id"]),
        organisation_id=sql.uid_or_none(row["organisation_id"]),
        relation=row["relation"],
        scope=scope_of(row),
        case_no=row["case_no"],
        valid_from=sql.instant(row["valid_from"]),
        valid_until=until,
        proposed_by=sql.uid(row["proposed_by"]),
        proposed_at=sql.instant(row["proposed_at"]),
        answer_until=answer,
        addressee=None if row["addressee_sealed"] is None else bytes(row["addressee_sealed"]),
        active_at=sql.instant_or_none(row["active_at"]),
        ended_at=sql.instant_or_none(row["ended_at"]),
        recorded_by=sql.uid_or_none(row["recorded_by"]),
        recorded_no=row["recorded_no"],
        confirmed_no=row["confirmed_no"],
        place=row["place"],
        ward_born=sql.day_or_none(row["ward_born"]),
    )


def scope_of(row: sql.Row) -> Scope:
    return Scope(
        sql.flag(row["all_items"]), tuple(sql.document(row["items"])),
        sql.flag(row["all_purposes"]), tuple(sql.document(row["purposes"])),
    )  # fmt: skip


def mandate_of(row: sql.Row) -> Mandate:
    """What a delegation in force allows."""
    scope = scope_of(row)
    return Mandate(
        delegation_id=sql.uid(row["id"]),
        kind=row["kind"],
        relation=row["relation"],
        principal_id=sql.uid(row["principal_id"]),
        delegate_id=sql.uid(row["delegate_id"]),
        organisation_id=sql.uid_or_none(row["organisation_id"]),
        region=row["region"],
        all_items=scope.all_items,
        items=frozenset(scope.items),
        all_purposes=scope.all_purposes,
        purposes=frozenset(scope.purposes),
        case_no=row["case_no"],
        valid_until=sql.instant(row["valid_until"]),
    )


IN_FORCE = "d.state = 'active' AND d.valid_from <= $3 AND d.valid_until > $3"


async def in_force(unit: Unit, delegation_id: UUID, *, lock: Literal["", "SHARE", "UPDATE"] = "") -> Mandate | None:
    """The mandate, if it is in force at this instant. ``lock``: whoever ends it waits for this unit, so that a use
    lies before the end or after it, and ``UPDATE`` lets uses wait for each other too. (SQLite has one writer anyway.)
    """
    tail = f" FOR {lock}" if lock and sql.is_postgres() else ""
    row = await sql.row(
        f"SELECT {COLUMNS} FROM delegations d WHERE d.id = $1 AND d.portal = $2 AND {IN_FORCE}{tail}",
        delegation_id, unit.portal, unit.now,
    )  # fmt: skip
    return mandate_of(row) if row else None


async def one(unit: Unit, delegation_id: UUID) -> Record:
    """One delegation of this portal; ``DelegationMissing``."""
    row = await sql.row(
        f"SELECT {COLUMNS} FROM delegations d WHERE d.id = $1 AND d.portal = $2", delegation_id, unit.portal
    )
    if row is None:
        raise DelegationMissing
    return record(row, unit.now)


async def of_party(unit: Unit, delegation_id: UUID, resident_id: UUID) -> Record:
    """One delegation that this resident is a party of; ``DelegationMissing`` for anybody else's."""
    found = await one(unit, delegation_id)
    if found.side(resident_id) is None:
        raise DelegationMissing
    return found
