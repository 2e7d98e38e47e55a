"""Identifiers: UUIDv7 (RFC 9562), so that rows of one time lie together in an index."""

from __future__ import annotations

from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A fresh UUIDv7. Not a secret: whoever may see a thing is decided by a query, never by its id."""
    return compat.uuid7()
