"""What operators keep, and what a campaign has more of; rules as they were then."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("notify_templates_portal", "notify_templates", "portal, updated_at DESC, id DESC"),
    Index("notify_vendor_approvals_portal", "notify_vendor_approvals", "portal, template_id, version"),
    Index(
        "notify_vendor_approvals_one",
        "notify_vendor_approvals",
        "portal, kind, template_id, version",
        unique=True,
        where="template_id IS NOT NULL",
    ),
    Index("notify_segments_portal", "notify_segments", "portal, updated_at DESC, id DESC"),
    Index("notify_lists_portal", "notify_lists", "portal, updated_at DESC, id DESC"),
    Index("notify_list_rows_bad", "notify_list_rows", "list_id, line", where="fault <> ''"),
    Index(
        "notify_list_rows_person",
        "notify_list_rows",
        "list_id, resident_id",
        unique=True,
        where="fault = '' AND resident_id IS NOT NULL",
    ),
    Index("campaign_recipients_recipient", "campaign_recipients", "recipient"),
    Index("campaigns_template", "campaigns", "template_id, template_version", where="template_id IS NOT NULL"),
    Check(
        "notify_vendor_approvals_kind",
        "notify_vendor_approvals",
        "{row}kind IN ('sms_signature','sms_template','wechat_template','oa_template','alipay_template')",
    ),
    Check(
        "notify_vendor_approvals_state",
        "notify_vendor_approvals",
        "{row}state IN ('not_asked','waiting','approved','refused')",
    ),
    Check("notify_list_rows_good", "notify_list_rows", "({row}fault <> '') OR ({row}resident_id IS NOT NULL)"),
)
_ID: dict[str, Any] = {"primary_key": True, "default": new_id, "unique": True, "db_index": True}


def _at(**more: Any) -> Any:
    return fields.DatetimeField(auto_now=False, auto_now_add=False, **more)


def _foreign(to: str, column: str) -> Any:
    return fields.ForeignKeyField(
        to, source_field=column, db_constraint=True, to_field="id", on_delete=OnDelete.RESTRICT
    )


class Migration(migration.Migration):
    """New tables, and nullable or defaulted columns of a campaign."""

    dependencies = [("notify", "0004_engine")]
    operations = [
        ops.CreateModel(
            name="NotifyTemplate",
            fields=[
                ("id", fields.UUIDField(**_ID)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("name", fields.CharField(max_length=60)),
                ("category", fields.CharField(max_length=16)),
                ("version", fields.IntField()),
                ("created_at", _at()),
                ("updated_at", _at()),
                ("discarded_at", _at(null=True)),
            ],
            options={"table": "notify_templates", "app": "notify", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyTemplateVersion",
            fields=[
                ("id", fields.UUIDField(**_ID)),
                ("template", _foreign("notify.NotifyTemplate", "template_id")),
                ("portal", fields.CharField(max_length=64)),
                ("number", fields.IntField()),
                ("title", fields.CharField(max_length=80)),
                ("body", fields.TextField(unique=False)),
                ("author_no", fields.CharField(max_length=32)),
                ("created_at", _at()),
                ("frozen_at", _at(null=True)),
            ],
            options={
                "table": "notify_template_versions",
                "app": "notify",
                "pk_attr": "id",
                "unique_together": (("template_id", "number"),),
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyVendorApproval",
            fields=[
                ("id", fields.UUIDField(**_ID)),
                ("portal", fields.CharField(max_length=64)),
                ("kind", fields.CharField(max_length=24)),
                ("template_id", fields.UUIDField(null=True)),
                ("version", fields.IntField(default=0, db_default=0)),
                ("label", fields.CharField(max_length=60)),
                ("code", fields.CharField(max_length=64)),
                ("state", fields.CharField(max_length=12)),
                ("note", fields.CharField(max_length=200)),
                ("updated_by", fields.CharField(max_length=32)),
                ("updated_at", _at()),
            ],
            options={"table": "notify_vendor_approvals", "app": "notify", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifySegment",
            fields=[
                ("id", fields.UUIDField(**_ID)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("name", fields.CharField(max_length=60)),
                ("rules", fields.TextField(unique=False)),
                ("owner_no", fields.CharField(max_length=32)),
                ("created_at", _at()),
                ("updated_at", _at()),
                ("discarded_at", _at(null=True)),
            ],
            options={"table": "notify_segments", "app": "notify", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyList",
            fields=[
                ("id", fields.UUIDField(**_ID)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("name", fields.CharField(max_length=60)),
                ("columns", fields.TextField(unique=False)),
                ("total", fields.IntField()),
                ("bad", fields.IntField()),
                ("owner_no", fields.CharField(max_length=32)),
                ("created_at", _at()),
                ("updated_at", _at()),
                ("discarded_at", _at(null=True)),
            ],
            options={"table": "notify_lists", "app": "notify", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyListRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("list", _foreign("notify.NotifyList", "list_id")),
                ("portal", fields.CharField(max_length=64)),
                ("line", fields.IntField()),
                ("cells", fields.BinaryField()),
                ("resident_id", fields.UUIDField(null=True)),
                ("fault", fields.CharField(max_length=24)),
                ("fault_column", fields.CharField(max_length=60)),
            ],
            options={
                "table": "notify_list_rows",
                "app": "notify",
                "pk_attr": "id",
                "unique_together": (("list_id", "line"),),
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CampaignSubmission",
            fields=[
                ("id", fields.UUIDField(**_ID)),
                ("campaign_id", fields.UUIDField()),
                ("portal", fields.CharField(max_length=64)),
                ("number", fields.IntField()),
                ("words", fields.TextField(unique=False)),
                ("content_hash", fields.CharField(max_length=64)),
                ("people", fields.IntField()),
                ("submitter_no", fields.CharField(max_length=32)),
                ("at", _at()),
            ],
            options={
                "table": "campaign_submissions",
                "app": "notify",
                "pk_attr": "id",
                "unique_together": (("campaign_id", "number"),),
            },
            bases=["Model"],
        ),
        ops.AddField("Campaign", "audience_rules", fields.TextField(null=True, unique=False)),
        ops.AddField("Campaign", "template_id", fields.UUIDField(null=True)),
        ops.AddField("Campaign", "template_version", fields.IntField(default=0, db_default=0)),
        ops.AddField("Campaign", "discarded_at", _at(null=True)),
        ops.AddField("Campaign", "refused_for_good", fields.BooleanField(default=False, db_default=False)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
