"""The page of accounts: who works here, with which roles, how far each one's work reaches."""

from __future__ import annotations

import json

from server.domain.sessions.callers import STAFF_ROLES
from server.domain.staff.permissions import may
from server.edges.console.pages import SIGN_IN, PageCall, framed, pages
from server.web.operations import Staff
from server.web.pages import Page


@pages.get("/console/staff", access=Staff("staff.read"), sign_in=SIGN_IN)
async def staff(call: PageCall) -> Page:
    """The security administrator changes; the system's administrator reads, and is the second person for a lost
    authenticator."""
    words = call.services.wording.group("roster.page", call.language)
    roles = [(role, call.text(f"staff.roles.{role}")) for role in STAFF_ROLES]
    facts = {
        "labels": json.dumps(words, ensure_ascii=False),
        "roles": json.dumps(roles, ensure_ascii=False),
        "places": json.dumps({call.portal.region: call.portal.region_name, **call.portal.places}, ensure_ascii=False),
        "me": call.staff.staff_no,
        "manages": "1" if may(call.staff.roles, "staff.manage") else "",
        "recovers": "1" if may(call.staff.roles, "staff.recover") else "",
    }
    return framed(call, "roster", here="staff", title=call.text("roster.title"), facts=facts)


__all__ = ["pages"]
