"""What the counter and the resident get to know of one visit. Codes and values; the edges put them into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from config.floor import sql
from server.domain.visits.ports import CaseInHand

ConsentState = Literal["pending", "allowed", "refused", "expired"]

COLUMNS = (
    "id, portal, region, at, resident_id, acting_id, terminal_id, hall, counter, staff_id, staff_no, purpose, scene,"
    " item, outcome, fields_seen, consent_state, consent_asked, consent_granted, consent_until, consent_at,"
    " disclosed_at"
)


@dataclass(frozen=True, slots=True)
class Consent:
    """The question to the resident, and how it stands."""

    state: ConsentState
    asked: tuple[str, ...]
    granted: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CounterVisit:
    """An accepted code as its terminal sees it: no more than the purpose's fields. ``loa`` is the bearer's."""

    id: UUID
    at: datetime
    purpose: str
    scene: str
    loa: int
    name_masked: str | None
    acting_for: str | None
    fields: tuple[tuple[str, str], ...]
    open_cases: tuple[CaseInHand, ...]
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class ResidentVisit:
    """One line of 谁看过我: where, who, what for, which fields, and what was asked."""

    id: UUID
    at: datetime
    hall: str
    counter: str
    staff_no: str
    purpose: str
    scene: str
    outcome: str
    fields: tuple[str, ...]
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class Today:
    """A terminal's day: every scan, and those of them that were refused."""

    scanned: int
    refused: int


def consent_of(row: sql.Row, now: datetime) -> Consent | None:
    """The question of a stored visit as of ``now``: a pending one past its time has expired."""
    state = row["consent_state"]
    until = sql.instant_or_none(row["consent_until"])
    if state == "none" or until is None:
        return None
    if state == "pending" and until <= now:
        state = "expired"
    return Consent(state, _codes(row["consent_asked"]), _codes(row["consent_granted"]), until)


def resident_visit(row: sql.Row, now: datetime) -> ResidentVisit:
    """A stored visit for the resident; granted fields count as seen only once they were disclosed."""
    seen = _codes(row["fields_seen"])
    if row["disclosed_at"] is not None:
        seen += _codes(row["consent_granted"])
    return ResidentVisit(
        id=sql.uid(row["id"]),
        at=sql.instant(row["at"]),
        hall=row["hall"],
        counter=row["counter"],
        staff_no=row["staff_no"],
        purpose=row["purpose"],
        scene=row["scene"],
        outcome=row["outcome"],
        fields=seen,
        consent=consent_of(row, now),
    )


def counter_visit(
    row: sql.Row,
    now: datetime,
    *,
    bearer: Mapping[str, str],
    subject_name: str | None,
    values: Sequence[tuple[str, str]],
    cases: Sequence[CaseInHand],
) -> CounterVisit:
    """A stored visit for its terminal, with the values that it may see now."""
    return CounterVisit(
        id=sql.uid(row["id"]),
        at=sql.instant(row["at"]),
        purpose=row["purpose"],
        scene=row["scene"],
        loa=int(bearer.get("loa", "2")),
        name_masked=bearer.get("name_masked"),
        acting_for=subject_name,
        fields=tuple(values),
        open_cases=tuple(cases),
        consent=consent_of(row, now),
    )


def _codes(value: object) -> tuple[str, ...]:
    return tuple(sql.document(value) or ())
