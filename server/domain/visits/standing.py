"""Whether a code reaches this look, at this instant: its scene, the delegation behind it, nobody taking it back."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from codes.errors import CodeRevoked
from codes.service import Codes, Redeemed
from config.floor import sql
from config.floor.refusal import Refusal
from config.floor.unit import Actor, Unit
from server.domain.delegations.errors import DelegationOver
from server.domain.purposes.service import Purpose
from server.domain.sessions.mandate import Mandate
from server.domain.visits.errors import PurposeNotAllowed
from server.domain.visits.ports import Mandates
from server.domain.visits.views import CounterVisit


async def reaching(
    unit: Unit, codes: Codes, mandates: Mandates, redeemed: Redeemed, purpose: Purpose
) -> Mandate | Refusal | None:
    """The mandate under which it is shown for somebody else, None for herself; or why it does not serve this purpose.

    A question ends with its code: whoever takes the code back finds the question, or this look finds the code dead.
    """
    if redeemed.scene not in purpose.scenes:
        return PurposeNotAllowed(purpose=purpose.code, scene=redeemed.scene)
    if redeemed.holder.delegation is None:
        return None
    mandate = await _standing(unit, mandates, redeemed, purpose.code)
    if isinstance(mandate, Refusal):
        return mandate
    gone = await codes.hold(unit, redeemed) if purpose.asked else None
    return gone or mandate


async def _standing(unit: Unit, mandates: Mandates, redeemed: Redeemed, purpose: str) -> Mandate | Refusal:
    """The mandate that reaches this purpose, or why not. At another portal's counter a delegation says nothing."""
    holder = redeemed.holder
    assert holder.delegation is not None
    mandate = await mandates.under(unit, holder.delegation) if holder.portal == unit.portal else None
    if mandate is None:
        return CodeRevoked().of(holder, redeemed.scene)
    if not mandate.allows_purpose(purpose):
        return PurposeNotAllowed(purpose=purpose, scene=redeemed.scene, beyond=1)
    return mandate


async def still(unit: Unit, mandates: Mandates, row: sql.Row) -> Mandate | None:
    """The mandate of a visit that was accepted before; ``DelegationOver`` once it has ended. None: shown by herself."""
    if row["delegation_id"] is None:
        return None
    mandate = await mandates.under(unit, sql.uid(row["delegation_id"]))
    if mandate is None or not mandate.allows_purpose(row["purpose"]):
        raise DelegationOver()
    return mandate


def within(visit: CounterVisit, mandate: Mandate | None) -> CounterVisit:
    """What of it the delegation reaches: the cases that the bearer may carry on with, and no others."""
    if mandate is None:
        return visit
    reached = tuple(
        one for one in visit.open_cases if mandate.allows_case(one.case_no, one.item_code, one.organisation_id)
    )
    fields = tuple((code, str(len(reached)) if code == "open_cases" else value) for code, value in visit.fields)
    return replace(visit, relation=mandate.relation, open_cases=reached, fields=fields, may_begin=mandate.begins_cases)


def answering(resident_id: UUID, mandate: Mandate | None) -> Actor:
    """Who answers: herself, or whoever shows the code for her."""
    if mandate is None:
        return Actor("resident", resident_id, "resident")
    return Actor("resident", resident_id, "delegate", mandate.delegation_id)
