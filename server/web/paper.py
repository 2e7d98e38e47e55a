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


async def paper_page(call: Call[Any, Any], issued: Issued, layout: paper.Layout) -> web.Response:
    """The PDF, to be printed and never kept by anything in between."""
    words = _words(call, issued)
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


def _words(call: Call[Any, Any], issued: Issued) -> paper.PaperWords:
    held, portal = issued.held, call.portal
    last = legal_day(held.expires_at)
    day = word_day(call.services.wording, call.language, last)
    return paper.PaperWords(
        portal=portal.name if call.language.startswith("zh") else portal.name_en,
        title=call.text("credentials.paper.title"),
        demo=call.text("credentials.paper.demo") if portal.demo else "",
        name=issued.name,
        tells=call.text(f"credentials.paper.tells.{held.tier}"),
        card=call.text("credentials.paper.card") if held.tier != "T0" else "",
        until=call.text("credentials.paper.until", day=day, year=last.year),
        number=call.text("credentials.paper.number", number=str(held.id)[-12:].upper()),
        lost=call.text("credentials.paper.lost"),
        missing=call.text("credentials.paper.missing"),
    )
