"""Challenges of proving who one is, and how each level was reached; indexes and checks as they were then."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("provings_open", "provings", "resident_id", unique=True, where="state = 'open'"),
    Index("provings_of_resident", "provings", "resident_id, opened_at"),
    Index("provings_over", "provings", "expires_at"),
    Check("provings_state", "provings", "{row}state IN ('open', 'proven', 'locked', 'refused', 'over')"),
    Check("provings_attempts", "provings", "{row}attempts BETWEEN 0 AND {row}most"),
    Check("provings_level", "provings", "{row}level BETWEEN 3 AND 5"),
    Check(
        "provings_empty", "provings", "{row}state = 'open' OR ({row}claim_sealed IS NULL AND {row}token_sealed IS NULL)"
    ),
    Index("resident_proofs_of", "resident_proofs", "resident_id, proven_at"),
    Check("resident_proofs_level", "resident_proofs", "{row}level BETWEEN 3 AND 5"),
)


class Migration(migration.Migration):
    """Two new tables; who was proven before has no line there, only the level and its day."""

    dependencies = [("domain", "0016_keys")]
    operations = [
        ops.CreateModel(
            name="Proving",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("resident_id", fields.UUIDField()),
                ("session_id", fields.UUIDField()),
                ("purpose", fields.CharField(max_length=24)),
                ("way", fields.CharField(max_length=24)),
                ("level", fields.SmallIntField()),
                ("steps", fields.CharField(max_length=128)),
                ("at_step", fields.SmallIntField()),
                ("attempts", fields.SmallIntField()),
                ("most", fields.SmallIntField()),
                ("state", fields.CharField(max_length=8)),
                ("reference", fields.CharField(max_length=32)),
                ("claim_sealed", fields.BinaryField(null=True)),
                ("token_sealed", fields.BinaryField(null=True)),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "provings",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "One challenge: its way, how far it is, and how often it was tried.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ResidentProof",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("resident_id", fields.UUIDField()),
                ("level", fields.SmallIntField()),
                ("way", fields.CharField(max_length=24)),
                ("place", fields.CharField(max_length=128)),
                ("proven_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "resident_proofs",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "How a level was reached: by which way, where and when. What was shown is not kept.",
            },
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
