"""Who may do what: the one table of permissions, read by routes, by pages and by tests.

A permission is a verb of the house; its roles are whoever holds it, and every route of staff names one. A role that is
in no line may do nothing but sign in. The three administrators are kept apart (GB/T 22239, 8.1.4; GB/T 39786): the
system's has no record to read, the audit's changes nothing, the security's gives out accounts and cannot use their
powers. No account holds two of them, which the database itself refuses (``staff_apart``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from server.domain.sessions.callers import STAFF_ROLES, StaffRole

APART: tuple[StaffRole, ...] = ("administrator", "security_administrator", "auditor")

PERMISSIONS: Mapping[str, tuple[StaffRole, ...]] = {
    "own.session": STAFF_ROLES,
    "own.factors": STAFF_ROLES,
    "console.enter": STAFF_ROLES,
    "counter.serve": ("clerk", "hall_manager", "agent"),
    "cases.read": ("handler", "clerk", "hall_manager", "auditor"),
    "cases.decide": ("handler", "clerk"),
    "cases.full_view": ("handler", "clerk", "hall_manager", "auditor"),
    "cases.whole_values": ("handler", "clerk"),
    "campaigns.read": ("operator", "publisher"),
    "campaigns.write": ("operator",),
    "campaigns.approve": ("publisher",),
    "campaigns.steer": ("operator", "publisher"),
    "audience.read": ("operator", "publisher"),
    "audience.write": ("operator",),
    "templates.read": ("operator", "publisher"),
    "templates.write": ("operator",),
    "notices.watch": ("operator", "publisher", "administrator"),
    "notices.follow": ("operator", "publisher"),
    "notices.explain": ("operator", "publisher", "auditor"),
    "notices.record": ("operator", "publisher", "auditor"),
    "notices.providers": ("administrator",),
    "notices.paper": ("clerk", "hall_manager"),
    "teams.read": ("operator", "publisher", "administrator"),
    "teams.limit": ("administrator",),
    "teams.end_trial": ("administrator", "publisher"),
    "teams.testers": ("operator", "administrator"),
    "halls.manage": ("hall_manager",),
    "terminals.manage": ("administrator",),
    "conflicts.manage": ("administrator",),
    "delegations.confirm": ("clerk", "hall_manager"),
    "losses.report": ("hall_manager", "clerk"),
    "losses.call_back": ("hall_manager",),
    "audit.read": ("auditor",),
    "audit.verify": ("auditor",),
    "processing.read": ("auditor",),
    "corrections.answer": ("handler", "hall_manager"),
    "corrections.full_view": ("handler", "hall_manager"),
    "staff.read": ("security_administrator", "administrator"),
    "staff.manage": ("security_administrator",),
    "staff.recover": ("administrator", "security_administrator"),
}
"""What may be done → who may. ``own.…`` and ``….enter`` are anybody's whose account is open, with a role or without."""


def allowed(permission: str) -> frozenset[StaffRole]:
    """The roles that hold a permission; a permission that is not in the table is a fault of ours."""
    if permission not in PERMISSIONS:
        raise LookupError(f"no permission {permission!r}: routes name a line of server/domain/staff/permissions.py")
    return frozenset(PERMISSIONS[permission])


def may(roles: Collection[str], permission: str) -> bool:
    """Whether somebody with these roles may do this."""
    holders = allowed(permission)
    return len(holders) == len(STAFF_ROLES) or not holders.isdisjoint(roles)


def held(roles: Collection[str]) -> list[str]:
    """Everything that somebody with these roles may do, by name."""
    return sorted(one for one in PERMISSIONS if may(roles, one))
