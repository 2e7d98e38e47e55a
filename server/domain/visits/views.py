"""What the counter and the resident get to know of one visit. Codes and values; the edges put them into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.refusal import FieldFault, Invalid
from server.domain.purposes.service import PICTURES, Purpose
from server.domain.visits.papers import SCENES, ShownPaper
from server.domain.visits.ports import CaseInHand

ConsentState = Literal["pending", "allowed", "refused", "expired", "withdrawn", "revoked"]
ENDED: tuple[ConsentState, ...] = ("withdrawn", "revoked")
"""The code was taken back while the phone was asked: with its delegation, or with the session that showed it."""

COLUMNS = (
    "id, portal, region, at, resident_id, acting_id, terminal_id, hall, counter, staff_id, staff_no, purpose, scene,"
    " item, outcome, fields_seen, consent_state, consent_asked, consent_granted, consent_until, consent_at,"
    " disclosed_at"
)


READ = COLUMNS + ", holder_portal, delegation_id, tier, card_at, card_fields, consent_licences, portrait_outcome"
"""What a stored visit is read by: also what came after the look, which a new row does not have yet."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The question to the resident, and how it stands."""

    state: ConsentState
    asked: tuple[str, ...]
    granted: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CounterVisit:
    """An accepted code as its terminal sees it: no more than the purpose's fields. ``loa`` is the bearer's.

    ``pictures`` may be fetched now; ``card`` are the fields that her card in hand would open, and ``card_open`` says
    whether it may be confirmed still; ``granted`` are those that are open now, by her yes or by the card.
    ``holder_portal``: whose code it was, where it was another portal's. ``owes_card``: it is looked at, and nothing is
    done on it, until the card was compared.
    """

    id: UUID
    at: datetime
    counter: str
    purpose: str
    scene: str
    loa: int
    name_masked: str | None
    acting_for: str | None
    fields: tuple[tuple[str, str], ...]
    open_cases: tuple[CaseInHand, ...]
    consent: Consent | None
    granted: tuple[str, ...]
    pictures: tuple[str, ...]
    card: tuple[str, ...]
    card_at: datetime | None
    card_open: bool = False
    owes_card: bool = False
    holder_portal: str | None = None
    paper: ShownPaper | None = None
    relation: str | None = None
    """Shown for somebody else under a delegation: what that person is to the bearer; "" where it is not said."""
    may_begin: bool = True
    """Whether a case may be begun on it: a delegation may name none."""


@dataclass(frozen=True, slots=True)
class VisitParties:
    """Who stood at the counter and whom it concerns: for rooms that do something for them there."""

    at: datetime
    purpose: str
    resident_id: UUID
    acting_id: UUID
    hall: str
    counter: str
    card_at: datetime | None
    delegation_id: UUID | None
    on_paper: bool
    """Shown as a paper, which is a picture that anybody may have copied."""


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
    card_in_hand: bool
    portrait: str | None
    subject_id: UUID | None
    acting_id: UUID | None
    """Whom it is about, and who showed the code: two people under a delegation."""


@dataclass(frozen=True, slots=True)
class TerminalDay:
    """One terminal's day: looks, refused ones among them, and until when it is locked."""

    scanned: int
    refused: int
    locked_until: datetime | None


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
    return Consent(state, codes_in(row["consent_asked"]), codes_in(row["consent_granted"]), until)


def resident_visit(row: sql.Row, now: datetime) -> ResidentVisit:
    """A stored visit for the resident; granted fields count as seen only once they were disclosed."""
    later = codes_in(row["card_fields"]) if row["card_at"] is not None else ()
    if row["disclosed_at"] is not None:
        later += codes_in(row["consent_granted"])
    seen = codes_in(row["fields_seen"])
    seen += tuple(code for code in dict.fromkeys(later) if code != "portrait" or row["portrait_outcome"] == "shown")
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
        card_in_hand=row["card_at"] is not None,
        portrait=row["portrait_outcome"],
        subject_id=sql.uid_or_none(row["resident_id"]),
        acting_id=sql.uid_or_none(row["acting_id"]),
    )


def owes_card(row: sql.Row) -> bool:
    """An offline credential from tier 1 on whose card was not compared yet."""
    return row["scene"] in SCENES.values() and row["tier"] != "T0" and row["card_at"] is None


def card_opens(row: sql.Row, purpose: Purpose) -> tuple[str, ...]:
    """The fields of this visit that her card opens. It is the bearer's card: of somebody she acts for, it proves
    nothing."""
    if row["consent_state"] == "none":
        return ()
    for_herself = sql.uid(row["resident_id"]) == sql.uid(row["acting_id"])
    return tuple(code for code in purpose.by_card if for_herself or code == "portrait")


def counter_visit(
    row: sql.Row,
    now: datetime,
    *,
    bearer: Mapping[str, str],
    subject_name: str | None,
    values: Sequence[tuple[str, str]],
    cases: Sequence[CaseInHand],
    granted: tuple[str, ...],
    card: tuple[str, ...],
    card_open: bool,
) -> CounterVisit:
    """A stored visit for its terminal, with the values that it may see now."""
    return CounterVisit(
        id=sql.uid(row["id"]),
        at=sql.instant(row["at"]),
        counter=row["counter"],
        purpose=row["purpose"],
        scene=row["scene"],
        loa=int(bearer.get("loa", "2")),
        name_masked=bearer.get("name_masked"),
        acting_for=subject_name,
        fields=tuple(values),
        open_cases=tuple(cases),
        consent=consent_of(row, now),
        granted=granted,
        pictures=tuple(code for code in granted if code in PICTURES),
        card=card,
        card_at=sql.instant_or_none(row["card_at"]),
        card_open=card_open,
        owes_card=owes_card(row),
        holder_portal=row["holder_portal"],
    )


def codes_in(value: object) -> tuple[str, ...]:
    """A stored list of codes."""
    return tuple(sql.document(value) or ())


def granted_of(asked: tuple[str, ...], allow: bool, fields: Sequence[str]) -> tuple[str, ...]:
    """The asked fields that are allowed, in the order of the question; a field that was not asked for is a fault."""
    strange = [field for field in fields if field not in asked]
    if strange:
        raise Invalid(faults=[FieldFault("fields", "field-not-asked")])
    return tuple(field for field in asked if field in fields) if allow else ()
