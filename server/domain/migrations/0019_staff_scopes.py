"""How far an employee's work reaches, by department and region: rows beside the account."""

from __future__ import annotations

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("staff_scopes_value", "staff_scopes", "staff_id, kind, value", unique=True),
    Check("staff_scope_kind", "staff_scopes", "{row}kind IN ('department','region') AND {row}value <> ''"),
)


class Migration(migration.Migration):
    """Nobody has rows at first: then the own department and region count, as before."""

    dependencies = [("domain", "0018_notice_record")]
    operations = [
        ops.CreateModel(
            name="StaffScope",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "domain.StaffMember",
                        source_field="staff_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharField(max_length=16)),
                ("value", fields.CharField(max_length=128)),
                ("given_by", fields.UUIDField(null=True)),
                ("given_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "staff_scopes",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "One department or region that an employee's work reaches.",
            },
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
