"""Staff's second factor, sessions that are locked for a while, and administrators kept apart: rules as they were then."""

from __future__ import annotations

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("staff_second_factors_staff", "staff_second_factors", "staff_id", unique=True),
    Check(
        "staff_apart",
        "staff",
        "(CASE WHEN CAST({row}roles AS TEXT) LIKE '%\"administrator\"%' THEN 1 ELSE 0 END"
        " + CASE WHEN CAST({row}roles AS TEXT) LIKE '%\"security_administrator\"%' THEN 1 ELSE 0 END"
        " + CASE WHEN CAST({row}roles AS TEXT) LIKE '%\"auditor\"%' THEN 1 ELSE 0 END) < 2",
    ),
)


class Migration(migration.Migration):
    """An authenticator for each member of staff, at most; a session may be locked until its holder shows up again."""

    dependencies = [("domain", "0012_halls_of_staff")]
    operations = [
        ops.CreateModel(
            name="StaffSecondFactor",
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
                ("seed_sealed", fields.BinaryField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("confirmed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_step", fields.BigIntField()),
                ("recovery_by", fields.UUIDField(null=True)),
                ("recovery_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "staff_second_factors",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "The authenticator of one member of staff: the seed is sealed, a step works once.",
            },
            bases=["Model"],
        ),
        ops.AddField("Session", "locked_at", fields.DatetimeField(null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
