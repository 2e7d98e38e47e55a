"""Operators' templates: words with versions, what vendors have approved, where they are used."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from config.floor.refusal import FieldFault, Invalid
from config.floor.unit import Unit
from notify import sms
from notify.limits import measured
from notify.operator_templates import Approval, OperatorTemplate, OperatorTemplates, Said, change
from notify.placeholders import is_broken, placeholders
from server.edges.console.template_shapes import (
    ApprovalShown,
    ApprovalWritten,
    MeasureShown,
    TemplateDetail,
    TemplateList,
    TemplateQuery,
    TemplateShown,
    TemplateWritten,
    UseShown,
    VersionShown,
    WordsChecked,
    WordsFound,
)
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff

operations = Operations(tag="console-templates")
_ROOT = "/console/api/v1/notice-templates"
_WRITER = Staff("templates.write")
_READER = Staff("templates.read")
_MISSING = ("notice-template-not-found",)


@operations.get(
    _ROOT, name="listNoticeTemplates", summary="Templates, those changed last first, and signatures", access=_READER,
    query=TemplateQuery, answer=TemplateList, problems=("invalid-input",),
)  # fmt: skip
async def templates(call: Call[NoBody, TemplateQuery]) -> TemplateList:
    """Two statements, a hundred templates at a time."""
    return await _listed(call.services.campaigns.templates, call.unit, call.query.cursor)


async def _listed(door: OperatorTemplates, unit: Unit, cursor: str = "") -> TemplateList:
    found, after = await door.page(unit, cursor)
    return TemplateList(
        templates=[TemplateShown(**_facts(one)) for one in found],
        next_cursor=after,
        signatures=[_approval(one) for one in await door.approvals(unit, None)],
    )


@operations.post(
    _ROOT, name="writeNoticeTemplate", summary="A new template", access=_WRITER, body=TemplateWritten,
    answer=TemplateShown, status=201, idempotent=True,
)  # fmt: skip
async def write(call: Call[TemplateWritten, NoQuery]) -> TemplateShown:
    """Version 1."""
    made = await call.services.campaigns.templates.write(
        call.unit, call.actor, call.staff.region, **_written(call.body)
    )
    await _record(call, "template.write", made.id)
    return TemplateShown(**_facts(made))


@operations.post(
    f"{_ROOT}/check", name="checkNoticeTemplate", summary="Lengths by channel, placeholders, what would break",
    access=_READER, body=WordsChecked, answer=WordsFound, own_unit=True, problems=_MISSING,
)  # fmt: skip
async def check(call: Call[WordsChecked, NoQuery]) -> WordsFound:
    """Stores nothing. Lengths are those of the words as they stand, placeholders unfilled."""
    body = call.body
    text = f"{body.title}\n{body.body}"
    before = ""
    if body.template:
        found = await call.services.campaigns.templates.get(call.unit, body.template)
        before = f"{found.title}\n{found.body}"
    difference = change(before, text) if body.template else None
    signed = sms.signed(call.portal.name, body.body)
    words = {"inbox": {"title": body.title, "body": body.body}, "sms": {"text": signed}, "web_push": {"text": text}}
    return WordsFound(
        broken=is_broken(body.title) or is_broken(body.body),
        placeholders=placeholders(text),
        added=list(difference.added) if difference else [],
        removed=list(difference.removed) if difference else [],
        parts=sms.parts(signed) if body.body else 0,
        measures=[
            MeasureShown(channel=one.limit.channel, field=one.limit.field, used=one.used, most=one.limit.most,
                         fits=one.fits, cut=one.limit.cut)
            for one in measured(words, {})
        ],
    )  # fmt: skip


@operations.get(
    f"{_ROOT}/{{id}}", name="getNoticeTemplate", summary="One template with its versions", access=_READER,
    answer=TemplateDetail, problems=_MISSING,
)  # fmt: skip
async def template(call: Call[NoBody, NoQuery]) -> TemplateDetail:
    """Versions, approvals, uses: four statements."""
    return await _detail(call, call.path_id("id"))


@operations.put(
    f"{_ROOT}/{{id}}", name="rewriteNoticeTemplate", summary="Other words; a new version where a notice uses these",
    access=_WRITER, body=TemplateWritten, answer=TemplateDetail, problems=_MISSING,
)  # fmt: skip
async def rewrite(call: Call[TemplateWritten, NoQuery]) -> TemplateDetail:
    """What a vendor approved holds for the words that it read."""
    template_id = call.path_id("id")
    await call.services.campaigns.templates.rewrite(call.unit, call.actor, template_id, **_written(call.body))
    await _record(call, "template.rewrite", template_id)
    return await _detail(call, template_id)


@operations.put(
    f"{_ROOT}/{{id}}/approvals", name="setTemplateApproval", summary="What a vendor says about a version",
    access=_WRITER, body=ApprovalWritten, answer=TemplateDetail, problems=(*_MISSING, "invalid-input"),
)  # fmt: skip
async def approve(call: Call[ApprovalWritten, NoQuery]) -> TemplateDetail:
    """Kept as data; the vendor's own console is where it is asked for."""
    template_id, body = call.path_id("id"), call.body
    found = await call.services.campaigns.templates.get(call.unit, template_id)
    if body.kind == "sms_signature" or not 1 <= body.version <= found.version:
        raise Invalid(faults=(FieldFault("version", "invalid"),))
    await call.services.campaigns.templates.set_approval(
        call.unit, call.actor, template=template_id, **body.model_dump()
    )
    await _record(call, "template.approval", template_id)
    return await _detail(call, template_id)


