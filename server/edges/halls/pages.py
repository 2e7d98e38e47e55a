"""The display's page."""

from __future__ import annotations

from pathlib import Path

from server.domain.halls.plan import said
from server.web.operations import Call, NoBody, NoQuery, Open
from server.web.pages import Page, Pages

pages = Pages(templates=Path(__file__).parent / "templates")


@pages.get("/hall/{hall}/board", access=Open())
async def board(call: Call[NoBody, NoQuery]) -> Page:
    """For a screen on the wall: large, landscape or portrait, light or dark."""
    hall = call.services.halls.plans.get(call.portal.id, call.path["hall"])
    return Page("board.html", {"hall": hall.code, "hall_name": said(hall.name, call.language)})
