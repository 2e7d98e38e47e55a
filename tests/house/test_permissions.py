"""One table says who may do what, and everything that staff can reach names a line of it."""

from __future__ import annotations

import re

import pytest

from server.app import surface
from server.domain.sessions.callers import STAFF_ROLES
from server.domain.staff.permissions import APART, PERMISSIONS, allowed, held, may
from server.web.operations import Access, Staff, Terminal
from tests.house.repository import ROOT, files

ASKED = re.compile(r"may\(\s*(?:[\w.]+, )?\"([\w.]+)\"", re.ASCII)
DOOR = re.compile(r"\(\"\w+\", \"/console[\w/]*\", \"([\w.]+)\"\)", re.ASCII)


def _access() -> list[Access]:
    shown = surface(demo=True)
    return [one.access for one in shown.operations] + [route.access for _, route in shown.pages]


def _named_by_routes() -> set[str]:
    return {one.permission for one in _access() if isinstance(one, Staff | Terminal)}


def _asked_in_between() -> set[str]:
    """Where a page shows less, or a call takes less, without a certain permission."""
    texts = [path.read_text("utf-8") for path in files(".py", ".html", ".js", under=ROOT / "server" / "edges")]
    return {found for text in texts for rule in (ASKED, DOOR) for found in rule.findall(text)}


def test_every_route_of_staff_names_a_line_of_the_table() -> None:
    assert _named_by_routes() <= set(PERMISSIONS)
    assert _asked_in_between() <= set(PERMISSIONS)


def test_no_permission_is_an_orphan() -> None:
    assert set(PERMISSIONS) == _named_by_routes() | (_asked_in_between() & set(PERMISSIONS))


def test_the_table_knows_only_roles_that_exist_and_every_role_may_do_something() -> None:
    assert {role for roles in PERMISSIONS.values() for role in roles} == set(STAFF_ROLES)
    for role in STAFF_ROLES:
        assert set(held([role])) > {"own.session", "own.factors", "console.enter"}, role


def test_the_three_administrators_share_nothing_but_the_way_back_for_a_lost_authenticator() -> None:
    everybody = {name for name, roles in PERMISSIONS.items() if len(roles) == len(STAFF_ROLES)}
    shared = {one for one in set(PERMISSIONS) - everybody if len(set(PERMISSIONS[one]) & set(APART)) > 1}
    assert shared == {"staff.read", "staff.recover"}


def test_who_holds_no_role_may_come_in_and_leave_and_nothing_else() -> None:
    assert held([]) == ["console.enter", "own.factors", "own.session"]


def test_a_permission_that_is_in_no_line_is_a_fault_of_ours() -> None:
    with pytest.raises(LookupError, match="no permission 'handler'"):
        allowed("handler")
    assert may({"handler"}, "cases.decide")
    assert not may({"auditor", "clerk"}, "campaigns.write")
