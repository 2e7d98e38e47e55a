"""Wire shapes of delegations as staff see them."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from config.floor.unit import legal_day
from server.domain.delegations.reading import Shown
from server.domain.delegations.scope import Period
from server.web import delegation_words
from server.web.operations import Call
from server.web.shapes import Instant, Wire


class StaffDelegation(Wire):
    """One delegation at a desk; names masked."""

    id: UUID
    kind: Literal["relative", "guardian", "organisation", "single_case", "agent"]
    kind_label: str
    state: Literal["proposed", "active", "ended"]
    state_label: str
    pair: str
    principal_masked: str
    delegate_masked: str
    relation_label: str
    scope_text: str
    first_day: date
    last_day: date
    recorded_at: Instant
    recorded_no: str
    confirmed_no: str
    place: str
    answer_until: Instant
    newborn: UUID | None = Field(None, description="the request behind it, where it is about a newborn")


class StaffDelegations(Wire):
    """Newest first."""

    delegations: list[StaffDelegation]
    next_cursor: str | None


class Confirmation(Wire):
    """The second person's word."""

    confirm: bool


def staff_shape(call: Call[Any, Any], shown: Shown, newborn: UUID | None = None) -> StaffDelegation:
    """One delegation in the words of a desk."""
    one = shown.record
    relation = delegation_words.relation_label(call, one.relation)
    return StaffDelegation(
        id=one.id,
        kind=one.kind,
        kind_label=call.text(f"delegations.kinds.{one.kind}"),
        state=one.state,
        state_label=delegation_words.state_label(call, shown),
        pair=delegation_words.pair(call, shown.delegate, shown.principal, relation),
        principal_masked=shown.principal,
        delegate_masked=shown.delegate,
        relation_label=relation,
        scope_text=delegation_words.scope_text(call, shown),
        first_day=legal_day(one.valid_from),
        last_day=Period(one.valid_from, one.valid_until).last_day,
        recorded_at=one.proposed_at,
        recorded_no=one.recorded_no,
        confirmed_no=one.confirmed_no,
        place=one.place,
        answer_until=one.answer_until,
        newborn=newborn,
    )
