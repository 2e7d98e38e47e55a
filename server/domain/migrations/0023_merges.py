"""Two accounts of one person become one: the record of it, and where a merged account points."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration, sql
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("residents_merged", "residents", "portal, merged_into", where="merged_into IS NOT NULL"),
    Index("resident_merges_of", "resident_merges", "portal, resident_id", unique=True),
    Index("resident_merges_into", "resident_merges", "portal, into_id, done_at"),
    Index("resident_merges_over", "resident_merges", "expires_at", where="state = 'offered'"),
    Check("residents_merged_closed", "residents", "{row}merged_into IS NULL OR {row}closed_at IS NOT NULL"),
    Check("resident_merges_state", "resident_merges", "{row}state IN ('offered', 'done')"),
    Check("resident_merges_two", "resident_merges", "{row}resident_id <> {row}into_id"),
    Check("resident_merges_level", "resident_merges", "{row}level BETWEEN 3 AND 5"),
    Check(
        "resident_merges_done",
        "resident_merges",
        "({row}state = 'done') = ({row}done_at IS NOT NULL)"
        " AND ({row}state = 'offered' OR ({row}claim_sealed IS NULL AND {row}level >= 4))",
    ),
)


class Migration(migration.Migration):
    """One nullable column and one new table."""

    dependencies = [("domain", "0022_full_views")]
    operations = [
        ops.AddField(model_name="Resident", name="merged_into", field=fields.UUIDField(null=True)),
        ops.CreateModel(
            name="ResidentMerge",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("resident_id", fields.UUIDField()),
                ("into_id", fields.UUIDField()),
                ("session_id", fields.UUIDField(null=True)),
                ("level", fields.SmallIntField()),
                ("way", fields.CharField(max_length=24)),
                ("place", fields.CharField(max_length=128)),
                ("claim_sealed", fields.BinaryField(null=True)),
                ("state", fields.CharField(max_length=8)),
                ("found_at", fields.DatetimeField()),
                ("expires_at", fields.DatetimeField()),
                ("done_at", fields.DatetimeField(null=True)),
                ("moved", fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)),
            ],
            options={"table": "resident_merges", "app": "domain", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
