"""The table of residents' foreign accounts, its indexes as they were then."""

from __future__ import annotations

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Index, making, undoing

RULES = (
    Index("resident_bindings_account", "resident_bindings", "portal, provider, subject_index", unique=True),
    Index("resident_bindings_resident", "resident_bindings", "resident_id, provider"),
)


class Migration(migration.Migration):
    """A resident may be known by several accounts; an account belongs to one resident of a portal."""

    dependencies = [("domain", "0009_counter_cases")]
    operations = [
        ops.CreateModel(
            name="ResidentBinding",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "domain.Resident",
                        source_field="resident_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("provider", fields.CharField(max_length=24)),
                ("subject_sealed", fields.BinaryField()),
                ("subject_index", fields.BinaryField()),
                ("bound_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "resident_bindings",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "One foreign account (an openid, an e-mail address …) by which a resident of a portal is known.",
            },
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
