"""At the counter: who somebody is by the card in hand, and delegations for people without a phone.

One clerk records, another one confirms at the console. The one whose matters they are takes them back here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from config.floor.refusal import FieldFault, Invalid, Refusal
from config.floor.unit import Unit
from server.domain.delegations.counter import Recorded
from server.domain.delegations.errors import HelperNotProven
from server.domain.delegations.newborn_rows import Relation as ToChild
from server.domain.delegations.newborns import Said
from server.domain.delegations.records import Record
from server.domain.delegations.scope import Relation, Scope
from server.domain.identifiers import IdNumber
from server.domain.losses.errors import ResidentNotFound
from server.domain.residents.service import ResidentProfile
from server.edges.counter.cards import IDENTITY_PROBLEMS, CardSeen, place_of, register_says
from server.web import newborn_words
from server.web.delegation_shapes import StaffDelegation, StaffDelegations, staff_shape
from server.web.operations import Call, NoQuery, Operations, Terminal
from server.web.shapes import Wire

operations = Operations(tag="counter-delegations")
_PATH = "/counter/api/v1/delegations"
_VISIT_LIFE = timedelta(minutes=45)
_AT_COUNTER = 5
Code = Annotated[str, Field(min_length=1, max_length=64)]


class CardCheck(CardSeen):
    """The card that was compared with its bearer."""

    card_in_hand: Literal[True]


class IdentityCheck(CardCheck):
    """The card, and the person's own code if one was shown here: the card is then theirs."""

    visit_id: UUID | None = None


class CardChecked(Wire):
    """Who it is, from now on at the highest level. ``code_is_theirs``: false where the code that was shown is somebody
    else's, or none was shown."""

    name_masked: str
    loa: int
    known_before: bool = Field(description="false where the person has been registered just now")
    code_is_theirs: bool = False


class Newborn(Wire):
    """A child without a number yet, as the birth certificate in the clerk's hand says."""

    name: str = Field("", max_length=50, description="empty while it is open")
    born: date
    certificate_no: str = Field(min_length=1, max_length=64)
    relation: ToChild = Field("other", description="what the helper is to the child")
    is_another: bool = Field(
        False, description="the helper has a child of the same day under another number, and this one is not it"
    )


class HelperSeen(Wire):
    """Who will act: by an own code that was scanned here (``visit_id``), or by a card."""

    visit_id: UUID | None = None
    card: CardSeen | None = None


class RecordedScope(Wire):
    """How far it goes; everything is said, an empty list is nothing."""

    all_items: bool = False
    items: list[Code] = Field(default=[], max_length=50)
    all_purposes: bool = False
    purposes: list[Code] = Field(default=[], max_length=50)


class NewCounterDelegation(Wire):
    """What the clerk has seen and was told, the principal's card in hand."""

    kind: Literal["relative", "guardian", "single_case", "agent"]
    principal: CardSeen | None = None
    newborn: Newborn | None = None
    card_in_hand: Literal[True]
    helper: HelperSeen
    relation: Relation | None = None
    agent_no: str = Field("", max_length=32)
    scope: RecordedScope
    last_day: date


@dataclass(frozen=True, slots=True)
class _Card:
    name: str
    number: IdNumber


@operations.post(
    "/counter/api/v1/identity-checks",
    name="checkCard",
    summary="Who somebody is, by the card in hand: the highest level from now on; the person is told",
    access=Terminal(),
    body=IdentityCheck,
    answer=CardChecked,
    status=201,
    own_unit=True,
    idempotent=True,
    limit=30,
    problems=(*IDENTITY_PROBLEMS, "not-found", "card-not-compared", "code-revoked", "delegation-over"),
)
async def check(call: Call[IdentityCheck, NoQuery]) -> CardChecked | Refusal:
    """The register is asked outside any transaction."""
    card = await _confirmed(call, call.body)
    if isinstance(card, Refusal):
        return card

    async def decide(unit: Unit) -> CardChecked | Refusal:
        if card is None:
            return await _mismatch(call, unit)
        place = place_of(call)
        shown = await _shown_code(call, unit)
        holder = await call.services.cards.holder(
            unit, call.actor, card.name, card.number, region=call.place.region, place=place, account=shown
        )
        await call.services.notify.post(
            unit, recipient=holder.id, region=holder.region, event="identity.checked", category="statutory",
            dedupe_key=f"identity:{holder.id}:{unit.now.isoformat()}", values={"place": place}, subject="identity",
        )  # fmt: skip
        profile = await call.services.residents.get(unit, holder.id)
        return CardChecked(
            name_masked=profile.masked_name, loa=profile.loa, known_before=not holder.new, code_is_theirs=holder.shown
        )

    checked: CardChecked | Refusal = await call.decide(decide)
    return checked


