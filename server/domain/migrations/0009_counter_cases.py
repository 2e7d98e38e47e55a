"""Cases that began at a counter, and what a counter prepared in a resident's name."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("counter_applications_resident", "counter_applications", "portal, resident_id, id"),
    Index("counter_applications_waiting", "counter_applications", "portal, until", where="state = 'pending'"),
    Check("counter_applications_way", "counter_applications", "{row}way IN ('phone','paper')"),
    Check(
        "counter_applications_state",
        "counter_applications",
        "{row}state IN ('pending','confirmed','refused','expired')",
    ),
)


class Migration(migration.Migration):
    """A case without a channel came from the applicant's own phone."""

    dependencies = [("domain", "0008_recognition")]
    operations = [
        ops.AddField(model_name="Case", name="channel", field=fields.CharField(max_length=16, null=True)),
        ops.CreateModel(
            name="CounterApplication",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("visit_id", fields.UUIDField()),
                ("case_no", fields.CharField(max_length=20)),
                ("item_name", fields.CharField(max_length=300)),
                ("resident_id", fields.UUIDField()),
                ("terminal_id", fields.UUIDField()),
                ("hall", fields.CharField(max_length=64)),
                ("counter", fields.CharField(max_length=64)),
                ("staff_no", fields.CharField(max_length=32)),
                ("way", fields.CharField(max_length=16)),
                ("state", fields.CharField(max_length=16)),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "counter_applications",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "One application made at a counter: a draft until she confirms it, or submitted with her card in hand.",
            },
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
