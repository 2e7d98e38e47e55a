"""Cursors of newest-first lists: the last row's instant and id, opaque to the client."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any
from uuid import UUID

from config.floor.refusal import FieldFault, Invalid


def after(at: datetime, last: UUID) -> str:
    """The cursor behind which the next page begins."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{last.hex}".encode()).rstrip(b"=").decode()


def behind(cursor: str | None, values: list[Any], at: str, key: str = "id") -> str:
    """The condition under which a list, newest first by ``at`` and ``key``, goes on; its values are added. "" for the
    first page."""
    if not cursor:
        return ""
    values += read(cursor)
    here = len(values)
    return f" AND ({at} < ${here - 1} OR ({at} = ${here - 1} AND {key} < ${here}))"


def read(cursor: str) -> tuple[datetime, UUID]:
    """What ``after`` wrote; ``Invalid`` for anything else."""
    try:
        if len(cursor) > 200:
            raise ValueError("too long")
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        at, _, last = text.partition("|")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError("no zone")
        return instant, UUID(hex=last)
    except (ValueError, binascii.Error, UnicodeDecodeError) as error:
        raise Invalid(faults=[FieldFault("cursor", "invalid")]) from error
