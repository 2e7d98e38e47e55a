"""A counter's applications on a code that was shown for somebody else, their index as it was then."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

RULES = (
    Index(
        "counter_applications_acting", "counter_applications", "portal, acting_id, id", where="acting_id IS NOT NULL"
    ),
)


class Migration(migration.Migration):
    """Who showed it, and under which delegation; both empty where it was her own."""

    dependencies = [("domain", "0019_staff_scopes")]
    operations = [
        ops.AddField("CounterApplication", "acting_id", fields.UUIDField(null=True)),
        ops.AddField("CounterApplication", "delegation_id", fields.UUIDField(null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
