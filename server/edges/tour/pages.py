"""The demonstration's front page: three live screens, a story that ticks, and the cast."""

from __future__ import annotations

from pathlib import Path

from server.edges.tour.api import entry
from server.edges.tour.cast import CAST, member
from server.edges.tour.platforms import platform
from server.edges.tour.story import STORY
from server.web.operations import Call, NoBody, NoQuery, Open
from server.web.pages import Page, Pages

pages = Pages(templates=Path(__file__).parent / "templates")


@pages.get("/", access=Open())
async def tour(call: Call[NoBody, NoQuery]) -> Page:
    """Rendered whole; the script only brings it to life."""
    people = [entry(call, one) for one in CAST]
    heroine = member("mother")
    facts = {"phone": heroine.phone, "id_number": heroine.id_number} if heroine else {}
    context = {"story": STORY, "cast": people, "people": [one.model_dump() for one in people], "facts": facts}
    return Page("tour.html", context)


pages.get("/dev/platform/{way}", access=Open())(platform)
