"""Who writes, releases and sends; how much on a day; which department is still on trial."""

from __future__ import annotations

from typing import Any

from notify.teams import Used
from server.domain.staff.permissions import may
from server.edges.console.notice_pages import watched
from server.edges.console.pages import SIGN_IN, PageCall, pages
from server.web.operations import Staff
from server.web.pages import Page

_MEMBERS = ("operator", "publisher")
PAGE = 20


@pages.get("/console/notices/teams", access=Staff("teams.read"), sign_in=SIGN_IN)
async def teams(call: PageCall) -> Page:
    """The administrator sees every department, twenty at a time, others their own."""
    door, unit, staff = call.services.campaigns.teams, call.unit, call.staff
    names, after = [staff.department], ""
    if may(staff.roles, "teams.end_trial"):
        known = sorted({*await door.names(unit), *await call.services.roster.departments(unit, _MEMBERS)})
        last = call.request.query.get("after", "")
        behind = [name for name in known if name > last] if last else known
        names, after = behind[:PAGE], behind[PAGE - 1] if len(behind) > PAGE else ""
    shown = await _shown(call, names)
    return await watched(call, "teams", "teams", shown=shown, after=after, trying=may(staff.roles, "teams.testers"))


async def _shown(call: PageCall, names: list[str]) -> list[dict[str, Any]]:
    """A handful of statements, whatever the number of departments on the page."""
    door, unit, staff = call.services.campaigns.teams, call.unit, call.staff
    members, kept = await call.services.roster.holding(unit, _MEMBERS, names), await door.of(unit, names)
    lists, used = await door.lists(unit, list(kept.values())), await door.used(unit, list(kept.values()), unit.today)
    masked = await call.services.residents.masked(unit, sorted({one for testers in lists.values() for one in testers}))
    chief = may(staff.roles, "teams.limit")
    return [
        {
            "name": name,
            "team": team,
            "trial": team.trial if team else bool(name) and door.new_on_trial,
            "used": used[team.id] if team else Used(0, 0),
            "members": members[name],
            "testers": [(one, masked[one]) for one in (lists[team.id] if team else ()) if one in masked],
            "own": chief or staff.department == name,
        }
        for name, team in ((name, kept.get(name)) for name in names)
    ]


__all__ = ["pages"]
