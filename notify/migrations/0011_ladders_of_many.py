"""A campaign's ladders know it, so that many are judged at once; those begun before go on one by one. Rules as they
were then."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

_BEFORE = (
    Index("notify_ladders_due", "notify_ladders", "next_at", where="state = 'climbing' AND next_at IS NOT NULL"),
)
RULES = (
    Index(
        "notify_ladders_due",
        "notify_ladders",
        "next_at",
        where="state = 'climbing' AND next_at IS NOT NULL AND campaign_id IS NULL",
    ),
    Index(
        "notify_ladders_of_many",
        "notify_ladders",
        "next_at",
        where="state = 'climbing' AND next_at IS NOT NULL AND campaign_id IS NOT NULL",
    ),
)


class Migration(migration.Migration):
    """One nullable column, and an index for either kind."""

    dependencies = [("notify", "0010_urgent")]
    operations = [
        ops.RunPython(undoing(_BEFORE), making(_BEFORE)),
        ops.AddField("NotifyLadder", "campaign_id", fields.UUIDField(null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
