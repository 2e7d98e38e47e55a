"""Visits and refusals put into a counter's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from codes.errors import CodeMalformed, CodeUsed
from config.floor.refusal import Refusal
from config.floor.unit import LEGAL_ZONE
from server.domain.purposes.eligibility import is_yes
from server.domain.purposes.service import Purpose, said
from server.domain.visits.errors import PurposeNotAllowed
from server.domain.visits.papers import ShownPaper
from server.domain.visits.views import Consent, CounterVisit
from server.edges.counter.next_steps import next_steps
from server.edges.counter.shapes import (
    AskedField,
    CardInHand,
    CodeHolder,
    CounterConsent,
    HolderPortal,
    OpenCase,
    Picture,
    PurposeChoice,
    PurposeField,
    ScanAnswer,
    SeenField,
    ShownCredential,
)
from server.web import case_words, delegation_words
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
            card=field.card,
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
        pictures=_pictures(call, purpose, visit),
        watermark=watermark(call, visit.counter),
        card=_card(call, purpose, visit),
        credential=_credential(call, visit.paper) if visit.paper else None,
        recognised=_recognised(call, visit.holder_portal) if visit.holder_portal else None,
        next_steps=next_steps(call, purpose, visit),
    )


def _recognised(call: Call[Any, Any], portal_id: str) -> HolderPortal:
    portal = call.services.portals.get(portal_id)
    name = portal.name if call.language.startswith("zh") else portal.name_en
    return HolderPortal(id=portal_id, name=name, note=call.text("visits.recognised", portal=name))


def _credential(call: Call[Any, Any], paper: ShownPaper) -> ShownCredential:
    return ShownCredential(
        tier=paper.tier,
        tier_label=call.text(f"credentials.tiers.{paper.tier}"),
        form=paper.form,
        form_label=call.text(f"credentials.forms.{paper.form}"),
        expires_at=paper.expires_at,
        card_needed=paper.card_needed,
        last4=paper.last4 or None,
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
                value=_value(call, purpose, code, value),
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
        relation_label=delegation_words.relation_label(call, visit.relation or "") or None,
        acting_label=_acting(call, visit),
    )


def _acting(call: Call[Any, Any], visit: CounterVisit) -> str | None:
    """A for B (father), shown by; where somebody acts for another."""
    if visit.acting_for is None:
        return None
    relation = delegation_words.relation_label(call, visit.relation or "")
    acting = visit.name_masked or call.text("delegations.somebody")
    pair = delegation_words.pair(call, acting, visit.acting_for, relation)
    return call.text("delegations.presented", pair=pair)


def _value(call: Call[Any, Any], purpose: Purpose, code: str, value: str) -> str:
    if not value:
        return call.text("purposes.values.unknown")
    if code == "eligible":
        assert purpose.eligible is not None, "the linter keeps field and rule together"
        why = purpose.eligible.why(value, call.language)
        return call.text(f"purposes.values.eligible_{'yes' if is_yes(value) else 'no'}", why=why)
    if code == "loa":
        return call.text(f"visits.proof.{value}")
    if code == "open_cases":
        return call.text("purposes.values.cases", count=value)
    return call.text(f"purposes.values.{code}_{value}") if code in _VALUED else value


def _consent(call: Call[Any, Any], purpose: Purpose, consent: Consent | None) -> CounterConsent | None:
    if consent is None:
        return None
    return CounterConsent(
        state=consent.state,
        fields=_asked(call, purpose, consent.asked),
        granted=list(consent.granted),
        expires_at=consent.expires_at,
    )


def _asked(call: Call[Any, Any], purpose: Purpose, codes: Sequence[str]) -> list[AskedField]:
    return [
        AskedField(code=code, label=call.text(f"purposes.fields.{code}"), reason=purpose.reason(code, call.language))
        for code in codes
    ]


def _pictures(call: Call[Any, Any], purpose: Purpose, visit: CounterVisit) -> list[Picture]:
    return [Picture.model_validate(asked.model_dump()) for asked in _asked(call, purpose, visit.pictures)]


def watermark(call: Call[Any, Any], counter: str) -> str:
    """Which counter, which clerk, which day: so that a photograph of the screen says where it was taken."""
    day = call.unit.now.astimezone(LEGAL_ZONE).date().isoformat()
    return call.text("licences.watermark.counter", counter=counter, staff=call.staff.staff_no, day=day)


def _card(call: Call[Any, Any], purpose: Purpose, visit: CounterVisit) -> CardInHand | None:
    if not visit.card_open and visit.card_at is None:
        return None
    return CardInHand(fields=_asked(call, purpose, visit.card), confirmed_at=visit.card_at)


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
    if purpose is None:  # what was typed there may be anything, a person's too: it is not said again
        return PurposeNotAllowed(purpose="", why=call.text("visits.why.purpose_unknown"))
    label = said(purpose.label, call.language)
    if not scene:
        return PurposeNotAllowed(purpose=code, why=call.text("visits.why.purpose", purpose=label))
    if refusal.facts.get("beyond"):
        return PurposeNotAllowed(purpose=code, scene=scene, why=call.text("visits.why.delegation", purpose=label))
    shown = call.text(f"purposes.scenes.{scene}")
    return PurposeNotAllowed(purpose=code, scene=scene, why=call.text("visits.why.scene", scene=shown, purpose=label))
