"""What stands in a region that an employee's work does not reach is not there for her, whatever she asks about it.

Every address of staff that names something is listed here by the word before it; a test holds that. Cases are judged
in their own room, by department as well; halls by the names of the halls where somebody works.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from aiohttp import web

from config.floor.scope import Placed
from config.floor.unit import Unit
from notify.places import PLACED
from server.domain.delegations import newborn_rows
from server.domain.delegations import records as delegations
from server.domain.privacy import corrections
from server.domain.residents import audience as residents
from server.domain.sessions.callers import StaffCaller
from server.domain.staff import roster
from server.domain.terminals import records as terminals
from server.domain.visits import conflicts

THINGS: Mapping[str, Placed] = {
    **PLACED,
    "conflicts": conflicts.PLACED,
    "corrections": corrections.PLACED,
    "delegations": delegations.PLACED,
    "newborns": newborn_rows.PLACED,
    "residents": residents.PLACED,
    "staff": roster.PLACED,
    "terminals": terminals.PLACED,
}
ELSEWHERE = frozenset({"cases", "halls", "passkeys", "teams"})
"""Judged by the room itself, in its own statement; teams and passkeys stand in no region."""


@cache
def named(path: str) -> tuple[str, str] | None:
    """The word before an address's first parameter, and the parameter: ``("campaigns", "id")``."""
    parts = path.split("/")
    for at, part in enumerate(parts):
        if part.startswith("{"):
            return parts[at - 1], part.strip("{}")
    return None


async def check(request: web.Request, unit: Unit, caller: StaffCaller) -> None:
    """Raise as that room does for what there is not. Costs nothing where somebody's work reaches the whole portal."""
    resource = request.match_info.route.resource
    if caller.regions is None or resource is None or (found := named(resource.canonical)) is None:
        return
    thing = THINGS.get(found[0])
    if thing is None or (thing.shared and request.method == "GET"):
        return
    if not await thing.inside(unit, request.match_info[found[1]], caller.scope):
        raise thing.missing()
