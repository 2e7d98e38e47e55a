"""What the engine keeps beside the deliveries: providers' shares and circuits, minutes, budgets, sweepers' leases."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.schema import Check, Index, Rule


class NotifyProvider(Model):
    """One provider of one channel: its share of the traffic, where the share rests, and its circuit."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    channel = fields.CharField(24)
    provider = fields.CharField(24)
    share = fields.SmallIntField()
    resting = fields.SmallIntField()
    moved_at = fields.DatetimeField()
    troubled_at = fields.DatetimeField(null=True)
    failures = fields.IntField(default=0, db_default=0)  # since the last success
    open_until = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "notify_providers"
        unique_together = (("channel", "provider"),)


class NotifyProviderMinute(Model):
    """What one provider did in one minute: what decides about shares, and what the console draws."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    channel = fields.CharField(24)
    provider = fields.CharField(24)
    minute = fields.DatetimeField()
    sent = fields.IntField(default=0, db_default=0)
    errors = fields.IntField(default=0, db_default=0)
    refused = fields.IntField(default=0, db_default=0)
    answered = fields.IntField(default=0, db_default=0)  # receipts
    slow = fields.IntField(default=0, db_default=0)  # receipts later than five minutes

    class Meta:
        table = "notify_provider_minutes"
        unique_together = (("channel", "provider", "minute"),)


class NotifyBudget(Model):
    """What was used of one budget on one legal day. Counted here, never by counting messages."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    scope = fields.CharField(96)
    day = fields.DateField()
    used = fields.IntField()

    class Meta:
        table = "notify_budgets"
        unique_together = (("scope", "day"),)


class NotifySweep(Model):
    """Whose turn one kind of sweep is, until when."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    name = fields.CharField(32, unique=True)
    lease_until = fields.DatetimeField()
    found = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "notify_sweeps"


RULES: tuple[Rule, ...] = (
    Check("notify_providers_share", "notify_providers", "{row}share BETWEEN 0 AND 100"),
    Index("notify_provider_minutes_minute", "notify_provider_minutes", "minute"),
)