async def _shown_code(call: Call[IdentityCheck, NoQuery], unit: Unit) -> UUID | None:
    """Whose own code was shown here lately; nobody's where it was shown for somebody else."""
    if call.body.visit_id is None:
        return None
    shown = await call.services.visits.whose(unit, call.body.visit_id, call.place.id)
    fresh = unit.now - shown.at <= _VISIT_LIFE
    return shown.resident_id if fresh and shown.resident_id == shown.acting_id else None


@operations.post(
    _PATH,
    name="recordDelegation",
    summary="Record a delegation with the card in hand; another member of staff has to confirm it",
    access=Terminal(),
    body=NewCounterDelegation,
    answer=StaffDelegation,
    status=201,
    own_unit=True,
    idempotent=True,
    limit=30,
    problems=(
        *IDENTITY_PROBLEMS,
        "delegation-exists",
        "delegation-helper-not-proven",
        "newborn-differs",
        "newborn-other-child",
        "newborn-similar",
        "not-found",
        "card-not-compared",
        "code-revoked",
        "delegation-over",
    ),
)
async def record(call: Call[NewCounterDelegation, NoQuery]) -> StaffDelegation | Refusal:
    """Both cards are confirmed by the register first; then people, row and record are one decision."""
    asked = call.body
    if (asked.principal is None) == (asked.newborn is None):
        raise Invalid(faults=[FieldFault("principal", "missing")])
    cards = [asked.principal, asked.helper.card]
    confirmed: list[_Card | None] = []
    for seen in cards:
        card = await _confirmed(call, seen) if seen else None
        if isinstance(card, Refusal):
            return card
        if seen and card is None:
            return await call.decide(lambda unit: _mismatch(call, unit))
        confirmed.append(card)
    principal, helper = confirmed

    async def decide(unit: Unit) -> StaffDelegation | Refusal:
        return await _recorded(call, unit, principal, helper)

    made: StaffDelegation | Refusal = await call.decide(decide)
    return made


async def _recorded(
    call: Call[NewCounterDelegation, NoQuery], unit: Unit, principal: _Card | None, helper: _Card | None
) -> StaffDelegation | Refusal:
    asked, delegations = call.body, call.services.delegations
    delegate, loa = await _helper(call, unit, helper)
    seen = Recorded(
        kind=asked.kind,
        principal=await _holder(call, unit, principal) if principal else None,
        delegate=delegate,
        delegate_loa=loa,
        scope=Scope(
            asked.scope.all_items, tuple(asked.scope.items), asked.scope.all_purposes, tuple(asked.scope.purposes)
        ),
        last_day=asked.last_day,
        region=call.place.region,
        relation=asked.relation or "",
        agent_no=asked.agent_no,
    )
    if child := asked.newborn:
        said = Said(child.relation, child.born, child.certificate_no, name=newborn_words.child_name(child.name))
        made = await delegations.newborns.record(
            unit, call.actor, seen, said, is_another=child.is_another, place=place_of(call)
        )
    else:
        made = await delegations.record(unit, call.actor, seen, place=place_of(call))
    if isinstance(made, Refusal):
        return made
    return await _shape(call, unit, await delegations.one(unit, made))


