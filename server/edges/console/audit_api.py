"""The auditor's reading of the record: search, one person's part, its seals, proof that it was not changed, export.

Reads are entries too: whoever narrows the record to a person or an employee, takes it out or has it proven, is on
record, and a person whose part was read finds it among the looks at her data.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from aiohttp import web

from config.floor.refusal import FieldFault, Invalid, Refusal
from config.floor.unit import LEGAL_ZONE, Unit
from server.domain.audit.seals import Fault
from server.domain.audit.service import AuditLine, Sought
from server.domain.losses.errors import ResidentNotFound
from server.edges.console.staff_shapes import (
    AuditPage,
    AuditQuery,
    AuditShown,
    FaultShown,
    PersonFound,
    PersonSought,
    SealsShown,
    VerifiedSome,
    VerifyFrom,
)
from server.edges.console.watch_api import guarded
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff

operations = Operations(tag="console-audit")
_PAGE = 50
_ROWS, _AT_ONCE = 20_000, 1_000
_RECENT = timedelta(days=31)
_SPACES = re.compile(r"\s+")


@operations.get(
    "/console/api/v1/audit",
    name="listAuditEntries",
    summary="Who did what, newest first",
    access=Staff("audit.read"),
    query=AuditQuery,
    answer=AuditPage,
    problems=("invalid-input",),
)
async def entries(call: Call[NoBody, AuditQuery]) -> AuditPage:
    """One page of the portal's entries. Narrowed to a person or an employee, the first page leaves an entry."""
    asked, sought = call.query, await _sought(call)
    if (sought.resident_id or sought.staff_no) and not asked.cursor:
        await call.decide(lambda unit: _searched(call, unit, sought))
    found = await call.services.audit.search(
        call.unit, sought, _cursor(asked.cursor), _PAGE + 1, scope=call.staff.scope
    )
    notes = await call.services.rights.full_views.notes(call.unit, found[:_PAGE])
    shown = [_shown(call, sought, line, notes.get(line.id, "")) for line in found[:_PAGE]]
    more = len(found) > _PAGE
    return AuditPage(entries=shown, next_cursor=shown[-1].id if more else None)


@operations.post(
    "/console/api/v1/audit/people", name="findAuditedPerson", summary="Whose part of the record is wanted",
    access=Staff("audit.read"), body=PersonSought, answer=PersonFound, limit=20,
    problems=("id-number-invalid", "resident-not-found"),
)  # fmt: skip
async def person(call: Call[PersonSought, NoQuery]) -> PersonFound | Refusal:
    """Name and number must both agree. On record with its reason; the person sees that it was asked for."""
    residents, asked = call.services.residents, call.body
    name, number = residents.read_claim(call.unit, asked.name, asked.id_number)
    found = await residents.by_card(call.unit, name, number)
    await call.services.audit.record(
        call.unit, call.actor, "audit.search", subject_kind="resident", subject=str(found.id) if found else "",
        resident_id=found.id if found else None, outcome="done" if found else "not-found",
        purpose=asked.reason, place=call.staff.department[:128],
    )  # fmt: skip
    if found is None:
        return ResidentNotFound()
    return PersonFound(resident=str(found.id), name_masked=found.masked_name)


