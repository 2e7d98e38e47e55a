"""Tables and rules of offline credentials, as they were then."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("signing_keys_kid", "signing_keys", "kid", unique=True),
    Index("signing_keys_period", "signing_keys", "portal, period", unique=True, where="removed_at IS NULL"),
    Index("signing_keys_until", "signing_keys", "portal, verify_until"),
    Index("status_lists_number", "status_lists", "number", unique=True),
    Index("status_lists_open", "status_lists", "portal, tier", unique=True, where="closed_at IS NULL"),
    Index("status_entries_index", "status_entries", "list_id, idx", unique=True),
    Index("status_entries_set", "status_entries", "list_id, status, idx", where="status <> 0"),
    Index("status_entries_changed", "status_entries", "list_id, changed_at", where="changed_at IS NOT NULL"),
    Index("credentials_index", "credentials", "list_id, idx", unique=True),
    Index(
        "credentials_live", "credentials", "portal, resident_id, tier, form", unique=True, where="state <> 'revoked'"
    ),
    Index("credentials_resident", "credentials", "portal, resident_id, id"),
    Index("credentials_kid", "credentials", "kid, expires_at"),
    Check("status_entries_known", "status_entries", "{row}status BETWEEN 0 AND 3"),
    Check("status_entries_index_whole", "status_entries", "{row}idx >= 0"),
    Check("credentials_tier", "credentials", "{row}tier IN ('T0','T1','T2')"),
    Check("credentials_form", "credentials", "{row}form IN ('paper','phone')"),
    Check("credentials_state", "credentials", "{row}state IN ('valid','suspended','revoked')"),
    Check("credentials_span", "credentials", "{row}expires_at > {row}issued_at"),
)


class Migration(migration.Migration):
    """Makes the tables, then the rules that the ORM would drop in silence."""

    dependencies = [("codes", "0002_rules")]
    operations = [
        ops.CreateModel(
            name="SigningKey",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("kid", fields.CharField(max_length=16)),
                ("algorithm", fields.CharField(max_length=16)),
                ("public_key", fields.BinaryField()),
                ("private_sealed", fields.BinaryField()),
                ("period", fields.IntField()),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sign_from", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sign_until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("verify_until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("removed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("removed_why", fields.CharField(max_length=200)),
            ],
            options={
                "table": "signing_keys",
                "app": "codes",
                "pk_attr": "id",
                "table_description": "A key of one portal. Its state follows from these instants: planned, listed, signing, verifying, gone.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StatusList",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("number", fields.IntField()),
                ("tier", fields.CharField(max_length=2)),
                ("size", fields.IntField()),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "status_lists",
                "app": "codes",
                "pk_attr": "id",
                "table_description": "One list of one portal and tier. New credentials take their index from the open one.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StatusEntry",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("list_id", fields.UUIDField()),
                ("idx", fields.IntField()),
                ("status", fields.SmallIntField()),
                ("decoy", fields.BooleanField()),
                ("changed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "status_entries",
                "app": "codes",
                "pk_attr": "id",
                "table_description": "One taken index: 0 valid, 1 revoked, 2 suspended. A decoy was never issued, so that nobody can count.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Credential",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("resident_id", fields.UUIDField()),
                ("acting_id", fields.UUIDField()),
                ("tier", fields.CharField(max_length=2)),
                ("form", fields.CharField(max_length=8)),
                ("list_id", fields.UUIDField()),
                ("idx", fields.IntField()),
                ("kid", fields.CharField(max_length=16)),
                ("issued_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("issued_by", fields.CharField(max_length=64)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("state", fields.CharField(max_length=16)),
                ("state_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("state_by", fields.CharField(max_length=64)),
                ("reason", fields.CharField(max_length=32)),
                ("device", fields.CharField(max_length=64)),
            ],
            options={
                "table": "credentials",
                "app": "codes",
                "pk_attr": "id",
                "table_description": "One credential that was issued: whose, in which form, under which index. ``device`` is a key's thumbprint.",
            },
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
