"""Administrators keep the counters' devices: invite, change, unlock, withdraw."""

from __future__ import annotations

from uuid import UUID

from config.floor.refusal import FieldFault, Invalid
from server.domain.purposes.service import said
from server.domain.terminals.records import Invitation, TerminalFacts, TerminalRecord
from server.domain.visits.views import TerminalDay
from server.edges.console.terminal_shapes import (
    ShiftShown,
    TerminalInvited,
    TerminalPage,
    TerminalQuery,
    TerminalShown,
    TerminalUnlocked,
    TerminalWanted,
)
from server.web.operations import AnyCall, Call, NoBody, NoQuery, Operations, Staff

operations = Operations(tag="console-terminals")
_PAGE = 50
_ADMINISTRATOR = Staff("terminals.manage")


@operations.get(
    "/console/api/v1/terminals",
    name="listTerminals",
    summary="The counters' devices, newest first, with their day",
    access=_ADMINISTRATOR,
    query=TerminalQuery,
    answer=TerminalPage,
    problems=("invalid-input",),
)
async def list_terminals(call: Call[NoBody, TerminalQuery]) -> TerminalPage:
    """Five queries, whatever the number."""
    records = await call.services.terminals.page(
        call.unit, _cursor(call.query.cursor), _PAGE + 1, scope=call.staff.scope
    )
    shown = records[:_PAGE]
    days = await call.services.visits.days(call.unit, [one.place.id for one in shown])
    more = str(shown[-1].place.id) if len(records) > _PAGE else None
    counts = await call.services.terminals.counts(call.unit, scope=call.staff.scope)
    return TerminalPage(
        terminals=[_shown(call, one, days[one.place.id]) for one in shown],
        counts={str(state): count for state, count in counts.items()},
        next_cursor=more,
    )


@operations.post(
    "/console/api/v1/terminals",
    name="inviteTerminal",
    summary="Register a place for a device; its one-time code is told here and never again",
    access=_ADMINISTRATOR,
    body=TerminalWanted,
    answer=TerminalInvited,
    status=201,
    idempotent=True,
    problems=("invalid-input",),
)
async def invite(call: Call[TerminalWanted, NoQuery]) -> TerminalInvited:
    """The code lives a quarter of an hour."""
    facts = _facts(call, call.body)
    return _invited(await call.services.terminals.invite(call.unit, call.actor, call.staff.region, facts))


@operations.post(
    "/console/api/v1/terminals/{id}/invitation",
    name="inviteTerminalAgain",
    summary="A fresh one-time code for a device that still waits; the earlier code is over",
    access=_ADMINISTRATOR,
    answer=TerminalInvited,
    status=201,
    idempotent=True,
    problems=("not-found", "terminal-state"),
)
async def invite_again(call: Call[NoBody, NoQuery]) -> TerminalInvited:
    """Not for a device that has its key: withdraw that one and invite another."""
    return _invited(await call.services.terminals.invite_again(call.unit, call.actor, call.path_id("id")))


@operations.put(
    "/console/api/v1/terminals/{id}",
    name="changeTerminal",
    summary="Another name, place, purposes or limits; they hold from the next request on",
    access=_ADMINISTRATOR,
    body=TerminalWanted,
    answer=TerminalShown,
    problems=("not-found", "invalid-input"),
)
async def change(call: Call[TerminalWanted, NoQuery]) -> TerminalShown:
    """A withdrawn device is not changed any more."""
    terminal_id = call.path_id("id")
    record = await call.services.terminals.change(call.unit, call.actor, terminal_id, _facts(call, call.body))
    days = await call.services.visits.days(call.unit, [terminal_id])
    return _shown(call, record, days[terminal_id])


@operations.post(
    "/console/api/v1/terminals/{id}/unlock",
    name="unlockTerminal",
    summary="Let a locked device scan again now; refusals before it no longer count",
    access=_ADMINISTRATOR,
    answer=TerminalUnlocked,
    status=200,
    problems=("not-found",),
)
async def unlock(call: Call[NoBody, NoQuery]) -> TerminalUnlocked:
    """Recorded if it was locked."""
    record = await call.services.terminals.record(call.unit, call.path_id("id"))
    return TerminalUnlocked(was_locked=await call.services.visits.unlock(call.unit, call.actor, record.place))


@operations.delete(
    "/console/api/v1/terminals/{id}",
    name="withdrawTerminal",
    summary="Its key is worth nothing from the next request on, and its shift has ended",
    access=_ADMINISTRATOR,
    problems=("not-found",),
)
async def withdraw(call: Call[NoBody, NoQuery]) -> None:
    """Twice is no fault."""
    await call.services.terminals.withdraw(call.unit, call.actor, call.path_id("id"))


def _facts(call: AnyCall, wanted: TerminalWanted) -> TerminalFacts:
    known = call.services.purposes
    strange = [code for code in wanted.purposes if known.get(code) is None]
    if strange:
        raise Invalid(faults=(FieldFault("purposes", "purpose-unknown"),))
    return TerminalFacts(
        hall=wanted.hall.strip(),
        counter=wanted.counter.strip(),
        purposes=tuple(dict.fromkeys(wanted.purposes)),
        name=wanted.name.strip(),
        scans_per_minute=wanted.scans_per_minute,
        failures=wanted.failures,
        lock_seconds=wanted.lock_seconds,
    )


def _invited(invitation: Invitation) -> TerminalInvited:
    return TerminalInvited(id=invitation.terminal_id, code=invitation.code, expires_at=invitation.until)


def _shown(call: AnyCall, record: TerminalRecord, day: TerminalDay) -> TerminalShown:
    place, shift = record.place, record.shift
    known = [(code, call.services.purposes.get(code)) for code in place.purposes]
    return TerminalShown(
        id=place.id,
        hall=place.hall,
        counter=place.counter,
        name=place.name,
        purposes=list(place.purposes),
        purpose_labels=[said(purpose.label, call.language) if purpose else code for code, purpose in known],
        scans_per_minute=place.scans_per_minute,
        failures=place.failures,
        lock_seconds=place.lock_seconds,
        state=record.state,
        invitation_until=record.invitation_until if record.state == "invited" else None,
        enrolled_at=record.enrolled_at,
        withdrawn_at=record.withdrawn_at,
        seen_at=record.seen_at,
        shift=ShiftShown(staff_no=shift.staff_no, name=shift.name, since=shift.since) if shift else None,
        scanned_today=day.scanned,
        refused_today=day.refused,
        locked_until=day.locked_until,
    )


def _cursor(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(faults=(FieldFault("cursor", "cursor"),)) from None
