"""The counter's pages: enrolling the device, sign-in, and the desk where codes are checked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from config.floor.refusal import Missing
from config.floor.unit import LEGAL_ZONE
from server.domain.delegations.newborn_rows import RELATIONS as TO_CHILD
from server.domain.delegations.scope import RELATIONS
from server.domain.purposes.service import said
from server.domain.terminals.errors import TerminalUnknown
from server.web import delegation_words
from server.web.operations import Call, NoBody, NoQuery, Open, Terminal
from server.web.pages import Page, Pages, own_path
from server.web.ticket_words import slip

SIGN_IN = "/counter/sign-in"
_USUAL = 365
_ITEMS = 50

pages = Pages(templates=Path(__file__).parent / "templates")


async def bar(call: Call[NoBody, NoQuery], terminal_id: UUID) -> dict[str, Any]:
    """What the bar of a counter's page says: where this terminal stands, and since when its clerk is on shift."""
    terminals = call.services.terminals
    shift = await terminals.shift(call.unit, terminal_id)
    since = f"{shift.since.astimezone(LEGAL_ZONE):%H:%M}" if shift else ""
    return {"terminal": await terminals.get(call.unit, terminal_id), "since": since}


@pages.get("/counter", access=Terminal(), sign_in=SIGN_IN)
async def desk(call: Call[NoBody, NoQuery]) -> Page:
    """The scanning desk of the terminal that this clerk signed in on."""
    terminal_id = call.staff.terminal_id
    if terminal_id is None:
        raise TerminalUnknown()
    return Page("counter.html", {**await bar(call, terminal_id), "in_hall": await _in_hall(call)})


async def _in_hall(call: Call[NoBody, NoQuery]) -> bool:
    """Whether a hall's file names this terminal's counter: then it has a line to call from."""
    try:
        await call.services.halls.post_of(call.unit, call.staff)
    except Missing:
        return False
    return True


@pages.get("/counter/tickets/{id}/slip", access=Terminal(), sign_in=SIGN_IN)
async def ticket_slip(call: Call[NoBody, NoQuery]) -> Page:
    """A number on paper, 80 mm wide."""
    halls = call.services.halls
    post = await halls.post_of(call.unit, call.staff)
    return slip(call, post.hall, await halls.one(call.unit, post.hall, call.path_id("id")))


@pages.get("/counter/paper", access=Terminal(), sign_in=SIGN_IN)
async def paper_desk(call: Call[NoBody, NoQuery]) -> Page:
    """Papers for people without a phone, and losses, by the card in hand."""
    terminal_id = call.staff.terminal_id
    if terminal_id is None:
        raise TerminalUnknown()
    return Page("counter_paper.html", await bar(call, terminal_id))


@pages.get("/counter/identity", access=Terminal(), sign_in=SIGN_IN)
async def identity_desk(call: Call[NoBody, NoQuery]) -> Page:
    """Who somebody is, by the document in hand."""
    terminal_id = call.staff.terminal_id
    if terminal_id is None:
        raise TerminalUnknown()
    return Page("counter_identity.html", await bar(call, terminal_id))


@pages.get("/counter/delegation", access=Terminal(), sign_in=SIGN_IN)
async def delegation_desk(call: Call[NoBody, NoQuery]) -> Page:
    """Recording and taking back a delegation for somebody without a phone."""
    terminal_id = call.staff.terminal_id
    if terminal_id is None:
        raise TerminalUnknown()
    services, today = call.services, call.unit.today
    longest = services.delegations.options.days
    written = await services.catalogue.search(call.unit, "", limit=_ITEMS)
    more = {
        "to_child": TO_CHILD,
        "relations": [(one, delegation_words.relation_label(call, one)) for one in RELATIONS],
        "items": [(one.code, one.name) for one in written.items if one.complete and one.online],
        "purposes": [(one.code, said(one.label, call.language)) for one in services.purposes.all()],
        "today": today.isoformat(),
        "usual": (today + timedelta(days=min(_USUAL, longest))).isoformat(),
        "latest": (today + timedelta(days=longest - 1)).isoformat(),
    }
    return Page("counter_delegation.html", {**await bar(call, terminal_id), **more})


@pages.get(SIGN_IN, access=Open())
async def sign_in(call: Call[NoBody, NoQuery]) -> Page:
    """The clerk's way in; afterwards to where one wanted to go, if that is at the counter."""
    return Page("counter_sign_in.html", {"then": own_path(call.request.query.get("next", ""), "/counter")})


@pages.get("/counter/enrol", access=Open())
async def enrol(call: Call[NoBody, NoQuery]) -> Page:
    """Where a new device takes its one-time code and makes its key."""
    return Page("counter_enrol.html")
