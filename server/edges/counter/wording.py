"""Visits and refusals put into a counter's words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from codes.errors import CodeMalformed, CodeUsed
from config.floor.refusal import Refusal
from config.floor.unit import LEGAL_ZONE
from server.domain.purposes.service import Purpose, said
from server.domain.visits.errors import PurposeNotAllowed
from server.domain.visits.views import Consent, CounterVisit
from server.edges.counter.next_steps import next_steps
from server.edges.counter.shapes import (
    AskedField,
    CodeHolder,
    CounterConsent,
    OpenCase,
    PurposeChoice,
    PurposeField,
    ScanAnswer,
    SeenField,
)
from server.web import case_words
from server.web.operations import Call

_VALUED = frozenset({"senior", "gender", "age_band"})


def purpose_choice(call: Call[Any, Any], purpose: Purpose) -> PurposeChoice:
    """A purpose with its basis and the reason for each field."""
    language = call.language
    basis = f"{said(purpose.basis.title, language)} {said(purpose.basis.clause, language)}"
    fields = [
        PurposeField(
            code=field.code,
            label=call.text(f"purposes.fields.{field.code}"),
            reason=said(field.reason, language),
            needs_consent=field.needs_consent,
        )
        for field in purpose.fields
    ]
    label = said(purpose.label, language)
    return PurposeChoice(code=purpose.code, label=label, basis=basis, sample=purpose.basis.sample, fields=fields)


def scan_answer(call: Call[Any, Any], visit: CounterVisit) -> ScanAnswer:
    """The whole answer to a scan, as this terminal may see it now."""
    purpose = call.services.purposes.get(visit.purpose)
    assert purpose is not None, "a visit is only shown under a purpose that exists"
    return ScanAnswer(
        visit_id=visit.id,
        at=visit.at,
        scene=visit.scene,
        scene_label=call.text(f"purposes.scenes.{visit.scene}"),
        holder=_holder(call, purpose, visit),
        consent=_consent(call, purpose, visit.consent),
        next_steps=next_steps(call, purpose, visit),
    )


def _holder(call: Call[Any, Any], purpose: Purpose, visit: CounterVisit) -> CodeHolder:
    return CodeHolder(
        name_masked=visit.name_masked,
        loa=visit.loa,
        proof_label=call.text(f"visits.proof.{visit.loa}"),
        fields=[
            SeenField(
                code=code,
                label=call.text(f"purposes.fields.{code}"),
                value=_value(call, code, value),
                reason=purpose.reason(code, call.language),
            )
            for code, value in visit.fields
        ],
        open_cases=[
            OpenCase(
                case_no=case.case_no, item_name=case.item_name, status_label=case_words.staff_status(call, case.status)
            )
            for case in visit.open_cases
        ],
        acting_for=visit.acting_for,
    )


def _value(call: Call[Any, Any], code: str, value: str) -> str:
    if not value:
        return call.text("purposes.values.unknown")
    if code == "loa":
        return call.text(f"visits.proof.{value}")
    if code == "open_cases":
        return call.text("purposes.values.cases", count=value)
    return call.text(f"purposes.values.{code}_{value}") if code in _VALUED else value


def _consent(call: Call[Any, Any], purpose: Purpose, consent: Consent | None) -> CounterConsent | None:
    if consent is None:
        return None
    fields = [
        AskedField(code=code, label=call.text(f"purposes.fields.{code}"), reason=purpose.reason(code, call.language))
        for code in consent.asked
    ]
    return CounterConsent(
        state=consent.state, fields=fields, granted=list(consent.granted), expires_at=consent.expires_at
    )


def worded(call: Call[Any, Any], refusal: Refusal) -> Refusal:
    """The refusal with the facts that its sentence needs in this language; code and kind stay."""
    if isinstance(refusal, CodeMalformed):
        kind = str(refusal.facts.get("looks_like", ""))
        return CodeMalformed(looks_like=kind, looks=call.text(f"codes.looks.{kind or 'unnamed'}"))
    if isinstance(refusal, CodeUsed):
        return _worded_use(call, refusal)
    if isinstance(refusal, PurposeNotAllowed):
        return _worded_purpose(call, refusal)
    return refusal


def _worded_use(call: Call[Any, Any], refusal: CodeUsed) -> CodeUsed:
    used_at, counter = str(refusal.facts["used_at"]), str(refusal.facts.get("counter", ""))
    time = datetime.fromisoformat(used_at).astimezone(LEGAL_ZONE).strftime("%H:%M")
    used = call.text("codes.used.counter" if counter else "codes.used.somewhere", time=time, counter=counter)
    return CodeUsed(used_at=used_at, counter=counter, used=used)


def _worded_purpose(call: Call[Any, Any], refusal: PurposeNotAllowed) -> PurposeNotAllowed:
    code, scene = str(refusal.facts["purpose"]), str(refusal.facts.get("scene", ""))
    purpose = call.services.purposes.get(code)
    label = said(purpose.label, call.language) if purpose else code
    if not scene:
        return PurposeNotAllowed(purpose=code, why=call.text("visits.why.purpose", purpose=label))
    shown = call.text(f"purposes.scenes.{scene}")
    return PurposeNotAllowed(purpose=code, scene=scene, why=call.text("visits.why.scene", scene=shown, purpose=label))
