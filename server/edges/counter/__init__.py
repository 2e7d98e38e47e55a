"""The counter: a clerk's terminal looks at codes."""

from __future__ import annotations

from server.edges.counter import (
    api,
    cases_api,
    delegations_api,
    line_api,
    offline_api,
    offline_kit_api,
    offline_pages,
    paper_api,
    pictures_api,
    session_api,
    terminal_api,
)
from server.edges.counter.pages import pages

operations = [
    api.operations,
    line_api.operations,
    offline_api.operations,
    offline_kit_api.operations,
    paper_api.operations,
    cases_api.operations,
    delegations_api.operations,
    pictures_api.operations,
    session_api.operations,
    terminal_api.operations,
]

__all__ = ["offline_pages", "operations", "pages"]
