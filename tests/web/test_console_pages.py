"""A page at the console shows only what its reader may do: nobody is led to a door that is shut to them."""

from __future__ import annotations

import re

import pytest

from server.app import surface
from server.domain.staff.permissions import may
from server.web.operations import Staff
from server.web.pages import PageRoute
from tests.journeys.town import ROLES, Town

LINK = re.compile(r'href="(/console[^"?#]*)', re.ASCII)


def _pages() -> dict[str, Staff]:
    """The console's pages that stand at one address."""
    routes = [route for _, route in surface(demo=True).pages]
    return {one.path: one.access for one in routes if isinstance(one.access, Staff) and "{" not in one.path}


def _matching(path: str, routes: list[PageRoute]) -> Staff | None:
    """Whose page this address is; exact ones first, as the router does."""
    for route in sorted(routes, key=lambda one: "{" in one.path):
        if isinstance(route.access, Staff) and re.fullmatch(re.sub(r"{\w+}", "[^/]+", route.path), path):
            return route.access
    return None


@pytest.mark.parametrize("role", ROLES)
async def test_a_page_leads_only_where_its_reader_may_go(server: Town, role: str) -> None:
    desk = await server.desk(f"L-{role}", role)
    routes = [route for _, route in surface(demo=True).pages]
    seen = 0
    for path, access in _pages().items():
        answer = await desk.call("GET", path, headers={"Accept": "text/html"})
        assert answer.status == (200 if may({role}, access.permission) else 403), str(answer)
        if answer.status != 200:
            continue
        for link in LINK.findall(answer.content.decode()):
            wanted = _matching(link, routes)
            assert wanted is None or may({role}, wanted.permission), f"{path} leads {role} to {link}"
            seen += wanted is not None
    assert seen > 0
