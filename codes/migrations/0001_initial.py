"""The first schema, as the models were then."""

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id


class Migration(migration.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="CodeHandle",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("handle", fields.CharField(unique=True, max_length=12)),
                ("subject", fields.UUIDField()),
                ("acting", fields.UUIDField()),
                ("delegation", fields.UUIDField(null=True)),
                ("device", fields.CharField(default="", max_length=64)),
                ("session_id", fields.UUIDField()),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("key_id", fields.CharField(max_length=64)),
                ("valid_from", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("valid_until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "code_handles",
                "app": "codes",
                "pk_attr": "id",
                "table_description": "A random handle and what it names. Its key is derived, never stored.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CodeUse",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("handle", fields.CharField(max_length=12)),
                ("step", fields.BigIntField()),
                ("scene", fields.CharField(max_length=2)),
                ("used_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_by", fields.CharField(max_length=64)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
            ],
            options={
                "table": "code_uses",
                "app": "codes",
                "unique_together": (("handle", "step"),),
                "pk_attr": "id",
                "table_description": "One step of one handle was used. The unique pair is what makes a code single-use.",
            },
            bases=["Model"],
        ),
    ]