async def _helper(call: Call[NewCounterDelegation, NoQuery], unit: Unit, card: _Card | None) -> tuple[UUID, int]:
    """Who acts and how well that is proven: a card in hand, or an own code shown here lately."""
    if card is not None:
        return await _holder(call, unit, card), _AT_COUNTER
    if call.body.helper.visit_id is None:
        raise HelperNotProven
    shown = await call.services.visits.whose(unit, call.body.helper.visit_id, call.place.id)
    if shown.resident_id != shown.acting_id or unit.now - shown.at > _VISIT_LIFE:
        raise HelperNotProven
    profile = await call.services.residents.get(unit, shown.resident_id)
    return profile.id, _AT_COUNTER if shown.card_at else profile.loa


async def _holder(call: Call[Any, Any], unit: Unit, card: _Card) -> UUID:
    found = await call.services.cards.holder(
        unit, call.actor, card.name, card.number, region=call.place.region, place=place_of(call)
    )
    return found.id


async def _confirmed(call: Call[Any, Any], seen: CardSeen) -> _Card | Refusal | None:
    """The card as the register confirms it; None where it does not."""
    name, number = call.services.residents.read_claim(call.unit, seen.name, seen.id_number)
    matched = await register_says(call, name, number)
    if isinstance(matched, Refusal):
        return matched
    return _Card(name, number) if matched else None


async def _mismatch(call: Call[Any, Any], unit: Unit) -> Refusal:
    return await call.services.cards.mismatch(unit, call.actor, region=call.place.region, place=place_of(call))


@operations.post(
    f"{_PATH}/lookups",
    name="lookUpDelegations",
    summary="What somebody has given and is not over, by the card in hand",
    access=Terminal(),
    body=CardCheck,
    answer=StaffDelegations,
    status=200,
    limit=30,
    problems=("id-number-invalid", "resident-not-found", "terminal-unknown"),
)
async def look_up(call: Call[CardCheck, NoQuery]) -> StaffDelegations | Refusal:
    """The look is recorded, for the person to see; a returned refusal keeps its line."""
    found = await _by_card(call)
    if isinstance(found, Refusal):
        return found
    shown = await call.services.delegations.of_principal(call.unit, found.id)
    return StaffDelegations(delegations=[staff_shape(call, one) for one in shown], next_cursor=None)


@operations.post(
    f"{_PATH}/{{id}}/withdrawal",
    name="withdrawDelegationByCard",
    summary="Somebody takes a delegation back at the counter, card in hand: over at once",
    access=Terminal(),
    body=CardCheck,
    answer=StaffDelegation,
    status=200,
    idempotent=True,
    limit=30,
    problems=("id-number-invalid", "resident-not-found", "not-found", "terminal-unknown"),
)
async def withdraw(call: Call[CardCheck, NoQuery]) -> StaffDelegation | Refusal:
    """Twice is as good as once; another's is not found."""
    found = await _by_card(call)
    if isinstance(found, Refusal):
        return found
    delegations, place = call.services.delegations, place_of(call)
    done = await delegations.end_at_counter(call.unit, call.actor, found.id, call.path_id("id"), place=place)
    return await _shape(call, call.unit, done)


async def _by_card(call: Call[CardCheck, NoQuery]) -> ResidentProfile | Refusal:
    services, unit = call.services, call.unit
    name, number = services.residents.read_claim(unit, call.body.name, call.body.id_number)
    found: ResidentProfile | None = await services.residents.by_card(unit, name, number)
    await services.audit.record(
        unit, call.actor, "delegation.look", subject_kind="resident", subject=str(found.id) if found else "",
        resident_id=found.id if found else None, region=call.place.region, outcome="done" if found else "not-found",
        place=place_of(call),
    )  # fmt: skip
    return found or ResidentNotFound()


async def _shape(call: Call[Any, Any], unit: Unit, found: Record) -> StaffDelegation:
    (shown,) = await call.services.delegations.shown(unit, [found])
    begun = await call.services.delegations.newborns.rows.behind(unit, [found.id])
    return staff_shape(call, shown, begun.get(found.id))
