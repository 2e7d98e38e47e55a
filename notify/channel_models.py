"""What channels keep of their own: WeChat and Alipay grants, push subscriptions, what providers called us with."""

from __future__ import annotations

import json

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.personal import Indexed, Personal, Sealed
from config.floor.schema import Check, Index, Rule


class NotifyGrant(Model):
    """How many cards one resident has allowed for one template: one accept is one send, ``long`` ones are not spent."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    resident_id = fields.UUIDField()
    channel = fields.CharField(24)
    template = fields.CharField(64)
    kind = fields.CharField(8)
    balance = fields.IntField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "notify_grants"
        unique_together = (("portal", "resident_id", "channel", "template"),)


class NotifyGrantMove(Model):
    """Every change of a grant, once: ``ref`` is a delivery's client message id or an event's own identity."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    grant_id = fields.UUIDField()
    change = fields.IntField()
    cause = fields.CharField(16)
    ref = fields.CharField(160)
    at = fields.DatetimeField()

    class Meta:
        table = "notify_grant_moves"
        unique_together = (("grant_id", "cause", "ref"),)


class NotifyPushSubscription(Model):
    """One browser of a resident that takes Web Push. The address is a secret: whoever has it may write to it."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    resident_id = fields.UUIDField()
    subscription = fields.BinaryField()  # sealed JSON: endpoint, p256dh, auth
    endpoint_index = fields.BinaryField()
    endpoint_index_next = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "notify_push_subscriptions"
        unique_together = (("portal", "endpoint_index"),)


class NotifyCallback(Model):
    """What a provider called us with, raw and once, before anything of it is applied."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    provider = fields.CharField(24)
    kind = fields.CharField(16)
    key = fields.CharField(128)
    payload = fields.BinaryField()  # sealed, as it came
    note = fields.CharField(64)
    received_at = fields.DatetimeField()
    applied_at = fields.DatetimeField(null=True)

    class Meta:
        table = "notify_callbacks"
        unique_together = (("provider", "key"),)


class NotifyReplyWindow(Model):
    """How many customer messages may still answer a follower of the 公众号, and until when."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    account_index = fields.BinaryField()
    until = fields.DatetimeField()
    left = fields.IntField()

    class Meta:
        table = "notify_reply_windows"
        unique_together = (("portal", "account_index"),)


RULES: tuple[Rule, ...] = (
    Check("notify_grants_balance", "notify_grants", "{row}balance >= 0"),
    Check("notify_grants_kind", "notify_grants", "{row}kind IN ('once','long')"),
    Index(
        "notify_push_subscriptions_endpoint_next",
        "notify_push_subscriptions",
        "portal, endpoint_index_next",
        unique=True,
        where="endpoint_index_next IS NOT NULL",
    ),
    Index("notify_push_subscriptions_resident", "notify_push_subscriptions", "resident_id, created_at"),
    Index("notify_callbacks_unapplied", "notify_callbacks", "received_at", where="applied_at IS NULL"),
    Index("notify_callbacks_kept", "notify_callbacks", "received_at, id"),
)

PERSONAL: tuple[Personal, ...] = (
    Sealed("notify_push_subscriptions", "subscription", "ordinary", "where a browser takes a push"),
    Indexed(
        "notify_push_subscriptions",
        "endpoint_index",
        "ordinary",
        "where a browser takes a push",
        of="subscription",
        bound="notify_push_subscriptions.subscription",
        said=lambda kept, row: str(json.loads(kept)["e"]),
    ),
    Sealed("notify_callbacks", "payload", "ordinary", "what a provider sent, as it came"),
    Indexed("notify_reply_windows", "account_index", "ordinary", "an account elsewhere", days=2),
)
