"""The hall's display: which number is wanted where, for everybody to see and hear."""

from __future__ import annotations

from server.edges.halls.api import operations
from server.edges.halls.pages import pages

__all__ = ["operations", "pages"]
