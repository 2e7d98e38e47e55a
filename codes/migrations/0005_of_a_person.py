"""What is held about one person is found without reading whole tables, as it was then."""

from __future__ import annotations

from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

RULES = (Index("credentials_acting", "credentials", "portal, acting_id, id", where="acting_id <> resident_id"),)


class Migration(migration.Migration):
    """Indexes only."""

    dependencies = [("codes", "0004_delegations")]
    operations = [ops.RunPython(making(RULES), undoing(RULES))]
