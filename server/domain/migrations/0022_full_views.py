"""Full views: who asked for the whole of masked values, and why."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration, sql
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("full_views_of_resident", "full_views", "portal, resident_id, id"),
    Index("full_views_subject", "full_views", "portal, subject"),
    Check("full_views_reason", "full_views", "{row}reason IN ('examine','contact','amend','complaint','other')"),
)


class Migration(migration.Migration):
    """One new table."""

    dependencies = [("domain", "0021_rights")]
    operations = [
        ops.CreateModel(
            name="FullView",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("resident_id", fields.UUIDField()),
                ("staff_id", fields.UUIDField()),
                ("staff_no", fields.CharField(max_length=32)),
                ("reason", fields.CharField(max_length=16)),
                ("note_sealed", fields.BinaryField()),
                ("subject_kind", fields.CharField(max_length=16)),
                ("subject", fields.CharField(max_length=64)),
                ("fields_seen", fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)),
                ("at", fields.DatetimeField()),
            ],
            options={"table": "full_views", "app": "domain", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
