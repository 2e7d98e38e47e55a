"""Statutory and emergency notices to many, what a resident has stopped, how often it rang, what was said by text message;
rules as they were then."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

_BEFORE = (
    Check(
        "notify_messages_category", "notify_messages", "{row}category IN ('statutory','service','information','code')"
    ),
    Check("campaigns_category", "campaigns", "{row}category IN ('service','information')"),
)
_MANY = "'emergency','statutory','service','information'"
RULES = (
    Index("notify_said_digest", "notify_said", "portal, digest", unique=True),
    Check("notify_messages_category", "notify_messages", f"{{row}}category IN ({_MANY},'code')"),
    Check("campaigns_category", "campaigns", f"{{row}}category IN ({_MANY})"),
    Check("campaigns_law", "campaigns", "{row}category <> 'statutory' OR {row}approver_id IS NULL OR {row}law <> ''"),
    Check(
        "campaigns_seconder",
        "campaigns",
        "{row}seconder_id IS NULL OR ({row}seconder_id <> {row}author_id AND {row}seconder_id <> {row}editor_id "
        "AND {row}seconder_id <> {row}submitter_id)",
    ),
    Check(
        "campaigns_emergency",
        "campaigns",
        "{row}category <> 'emergency' OR {row}approver_id IS NULL OR ({row}seconder_id IS NOT NULL "
        "AND {row}seconder_id <> {row}approver_id AND {row}expires_at IS NOT NULL AND {row}audience_region <> '')",
    ),
)
_ID: dict[str, Any] = {"primary_key": True, "default": new_id, "unique": True, "db_index": True}


def _at(**more: Any) -> fields.DatetimeField[Any]:
    return fields.DatetimeField(auto_now=False, auto_now_add=False, **more)


class Migration(migration.Migration):
    """Three tables, and what a campaign has more of."""

    dependencies = [("notify", "0009_desk")]
    operations = [
        ops.RunPython(undoing(_BEFORE), making(_BEFORE)),
        ops.CreateModel(
            name="NotifyStop",
            fields=[
                ("id", fields.UUIDField(**_ID)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("resident_id", fields.UUIDField()),
                ("department", fields.CharField(max_length=128)),
                ("at", _at()),
            ],
            options={
                "table": "notify_stops",
                "app": "notify",
                "pk_attr": "id",
                "unique_together": (("portal", "resident_id", "department"),),
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyCap",
            fields=[
                ("id", fields.UUIDField(**_ID)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("resident_id", fields.UUIDField()),
                ("category", fields.CharField(max_length=16)),
                ("period", fields.IntField()),
                ("used", fields.IntField()),
                ("updated_at", _at()),
            ],
            options={
                "table": "notify_caps",
                "app": "notify",
                "pk_attr": "id",
                "unique_together": (("portal", "resident_id", "category", "period"),),
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifySaid",
            fields=[
                ("id", fields.UUIDField(**_ID)),
                ("portal", fields.CharField(max_length=64)),
                ("digest", fields.BinaryField()),
                ("category", fields.CharField(max_length=16)),
                ("day", fields.DateField()),
            ],
            options={"table": "notify_said", "app": "notify", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField("Campaign", "law", fields.CharField(max_length=120, default="", db_default="")),
        ops.AddField("Campaign", "expires_at", _at(null=True)),
        ops.AddField("Campaign", "exercise", fields.BooleanField(default=False, db_default=False)),
        ops.AddField("Campaign", "seconder_id", fields.UUIDField(null=True)),
        ops.AddField("Campaign", "seconder_no", fields.CharField(max_length=32, default="", db_default="")),
        ops.AddField("Campaign", "seconded_at", _at(null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
