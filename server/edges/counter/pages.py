"""The counter's two pages: sign-in, and the desk where codes are checked."""

from __future__ import annotations

from pathlib import Path

from server.domain.staff.errors import TerminalUnknown
from server.web.operations import Call, NoBody, NoQuery, Open, Terminal
from server.web.pages import Page, Pages, own_path

SIGN_IN = "/counter/sign-in"

pages = Pages(templates=Path(__file__).parent / "templates")


@pages.get("/counter", access=Terminal(), sign_in=SIGN_IN)
async def desk(call: Call[NoBody, NoQuery]) -> Page:
    """The scanning desk of the terminal that this clerk signed in on."""
    terminal_id = call.staff.terminal_id
    if terminal_id is None:
        raise TerminalUnknown()
    return Page("counter.html", {"terminal": await call.services.staff.terminal(call.unit, terminal_id)})


@pages.get(SIGN_IN, access=Open())
async def sign_in(call: Call[NoBody, NoQuery]) -> Page:
    """The clerk's way in; afterwards to where one wanted to go, if that is at the counter."""
    return Page("counter_sign_in.html", {"then": own_path(call.request.query.get("next", ""), "/counter")})
