"""What channels keep: grants, push subscriptions, callbacks, reply windows; their rules as they were then."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Check("notify_grants_balance", "notify_grants", "{row}balance >= 0"),
    Check("notify_grants_kind", "notify_grants", "{row}kind IN ('once','long')"),
    Index("notify_push_subscriptions_resident", "notify_push_subscriptions", "resident_id, created_at"),
    Index("notify_callbacks_unapplied", "notify_callbacks", "received_at", where="applied_at IS NULL"),
    Index("notify_callbacks_kept", "notify_callbacks", "received_at, id"),
)


class Migration(migration.Migration):
    """Tables of the channels to residents."""

    dependencies = [("notify", "0002_rules")]
    operations = [
        ops.CreateModel(
            name="NotifyGrant",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("resident_id", fields.UUIDField()),
                ("channel", fields.CharField(max_length=24)),
                ("template", fields.CharField(max_length=64)),
                ("kind", fields.CharField(max_length=8)),
                ("balance", fields.IntField()),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "notify_grants",
                "app": "notify",
                "unique_together": (("portal", "resident_id", "channel", "template"),),
                "pk_attr": "id",
                "table_description": "How many cards one resident has allowed for one template: one accept is one send, ``long`` ones are not spent.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyGrantMove",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("grant_id", fields.UUIDField()),
                ("change", fields.IntField()),
                ("cause", fields.CharField(max_length=16)),
                ("ref", fields.CharField(max_length=160)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "notify_grant_moves",
                "app": "notify",
                "unique_together": (("grant_id", "cause", "ref"),),
                "pk_attr": "id",
                "table_description": "Every change of a grant, once: ``ref`` is a delivery's client message id or an event's own identity.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyPushSubscription",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("resident_id", fields.UUIDField()),
                ("subscription", fields.BinaryField()),
                ("endpoint_index", fields.BinaryField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "notify_push_subscriptions",
                "app": "notify",
                "unique_together": (("portal", "endpoint_index"),),
                "pk_attr": "id",
                "table_description": "One browser of a resident that takes Web Push. The address is a secret: whoever has it may write to it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyCallback",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("provider", fields.CharField(max_length=24)),
                ("kind", fields.CharField(max_length=16)),
                ("key", fields.CharField(max_length=128)),
                ("payload", fields.BinaryField()),
                ("note", fields.CharField(max_length=64)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("applied_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "notify_callbacks",
                "app": "notify",
                "unique_together": (("provider", "key"),),
                "pk_attr": "id",
                "table_description": "What a provider called us with, raw and once, before anything of it is applied.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyReplyWindow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("account_index", fields.BinaryField()),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("left", fields.IntField()),
            ],
            options={
                "table": "notify_reply_windows",
                "app": "notify",
                "unique_together": (("portal", "account_index"),),
                "pk_attr": "id",
                "table_description": "How many customer messages may still answer a follower of the 公众号, and until when.",
            },
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
