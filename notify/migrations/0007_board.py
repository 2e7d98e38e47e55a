"""What the console's lists of failed deliveries and of scheduled campaigns read."""

from __future__ import annotations

from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

RULES = (
    Index(
        "notify_deliveries_failed",
        "notify_deliveries",
        "portal, channel, state, reason, updated_at DESC, id DESC",
        where="state IN ('failed','in_doubt')",
    ),
    Index("campaigns_scheduled", "campaigns", "portal, schedule_at", where="schedule_at IS NOT NULL"),
)


class Migration(migration.Migration):
    """Two partial indexes."""

    dependencies = [("notify", "0006_ladders")]
    operations = [ops.RunPython(making(RULES), undoing(RULES))]
