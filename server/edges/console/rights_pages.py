"""Pages about residents' data: the processing record with its assessment, and what residents say is wrong."""

from __future__ import annotations

import json

from config.floor.unit import legal_day
from server.domain.calendar.service import word_day
from server.domain.consents.texts import said
from server.domain.privacy.processing import Processed
from server.edges.console.pages import SIGN_IN, PageCall, framed, full_view_facts, pages
from server.web.operations import Staff
from server.web.pages import Page

__all__ = ["corrections", "pages", "processing"]


@pages.get("/console/processing", access=Staff("processing.read"), sign_in=SIGN_IN)
async def processing(call: PageCall) -> Page:
    """个人信息处理活动记录 and 影响评估, made from the schema and the city's files; to be printed."""
    rights, language = call.services.rights, call.language
    runs = {rule: (at, gone) for rule, at, gone in await rights.retention.last_runs(call.unit)}
    wording = call.services.wording
    return framed(
        call, "processing", here="audit", title=call.text("processing.title"),
        parts=[_part(call, part) for part in rights.processing.parts],
        consents=[
            {
                "title": said(text.title, language), "kind": call.text(f"processing.kinds.{text.kind}"),
                "version": text.current.number, "basis": said(text.basis.title, language),
                "clause": said(text.basis.clause, language),
            }
            for text in rights.consents.texts
        ],
        runs={
            rule: (word_day(wording, language, legal_day(at)), gone) for rule, (at, gone) in runs.items()
        },
        channels=sorted({channel.name for channel in call.services.channels.channels}),
        printed=word_day(wording, language, call.unit.today),
    )  # fmt: skip


def _part(call: PageCall, part: Processed) -> dict[str, object]:
    language, activity = call.language, part.activity
    words = {
        name: said(getattr(activity, name), language)
        for name in ("purpose", "basis", "origin", "recipients", "necessity", "danger", "measures")
    }
    tables = []
    for held in part.tables:
        columns = [one for one in part.columns if one.table == held.table]
        tables.append({
            "name": held.table,
            "title": call.text(f"holdings.tables.{held.table}"),
            "columns": [{"name": one.column, "guard": one.guard, "sensitive": one.sensitive} for one in columns],
            "closing": call.text(f"processing.closing.{held.closing}"),
        })  # fmt: skip
    return {
        "code": part.category,
        "title": call.text(f"holdings.categories.{part.category}.title"),
        "sensitive": activity.sensitive,
        "risk": activity.risk,
        "risk_label": call.text(f"processing.risks.{activity.risk}"),
        "kept": said(activity.kept, language) if activity.kept else "",
        "tables": tables,
        "rules": [
            {"code": rule.code, "days": rule.days, "source": rule.source, "why": said(rule.why, language)}
            for rule in part.rules
        ],
        "stays": [
            {"days": kept.days, "source": kept.source, "why": said(kept.why, language)} for kept in part.kept
        ],
        **words,
    }  # fmt: skip


@pages.get("/console/corrections", access=Staff("corrections.answer"), sign_in=SIGN_IN)
async def corrections(call: PageCall) -> Page:
    """What waits for an answer."""
    words = call.services.wording.group("correction_desk", call.language)
    facts = {"labels": json.dumps(words, ensure_ascii=False)} | full_view_facts(call, "corrections.full_view")
    return framed(call, "corrections", here="corrections", title=call.text("correction_desk.title"), facts=facts)
