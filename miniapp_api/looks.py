"""谁看过我的信息: every look at my data, in words; and "that was not me"."""

from __future__ import annotations

from typing import Any

from miniapp_api.visits import consent_shown
from miniapp_api.wire.looks import LookQuery, SeenLook, SeenLooks
from server.domain.cases.documents import kind_of
from server.domain.looks.service import Look
from server.domain.privacy.full_views import ACTIONS
from server.domain.purposes.service import Purpose, said
from server.domain.visits.papers import SCENES
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="looks")
CREDENTIAL_SCENES = frozenset(SCENES.values())
_REFUSED = frozenset(
    {"card-mismatch", "purpose-not-allowed", "refused", "missing", "unavailable", "not-found", "revoked", "suspended"}
)


@operations.get(
    "/api/v1/looks",
    name="listLooks",
    summary="Every look at my data: scans, offline reads, reads of my cases; also the refused ones",
    access=Resident(),
    query=LookQuery,
    answer=SeenLooks,
)
async def list_looks(call: Call[NoBody, LookQuery]) -> SeenLooks:
    """Newest first."""
    asked = call.query
    looks, cursor = await call.services.looks.of_resident(
        call.unit, call.resident.resident_id, asked.kind or None, asked.cursor, language=call.language
    )
    return SeenLooks(looks=[_seen(call, look) for look in looks], next_cursor=cursor)


@operations.post(
    "/api/v1/looks/{id}/dispute",
    name="disputeLook",
    summary="I was not there: put it on record for the auditor, once",
    access=Resident(),
    answer=SeenLook,
    problems=("not-found",),
    limit=20,
)
async def dispute(call: Call[NoBody, NoQuery]) -> SeenLook:
    """Said again, it is answered the same."""
    looks, hers = call.services.looks, call.resident.resident_id
    look = await looks.dispute(call.unit, call.actor, hers, call.path_id("id"), language=call.language)
    return _seen(call, look)


def _seen(call: Call[Any, Any], look: Look) -> SeenLook:
    line, visit = look.line, look.visit
    purpose = call.services.purposes.get(visit.purpose if visit else line.purpose)
    outcome = visit.outcome if visit else line.outcome
    return SeenLook(
        id=line.id,
        at=visit.at if visit else line.at,  # a read without a network comes home later
        kind=look.kind,
        what=_what(call, look),
        place=line.place,
        staff_no=line.actor_label if line.actor_kind == "staff" else "",
        purpose=_purpose(call, look, purpose),
        basis=_basis(call, look, purpose),
        fields=_fields(call, look),
        outcome=outcome,
        outcome_label=_first(call, f"visits.outcomes.{outcome}", f"console.outcomes.{outcome}"),
        refused=outcome.startswith("code-") or outcome in _REFUSED,
        consent=consent_shown(call, purpose, visit.consent if visit else None),
        case_no=look.case[0] if look.case else None,
        disputed=look.disputed,
    )


def _what(call: Call[Any, Any], look: Look) -> str:
    action = look.line.action
    if look.visit and look.visit.scene in CREDENTIAL_SCENES and action == "visit.look":
        return call.text("looks.what.visit.credential")
    if action in ACTIONS and look.line.fields == ("papers",):  # nothing was seen yet: what is opened stands by itself
        return call.text("looks.what.papers")
    return _first(call, f"looks.what.{action}", f"console.actions.{action}") or call.text("looks.what.any")


def _purpose(call: Call[Any, Any], look: Look, purpose: Purpose | None) -> str:
    if look.case:
        item = call.text("looks.for_case", item=look.case[1])
        why = _first(call, f"looks.why.{look.line.purpose}")  # whoever handles it needs no other reason
        return f"{item} · {why}" if why else item
    if purpose is None:
        return _first(call, f"looks.why.{look.line.purpose}") if look.line.purpose else ""
    return said(purpose.label, call.language)


def _basis(call: Call[Any, Any], look: Look, purpose: Purpose | None) -> str:
    """By what right: the purpose's own law, or for a case the duty to handle it."""
    if purpose is None:
        return call.text("looks.basis_case") if look.kind == "case" else ""
    title, clause = said(purpose.basis.title, call.language), said(purpose.basis.clause, call.language)
    return call.text("looks.basis", title=title, clause=clause)


def _fields(call: Call[Any, Any], look: Look) -> list[str]:
    if look.line.action in ACTIONS:
        of = "whole" if look.kind == "case" else "whole_of_correction"
        return [_first(call, f"looks.{of}.{code}", f"looks.whole.{code}") for code in look.line.fields]
    if look.line.action == "case.document" and look.line.fields and (kind := kind_of(look.line.fields[0])):
        return [call.text(f"documents.titles.{kind.value}")]
    if look.paper:
        return [look.paper]
    if look.kind == "case" or look.line.action == "correction.file":
        return [saw] if (saw := _first(call, f"looks.saw.{look.line.action}")) else []
    codes = look.visit.fields if look.visit else look.line.fields
    words = (_first(call, f"purposes.fields.{code}", f"looks.saw.newborn.{code}") for code in codes)
    return [word for word in words if word]


def _first(call: Call[Any, Any], *keys: str) -> str:
    """The first of these that has words, or nothing."""
    return next((call.text(key) for key in keys if call.services.wording.has(key)), "")
