"""What is called from outside, and in demo and test what stands in for the outside."""

from __future__ import annotations

from server.edges.hooks import dev_outbox

operations = [dev_outbox.operations]
"""Registered only in the demo and test profiles."""

__all__ = ["operations"]
