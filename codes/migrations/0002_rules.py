"""Indexes and checks of the first schema, as they were then."""

from __future__ import annotations

from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("code_handles_session", "code_handles", "session_id, valid_from"),
    Index("code_handles_subject", "code_handles", "subject"),
    Index("code_handles_acting", "code_handles", "acting"),
    Index("code_handles_until", "code_handles", "valid_until"),
    Index("code_uses_at", "code_uses", "used_at"),
    Check("code_handles_twelve", "code_handles", "length({row}handle) = 12"),
    Check("code_handles_span", "code_handles", "{row}valid_until > {row}valid_from"),
    Check("code_uses_scene", "code_uses", "length({row}scene) = 2"),
)


class Migration(migration.Migration):
    """Makes the rules that the ORM would drop in silence."""

    dependencies = [("codes", "0001_initial")]
    operations = [ops.RunPython(making(RULES), undoing(RULES))]
