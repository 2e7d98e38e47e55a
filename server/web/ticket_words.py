"""Numbers and lines in words: from the halls' plain values to the shapes that all edges share."""

from __future__ import annotations

from typing import Any

from config.floor.unit import LEGAL_ZONE
from server.domain.halls.plan import Hall, said
from server.domain.halls.views import LineState, Standing, Ticket
from server.web.operations import Call
from server.web.pages import Page
from server.web.ticket_shapes import GreenShown, LineShown, TicketShown

AnyCall = Call[Any, Any]
_STEP = 5  # minutes; nobody is promised a minute
_HOUR = 60


def about(call: AnyCall, ahead: int, seconds: int) -> str:
    """About how long, rounded up to five minutes."""
    if not ahead:
        return call.text("halls.about.none")
    minutes = max(_STEP, -(-seconds // (60 * _STEP)) * _STEP)
    if minutes > _HOUR:
        return call.text("halls.about.long", hours=f"{-(-minutes // 30) / 2:g}")
    return call.text("halls.about.some", minutes=minutes)


def ticket_shown(call: AnyCall, hall: Hall, shown: Standing | Ticket) -> TicketShown:
    """A ticket; without its standing it is not waiting, or nobody asks how long."""
    held, ahead, seconds = (shown.ticket, shown.ahead, shown.seconds) if isinstance(shown, Standing) else (shown, 0, 0)
    counter = held.counter if held.state in ("called", "serving", "skipped", "done") else None
    return TicketShown(
        id=held.id,
        hall=held.hall,
        number=held.label,
        business=held.business,
        business_name=said(hall.business_name(held.business), call.language),
        state=held.state,
        state_label=call.text(f"halls.state.{held.state}"),
        ahead=ahead,
        about=_until_called(call, held.state, ahead, seconds),
        counter=counter,
        counter_name=None if counter is None else said(hall.counter_name(counter), call.language),
        wanted_counter_name=(
            None if held.wanted_counter is None else said(hall.counter_name(held.wanted_counter), call.language)
        ),
        green=held.green or None,
        green_name=_green_name(call, hall, held.green),
        calls=held.calls,
        arrived_at=held.arrived_at,
        called_at=held.called_at,
    )


def line_shown(call: AnyCall, line: LineState) -> LineShown:
    """One business's line."""
    return LineShown(
        business=line.business.code,
        name=said(line.business.name, call.language),
        waiting=line.waiting,
        green=line.green,
        first=line.first or None,
        about=about(call, line.waiting, line.seconds),
    )


def greens_shown(call: AnyCall, hall: Hall) -> list[GreenShown]:
    return [GreenShown(code=one.code, name=said(one.name, call.language)) for one in hall.green]


def slip(call: AnyCall, hall: Hall, standing: Standing) -> Page:
    """The printed slip, 80 mm wide: number, people ahead, time, hall."""
    shown = ticket_shown(call, hall, standing)
    return Page(
        "web/slip.html",
        {
            "ticket": shown,
            "hall_name": said(hall.name, call.language),
            "address": said(hall.address, call.language),
            "taken_at": standing.ticket.arrived_at.astimezone(LEGAL_ZONE).strftime("%Y-%m-%d %H:%M"),
        },
    )


def _until_called(call: AnyCall, state: str, ahead: int, seconds: int) -> str:
    if state != "waiting":
        return ""
    return about(call, ahead, seconds) if ahead else call.text("halls.about.next")


def _green_name(call: AnyCall, hall: Hall, code: str) -> str | None:
    if not code:
        return None
    return next((said(one.name, call.language) for one in hall.green if one.code == code), code)
