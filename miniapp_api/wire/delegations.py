"""Wire shapes of acting for others."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from server.domain.delegations.scope import Relation
from server.web.shapes import Instant, Wire

Code = Annotated[str, Field(min_length=1, max_length=64)]


class ScopeIn(Wire):
    """How far it goes. Everything is said by ``all_…``; an empty list is nothing."""

    all_items: bool = False
    items: list[Code] = Field(default=[], max_length=50)
    all_purposes: bool = False
    purposes: list[Code] = Field(default=[], max_length=50)


class OtherPerson(Wire):
    """The other side, as the proposer knows them."""

    name: str = Field(min_length=2, max_length=50)
    phone: str = Field(min_length=11, max_length=11, pattern=r"^1[3-9][0-9]{9}$")


class NewDelegation(Wire):
    """An offer. ``side``: whether I am the one whose matters it is about (principal) or the one who will act."""

    kind: Literal["relative", "organisation", "single_case"]
    side: Literal["principal", "delegate"]
    other: OtherPerson
    relation: Relation | None = Field(None, description="relative only: what the principal is to the delegate")
    organisation_id: UUID | None = None
    case_no: str | None = Field(None, max_length=24, description="one case only: which; else the first of the item")
    scope: ScopeIn
    first_day: date | None = Field(None, description="today where none is named")
    last_day: date


class Acceptance(Wire):
    """My answer."""

    accept: bool


class NamedCode(Wire):
    """A code and what it is called."""

    code: str
    name: str


class ScopeShown(Wire):
    """How far it goes, in words."""

    all_items: bool
    items: list[NamedCode]
    all_purposes: bool
    purposes: list[NamedCode]
    text: str = Field(description="the whole of it in one sentence")


class OrganisationShown(Wire):
    """A legal person; its code is public."""

    uscc: str
    name: str


class DelegationShown(Wire):
    """One delegation of mine, given or received."""

    id: UUID
    kind: Literal["relative", "guardian", "organisation", "single_case", "agent"]
    kind_label: str
    side: Literal["principal", "delegate"]
    state: Literal["proposed", "active", "ended"]
    state_label: str
    ended_as: Literal["withdrawn", "renounced", "expired", "refused"] | None
    in_force: bool = Field(description="the delegate may use it now")
    principal_masked: str
    delegate_masked: str
    relation: str
    relation_label: str = Field(description="what the principal is to the delegate; empty where it is not said")
    organisation: OrganisationShown | None
    scope: ScopeShown
    case_no: str | None
    first_day: date
    last_day: date
    by_counter: bool = Field(description="recorded at a counter with the card in hand, confirmed by a second clerk")
    answer_until: Instant | None = Field(description="while it waits for an answer")
    proposed_at: Instant
    active_at: Instant | None
    ended_at: Instant | None
    actions: list[Literal["accept", "refuse", "take_back", "withdraw", "renounce", "add_number"]]


class DelegationList(Wire):
    """Newest first."""

    delegations: list[DelegationShown]
    next_cursor: str | None


class PageQuery(Wire):
    """Which page."""

    cursor: str | None = Field(None, max_length=64)


class DelegationAct(Wire):
    """One thing that was done under it."""

    id: UUID
    at: Instant
    what: str
    text: str = Field(description="A for B: what")


class DelegationActs(Wire):
    """Newest first; both sides see the same."""

    acts: list[DelegationAct]
    next_cursor: str | None


class NewOrganisation(Wire):
    """A legal person that I represent."""

    uscc: str = Field(min_length=18, max_length=20)
    name: str = Field(min_length=2, max_length=200)


class MyOrganisation(OrganisationShown):
    """With the id that a delegation names."""

    id: UUID


class MyOrganisations(Wire):
    """Those that I represent."""

    organisations: list[MyOrganisation]


class DelegationChoices(Wire):
    """What a form offers: relations, purposes, and the longest period."""

    relations: list[NamedCode]
    purposes: list[NamedCode]
    longest_days: int


class WardNumber(Wire):
    """``POST /delegations/{id}/ward-number``: as the child's first paper with a number says it."""

    name: str = Field(min_length=2, max_length=50)
    id_number: str = Field(min_length=8, max_length=20)
