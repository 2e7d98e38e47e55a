"""Acting for others: offer, answer, end a delegation; see one's own and what was done under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from config.floor.refusal import Refusal
from config.floor.unit import Unit, legal_day
from miniapp_api.wire.delegations import (
    Acceptance,
    DelegationAct,
    DelegationActs,
    DelegationChoices,
    DelegationList,
    DelegationShown,
    MyOrganisation,
    MyOrganisations,
    NamedCode,
    NewDelegation,
    NewOrganisation,
    OrganisationShown,
    PageQuery,
    ScopeShown,
    WardNumber,
)
from server.domain.cases.numbers import parse_case_no
from server.domain.delegations.organisations import Organisation, read_uscc
from server.domain.delegations.reading import Shown
from server.domain.delegations.records import Record
from server.domain.delegations.scope import RELATIONS, TRUSTED, Period, Scope
from server.domain.delegations.service import Proposal
from server.domain.purposes.service import said
from server.domain.residents.errors import RegisterUnavailable
from server.web import delegation_words
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="delegations")
_PATH = "/api/v1/delegations"
Action = Literal["accept", "refuse", "take_back", "withdraw", "renounce", "add_number"]


@operations.post(
    _PATH,
    name="proposeDelegation",
    summary="Offer a delegation to the other side; the answer is the same whether or not such a person is known",
    access=Resident(loa=TRUSTED),
    body=NewDelegation,
    answer=DelegationShown,
    status=201,
    idempotent=True,
    limit=30,
    problems=("invalid-input", "delegation-exists", "too-many"),
)
async def propose(call: Call[NewDelegation, NoQuery]) -> DelegationShown | Refusal:
    """In force only when the other side has said yes."""
    asked = call.body
    proposal = Proposal(
        kind=asked.kind,
        side=asked.side,
        name="".join(asked.other.name.split()) if not asked.other.name.isascii() else asked.other.name.strip(),
        phone=asked.other.phone,
        scope=Scope(
            asked.scope.all_items, tuple(asked.scope.items), asked.scope.all_purposes, tuple(asked.scope.purposes)
        ),
        last_day=asked.last_day,
        first_day=asked.first_day,
        relation=asked.relation or "",
        organisation_id=asked.organisation_id,
        case_no=(parse_case_no(asked.case_no) or "?") if asked.case_no else None,
    )
    made = await call.services.delegations.propose(call.unit, call.resident, proposal)
    return made if isinstance(made, Refusal) else await _one(call, call.unit, made)


@operations.get(
    _PATH,
    name="listDelegations",
    summary="Delegations that I have given or received",
    access=Resident(),
    query=PageQuery,
    answer=DelegationList,
)
async def list_delegations(call: Call[NoBody, PageQuery]) -> DelegationList:
    """Newest first; names masked."""
    found, cursor = await call.services.delegations.of_resident(call.unit, call.resident.resident_id, call.query.cursor)
    return DelegationList(delegations=[shape(call, one) for one in found], next_cursor=cursor)


@operations.get(
    f"{_PATH}/choices",
    name="delegationChoices",
    summary="What a form for a delegation offers",
    access=Resident(),
    answer=DelegationChoices,
)
async def choices(call: Call[NoBody, NoQuery]) -> DelegationChoices:
    """Items are searched in the catalogue."""
    relations = [NamedCode(code=one, name=delegation_words.relation_label(call, one)) for one in RELATIONS]
    purposes = [NamedCode(code=one.code, name=said(one.label, call.language)) for one in call.services.purposes.all()]
    longest = call.services.delegations.options.days
    return DelegationChoices(relations=relations, purposes=purposes, longest_days=longest)


@operations.post(
    f"{_PATH}/{{id}}/acceptance",
    name="answerDelegation",
    summary="Say yes or no to a delegation that was offered to me",
    access=Resident(loa_if=("accept", True, TRUSTED)),
    body=Acceptance,
    answer=DelegationShown,
    status=200,
    idempotent=True,
    problems=("not-found", "loa-needed", "delegation-answered"),
)
async def answer(call: Call[Acceptance, NoQuery]) -> DelegationShown | Refusal:
    """Yes needs a trusted identity; no does not. The same answer again is answered the same."""
    done = await call.services.delegations.answer(call.unit, call.resident, call.path_id("id"), call.body.accept)
    return done if isinstance(done, Refusal) else await _shown(call, call.unit, done)


@operations.delete(
    f"{_PATH}/{{id}}",
    name="endDelegation",
    summary="Withdraw what I gave, renounce what I received: over at once, with every code and credential under it",
    access=Resident(),
    problems=("not-found",),
)
async def end(call: Call[NoBody, NoQuery]) -> None:
    """Twice is as good as once."""
    await call.services.delegations.end(call.unit, call.resident, call.path_id("id"))


@operations.get(
    f"{_PATH}/{{id}}/acts",
    name="listDelegatedActs",
    summary="What was done under a delegation of mine; both sides see the same",
    access=Resident(),
    query=PageQuery,
    answer=DelegationActs,
    problems=("not-found",),
)
async def acts(call: Call[NoBody, PageQuery]) -> DelegationActs:
    """Newest first, each as A for B."""
    delegation_id = call.path_id("id")
    services, who = call.services, call.resident.resident_id
    lines, cursor = await services.delegations.acts(call.unit, who, delegation_id, call.query.cursor)
    pair = await _one(call, call.unit, delegation_id)
    found = []
    for line in lines:
        what = call.text(f"console.actions.{line.action}")
        told = call.text("delegations.act", acting=pair.delegate_masked, principal=pair.principal_masked, what=what)
        found.append(DelegationAct(id=line.id, at=line.at, what=what, text=told))
    return DelegationActs(acts=found, next_cursor=cursor)


@operations.post(
    f"{_PATH}/{{id}}/ward-number",
    name="addWardNumber",
    summary="Add the number of a child who was registered as a newborn: the child stays the same resident",
    access=Resident(loa=TRUSTED),
    body=WardNumber,
    answer=DelegationShown,
    status=200,
    own_unit=True,
    problems=(
        "not-found", "delegation-over", "id-number-invalid", "identity-mismatch", "identity-attempts-exceeded",
        "identity-taken", "identity-already-verified", "identity-register-unavailable",
    ),
)  # fmt: skip
async def ward_number(call: Call[WardNumber, NoQuery]) -> DelegationShown | Refusal:
    """Counted before the register is asked; asked between two units."""
    services, who, delegation_id = call.services, call.resident, call.path_id("id")
    name, number = services.residents.read_claim(call.unit, call.body.name, call.body.id_number)
    wards = services.delegations.wards
    if refused := await call.decide(lambda unit: wards.attempt(unit, who, delegation_id, number)):
        return refused
    try:
        matched = await services.register.matches(name, number.number)
    except RegisterUnavailable:
        await call.decide(lambda unit: wards.give_back(unit, who))
        raise

    async def settle(unit: Unit) -> DelegationShown | Refusal:
        found = await wards.settle(unit, who, delegation_id, name, number, matched=matched)
        return found if isinstance(found, Refusal) else await _shown(call, unit, found)

    settled: DelegationShown | Refusal = await call.decide(settle)
    return settled


@operations.post(
    "/api/v1/organisations",
    name="proveOrganisation",
    summary="Prove against the register that I am the legal representative of an organisation",
    access=Resident(loa=TRUSTED),
    body=NewOrganisation,
    answer=MyOrganisation,
    status=201,
    own_unit=True,
    idempotent=True,
    problems=(
        "organisation-mismatch", "organisation-attempts-exceeded", "identity-register-unavailable", "invalid-input",
    ),
)  # fmt: skip
async def prove(call: Call[NewOrganisation, NoQuery]) -> MyOrganisation | Refusal:
    """The register is asked between two units; an attempt is counted before it."""
    offices, who = call.services.delegations.organisations, call.resident
    uscc, name = read_uscc(call.body.uscc), call.body.name.strip()
    database, portal = call.services.database, call.portal.id
    if refused := await database.unit_of_work(portal, lambda unit: offices.attempt(unit, who.resident_id)):
        return refused
    known = await call.services.residents.disclose(call.unit, who.resident_id, ["name", "id_number"])
    try:
        matched = await call.services.register.represents(uscc, name, known.get("name", ""), known.get("id_number", ""))
    except RegisterUnavailable:
        await database.unit_of_work(portal, lambda unit: offices.give_back(unit, who.resident_id))
        raise

    async def settle(unit: Unit) -> MyOrganisation | Refusal:
        found = await offices.settle(unit, call.actor, who.resident_id, who.region, uscc, name, matched=matched)
        return found if isinstance(found, Refusal) else _organisation(found)

    settled: MyOrganisation | Refusal = await call.decide(settle)
    return settled


@operations.get(
    "/api/v1/organisations",
    name="listOrganisations",
    summary="The organisations that I represent",
    access=Resident(),
    answer=MyOrganisations,
)
async def organisations(call: Call[NoBody, NoQuery]) -> MyOrganisations:
    """At most a hundred."""
    found = await call.services.delegations.organisations.of_representative(call.unit, call.resident.resident_id)
    return MyOrganisations(organisations=[_organisation(one) for one in found])


def _organisation(found: Organisation) -> MyOrganisation:
    return MyOrganisation(id=found.id, uscc=found.uscc, name=found.name)


async def _one(call: Call[Any, Any], unit: Unit, delegation_id: UUID) -> DelegationShown:
    found = await call.services.delegations.of_party(unit, delegation_id, call.resident.resident_id)
    return await _shown(call, unit, found)


async def _shown(call: Call[Any, Any], unit: Unit, found: Record) -> DelegationShown:
    (shown,) = await call.services.delegations.shown(unit, [found])
    return shape(call, shown)


def shape(call: Call[Any, Any], shown: Shown) -> DelegationShown:
    """One delegation as this party sees it."""
    one, me = shown.record, call.resident.resident_id
    side = one.side(me)
    assert side is not None
    when, now = Period(one.valid_from, one.valid_until), call.unit.now
    return DelegationShown(
        id=one.id,
        kind=one.kind,
        kind_label=call.text(f"delegations.kinds.{one.kind}"),
        side=side,
        state=one.state,
        state_label=delegation_words.state_label(call, shown),
        ended_as=one.ended_as,
        in_force=one.state == "active" and one.valid_from <= now,
        principal_masked=shown.principal,
        delegate_masked=shown.delegate,
        relation=one.relation,
        relation_label=delegation_words.relation_label(call, one.relation),
        organisation=OrganisationShown(uscc=shown.organisation[0], name=shown.organisation[1])
        if shown.organisation
        else None,
        scope=ScopeShown(
            all_items=one.scope.all_items,
            items=[NamedCode(code=code, name=name) for code, name in shown.items.items()],
            all_purposes=one.scope.all_purposes,
            purposes=_named(delegation_words.purpose_names(call, one.scope.purposes), one.scope.purposes),
            text=delegation_words.scope_text(call, shown),
        ),
        case_no=one.case_no,
        first_day=legal_day(one.valid_from),
        last_day=when.last_day,
        by_counter=one.way == "counter",
        answer_until=one.answer_until if one.state == "proposed" else None,
        proposed_at=one.proposed_at,
        active_at=one.active_at,
        ended_at=one.ended_at,
        actions=_actions(one, me),
    )


def _named(names: dict[str, str], codes: Sequence[str]) -> list[NamedCode]:
    return [NamedCode(code=code, name=names.get(code, code)) for code in codes]


def _actions(one: Record, me: UUID) -> list[Action]:
    if one.state == "active":
        if one.side(me) == "principal":
            return ["withdraw"]
        return ["add_number", "renounce"] if one.ward_born else ["renounce"]
    if one.state != "proposed":
        return []
    if one.way == "counter" or one.proposed_by == me:
        return ["take_back"]
    return ["accept", "refuse"]
