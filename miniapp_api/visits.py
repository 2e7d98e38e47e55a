"""谁看过我: who looked at my code, what they saw, and my answer to what they ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from config.floor.refusal import Refusal
from miniapp_api.wire.visits import AskedField, ConsentAnswer, SeenVisit, SeenVisits, VisitConsent, VisitQuery
from server.domain.purposes.service import Purpose, said
from server.domain.visits.views import Consent, ResidentVisit
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="visits")


@operations.get(
    "/api/v1/visits",
    name="listVisits",
    summary="Every look at my code, also the refused ones",
    access=Resident(),
    query=VisitQuery,
    answer=SeenVisits,
)
async def list_visits(call: Call[NoBody, VisitQuery]) -> SeenVisits:
    """Newest first."""
    visits, cursor = await call.services.visits.of_resident(call.unit, call.resident.resident_id, call.query.cursor)
    names = await _others(call, visits)
    return SeenVisits(visits=[_seen(call, visit, names) for visit in visits], next_cursor=cursor)


@operations.post(
    "/api/v1/visits/{id}/consent",
    name="answerVisit",
    summary="Allow a counter to see some of what it asks for, or refuse",
    access=Resident(),
    body=ConsentAnswer,
    answer=SeenVisit,
    problems=("not-found", "consent-closed", "delegation-over"),
)
async def answer(call: Call[ConsentAnswer, NoQuery]) -> SeenVisit | Refusal:
    """Too late is answered with the visit as it stands: ``expired``."""
    given = call.body
    visit = await call.services.visits.consent(
        call.unit, call.resident.resident_id, call.path_id("id"), given.allow, given.fields, given.licences
    )
    return visit if isinstance(visit, Refusal) else _seen(call, visit, await _others(call, [visit]))


async def _others(call: Call[Any, Any], visits: Sequence[ResidentVisit]) -> Mapping[UUID, str]:
    """The masked names of those for whom I showed a code, by one statement; nothing where there are none."""
    mine = call.resident.resident_id
    others = {one.subject_id for one in visits if one.subject_id and one.acting_id == mine and one.subject_id != mine}
    return await call.services.residents.masked(call.unit, sorted(others)) if others else {}


def _seen(call: Call[Any, Any], visit: ResidentVisit, names: Mapping[UUID, str]) -> SeenVisit:
    purpose = call.services.purposes.get(visit.purpose)
    return SeenVisit(
        id=visit.id,
        at=visit.at,
        place=visit.hall,
        counter=visit.counter,
        staff_no=visit.staff_no,
        purpose=visit.purpose,
        purpose_label=said(purpose.label, call.language) if purpose else visit.purpose,
        scene=visit.scene,
        outcome=visit.outcome,
        outcome_label=call.text(f"visits.outcomes.{visit.outcome}"),
        fields=[call.text(f"purposes.fields.{code}") for code in visit.fields],
        consent=consent_shown(call, purpose, visit.consent),
        card_in_hand=visit.card_in_hand,
        for_whom=names.get(visit.subject_id) if visit.subject_id else None,
        portrait=call.text(f"visits.portrait.{visit.portrait}") if visit.portrait else None,
    )


def consent_shown(call: Call[Any, Any], purpose: Purpose | None, consent: Consent | None) -> VisitConsent | None:
    """The counter's question in words, with the reason for each field."""
    if consent is None:
        return None
    fields = [
        AskedField(
            code=code,
            label=call.text(f"purposes.fields.{code}"),
            reason=purpose.reason(code, call.language) if purpose else "",
        )
        for code in consent.asked
    ]
    return VisitConsent(
        state=consent.state, fields=fields, granted=list(consent.granted), expires_at=consent.expires_at
    )