@operations.get(
    "/console/api/v1/audit/export", name="exportAudit", summary="The same search as a table to keep",
    access=Staff("audit.read"), query=AuditQuery, media="binary", problems=("invalid-input",),
)  # fmt: skip
async def export(call: Call[NoBody, AuditQuery]) -> web.Response:
    """Newest first, at most twenty thousand entries; on record with their number. Cells are no formulas."""
    sought = await _sought(call)
    out = io.StringIO()
    table = csv.writer(out)
    columns = ("at", "actor", "action", "subject", "outcome", "purpose", "fields", "place", "id", "account")
    table.writerow([call.text(f"audit.columns.{name}") for name in columns])
    before: str | None = None
    count = 0
    while count < _ROWS:
        lines = await call.services.audit.search(call.unit, sought, before, _AT_ONCE, scope=call.staff.scope)
        for line in lines:
            shown = _shown(call, sought, line)
            cells = (
                line.at.astimezone(LEGAL_ZONE).isoformat(timespec="seconds"), shown.actor, shown.action_label,
                shown.subject, shown.outcome_label, shown.purpose, "、".join(shown.fields), shown.place, shown.id,
                shown.account_label,
            )  # fmt: skip
            table.writerow([guarded(cell) for cell in cells])
        count += len(lines)
        if len(lines) < _AT_ONCE:
            break
        before = str(lines[-1].id)

    async def recorded(unit: Unit) -> None:
        await call.services.audit.record(
            unit, call.actor, "audit.export", subject_kind="audit", subject=sought.subject,
            resident_id=sought.resident_id, fields=(f"rows={count}",),
        )  # fmt: skip

    await call.decide(recorded)
    headers = {
        "Content-Disposition": 'attachment; filename="audit.csv"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    body = "\ufeff" + out.getvalue()  # Excel takes it for UTF-8 only with a mark
    return web.Response(body=body.encode(), content_type="text/csv", charset="utf-8", headers=headers)


@operations.get(
    "/console/api/v1/audit/seals", name="auditSeals", summary="How the record is sealed now",
    access=Staff("audit.read"), answer=SealsShown,
)  # fmt: skip
async def seals(call: Call[NoBody, NoQuery]) -> SealsShown:
    """The newest seal, what waits for one, and the heads that were exported."""
    room = call.services.seals
    last = await room.last()
    heads = await room.heads.all()
    return SealsShown(
        number=last.number if last else 0,
        sealed_at=last.sealed_at if last else None,
        key_id=last.key_id if last else "",
        is_signed=bool(last and last.signature),
        waiting=await room.waiting(call.unit),
        heads=len(heads),
        last_head_at=heads[-1].at if heads else "",
    )


@operations.post(
    "/console/api/v1/audit/verification", name="verifyAudit", summary="Is the record still as it was sealed?",
    access=Staff("audit.verify"), body=VerifyFrom, answer=VerifiedSome, own_unit=True,
)  # fmt: skip
async def verify(call: Call[VerifyFrom, NoQuery]) -> VerifiedSome:
    """A few seals a call, so that a page can show how far it is; the first call of a check is on record."""
    room, after = call.services.seals, call.body.after
    keys = {room.key.id: room.key.public} if room.key.public else {}
    if not after:
        await call.decide(lambda unit: _verified(call, unit))
    heads = await room.heads.all()
    checked = await room.verify_some(keys, heads, after, now=call.unit.now)
    faults = [fault for fault in checked.faults if fault.kind != "unsigned"]
    return VerifiedSome(
        last=checked.last, entries=checked.entries, faults=[_fault(call, fault) for fault in faults[:50]],
        is_signed=len(faults) == len(checked.faults), over=checked.over,
    )  # fmt: skip


def sought_by(call: Call[Any, Any], asked: AuditQuery) -> Sought:
    """What the query narrows to. An employee's entries without a day are those of the last month."""
    since, until = _day("since", asked.since), _day("until", asked.until)
    begin = datetime.combine(since, datetime.min.time(), LEGAL_ZONE) if since else None
    if begin is None and asked.staff_no:
        begin = call.unit.now - _RECENT
    end = datetime.combine(until + timedelta(days=1), datetime.min.time(), LEGAL_ZONE) if until else None
    return Sought(
        subject=_SPACES.sub("", asked.subject),
        resident_id=UUID(named) if (named := _cursor(asked.resident, "resident")) else None,
        staff_no=asked.staff_no.strip(),
        action=asked.action,
        since=begin,
        until=end,
        disputed=asked.view == "disputed",
    )


async def _sought(call: Call[Any, AuditQuery]) -> Sought:
    """A person is sought by every account that was ever hers: entries about one that was merged never moved."""
    sought = sought_by(call, call.query)
    if sought.resident_id is None:
        return sought
    goes_on, *merged = await call.services.residents.merges.of_person(call.unit, sought.resident_id)
    return replace(sought, resident_id=goes_on, merged=tuple(merged))


async def _searched(call: Call[Any, Any], unit: Unit, sought: Sought) -> None:
    await call.services.audit.record(
        unit, call.actor, "audit.search", subject_kind="staff" if sought.staff_no else "resident",
        subject=sought.staff_no or str(sought.resident_id), resident_id=sought.resident_id,
        place=call.staff.department[:128],
    )  # fmt: skip


async def _verified(call: Call[Any, Any], unit: Unit) -> None:
    await call.services.audit.record(unit, call.actor, "audit.verify", subject_kind="audit", subject="seals")


def _fault(call: Call[Any, Any], fault: Fault) -> FaultShown:
    return FaultShown(
        kind=fault.kind, label=call.text(f"audit.broken_by.{fault.kind}"), seal=fault.seal,
        entry=str(fault.entry) if fault.entry else None,
    )  # fmt: skip


def _day(field: str, text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Invalid(faults=(FieldFault(field, "day-wrong"),)) from None
    if not 2000 <= found.year <= 2200:
        raise Invalid(faults=(FieldFault(field, "day-wrong"),))
    return found


def _cursor(text: str, field: str = "cursor") -> str | None:
    if not text:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        raise Invalid(faults=(FieldFault(field, "cursor"),)) from None


def _shown(call: Call[Any, Any], sought: Sought, line: AuditLine, note: str = "") -> AuditShown:
    merged = line.resident_id is not None and line.resident_id in sought.merged
    return AuditShown(
        id=str(line.id),
        at=line.at,
        actor=_actor(call, line),
        action=line.action,
        action_label=_word(call, f"console.actions.{line.action}", line.action),
        subject_kind=line.subject_kind,
        subject=line.subject,
        outcome=line.outcome,
        outcome_label=_word(call, f"console.outcomes.{line.outcome}", line.outcome),
        purpose=line.purpose,
        fields=list(line.fields),
        place=line.place,
        account_label=call.text("audit.merged_account") if merged else "",
        note=note,
    )


def _actor(call: Call[Any, Any], line: AuditLine) -> str:
    return line.actor_label if line.actor_kind == "staff" else call.text(f"console.actors.{line.actor_kind}")


def _word(call: Call[Any, Any], key: str, otherwise: str) -> str:
    return call.text(key) if call.services.wording.has(key) else otherwise
