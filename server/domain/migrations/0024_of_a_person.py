"""What is held about one person is found without reading whole tables, as it was then."""

from __future__ import annotations

from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

RULES = (
    Index("account_closings_of", "account_closings", "portal, resident_id, id"),
    Index("material_files_of", "material_files", "portal, resident_id, id"),
    Index("cases_acting", "cases", "portal, acting_id, id", where="acting_id IS NOT NULL"),
)


class Migration(migration.Migration):
    """Indexes only."""

    dependencies = [("domain", "0023_merges")]
    operations = [ops.RunPython(making(RULES), undoing(RULES))]
