"""The counter: a clerk's terminal looks at codes."""

from __future__ import annotations

from server.edges.counter import api
from server.edges.counter.pages import pages

operations = [api.operations]

__all__ = ["operations", "pages"]
