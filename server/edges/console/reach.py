"""How far the reader's work reaches, where a page or a call of the console composes something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from config.floor.scope import Scope
from server.domain.sessions.callers import StaffCaller
from server.web.operations import AnyCall
from server.web.reach import THINGS


def home(staff: StaffCaller) -> str:
    """Where something stands that this person begins: her own region, or the first that her work reaches."""
    scope = staff.scope
    if scope.holds(region=staff.region) or not scope.regions:
        return staff.region
    return scope.regions[0]


def within_reach(scope: Scope, rules: Mapping[str, Any] | None) -> dict[str, Any]:
    """Rules of an audience that go no further than their author's work: for everybody to read, beside the others."""
    given = dict(rules or {})
    if scope.regions is None:
        return given
    placed = [{"region": region} for region in scope.regions]
    bound = placed[0] if len(placed) == 1 else {"any": placed}
    parts = given.get("all")
    if isinstance(parts, list) and set(given) == {"all"}:
        return given if bound in parts else {"all": [bound, *parts]}
    return {"all": [bound, given] if given else [bound]}


async def reaches(call: AnyCall, thing: str, key: UUID) -> bool:
    """Whether something that was found in another way stands inside."""
    scope = call.staff.scope
    return scope.regions is None or await THINGS[thing].inside(call.unit, str(key), scope)
