"""Data keys as rows, and a column beside each blind index for the next key of search; their rules as they were then."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index(
        "residents_phone_next",
        "residents",
        "portal, phone_index_next",
        unique=True,
        where="phone_index_next IS NOT NULL",
    ),
    Index(
        "residents_id_number_next",
        "residents",
        "portal, id_number_index_next",
        unique=True,
        where="id_number_index_next IS NOT NULL",
    ),
    Index(
        "resident_bindings_account_next",
        "resident_bindings",
        "portal, provider, subject_index_next",
        unique=True,
        where="subject_index_next IS NOT NULL",
    ),
    Index("vault_keys_one_change", "vault_keys", "kind", unique=True, where="phase IN (1, 2)"),
    Index("vault_keys_one_search_key", "vault_keys", "kind", unique=True, where="phase = 3"),
    Check(
        "vault_keys_kind",
        "vault_keys",
        "({row}kind = 'seal' AND {row}phase = 0) OR ({row}kind = 'search' AND {row}phase BETWEEN 1 AND 4)",
    ),
    Check("vault_keys_suite", "vault_keys", "{row}suite IN ('aes','sm')"),
)


class Migration(migration.Migration):
    """One table and three nullable columns; nothing is rewritten."""

    dependencies = [("domain", "0015_birth_year")]
    operations = [
        ops.CreateModel(
            name="VaultKey",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(unique=True, max_length=32)),
                ("kind", fields.CharField(max_length=8)),
                ("family", fields.CharField(max_length=24)),
                ("suite", fields.CharField(max_length=4)),
                ("wrapped", fields.BinaryField()),
                ("phase", fields.SmallIntField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("active_from", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "vault_keys",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "One data key. ``name`` is the key id that every sealed value carries.",
            },
            bases=["Model"],
        ),
        ops.AddField("Resident", "phone_index_next", fields.BinaryField(null=True)),
        ops.AddField("Resident", "id_number_index_next", fields.BinaryField(null=True)),
        ops.AddField("ResidentBinding", "subject_index_next", fields.BinaryField(null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
