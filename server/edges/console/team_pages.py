"""Who writes, releases and sends; how much on a day; which department is still on trial."""

from __future__ import annotations

from typing import Any

from notify.teams import Team, Used
from server.domain.staff.permissions import may
from server.edges.console.notice_pages import watched
from server.edges.console.pages import SIGN_IN, PageCall, pages
from server.web.operations import Staff
from server.web.pages import Page

_MEMBERS = ("operator", "publisher")


@pages.get("/console/notices/teams", access=Staff("teams.read"), sign_in=SIGN_IN)
async def teams(call: PageCall) -> Page:
    """The administrator sees every department, others their own."""
    door, unit, staff = call.services.campaigns.teams, call.unit, call.staff
    every = may(staff.roles, "teams.end_trial")
    members = await call.services.roster.holding(unit, _MEMBERS)
    kept = {one.name: one for one in await door.page(unit)}
    names = sorted({*kept, *(department for _, _, department, _ in members)}) if every else [staff.department]
    shown = [await _one(call, name, kept.get(name), members) for name in names]
    return await watched(call, "teams", "teams", shown=shown, trying=may(staff.roles, "teams.testers"))


async def _one(call: PageCall, name: str, team: Team | None, members: list[Any]) -> dict[str, Any]:
    door, unit = call.services.campaigns.teams, call.unit
    testers = await door.testers(unit, team.id) if team else []
    return {
        "name": name,
        "team": team,
        "trial": team.trial if team else await door.on_trial(unit, name),
        "used": await door.used(unit, team, unit.today) if team else Used(0, 0),
        "members": [one for one in members if one[2] == name],
        "testers": [(one, masked) for one, masked in (await call.services.residents.masked(unit, testers)).items()],
        "own": may(call.staff.roles, "teams.limit") or call.staff.department == name,
    }


__all__ = ["pages"]
