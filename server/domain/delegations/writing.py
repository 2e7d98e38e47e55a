"""A new row of the delegations table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from server.domain.delegations.scope import Kind, Period, Scope


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything a new delegation is written with."""

    id: UUID
    region: str
    kind: Kind
    way: Literal["phone", "counter"]
    principal_id: UUID | None
    delegate_id: UUID | None
    scope: Scope
    when: Period
    proposed_by: UUID
    answer_until: datetime
    relation: str = ""
    organisation_id: UUID | None = None
    agent_id: UUID | None = None
    ward_born: date | None = None
    case_no: str | None = None
    addressee_index: bytes | None = None
    addressee_sealed: bytes | None = None
    principal_loa: int | None = None
    delegate_loa: int | None = None
    recorded_by: UUID | None = None
    recorded_no: str = ""
    place: str = ""


async def write(unit: Unit, draft: Draft) -> None:
    """The row, as a proposal. The database refuses what its rules do not allow."""
    scope = draft.scope
    row: dict[str, Any] = {
        "id": draft.id, "portal": unit.portal, "region": draft.region, "kind": draft.kind, "way": draft.way,
        "state": "proposed", "principal_id": draft.principal_id, "delegate_id": draft.delegate_id,
        "organisation_id": draft.organisation_id, "agent_id": draft.agent_id, "ward_born": draft.ward_born,
        "relation": draft.relation, "all_items": scope.all_items, "items": sql.to_json(list(scope.items)),
        "all_purposes": scope.all_purposes, "purposes": sql.to_json(list(scope.purposes)), "case_no": draft.case_no,
        "scope_hash": scope.digest(draft.case_no, draft.organisation_id), "valid_from": draft.when.begins,
        "valid_until": draft.when.ends, "proposed_by": draft.proposed_by, "proposed_at": unit.now,
        "answer_until": draft.answer_until, "addressee_index": draft.addressee_index,
        "addressee_sealed": draft.addressee_sealed, "principal_loa": draft.principal_loa,
        "delegate_loa": draft.delegate_loa, "recorded_by": draft.recorded_by, "recorded_no": draft.recorded_no,
        "confirmed_no": "", "place": draft.place,
    }  # fmt: skip
    places = ", ".join(f"${at}" for at in range(1, len(row) + 1))
    await sql.execute(f"INSERT INTO delegations ({', '.join(row)}) VALUES ({places})", *row.values())
