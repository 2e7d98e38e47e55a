"""The operators' page of the record, and the table that is taken away of it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from aiohttp import web
from pydantic import Field

from config.floor.refusal import FieldFault, Invalid
from config.floor.unit import LEGAL_ZONE
from notify import cursor as cursors
from server.domain.audit import notices
from server.domain.audit.notices import Told, Wanted
from server.edges.console.notice_pages import watched
from server.edges.console.pages import SIGN_IN, PageCall, pages
from server.edges.console.watch_api import guarded
from server.web.operations import Call, NoQuery, Operations, Staff
from server.web.pages import Page
from server.web.shapes import Wire

operations = Operations(tag="console-record")
_MAY = Staff("notices.record")
_WHO = re.compile(r"[A-Za-z0-9_-]{0,32}", re.ASCII)
_COLUMNS = ("at", "who", "what", "subject", "outcome", "why", "seal")


class RecordWanted(Wire):
    """Which lines; days are written YYYY-MM-DD."""

    who: Annotated[str, Field(max_length=32)] = ""
    what: Annotated[str, Field(max_length=24)] = ""
    first: Annotated[str, Field(max_length=10)] = ""
    last: Annotated[str, Field(max_length=10)] = ""


@pages.get("/console/notices/record", access=_MAY, sign_in=SIGN_IN)
async def record(call: PageCall) -> Page:
    """Fifty at a time: three statements, as quick on the last page as on the first."""
    query = call.request.query
    asked = {name: query.get(name, "")[:32].strip() for name in ("who", "what", "first", "last")}
    after = cursors.read(query["cursor"]) if query.get("cursor") else None
    found = await notices.page(call.unit, wanted(asked), after, notices.PAGE + 1)
    shown = found[: notices.PAGE]
    people = sorted({one.line.resident_id for one in shown if one.line.resident_id is not None})
    names = await call.services.residents.masked(call.unit, people)
    names |= await call.services.board.titles(call.unit, sorted({*_campaigns(shown)}))
    more = len(found) > notices.PAGE
    cursor = cursors.after(shown[-1].line.at, shown[-1].line.id) if more else ""
    return await watched(
        call, "record", "record", asked=asked, groups=notices.GROUPS, shown=[_shown(call, one, names) for one in shown],
        cursor=cursor,
    )  # fmt: skip


@operations.post(
    "/console/api/v1/notice-record/export", name="exportNoticeRecord", summary="The record of sending, as a table",
    access=_MAY, body=RecordWanted, media="binary", limit=10, problems=("invalid-input",),
)  # fmt: skip
async def export(call: Call[RecordWanted, NoQuery]) -> web.Response:
    """CSV, at most 50,000 lines; ids only, no name and no number of a resident. Taking it away is on record."""
    asked = call.body.model_dump()
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([call.text(f"record.columns.{name}") for name in _COLUMNS])
    async for one in notices.all_of(call.unit, wanted(asked)):
        line = one.line
        row = [
            f"{line.at.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M:%S}", line.actor_label, _action(call, line.action),
            f"{line.subject_kind}:{line.subject}", _outcome(call, line.outcome), line.purpose, str(one.seal or ""),
        ]  # fmt: skip
        table.writerow([guarded(cell) for cell in row])
    await call.services.audit.record(
        call.unit, call.actor, "notices.record", subject_kind="record", subject="notices", region=call.staff.region,
        purpose=" ".join(f"{name}={text}" for name, text in asked.items() if text)[:64],
    )  # fmt: skip
    headers = {
        "Content-Disposition": 'attachment; filename="notice-record.csv"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    body = "\ufeff" + out.getvalue()  # Excel takes it for UTF-8 only with a mark
    return web.Response(body=body.encode(), content_type="text/csv", charset="utf-8", headers=headers)


def wanted(asked: dict[str, str]) -> Wanted:
    """The filter, judged: ``Invalid`` names the field."""
    faults = [FieldFault(name, "invalid") for name in ("first", "last") if not _is_day(asked[name])]
    if not _WHO.fullmatch(asked["who"]):
        faults.append(FieldFault("who", "invalid"))
    if asked["what"] and asked["what"] not in notices.GROUPS:
        faults.append(FieldFault("what", "invalid"))
    if faults:
        raise Invalid(faults=faults)
    first, last = (date.fromisoformat(asked[name]) if asked[name] else None for name in ("first", "last"))
    return Wanted(asked["who"], asked["what"], first, last)


def _is_day(text: str) -> bool:
    try:
        return not text or date(2000, 1, 1) <= date.fromisoformat(text) <= date(2100, 1, 1)
    except ValueError:
        return False


def _shown(call: PageCall, one: Told, names: dict[UUID, str]) -> dict[str, Any]:
    line = one.line
    subject = UUID(line.subject) if line.subject_kind == "campaign" else line.resident_id
    named = names.get(subject, "") if subject else ""
    why = f"watch.reasons_to_look.{line.purpose}"
    return {
        "at": line.at,
        "who": line.actor_label if line.actor_kind == "staff" else call.text(f"console.actors.{line.actor_kind}"),
        "what": _action(call, line.action),
        "subject": named or call.text(f"record.kinds.{line.subject_kind}"),
        "href": _href(line.subject_kind, line.subject),
        "outcome": _outcome(call, line.outcome),
        "refused": line.outcome == "refused",
        "why": call.text(why) if call.services.wording.has(why) else line.purpose,
        "seal": one.seal,
    }


def _campaigns(shown: Sequence[Told]) -> list[UUID]:
    return [UUID(one.line.subject) for one in shown if one.line.subject_kind == "campaign"]


def _href(kind: str, subject: str) -> str:
    places = {
        "campaign": f"/console/notices/campaigns/{subject}",
        "notice": f"/console/notices/messages/{subject}",
        "template": f"/console/templates/{subject}",
        "team": "/console/notices/teams",
        "provider": "/console/notices/providers",
        "deliveries": "/console/notices/failed",
    }
    return places.get(kind, "")


def _action(call: Call[Any, Any], action: str) -> str:
    key = f"console.actions.{action}"
    return call.text(key) if call.services.wording.has(key) else action


def _outcome(call: Call[Any, Any], outcome: str) -> str:
    key = f"console.outcomes.{outcome}"
    return call.text(key) if call.services.wording.has(key) else outcome
