"""The engine: shared wordings, providers, receipts by reference, a campaign's throttle, canary and follow-ups."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

BEFORE = (
    Index("notify_deliveries_due", "notify_deliveries", "lane, next_at", where="state = 'pending'"),
    Index(
        "notify_deliveries_campaign",
        "notify_deliveries",
        "campaign_id",
        where="state = 'pending' AND campaign_id IS NOT NULL",
    ),
    Check(
        "notify_deliveries_state",
        "notify_deliveries",
        "{row}state IN ('pending','submitting','sent','delivered','failed','in_doubt','skipped')",
    ),
    Check("notify_receipts_outcome", "notify_receipts", "{row}outcome IN ('delivered','failed')"),
    Check(
        "campaigns_status",
        "campaigns",
        "{row}status IN ('draft','submitted','approved','rejected','sending','done','stopped')",
    ),
)
RULES = (
    Index(
        "notify_deliveries_due",
        "notify_deliveries",
        "lane, next_at",
        where="state = 'pending' AND campaign_id IS NULL",
    ),
    Index(
        "notify_deliveries_campaign",
        "notify_deliveries",
        "campaign_id, next_at",
        where="state = 'pending' AND campaign_id IS NOT NULL",
    ),
    Index("notify_deliveries_provider", "notify_deliveries", "provider, provider_ref", where="provider <> ''"),
    Index("notify_deliveries_unanswered", "notify_deliveries", "updated_at", where="state = 'sent'"),
    Index("campaigns_follows", "campaigns", "follows", where="follows IS NOT NULL"),
    Index("notify_provider_minutes_minute", "notify_provider_minutes", "minute"),
    Check(
        "notify_deliveries_state",
        "notify_deliveries",
        "{row}state IN ('pending','submitting','in_doubt','sent','unknown','delivered','read','failed','skipped')",
    ),
    Check("notify_receipts_outcome", "notify_receipts", "{row}outcome IN ('delivered','failed','read')"),
    Check(
        "campaigns_status",
        "campaigns",
        "{row}status IN ('draft','submitted','approved','rejected','sending','paused','done','stopped')",
    ),
    Check("campaigns_canary", "campaigns", "{row}canary_state IN ('','running','passed','failed')"),
    Check("campaigns_follow", "campaigns", "{row}follow_kind IN ('','resend','correction','withdrawal')"),
    Check("notify_providers_share", "notify_providers", "{row}share BETWEEN 0 AND 100"),
)


def _count() -> Any:
    return fields.IntField(default=0, db_default=0)


def _words(length: int) -> Any:
    return fields.CharField(max_length=length, default="", db_default="")


def _instant() -> Any:
    return fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)


def _at() -> Any:
    return fields.DatetimeField(auto_now=False, auto_now_add=False)


class Migration(migration.Migration):
    """Only nullable or defaulted columns: a row without them is one of before."""

    dependencies = [("notify", "0003_channels")]
    operations = [
        ops.CreateModel(
            name="NotifyWording",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("content", fields.BinaryField()),
                ("created_at", _at()),
            ],
            options={"table": "notify_wordings", "app": "notify", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyProvider",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("channel", fields.CharField(max_length=24)),
                ("provider", fields.CharField(max_length=24)),
                ("share", fields.SmallIntField()),
                ("resting", fields.SmallIntField()),
                ("moved_at", _at()),
                ("troubled_at", _instant()),
                ("failures", _count()),
                ("open_until", _instant()),
                ("updated_at", _at()),
            ],
            options={
                "table": "notify_providers",
                "app": "notify",
                "unique_together": (("channel", "provider"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyProviderMinute",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("channel", fields.CharField(max_length=24)),
                ("provider", fields.CharField(max_length=24)),
                ("minute", _at()),
                ("sent", _count()),
                ("errors", _count()),
                ("refused", _count()),
                ("answered", _count()),
                ("slow", _count()),
            ],
            options={
                "table": "notify_provider_minutes",
                "app": "notify",
                "unique_together": (("channel", "provider", "minute"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyBudget",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("scope", fields.CharField(max_length=96)),
                ("day", fields.DateField()),
                ("used", fields.IntField()),
            ],
            options={
                "table": "notify_budgets",
                "app": "notify",
                "unique_together": (("scope", "day"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifySweep",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=32, unique=True)),
                ("lease_until", _at()),
                ("found", _count()),
            ],
            options={"table": "notify_sweeps", "app": "notify", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField("NotifyMessage", "wording_id", fields.UUIDField(null=True)),
        ops.AddField("NotifyDelivery", "provider", _words(24)),
        ops.AddField("NotifyReceipt", "provider_ref", _words(128)),
        ops.AddField("NotifyReceipt", "note", _words(12)),
        ops.AddField("Campaign", "wording_id", fields.UUIDField(null=True)),
        ops.AddField("Campaign", "schedule_at", _instant()),
        ops.AddField("Campaign", "rate", _count()),
        ops.AddField("Campaign", "allowance", fields.FloatField(default=0, db_default=0)),
        ops.AddField("Campaign", "allowance_at", _instant()),
        ops.AddField("Campaign", "canary", _count()),
        ops.AddField("Campaign", "canary_state", _words(8)),
        ops.AddField("Campaign", "canary_at", _instant()),
        ops.AddField("Campaign", "fail_share", fields.SmallIntField(default=0, db_default=0)),
        ops.AddField("Campaign", "base_reached", _count()),
        ops.AddField("Campaign", "base_failed", _count()),
        ops.AddField("Campaign", "pause_reason", _words(24)),
        ops.AddField("Campaign", "follows", fields.UUIDField(null=True)),
        ops.AddField("Campaign", "follow_kind", _words(12)),
        ops.AddField("Campaign", "only_channel", _words(24)),
        ops.RunPython(undoing(BEFORE), making(BEFORE)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
