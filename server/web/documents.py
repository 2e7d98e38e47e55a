"""A case's document as a page to read or print on A4."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from config.floor.unit import legal_day
from server.domain.calendar.service import word_day
from server.domain.cases.documents import Document
from server.domain.cases.numbers import grouped
from server.domain.cases.workflow import Paper
from server.web.operations import Call
from server.web.page_templates import environment
from server.web.pages import PAGE_HEADERS

_WITH_REMEDY = frozenset({Paper.NOT_ACCEPTANCE, Paper.GRANT, Paper.REFUSAL, Paper.RETURN})

_TEMPLATES = environment()
"""Read at import: no request waits for the disk."""


def document_page(call: Call[Any, Any], document: Document) -> web.Response:
    """The document in the caller's language, in the portal's name, with the demo mark where it is one."""
    chinese = call.language.startswith("zh")
    kind = document.kind.value
    closing = f"documents.closings.{kind}"
    facts = {
        "item": document.item_name,
        "applicant": document.applicant or call.text("documents.applicant_unnamed"),
        "department": document.department,
        "due": _due(call, document),
    }
    text = _TEMPLATES.get_template("web/document.html").render(
        language=call.language,
        demo=call.portal.demo,
        portal_name=call.portal.name if chinese else call.portal.name_en,
        origin=call.services.settings.public_origin or str(call.request.url.origin()),
        t=call.text,
        document=document,
        case_no=grouped(document.case_no),
        title=call.text(f"documents.titles.{kind}"),
        opening=call.text(f"documents.bodies.{kind}", **facts),
        closing=call.text(closing, **facts) if call.services.wording.has(closing) else "",
        applicant=facts["applicant"],
        remedy=document.kind in _WITH_REMEDY,
        issued_on=_long_day(call, document.issued_on.year, document.issued_on.month, document.issued_on.day),
        served_on=_served(call, document),
    )
    return web.Response(text=text, content_type="text/html", headers=PAGE_HEADERS)


def _due(call: Call[Any, Any], document: Document) -> str:
    if document.due is None:
        return ""
    mark = call.text("cases.clock.provisional_mark") if document.provisional else ""
    return word_day(call.services.wording, call.language, document.due) + mark


def _served(call: Call[Any, Any], document: Document) -> str:
    if document.served_at is None:
        return ""
    day = legal_day(document.served_at)
    return _long_day(call, day.year, day.month, day.day)


def _long_day(call: Call[Any, Any], year: int, month: int, day: int) -> str:
    return call.text("documents.day", year=year, month=month, day=day)
