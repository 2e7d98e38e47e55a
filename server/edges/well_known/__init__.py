"""What anybody may fetch to check an offline credential: the signed key set and the signed status lists."""

from __future__ import annotations

from server.edges.well_known.api import operations

__all__ = ["operations"]
