"""The console: where handlers decide, operators write, approvers approve and auditors read."""

from __future__ import annotations

from server.edges.console import (
    factor_pages,
    letter_pages,
    notice_pages,
    publishing_pages,
    rights_pages,
    roster_pages,
    team_pages,
)
from server.edges.console.audience_api import operations as audience_operations
from server.edges.console.audit_api import operations as audit_operations
from server.edges.console.campaigns_api import operations as campaign_operations
from server.edges.console.cases_api import operations as case_operations
from server.edges.console.conflicts_api import operations as conflict_operations
from server.edges.console.delegations_api import operations as delegation_operations
from server.edges.console.factors_api import operations as factor_operations
from server.edges.console.full_view_api import operations as full_view_operations
from server.edges.console.halls_api import operations as hall_operations
from server.edges.console.lists_api import operations as list_operations
from server.edges.console.losses_api import operations as loss_operations
from server.edges.console.newborns_api import operations as newborn_operations
from server.edges.console.notice_reach_api import operations as reach_operations
from server.edges.console.record_api import operations as record_operations
from server.edges.console.rights_api import operations as rights_operations
from server.edges.console.roster_api import operations as roster_operations
from server.edges.console.staff_api import operations as staff_operations
from server.edges.console.teams_api import operations as team_operations
from server.edges.console.templates_api import operations as template_operations
from server.edges.console.terminals_api import operations as terminal_operations
from server.edges.console.watch_api import operations as watch_operations

operations = [
    staff_operations,
    factor_operations,
    roster_operations,
    record_operations,
    case_operations,
    campaign_operations,
    audience_operations,
    list_operations,
    template_operations,
    team_operations,
    reach_operations,
    hall_operations,
    audit_operations,
    conflict_operations,
    loss_operations,
    rights_operations,
    full_view_operations,
    delegation_operations,
    newborn_operations,
    terminal_operations,
    watch_operations,
]

pages = publishing_pages.pages
"""One table, to which every module of pages adds its own."""

__all__ = [
    "factor_pages",
    "letter_pages",
    "notice_pages",
    "operations",
    "pages",
    "publishing_pages",
    "rights_pages",
    "roster_pages",
    "team_pages",
]
