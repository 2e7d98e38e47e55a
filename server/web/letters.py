"""Notices as letters: the words in the resident's own language, drawn off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web

from config.floor.unit import Unit, legal_day
from notify import letter
from notify.letter import LetterWords
from notify.letters import Told
from notify.paper import PaperTask
from server.domain.calendar.service import word_day
from server.web.operations import AnyCall

_AT_ONCE = asyncio.Semaphore(1)


async def written(call: AnyCall, unit: Unit, tasks: Sequence[PaperTask]) -> list[LetterWords]:
    """What stands on each letter. The caller records that the full names were seen."""
    services = call.services
    notices = await services.history.letters.words(unit, [one.message_id for one in tasks])
    people = await services.residents.addressees(unit, [one.recipient for one in tasks])
    return [_words(call, unit, one, notices[one.message_id], *people[one.recipient]) for one in tasks]


async def letter_file(call: AnyCall, wanted: Sequence[LetterWords]) -> web.Response:
    """The PDF, to be printed and never kept by anything in between."""
    font = call.services.settings.credentials.paper_font
    async with _AT_ONCE:
        body = await asyncio.to_thread(letter.draw, wanted, font)
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="letters.pdf"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=body, headers=headers)


def _words(call: AnyCall, unit: Unit, task: PaperTask, told: Told, name: str, language: str) -> LetterWords:
    wording, portal = call.services.wording, call.portal

    def said(key: str, **facts: object) -> str:
        return wording.text(f"letters.sheet.{key}", language, **facts)

    notes = [said("about", subject=told.subject)] if told.subject else []
    return LetterWords(
        portal=portal.name if language.startswith("zh") else portal.name_en,
        demo=said("demo") if portal.demo else "",
        date=said("date", day=word_day(wording, language, unit.today), year=unit.today.year),
        to=said("to", name=name or said("nameless")),
        address=said("address"),
        title=told.title,
        body=told.body,
        notes=(
            *notes,
            said("told", day=word_day(wording, language, legal_day(told.created_at))),
            said(f"why.{told.category}"),
            said("check"),
        ),
        number=said("number", number=str(task.id)[-12:].upper()),
        sheet=said("pages", page="{page}", pages="{pages}"),
        missing=said("missing"),
    )
