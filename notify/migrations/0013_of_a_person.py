"""What is held about one person is found without reading whole tables, as it was then."""

from __future__ import annotations

from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

RULES = (Index("notify_list_rows_of", "notify_list_rows", "portal, resident_id", where="resident_id IS NOT NULL"),)


class Migration(migration.Migration):
    """Indexes only."""

    dependencies = [("notify", "0012_elder")]
    operations = [ops.RunPython(making(RULES), undoing(RULES))]
