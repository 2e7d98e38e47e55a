"""The tables of the record's seals, their index as it was then."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Index, making, undoing

RULES = (Index("audit_sealed_place", "audit_sealed", "seal, position", unique=True),)


class Migration(migration.Migration):
    """What was recorded is sealed in batches, chained and signed."""

    dependencies = [("domain", "0013_staff_factors")]
    operations = [
        ops.CreateModel(
            name="AuditSeal",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("number", fields.IntField(unique=True)),
                ("count", fields.IntField()),
                ("last_id", fields.UUIDField()),
                ("root", fields.BinaryField()),
                ("previous", fields.BinaryField()),
                ("sealed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("key_id", fields.CharField(max_length=16)),
                ("signature", fields.BinaryField()),
            ],
            options={
                "table": "audit_seals",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "One batch of entries under a root, chained to the batch before and signed. Append only.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditSealed",
            fields=[
                ("entry_id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("seal", fields.IntField()),
                ("position", fields.IntField()),
            ],
            options={
                "table": "audit_sealed",
                "app": "domain",
                "pk_attr": "entry_id",
                "table_description": "Which entry lies where in which seal. Append only.",
            },
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
