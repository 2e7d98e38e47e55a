"""The auditor reads which looks were disputed without reading the whole record."""

from __future__ import annotations

from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

RULES = (Index("audit_entries_disputed", "audit_entries", "portal, id", where="action = 'look.disputed'"),)


class Migration(migration.Migration):
    """One partial index: it costs other entries nothing."""

    dependencies = [("domain", "0004_credentials")]
    operations = [ops.RunPython(making(RULES), undoing(RULES))]
