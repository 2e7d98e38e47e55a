"""Reads of offline credentials, what does not fit together, and consent to the full paper, as they were then."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration, sql
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("credential_reads_line", "credential_reads", "terminal_id, line", unique=True),
    Index("credential_reads_credential", "credential_reads", "credential_id, at"),
    Index("read_conflicts_once", "read_conflicts", "kind, read_id", unique=True),
    Index("read_conflicts_portal", "read_conflicts", "portal, id"),
    Index("read_conflicts_open", "read_conflicts", "portal, id", where="settled_at IS NULL"),
    Check("read_conflicts_kind", "read_conflicts", "{row}kind IN ('two_counters','taken_back')"),
    Check("read_conflicts_settlement", "read_conflicts", "{row}settlement IN ('','seen','suspended')"),
    Index("paper_consents_credential", "paper_consents", "credential_id", unique=True),
    Index("paper_consents_resident", "paper_consents", "portal, resident_id, id"),
)


class Migration(migration.Migration):
    """Makes the tables, then the rules that the ORM would drop in silence."""

    dependencies = [("domain", "0003_showing")]
    operations = [
        ops.CreateModel(
            name="CredentialRead",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("terminal_id", fields.UUIDField()),
                ("line", fields.UUIDField()),
                ("visit_id", fields.UUIDField()),
                ("credential_id", fields.UUIDField(null=True)),
                ("hall", fields.CharField(max_length=64)),
                ("counter", fields.CharField(max_length=64)),
                ("staff_no", fields.CharField(max_length=32)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("verdict", fields.CharField(max_length=32)),
                ("offline", fields.BooleanField()),
                ("card_in_hand", fields.BooleanField()),
                ("list_age", fields.IntField(null=True)),
            ],
            options={
                "table": "credential_reads",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "One credential read at one terminal, online or unplugged. ``line`` is what the terminal calls it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReadConflict",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("kind", fields.CharField(max_length=16)),
                ("credential_id", fields.UUIDField()),
                ("read_id", fields.UUIDField()),
                ("other_read_id", fields.UUIDField(null=True)),
                ("found_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("settled_by", fields.CharField(max_length=64)),
                ("settlement", fields.CharField(max_length=16)),
            ],
            options={
                "table": "read_conflicts",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "Two reads that cannot both be right, or one of what had been taken back, for an administrator to look at.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PaperConsent",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("credential_id", fields.UUIDField()),
                ("resident_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("staff_id", fields.UUIDField()),
                ("terminal_id", fields.UUIDField()),
                ("fields_told", fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)),
            ],
            options={
                "table": "paper_consents",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "Card in hand, asked by this clerk, for these fields. Names of fields, never values.",
            },
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