@operations.put(
    "/console/api/v1/sms-signatures", name="setSignatureApproval", summary="What a vendor says about a signature",
    access=_WRITER, body=ApprovalWritten, answer=TemplateList, problems=("invalid-input",),
)  # fmt: skip
async def signature(call: Call[ApprovalWritten, NoQuery]) -> TemplateList:
    """A signature belongs to the portal."""
    body = call.body
    if body.kind != "sms_signature" or not body.label:
        raise Invalid(faults=(FieldFault("label", "missing"),))
    await call.services.campaigns.templates.set_approval(
        call.unit, call.actor, template=None, **{**body.model_dump(), "version": 0}
    )
    await call.services.audit.record(
        call.unit, call.actor, "template.approval", subject_kind="signature", subject=body.label,
        region=call.staff.region, outcome="done",
    )  # fmt: skip
    return await _listed(call.services.campaigns.templates, call.unit)


@operations.delete(
    f"{_ROOT}/{{id}}", name="discardNoticeTemplate", summary="Put a template away", access=_WRITER,
    answer=TemplateShown, problems=_MISSING,
)  # fmt: skip
async def discard(call: Call[NoBody, NoQuery]) -> TemplateShown:
    """It can be taken out again."""
    return TemplateShown(
        **_facts(await call.services.campaigns.templates.discard(call.unit, call.path_id("id"), back=False))
    )


@operations.post(
    f"{_ROOT}/{{id}}/restoration", name="restoreNoticeTemplate", summary="Take a template out again", access=_WRITER,
    answer=TemplateShown, problems=_MISSING,
)  # fmt: skip
async def restore(call: Call[NoBody, NoQuery]) -> TemplateShown:
    """As it was."""
    return TemplateShown(
        **_facts(await call.services.campaigns.templates.discard(call.unit, call.path_id("id"), back=True))
    )


def _written(body: TemplateWritten) -> dict[str, Any]:
    said = Said(body.title, body.body, body.elder_title, body.elder_body)
    return {"name": body.name, "category": body.category, "said": said}


async def _detail(call: Call[Any, Any], template_id: UUID) -> TemplateDetail:
    door = call.services.campaigns.templates
    found = await door.get(call.unit, template_id)
    return TemplateDetail(
        **_facts(found),
        versions=[
            VersionShown(number=one.number, title=one.title, body=one.body, author=one.author_no,
                         created_at=one.created_at, frozen=one.frozen, elder_title=one.elder_title,
                         elder_body=one.elder_body)
            for one in await door.versions(call.unit, template_id)
        ],
        used_by=[
            UseShown(id=used, title=title, state=state, version=version)
            for used, title, state, version in await door.used_by(call.unit, template_id)
        ],
        approvals=[_approval(one) for one in await door.approvals(call.unit, template_id)],
    )  # fmt: skip


def _facts(found: OperatorTemplate) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.name,
        "category": found.category,
        "version": found.version,
        "title": found.title,
        "body": found.body,
        "author": found.author_no,
        "frozen": found.frozen,
        "elder_title": found.elder_title,
        "elder_body": found.elder_body,
        "placeholders": placeholders(f"{found.title}\n{found.body}"),
        "updated_at": found.updated_at,
        "discarded": found.discarded,
    }


def _approval(one: Approval) -> ApprovalShown:
    return ApprovalShown(
        id=one.id, kind=one.kind, version=one.version, label=one.label, code=one.code, state=one.state, note=one.note,
        updated_by=one.updated_by, updated_at=one.updated_at,
    )  # fmt: skip


async def _record(call: Call[Any, Any], action: str, template_id: UUID) -> None:
    await call.services.audit.record(
        call.unit, call.actor, action, subject_kind="template", subject=str(template_id), region=call.staff.region,
        outcome="done",
    )  # fmt: skip
