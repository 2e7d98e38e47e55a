"""Ladders, quiet hours, letters and visits; a choice for every way of being told."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("notify_ladders_due", "notify_ladders", "next_at", where="state = 'climbing' AND next_at IS NOT NULL"),
    Index("notify_paper_tasks_portal", "notify_paper_tasks", "portal, state, created_at DESC, id DESC"),
    Check("notify_ladders_state", "notify_ladders", "{row}state IN ('climbing','reached','ended')"),
    Check("notify_quiet_hours_pair", "notify_quiet_hours", "({row}starts IS NULL) = ({row}ends IS NULL)"),
    Check("notify_paper_tasks_state", "notify_paper_tasks", "{row}state IN ('open','sent','handed','returned')"),
    Check("notify_paper_tasks_kind", "notify_paper_tasks", "{row}kind IN ('','letter','visit')"),
)


def _at() -> fields.DatetimeField[Any]:
    return fields.DatetimeField(auto_now=False, auto_now_add=False)


def _instant() -> fields.DatetimeField[Any]:
    return fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)


class Migration(migration.Migration):
    """Tables of the ladder."""

    dependencies = [("notify", "0005_compose")]
    operations = [
        ops.CreateModel(
            name="NotifyLadder",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("recipient", fields.UUIDField()),
                ("category", fields.CharField(max_length=16)),
                ("steps", fields.TextField(unique=False)),
                ("left_out", fields.TextField(unique=False)),
                ("held_until", _instant()),
                ("at_step", fields.SmallIntField()),
                ("state", fields.CharField(max_length=12)),
                ("reason", fields.CharField(max_length=24)),
                ("next_at", _instant()),
                ("decided_at", _at()),
            ],
            options={"table": "notify_ladders", "app": "notify", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyQuiet",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("resident_id", fields.UUIDField()),
                ("starts", fields.SmallIntField(null=True)),
                ("ends", fields.SmallIntField(null=True)),
                ("updated_at", _at()),
            ],
            options={
                "table": "notify_quiet_hours",
                "app": "notify",
                "unique_together": (("portal", "resident_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyPaperTask",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("message_id", fields.UUIDField(unique=True)),
                ("recipient", fields.UUIDField()),
                ("client_msg_id", fields.CharField(max_length=64)),
                ("state", fields.CharField(max_length=12)),
                ("kind", fields.CharField(max_length=8)),
                ("staff_id", fields.UUIDField(null=True)),
                ("staff_no", fields.CharField(max_length=32)),
                ("created_at", _at()),
                ("updated_at", _at()),
            ],
            options={"table": "notify_paper_tasks", "app": "notify", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField("NotifyPreference", "wechat", fields.BooleanField(null=True)),
        ops.AddField("NotifyPreference", "oa", fields.BooleanField(null=True)),
        ops.AddField("NotifyPreference", "alipay", fields.BooleanField(null=True)),
        ops.AddField("NotifyPreference", "webpush", fields.BooleanField(null=True)),
        ops.AddField("NotifyPreference", "email", fields.BooleanField(null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
