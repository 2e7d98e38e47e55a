"""A code of another portal at our counter, under a recognition agreement.

The visit belongs to the counter's portal; everything about the person — her values, her list of who has seen them,
her yes — belongs to her own, and is read and recorded there.
"""

from __future__ import annotations

from dataclasses import replace

from config.floor import sql
from config.floor.unit import Unit
from server.domain.purposes.service import Purpose
from server.domain.recognition.service import narrowed
from server.domain.visits.views import codes_in


def is_abroad(row: sql.Row) -> bool:
    """Whether the code was another portal's."""
    return row["holder_portal"] is not None


def at_home(unit: Unit, row: sql.Row) -> Unit:
    """The same decision in the portal of the person whom the visit is about."""
    return replace(unit, portal=row["holder_portal"]) if is_abroad(row) else unit


def as_agreed(purpose: Purpose, row: sql.Row) -> Purpose:
    """The purpose as far as it was agreed when the code was looked at."""
    if not is_abroad(row):
        return purpose
    return narrowed(purpose, {*codes_in(row["fields_seen"]), *codes_in(row["consent_asked"])})
