"""The tour: the first page of the demonstration. The demo and test profiles only."""

from __future__ import annotations

from server.edges.tour import api
from server.edges.tour.pages import pages

operations = [api.operations]

__all__ = ["operations", "pages"]
