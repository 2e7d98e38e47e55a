"""The console: where handlers decide, operators write, approvers approve and auditors read."""

from __future__ import annotations

from server.edges.console import audit_api, campaigns_api, cases_api, staff_api
from server.edges.console.pages import pages

operations = [staff_api.operations, cases_api.operations, campaigns_api.operations, audit_api.operations]

__all__ = ["operations", "pages"]
