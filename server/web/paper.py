"""A credential on paper: the words of its tier in the reader's language, drawn off the event loop."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from codes import paper
from config.floor.unit import legal_day
from server.domain.calendar.service import word_day
from server.domain.credentials.service import Issued
from server.web.operations import Call

_AT_ONCE = asyncio.Semaphore(2)


async def paper_page(call: Call[Any, Any], issued: Issued, layout: paper.Layout, language: str = "") -> web.Response:
    """The PDF, to be printed and never kept by anything in between. ``language``: another than the caller's."""
    words = _words(call, issued, language or call.language)
    font = call.services.settings.credentials.paper_font
    async with _AT_ONCE:
        body = await asyncio.to_thread(paper.draw, issued.text, words, layout, font)
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'inline; filename="yima.pdf"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=body, headers=headers)


def _words(call: Call[Any, Any], issued: Issued, language: str) -> paper.PaperWords:
    wording = call.services.wording

    def said(key: str, **facts: object) -> str:
        return wording.text(f"credentials.paper.{key}", language, **facts)

    held, portal = issued.held, call.portal
    last = legal_day(held.expires_at)
    day = word_day(wording, language, last)
    return paper.PaperWords(
        portal=portal.name if language.startswith("zh") else portal.name_en,
        title=said("title"),
        demo=said("demo") if portal.demo else "",
        name=issued.name,
        tells=said(f"tells.{held.tier}"),
        card=said("card") if held.tier != "T0" else "",
        until=said("until", day=day, year=last.year),
        number=said("number", number=str(held.id)[-12:].upper()),
        lost=said("lost"),
        missing=said("missing"),
    )
