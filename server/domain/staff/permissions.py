"""Who may do what: the one table of permissions, read by routes, by pages and by tests.

A permission is a verb of the house; its roles are whoever holds it. A role that is in no line may do nothing but sign
in. The three administrators are kept apart (GB/T 22239, 8.1.4; GB/T 39786): the system's has no record to read, the
audit's changes nothing, the security's gives out accounts and cannot use their powers. No account holds two of them,
which the database itself refuses (``staff_apart``).
"""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.sessions.callers import StaffRole

APART: tuple[StaffRole, ...] = ("administrator", "security_administrator", "auditor")

PERMISSIONS: Mapping[str, tuple[StaffRole, ...]] = {
    "cases.read": ("handler", "clerk", "hall_manager", "auditor"),
    "cases.decide": ("handler", "clerk"),
    "campaigns.read": ("operator", "publisher"),
    "campaigns.write": ("operator",),
    "campaigns.approve": ("publisher",),
    "halls.manage": ("hall_manager",),
    "terminals.manage": ("administrator",),
    "conflicts.read": ("administrator",),
    "conflicts.record": ("administrator", "auditor"),
    "losses.report": ("hall_manager", "clerk"),
    "audit.read": ("auditor",),
    "staff.read": ("security_administrator",),
    "staff.manage": ("security_administrator",),
    "staff.recover": ("administrator", "security_administrator"),
}


def allowed(permission: str) -> tuple[StaffRole, ...]:
    """The roles that hold a permission; a permission that is not in the table is a fault of ours."""
    return PERMISSIONS[permission]
